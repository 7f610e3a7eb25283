"""Are stored calls whole, whose are they, on which genome, and can their records be believed?

Text VCF is read line by line, so that every fault has its line; BCF through pysam, record by record. Files
are read to the end below `WHOLE_BELOW` bytes or when asked for, else the first `HEAD_RECORDS` records.
"""

from __future__ import annotations

import gzip
import itertools
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from filiation.errors import InputError, UserError, nearest
from filiation.io.files import check_bgzf_blocks, check_bgzf_end, compression, require_file
from filiation.io.raw.header import TYPES_EXPECTED, TYPES_REPAIR, wrong_type
from filiation.io.reference_check import ReferenceSummary, Site, contig_problems, missing_contigs
from filiation.io.tools import find_tool
from filiation.io.vcf import check_record_count
from filiation.io.vcf_lines import (
    PARSED_RECORDS,
    CallsSummary,
    HeaderLines,
    gvcf_fault,
    read_header_lines,
    scan_lines,
    unsorted_fault,
)

WHOLE_BELOW = 200_000_000
HEAD_RECORDS = 100_000
_DAMAGED = "produce the file again; the record is damaged, or of another build"

Progress = Callable[[str], None]


def read_calls(
    path: str | Path,
    *,
    what: str = "stored calls",
    whole: bool = False,
    genotypes: bool = True,
    progress: Progress = lambda text: None,
) -> CallsSummary:
    """Read compression, header and records of a VCF or BCF and return what was found, faults included.

    `genotypes`: a file of a family's calls, which must have samples and no gVCF blocks; False for resources.
    """
    summary = CallsSummary(Path(path), what)
    try:
        require_file(path, what)
        large = Path(path).stat().st_size >= WHOLE_BELOW and not whole
        _check_compression(summary, large)
        limit = HEAD_RECORDS if large else None
        if summary.kind == "bcf":
            _parse_records(summary, None)
            _scan_bcf(summary, limit)
        else:
            header = read_header_lines(path, what)
            _take_header(summary, header)
            if genotypes and not header.samples:
                raise _fault(path, f"{what}: no sample column", "genotypes of the family", "give joint calls")
            if genotypes and (wrong := wrong_type(header.formats)):
                raise _fault(path, f"{what}: {wrong}", TYPES_EXPECTED, TYPES_REPAIR)
            scan_lines(summary, header, limit, progress)
            _parse_records(summary, summary.records, header.lines)
        if limit is not None and summary.records >= limit:
            summary.notes.append(f"first {summary.records:,} records read; --deep reads the file whole")
        if not summary.records:
            summary.notes.append("0 variants in the file")
        if limit is None and find_tool("bcftools"):
            check_record_count(path, summary.records)
    except UserError as fault:
        summary.faults.append(fault)
    except UnicodeDecodeError as error:
        summary.faults.append(_fault(path, f"{what}: bytes that are not UTF-8 ({error.reason})", "UTF-8", ""))
    return summary


def _fault(path: str | Path, found: str, expected: str, repair: str) -> InputError:
    return InputError(found, where=str(path), expected=expected, repair=repair)


def _check_compression(summary: CallsSummary, large: bool) -> None:
    """BGZF with its end and checksums, or plain text under a name that does not say otherwise."""
    path = summary.path
    kind = compression(path)
    if kind == "bgzf":
        if large:
            check_bgzf_end(path, summary.what)
        else:
            check_bgzf_blocks(path, summary.what)
        with gzip.open(path, "rb") as handle:
            summary.kind = "bcf" if handle.read(3) == b"BCF" else "vcf"
        return
    stem = re.sub(r"\.(gz|bgz)$", "", path.name)
    if kind == "gzip":
        raise _fault(
            path,
            f"{summary.what}: compressed with gzip, not with bgzip (BGZF)",
            "BGZF, in which a cut is noticed and a region can be found",
            f"gunzip -c {path} | bgzip -c > fixed.{stem}.gz && tabix -p vcf fixed.{stem}.gz",
        )
    if path.suffix in (".gz", ".bgz"):
        raise _fault(
            path,
            f"{summary.what}: not compressed, although its name ends in {path.suffix}",
            "BGZF, or plain text named .vcf",
            f"bgzip -c {path} > fixed.{stem}.gz && tabix -p vcf fixed.{stem}.gz",
        )
    with open(path, "rb") as handle:
        summary.kind = "bcf" if handle.read(3) == b"BCF" else "vcf"


def _take_header(summary: CallsSummary, header: HeaderLines) -> None:
    summary.samples = header.samples
    summary.contigs = dict(header.contigs)
    summary.info = header.info


def open_calls(path: str | Path) -> Any:
    """A VCF or BCF opened with pysam; an InputError when its header is not understood."""
    import pysam

    verbosity = pysam.set_verbosity(0)
    try:
        return pysam.VariantFile(str(path))
    except (OSError, ValueError) as error:
        raise _fault(
            path,
            f"header cannot be read: {error}",
            "a VCF or BCF header as in the VCF specification",
            "bcftools view -h FILE shows what is wrong",
        ) from None
    finally:
        pysam.set_verbosity(verbosity)


def _parse_records(summary: CallsSummary, expected: int | None, header_lines: int = 0) -> None:
    """Parse the first records with htslib, which also sees what the header declares wrongly.

    expected : records of a text VCF, whose lines follow `header_lines`; None for a BCF.
    """
    import pysam

    verbosity = pysam.set_verbosity(0)
    count = 0
    try:
        with open_calls(summary.path) as calls:
            if expected is None:
                formats = {name: field.type for name, field in calls.header.formats.items()}
                if calls.header.samples and (wrong := wrong_type(formats)):
                    raise _fault(summary.path, f"{summary.what}: {wrong}", TYPES_EXPECTED, TYPES_REPAIR)
                summary.samples = list(calls.header.samples)
                summary.contigs = {name: contig.length for name, contig in calls.header.contigs.items()}
                summary.info = list(calls.header.info)
            for record in itertools.islice(calls, PARSED_RECORDS):
                count += 1
                if expected is None:
                    _check_alleles(summary, record, count)
                    _take_site(summary, record.chrom, record.pos, record.ref, record.alts or ())
    except (OSError, ValueError) as error:
        line = f", line {header_lines + count + 1}" if expected is not None else ""
        raise _fault(
            f"{summary.path}{line}",
            f"{summary.what}: record {count + 1} cannot be parsed: {error}",
            "records as in the VCF specification",
            "bcftools view FILE > /dev/null shows the line that is wrong",
        ) from None
    finally:
        pysam.set_verbosity(verbosity)
    if expected is not None and count < min(expected, PARSED_RECORDS):
        raise _fault(
            summary.path,
            f"{summary.what}: {count:,} of the first {min(expected, PARSED_RECORDS):,} records can be parsed",
            "every line a record",
            "bcftools view FILE > /dev/null shows the line that is wrong",
        )


def _check_alleles(summary: CallsSummary, record: Any, number: int) -> None:
    """Position and genotypes of a BCF's record, as `scan_lines` looks at those of a line."""
    where = f"{summary.path}, record {number}, {record.chrom}:{record.pos}"
    length = summary.contigs.get(record.chrom) or 0
    if record.pos < 1 or (length and record.pos > length):
        raise _fault(where, f"{summary.what}: position {record.pos}", f"1 to {length:,}, as the header says", _DAMAGED)
    for name, call in record.samples.items():
        known = [allele for allele in call.allele_indices or () if allele is not None]
        if max(known, default=0) >= len(record.alleles):
            found = f"{summary.what}: allele {max(known)} of {name}, but the record has {len(record.alleles)} alleles"
            raise _fault(where, found, f"allele numbers from 0 to {len(record.alleles) - 1}", _DAMAGED)


def _take_site(summary: CallsSummary, chrom: str, pos: int, ref: str, alts: Sequence[str]) -> None:
    if any(alt in ("<NON_REF>", "<*>") for alt in alts):
        raise gvcf_fault(summary, f"{chrom}:{pos}")
    summary.sites.append(Site(str(summary.path), chrom, pos - 1, ref))


def _scan_bcf(summary: CallsSummary, limit: int | None) -> None:
    """Order and positions of a BCF's records."""
    last: tuple[str, int] = ("", 0)
    seen: set[str] = set()
    with open_calls(summary.path) as calls:
        for number, record in enumerate(itertools.islice(calls, limit), 1):
            if record.chrom == last[0] and record.pos < last[1]:
                raise unsorted_fault(summary, f"record {number}", f"{record.chrom}:{record.pos}")
            if record.chrom != last[0]:
                if record.chrom in seen:
                    raise unsorted_fault(summary, f"record {number}", f"{record.chrom}:{record.pos}")
                seen.add(record.chrom)
                summary.contigs_used.append(record.chrom)
            last = (record.chrom, record.pos)
            summary.records = number


def sample_faults(summary: CallsSummary, wanted: dict[str, str], where: str) -> list[UserError]:
    """Faults of `wanted` (column → sample of the sheet) against the columns that the file has."""
    faults: list[UserError] = []
    for column, sample in wanted.items():
        if column in summary.samples:
            continue
        shown = ", ".join(summary.samples[:10]) + (" …" if len(summary.samples) > 10 else "")
        hint = nearest(column, summary.samples)
        faults.append(
            InputError(
                f"no column '{column}' in the stored calls",
                where=f"{where}, sample {sample}, {summary.path}",
                expected=f"one of its {len(summary.samples)} samples: {shown}",
                repair=(f"{hint} " if hint else "")
                + "write the name of the column in vcf_sample, or name the file of this person",
            )
        )
    return faults


def reference_faults(
    summary: CallsSummary, reference: ReferenceSummary, where: str, *, same_style: bool
) -> list[UserError]:
    """Faults of the genome that calls were made on; `same_style`: by name and length, prefix included."""
    found = summary.contigs or dict.fromkeys(summary.contigs_used)
    problems = contig_problems(found, reference.contigs, same_lengths=same_style)
    if not same_style:
        problems = [problem for problem in problems if not problem.startswith("contigs named")]
    missing = missing_contigs(dict.fromkeys(summary.contigs_used), reference.contigs)
    if missing and same_style:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        problems.append(f"records on contigs that the reference does not have: {', '.join(missing[:3])}{more}")
    if not problems:
        return []
    return [
        InputError(
            f"{summary.what}: {'; '.join(problems)}",
            where=f"{where}, {summary.path}" if where else str(summary.path),
            expected=f"the contigs of {reference.path}",
            repair="give the reference that the calls were made on; only a difference of the prefix may be "
            "repaired by bcftools annotate --rename-chrs",
        )
    ]


def index_notes(path: str | Path) -> tuple[Path | None, list[str]]:
    """The index of a file, and a note when it is older than the file (it is made again in our folder)."""
    for suffix in (".csi", ".tbi"):
        index = Path(f"{path}{suffix}")
        if index.is_file():
            if index.stat().st_mtime < Path(path).stat().st_mtime:
                return index, [f"index {index.name} is older than the file"]
            return index, []
    return None, []
