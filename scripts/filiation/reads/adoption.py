"""Can stored reads be taken as they are aligned: whose, on which genome, sorted, each record once?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filiation.errors import InputError
from filiation.io.files import private_directory, require_file
from filiation.io.reads_header import forbid_network
from filiation.io.tables import write_table
from filiation.io.tools import run_pipeline
from filiation.model.columns import ALIGNMENT
from filiation.reads.alignment_files import (
    CRAM_FORMAT,
    check_identifier,
    count_reads,
    header_text,
    publish_cram,
    read_group_line,
    read_groups,
    read_header,
)
from filiation.reads.duplicates import metrics_rows
from filiation.reads.reference import read_contigs

_REPAIR_GENOME = "set reference.fasta to the genome the reads were aligned to, or alignment.stored_reads to realign"


@dataclass
class Adoption:
    """What happened to the records of the stored file."""

    records: int = 0
    exact_duplicates: int = 0
    without_read_group: int = 0
    mates_elsewhere: int = 0
    on_missing_contigs: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Plan:
    """How to rewrite a record: contig numbers old → new (-1: the reference lacks it) and read groups."""

    contigs: list[int]
    names: list[str]
    groups: dict[str, str]
    fallback: str
    in_order: bool


def adopt_reads(
    reads: str | Path,
    sample: str,
    read_group_sample: str | None,
    reference: str | Path,
    threads: int,
    output: str | Path,
    metrics: str | Path,
) -> Adoption:
    """Write a stored BAM or CRAM as the sample's CRAM, its alignment kept; index and metrics beside it.

    Read groups must be of `sample` (or `read_group_sample`); they are renamed `{sample}.{ID}`, or one is
    added where there is none. Contigs that both headers know must have one length; those that only the
    file's header knows are left out of the header, and a read placed on one stops. Records must be
    sorted. A record that repeats another (same name, flag, place, CIGAR, sequence) is dropped and counted.
    The position of a mate on a contig that the reference lacks is cleared and counted. Raises InputError.
    """
    check_identifier(sample, "sample")
    require_file(reads, "stored reads")
    header = read_header(reads)
    groups, lines = _read_groups(header, sample, read_group_sample, reads)
    plan = _plan(header, groups, lines, reference, reads)
    final_header = header_text(reference, lines)
    with private_directory("adopt") as work:
        cram = work / "sample.cram"
        if plan.in_order:
            report = _rewrite(reads, plan, final_header, reference, threads, cram)
        else:
            stored = work / "stored.bam"
            report = _rewrite(reads, plan, final_header, reference, threads, stored)
            run_pipeline(
                [
                    ["samtools", "sort", "--no-PG", "-u", "-T", work / "sort", stored],
                    ["samtools", "view", "--no-PG", "-O", CRAM_FORMAT, "-T", reference, "-"],
                ],
                purpose=f"write the CRAM of {sample} in the reference's order of contigs",
                where=str(reads),
                output=cram,
            )
        counts = count_reads(cram, reference, threads)
        publish_cram(cram, final_header, output, work)
    write_table(metrics, ALIGNMENT, metrics_rows(sample, counts, _measures(report)))
    return report


def _measures(report: Adoption) -> list[tuple[str, int, str]]:
    """The counts of an adoption, as rows of the alignment table."""
    return [
        ("records_in", report.records, "alignment records in the stored file"),
        ("exact_duplicates", report.exact_duplicates, "records dropped because they repeat another exactly"),
        (
            "without_read_group",
            report.without_read_group,
            "records that had no read group and were given one",
        ),
        (
            "mates_elsewhere",
            report.mates_elsewhere,
            "records whose mate lies on a contig the reference lacks",
        ),
    ]


def _read_groups(
    header: list[str], sample: str, alias: str | None, reads: str | Path
) -> tuple[dict[str, str], list[str]]:
    """Read-group ids old → new and the new @RG lines; a read group of somebody else stops."""
    accepted = {sample, alias} - {None}
    renamed: dict[str, str] = {}
    lines = []
    for group in read_groups(header):
        name = group.get("SM", sample)
        if name not in accepted:
            raise InputError(
                f"read group {group.get('ID')} is of sample '{name}'",
                where=str(reads),
                expected=f"sample '{alias or sample}'",
                repair=f"check that this is the file of {sample}; if it is, write {name} in the column "
                "read_group_sample of samples.tsv",
            )
        renamed[group["ID"]] = f"{sample}.{group['ID']}"
        tags = {**group, "ID": renamed[group["ID"]], "SM": sample}
        lines.append("\t".join(["@RG", *(f"{tag}:{value}" for tag, value in tags.items())]))
    return renamed, lines or [read_group_line(sample, sample, sample)]


def _plan(
    header: list[str], groups: dict[str, str], lines: list[str], reference: str | Path, reads: str | Path
) -> _Plan:
    """Compare the contigs of the file with the reference's; a contig of another length stops."""
    lengths = read_contigs(reference)
    order = {name: number for number, name in enumerate(lengths)}
    names, contigs = [], []
    for line in header:
        if not line.startswith("@SQ"):
            continue
        fields = dict(part.split(":", 1) for part in line.split("\t")[1:])
        name, length = fields["SN"], int(fields["LN"])
        if name in lengths and lengths[name] != length:
            raise InputError(
                f"contig {name} has {length} bases in the reads' header and {lengths[name]} in the reference",
                where=str(reads),
                expected="reads aligned to the reference of this analysis",
                repair=_REPAIR_GENOME,
            )
        names.append(name)
        contigs.append(order.get(name, -1))
    shared = [number for number in contigs if number >= 0]
    if not shared:
        raise InputError(
            f"no contig in common: {', '.join(names[:3]) or 'none'} … in the reads, "
            f"{', '.join(list(lengths)[:3])} … in the reference",
            where=str(reads),
            expected="reads aligned to the reference of this analysis",
            repair=_REPAIR_GENOME,
        )
    fallback = lines[0].split("\t")[1].removeprefix("ID:")
    return _Plan(contigs, names, groups, fallback, shared == sorted(shared))


def _rewrite(
    reads: str | Path, plan: _Plan, header: str, reference: str | Path, threads: int, output: Path
) -> Adoption:
    """Copy the records under the new header; checks order, drops exact duplicates, renames read groups."""
    import pysam

    forbid_network()
    report = Adoption()
    # One writing thread: htslib's choice of CRAM codecs depends on the timing of several.
    form: dict[str, Any] = {"mode": "wb"}
    if output.suffix == ".cram":
        form = {"mode": "wc", "reference_filename": str(reference), "format_options": [b"version=3.0"]}
    try:
        with (
            pysam.AlignmentFile(str(reads), reference_filename=str(reference), threads=threads) as source,
            pysam.AlignmentFile(str(output), text=header, **form) as target,
        ):
            _copy_records(source, target, plan, report, str(reads))
    except OSError as error:
        raise InputError(
            f"cannot be decoded after {report.records} records: {error}",
            where=str(reads),
            expected="a complete BAM, or a CRAM made with the reference of this analysis",
            repair="compare the checksum with the source; for a CRAM, check reference.fasta",
        ) from None
    if report.on_missing_contigs:
        places = ", ".join(f"{name} ({count})" for name, count in report.on_missing_contigs.most_common(5))
        raise InputError(
            f"{report.on_missing_contigs.total()} records on contigs that the reference lacks: {places}",
            where=str(reads),
            expected="every aligned read on a contig of the reference",
            repair=_REPAIR_GENOME,
        )
    return report


def _copy_records(source: Any, target: Any, plan: _Plan, report: Adoption, where: str) -> None:
    """The loop over records; `report` is filled as it goes."""
    place = (-1, -1)
    unplaced = len(plan.names)
    here: dict[tuple[str, int], list[tuple[str | None, str | None]]] = {}
    for record in source:
        report.records += 1
        contig = record.reference_id
        if contig >= 0 and plan.contigs[contig] < 0:
            report.on_missing_contigs[plan.names[contig]] += 1
            continue
        now = (contig if contig >= 0 else unplaced, record.reference_start)
        if now < place:
            raise InputError(
                f"record {report.records} lies before the record preceding it",
                where=where,
                expected="reads sorted by coordinate",
                repair=f"samtools sort -o sorted.bam {where}",
            )
        if now > place:
            place = now
            here = {}
        # Unplaced reads come all together at the end: their repeats cannot reach a call and are kept.
        if contig >= 0:
            key = (record.query_name, record.flag)
            content = (record.cigarstring, record.query_sequence)
            if content in here.setdefault(key, []):
                report.exact_duplicates += 1
                continue
            here[key].append(content)
            record.reference_id = plan.contigs[contig]
        _rewrite_mate(record, plan, report)
        _rewrite_group(record, plan, report, where)
        target.write(record)


def _rewrite_mate(record: Any, plan: _Plan, report: Adoption) -> None:
    """Renumber the mate's contig; a mate on a contig that the reference lacks loses its position."""
    mate = record.next_reference_id
    if mate < 0:
        return
    record.next_reference_id = plan.contigs[mate]
    if plan.contigs[mate] < 0:
        report.mates_elsewhere += 1
        record.next_reference_start = -1
        record.template_length = 0


def _rewrite_group(record: Any, plan: _Plan, report: Adoption, where: str) -> None:
    """Give the record its new read group; drop the reference to a program line that is not kept."""
    group = record.get_tag("RG") if record.has_tag("RG") else None
    if group is None:
        report.without_read_group += 1
        name = plan.fallback
    elif group in plan.groups:
        name = plan.groups[group]
    elif not plan.groups:
        name = plan.fallback
    else:
        raise InputError(
            f"read {record.query_name} is of read group '{group}', which the header does not list",
            where=where,
            expected=f"one of {', '.join(list(plan.groups)[:5])}",
            repair="repair the header with samtools addreplacerg",
        )
    record.set_tag("RG", name, "Z")
    if record.has_tag("PG"):
        record.set_tag("PG", None)
