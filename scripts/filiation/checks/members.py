"""Are the families' own data whole, theirs, and of one genome: FASTQ pairs, stored reads, stored calls?"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from filiation.calls.consequences import ANNOTATORS, find_annotator
from filiation.checks.result import CheckedFile, CheckReport, Progress, tell_long
from filiation.config import RunConfig
from filiation.errors import InputError, UserError
from filiation.io.fastq import FastqSummary, check_fastq_pair
from filiation.io.reads_header import (
    ReadsSummary,
    identity_faults,
    order_faults,
    read_reads_header,
)
from filiation.io.reads_header import reference_faults as reads_reference_faults
from filiation.io.reference_check import ReferenceSummary, site_faults
from filiation.io.sheet import SampleSheet
from filiation.io.vcf_header import index_notes, read_calls, sample_faults
from filiation.io.vcf_header import reference_faults as calls_reference_faults
from filiation.io.vcf_lines import CallsSummary


@dataclass
class MemberData:
    """What was read of the members' files; compared with the reference once that is read."""

    reads: dict[str, ReadsSummary] = field(default_factory=dict)
    calls: dict[tuple[str, str], CallsSummary] = field(default_factory=dict)

    @property
    def has_cram(self) -> bool:
        """Whether any member's reads are a CRAM, whose reference has to be proven by MD5."""
        return any(summary.kind == "cram" for summary in self.reads.values())


def check_fastq_files(report: CheckReport, *, deep: bool, progress: Progress) -> None:
    """Check every FASTQ pair of the sheets, then that no file was given twice."""
    seen: list[tuple[str, FastqSummary]] = []
    for sample, units in report.sheet.units.items():
        for unit in units:
            where = f"sample {sample}, unit {unit.unit}"
            tell_long(progress, where, unit.fastq_1, unit.fastq_2)
            pair = check_fastq_pair(unit.fastq_1, unit.fastq_2, where, whole=deep, progress=progress)
            for summary in pair:
                summary.faults += _given_before(summary, seen, where)
                report.add(CheckedFile(str(summary.path), "FASTQ", where, summary.faults, summary.notes))
            seen += [(where, summary) for summary in pair]


def _given_before(summary: FastqSummary, seen: list[tuple[str, FastqSummary]], where: str) -> list[UserError]:
    """A FASTQ that was given under another sample or lane: the same file, or one that begins alike."""
    for place, other in seen:
        # Two rows that name the same path are told by the sheet already.
        if str(other.path) == str(summary.path) or not (summary.path.exists() and other.path.exists()):
            continue
        same_file = os.path.samefile(summary.path, other.path)
        if same_file or (summary.signature and summary.signature == other.signature):
            how = "is the same file as" if same_file else "begins with the same reads as"
            return [
                InputError(
                    f"{how} {other.path} of {place}",
                    where=f"{where}, {summary.path}",
                    expected="different reads for every sample and lane",
                    repair="name the file of this sample and lane",
                )
            ]
    return []


def read_members(report: CheckReport, *, deep: bool, progress: Progress) -> MemberData:
    """Read every stored BAM, CRAM, VCF and BCF of the sheets once."""
    data = MemberData()
    for sample, row in report.sheet.rows.items():
        if row.bam:
            tell_long(progress, f"sample {sample}", row.bam)
            data.reads[sample] = read_reads_header(row.bam, f"sample {sample}", whole=deep)
    for row in report.sheet.rows.values():
        if row.vcf and (row.family, row.vcf) not in data.calls:
            tell_long(progress, f"family {row.family}", row.vcf)
            earlier = [summary for (_, path), summary in data.calls.items() if path == row.vcf]
            data.calls[row.family, row.vcf] = (
                earlier[0] if earlier else read_calls(row.vcf, whole=deep, progress=progress)
            )
    return data


def compare_members(
    report: CheckReport, config: RunConfig, data: MemberData, reference: ReferenceSummary | None
) -> None:
    """Compare what the members' files say of themselves with the sheet, the reference and one another."""
    keep = config.alignment.stored_reads == "keep"
    for sample, reads in data.reads.items():
        where = f"sample {sample}"
        if not reads.faults:
            expected = report.sheet.rows[sample].read_group_sample or sample
            reads.faults += identity_faults(reads, sample, expected, where)
            reads.faults += order_faults(reads, where)
            if reference:
                reads.faults += reads_reference_faults(reads, reference, where, keep=keep)
        report.add(CheckedFile(str(reads.path), reads.kind.upper(), where, reads.faults, reads.notes))
    told: set[int] = set()
    for (family, path), calls in data.calls.items():
        where = f"family {family}"
        faults: list[UserError] = []
        if id(calls) not in told:
            if reference and not calls.faults:
                calls.faults += calls_reference_faults(calls, reference, where, same_style=True)
                calls.faults += [] if calls.faults else site_faults(calls.sites, path, calls.what)
            faults += calls.faults
        told.add(id(calls))
        if config.annotation.consequences == "existing" and calls.samples and not find_annotator(set(calls.info)):
            faults.append(_no_annotation(where, path))
        if calls.samples:
            faults += sample_faults(calls, wanted_columns(report.sheet, family, path), where)
        notes = [*calls.notes, *index_notes(path)[1]]
        report.add(CheckedFile(path, calls.kind.upper(), where, faults, notes))
    report.faults += _style_faults(data)


def _no_annotation(where: str, path: str) -> InputError:
    return InputError(
        "annotation.consequences is existing, but the stored calls carry no annotation",
        where=f"{where}, {path}",
        expected=f"INFO field {', '.join(ANNOTATORS)}",
        repair="annotate the calls, or set annotation.consequences to csq, vep or none",
    )


def wanted_columns(sheet: SampleSheet, family: str, path: str) -> dict[str, str]:
    """Column → sample of the members of a family whose calls are in one file."""
    return {
        row.vcf_sample or sample: sample
        for sample, row in sheet.rows.items()
        if row.family == family and row.vcf == path
    }


def _style_faults(data: MemberData) -> list[UserError]:
    """Files of one family whose contigs are named differently cannot be joined."""
    from filiation.model.contigs import contig_style

    faults: list[UserError] = []
    first: dict[str, tuple[str, str]] = {}
    for (family, path), calls in data.calls.items():
        style = contig_style(list(calls.contigs) or calls.contigs_used)
        if style not in ("chr", "bare"):
            continue
        other_path, other_style = first.setdefault(family, (path, style))
        if style != other_style:
            faults.append(
                InputError(
                    f"contigs are named differently in {Path(other_path).name} and {Path(path).name}",
                    where=f"family {family}, {path}",
                    expected="one style, chr1 or 1, in all files of a family",
                    repair="bcftools annotate --rename-chrs names.txt, if both are of one build",
                )
            )
    return faults
