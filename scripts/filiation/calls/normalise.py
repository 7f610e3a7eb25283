"""Calls of any origin in one form: the family's members, one allele a record, left-aligned, checked.

Joint files and one file per member, ours or stored, all meet here. FORMAT fields (AD, DP, GQ, PL, GL) are split
with the alleles and survive. Every record that does not go on is counted under its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from filiation.errors import ConfigError, FiliationError, InputError, ToolError, nearest
from filiation.io.files import (
    atomic_path,
    check_bgzf_blocks,
    compression,
    private_directory,
    require_file,
)
from filiation.io.given_calls import explain_record, is_binary, prove_calls, record_where, without_leading_phase
from filiation.io.tables import data_label
from filiation.io.tools import run_pipeline, run_tool
from filiation.io.vcf_lines import read_header_lines
from filiation.model.contigs import contig_style
from filiation.model.pedigree import Family

# FORMAT fields that must be declared per allele or per genotype to be split with the alleles.
_NUMBER = {"AD": "R", "ADF": "R", "ADR": "R", "PL": "G", "GL": "G", "GP": "G"}

MEANING = {
    "records_in": "records of the calls as given",
    "added_by_splitting": "records added because several alternate alleles stood in one record",
    "joined_between_members": "records of single-member files that are one variant in the joint file",
    "symbolic_allele_not_analysed": "symbolic alleles (<DEL>, <DUP>, breakends): structural variants are not "
    "analysed by this step",
    "spanning_deletion_allele": "the * allele: the deletion itself has its own record",
    "no_alternate_in_family": "no member of the family was called with the alternate allele",
    "duplicate_record": "same position and alleles as an earlier record, which takes over the alternate calls that it "
    "lacked",
    "records_out": "biallelic, left-aligned records of the family",
}


@dataclass
class NormaliseCounts:
    """Records in, out and removed by reason; `balance` holds them to account."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MEANING, 0))

    def rows(self) -> dict[str, tuple[int, str]]:
        """For `io.tables.funnel_rows`."""
        return {reason: (count, MEANING[reason]) for reason, count in self.counts.items()}

    def balance(self) -> None:
        """Stop when the numbers do not add up: a record was lost without a reason."""
        added = self.counts["records_in"] + self.counts["added_by_splitting"]
        removed = sum(
            count
            for reason, count in self.counts.items()
            if reason not in ("records_in", "added_by_splitting", "records_out")
        )
        if added - removed != self.counts["records_out"]:
            raise FiliationError(
                f"normalisation lost records: {self.counts}",
                expected="records_in + added_by_splitting - removed = records_out",
                repair="please report this as a bug, with the numbers",
            )


def normalise_calls(
    family: Family,
    variants: Sequence[str | Path],
    output: str | Path,
    *,
    sample_names: dict[str, str] | None = None,
    reference: str | Path | None = None,
) -> NormaliseCounts:
    """Write the family's normalised BCF and its index; returns the counts for the funnel.

    Parameters
    ----------
    variants : the joint file, or one file per member.
    sample_names : name in the files → sample id of the sheet, where they differ.
    reference : FASTA; without it indels are not left-aligned and REF is not checked.
    """
    names = {sample: sample for sample in family.samples}
    for ours in (sample_names or {}).values():
        if ours not in names:
            raise ConfigError(
                f"'{ours}' is no member of family {family.name}",
                where="--sample-name",
                expected=f"one of {', '.join(names)}",
                repair=nearest(ours, list(names)) or "write COLUMN=SAMPLE, with the sample id of the sheet",
            )
    names.update({ours: theirs for theirs, ours in (sample_names or {}).items()})
    counts = NormaliseCounts()
    with private_directory("normalise") as folder:
        parts: list[Path] = []
        found: set[str] = set()
        for number, path in enumerate(variants):
            part = folder / f"part{number}.bcf"
            present = _normalise_one(path, names, found, part, folder, reference, counts)
            found.update(present)
            parts.append(part)
        if absent := [sample for sample in family.samples if sample not in found]:
            raise InputError(
                f"no column for sample {', '.join(absent)}",
                where=", ".join(map(str, variants)),
                expected=f"columns {', '.join(names[sample] for sample in family.samples)}",
                repair="fill vcf_sample in samples.tsv with the column's name, or name the right file",
            )
        joined = _join(parts, list(family.samples), folder, counts)
        _write_family(joined, output, counts, ", ".join(map(str, variants)))
    counts.balance()
    return counts


def _normalise_one(
    path: str | Path,
    names: dict[str, str],
    taken: set[str],
    part: Path,
    folder: Path,
    reference: str | Path | None,
    counts: NormaliseCounts,
) -> list[str]:
    """Subset, split and left-align one input under the sheet's sample ids; returns those it holds."""
    require_file(path, "stored calls")
    if compression(path) == "bgzf":
        check_bgzf_blocks(path, "stored calls")
    if not is_binary(path):
        read_header_lines(path, "stored calls")
    try:
        header = run_tool(["bcftools", "view", "-h", path], purpose="read the header of the calls", where=str(path))
    except ToolError as error:
        raise InputError(f"not a VCF or BCF: {_first_words(error)}", where=str(path), expected="stored calls") from None
    columns = _columns(header, path)
    present = [sample for sample, theirs in names.items() if theirs in columns and sample not in taken]
    if not present:
        raise InputError(
            f"none of the family's samples is in the file; it has {', '.join(columns) or 'no sample'}",
            where=str(path),
            expected=f"one of {', '.join(names.values())}",
            repair="fill vcf_sample in samples.tsv with the column's name",
        )
    _check_contigs(header, path, reference)
    records = prove_calls(path, [names[sample] for sample in present])
    commands: list[list[str | Path]] = []
    given = without_leading_phase(path, folder)
    source: str | Path = given
    repaired = _repair_header(header, reference)
    if repaired != header:
        new_header = folder / "header.txt"
        new_header.write_text(repaired, encoding="utf-8")
        commands.append(["bcftools", "reheader", "-h", new_header, given])
        source = "-"
    subset = ",".join(names[sample] for sample in present)
    commands.append(["bcftools", "view", "--no-version", "--no-update", "-s", subset, "-Ou", source])
    norm: list[str | Path] = [
        "bcftools",
        "norm",
        "--no-version",
        "-m",
        "-any",
        "--old-rec-tag",
        "ORIGINAL_RECORD",
    ]
    if reference:
        norm += ["-f", reference, "-c", "e"]
    first = folder / "first.bcf"
    commands.append([*norm, "-Ob", "-o", first, "-"])
    try:
        messages = run_pipeline(commands, purpose="split and left-align the calls", where=str(path))
    except ToolError as error:
        raise _explain_norm_failure(error, path, reference) from None
    total = _records_read(messages[-1], path)
    if total != records:
        raise FiliationError(
            f"bcftools read {total} of the {records} records",
            where=str(path),
            expected="every record",
            repair="please report this as a bug, with the messages: " + " ".join(" ".join(messages).split())[:400],
        )
    rename = folder / "names.txt"
    rename.write_text("".join(f"{sample}\n" for sample in present), encoding="utf-8")
    run_tool(["bcftools", "reheader", "-s", rename, "-o", part, first], purpose="name the samples")
    try:
        run_tool(["bcftools", "index", "-f", part], purpose="index the calls", where=str(path))
    except ToolError as error:
        if not re.search(r"not continuous|Unsorted", str(error)):
            raise
        raise InputError(
            f"records are not sorted: {_first_words(error)}",
            where=str(path),
            expected="records by contig and position",
            repair=f"bcftools sort -Oz -o sorted.vcf.gz {path}",
        ) from None
    counts.counts["records_in"] += total
    counts.counts["added_by_splitting"] += _count(part) - total
    return present


def _columns(header: str, path: str | Path) -> list[str]:
    """Sample names of the #CHROM line."""
    last = header.rstrip("\n").splitlines()[-1] if header.strip() else ""
    if not last.startswith("#CHROM"):
        raise InputError("no #CHROM line", where=str(path), expected="a VCF or BCF with samples")
    return last.split("\t")[9:]


def _check_contigs(header: str, path: str | Path, reference: str | Path | None) -> None:
    """Stop when contig names mix two styles, or follow another style or build than the reference."""
    declared = {}
    for line in header.splitlines():
        if contig := re.match(r"##contig=<ID=([^,>]+)", line):
            stated = re.search(r"[<,]length=(\d+)", line)
            declared[contig[1]] = int(stated[1]) if stated else 0
    style = contig_style(list(declared))
    if style == "mixed":
        raise InputError(
            "contigs with and without 'chr' in one header",
            where=str(path),
            expected="one style",
            repair="bcftools annotate --rename-chrs",
        )
    if not reference:
        return
    index = Path(f"{reference}.fai")
    if not index.is_file():
        return
    lengths = {}
    for line in index.read_text().splitlines():
        fields = line.split("	")
        lengths[fields[0]] = int(fields[1])
    theirs = contig_style(list(lengths))
    if style != "none" and theirs not in ("none", style):
        raise InputError(
            f"contigs in {style} style ({next(iter(declared))})",
            where=str(path),
            expected=f"{theirs} style, as in the reference {reference}",
            repair="bcftools annotate --rename-chrs, or the reference that the calls were made on",
        )
    for name, length in declared.items():
        if length and lengths.get(name, length) != length:
            raise InputError(
                f"contig {name} is {length} bases long",
                where=str(path),
                expected=f"{lengths[name]}, as in the reference {reference}: another build",
                repair="give the reference genome that the calls were made on",
            )


def _repair_header(header: str, reference: str | Path | None) -> str:
    """Declare per-allele fields as such, so that splitting splits them; nothing else is touched."""
    lines = header.splitlines()
    for number, line in enumerate(lines):
        match = re.match(r"##FORMAT=<ID=([^,]+),Number=([^,]+),", line)
        if match and match[1] in _NUMBER and match[2] != _NUMBER[match[1]]:
            lines[number] = line.replace(f"Number={match[2]},", f"Number={_NUMBER[match[1]]},", 1)
    return "\n".join(lines) + "\n"


def _records_read(messages: str, path: str | Path) -> int:
    """Records that bcftools norm read, from its closing line."""
    match = re.search(r"Lines\s+total/split/[^:]*:\s+(\d+)/", messages)
    if not match:
        raise ToolError(
            f"bcftools norm did not say how many records it read: {messages.strip()[-300:]!r}",
            where=str(path),
        )
    return int(match[1])


def _explain_norm_failure(error: ToolError, path: str | Path, reference: str | Path | None) -> Exception:
    """A reference mismatch is a user's mistake with a place; everything else stays a tool's failure."""
    text = str(error)
    match = re.search(r"Reference allele mismatch at ([^\s]+) \.\. REF_SEQ:'([^']*)' vs VCF:'([^']*)'", text)
    if match:
        return InputError(
            f"REF is '{match[3]}' at {match[1]}",
            where=record_where(path, match[1]),
            expected=f"'{match[2]}', as in the reference {reference}",
            repair="give the reference genome (build) that the calls were made on",
        )
    if absent := re.search(r'sequence "([^"]+)" was not found|faidx_fetch_seq failed at ([^:\s]+)', text):
        return InputError(
            f"contig {absent[1] or absent[2]} is not in the reference {reference}",
            where=str(path),
            expected="records on contigs of the reference",
            repair="give the reference genome that the calls were made on",
        )
    if (fault := explain_record(text, path)) is not None:
        return fault
    if re.search(r"(Could not|failed to) parse|truncated|Undefined tags|[Bb]roken VCF|Error: .*not", text):
        return InputError(_first_words(error), where=str(path), repair="correct or copy the file again")
    return error


def _first_words(error: ToolError) -> str:
    """What the program itself said, on one line."""
    return " ".join(" ".join(error.found.splitlines()[1:]).split())[:400]


def _join(parts: list[Path], samples: list[str], folder: Path, counts: NormaliseCounts) -> Path:
    """One file with the members in family order; several inputs are merged allele by allele."""
    if len(parts) == 1:
        return parts[0]
    joined = folder / "joined.bcf"
    total = sum(_count(part) for part in parts)
    # A member without a record there becomes ./.: missing, never reference.
    run_pipeline(
        [
            ["bcftools", "merge", "--no-version", "--merge", "none", "-Ou", *parts],
            [
                "bcftools",
                "view",
                "--no-version",
                "--no-update",
                "-s",
                ",".join(samples),
                "-Ob",
                "-o",
                joined,
                "-",
            ],
        ],
        purpose="join the members' calls",
    )
    run_tool(["bcftools", "index", "-f", joined], purpose="index the joint calls")
    counts.counts["joined_between_members"] = total - _count(joined)
    return joined


def _count(path: Path) -> int:
    """Number of records by the index."""
    return int(run_tool(["bcftools", "index", "--nrecords", path], purpose="count records").strip() or 0)


def _write_family(joined: Path, output: str | Path, counts: NormaliseCounts, where: str) -> None:
    """Write the records that go on, count the others, index the result."""
    import pysam

    output = Path(output)
    with atomic_path(output) as temporary:
        with pysam.VariantFile(str(joined)) as source:
            header = source.header
            if label := data_label():
                header.add_line(f"##data={label}")
            with pysam.VariantFile(str(temporary), "wb", header=header) as sink:
                for _, records in groupby(source, key=lambda record: (record.chrom, record.pos)):
                    for record in _kept_at_position(records, counts, where):
                        sink.write(record)
                        counts.counts["records_out"] += 1
        index = Path(f"{temporary}.csi")
        run_tool(["bcftools", "index", "-f", "-o", index, temporary], purpose="index the normalised calls")
        index.replace(f"{output}.csi")


def _kept_at_position(records: Iterable[Any], counts: NormaliseCounts, where: str) -> list[Any]:
    """The records of one position that go on, alleles in capitals; the others are counted."""
    kept: dict[tuple[str, str], Any] = {}
    for record in records:
        if not "".join(record.alleles).isupper() and all(map(re.compile("[ACGTNacgtn]+").fullmatch, record.alleles)):
            record.alleles = tuple(allele.upper() for allele in record.alleles)
        alternate = (record.alts or ("",))[0]
        reason = _reason(record, alternate, where)
        first = kept.get((record.ref, alternate))
        if not reason and first is not None:
            reason = "duplicate_record"
            _take_over(first, record)
        if reason:
            counts.counts[reason] += 1
        else:
            kept[record.ref, alternate] = record
    return list(kept.values())


def _carries(call: Any) -> bool:
    """Whether a member was called with the alternate allele, in full or in half."""
    return 1 in (call.allele_indices or ())


def _take_over(first: Any, again: Any) -> None:
    """Give the first record the calls of those who carry the allele in its duplicate only.

    Two writings of one indel become one record by left alignment; each may know another member's allele.
    """
    for sample, call in again.samples.items():
        target = first.samples[sample]
        if _carries(call) and not _carries(target):
            ploidy = len(call.allele_indices)
            for name in first.format:
                value = call.get(name)
                if isinstance(value, tuple) and name != "GT":
                    # pysam takes as many values as the declaration asks for, missing ones too.
                    wanted = {"R": 2, "G": ploidy + 1}.get(first.header.formats[name].number, len(value))
                    value = (value + (None,) * wanted)[:wanted]
                target[name] = value
            target.phased = call.phased


def _reason(record: Any, alternate: str, where: str) -> str:
    """Why a record does not go on; '' when it does."""
    if alternate in ("<NON_REF>", "<*>"):
        raise InputError(
            f"{alternate} allele at {record.chrom}:{record.pos}: this is a gVCF",
            where=where,
            expected="genotyped calls",
            repair="genotype it first (GLnexus, or gatk GenotypeGVCFs) and give the joint VCF",
        )
    if alternate == "*":
        return "spanning_deletion_allele"
    if alternate and not re.fullmatch(r"[ACGTN]+", alternate):
        return "symbolic_allele_not_analysed"
    if alternate and any(_carries(call) for call in record.samples.values()):
        return ""
    return "no_alternate_in_family"
