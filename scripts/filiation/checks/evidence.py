"""Are the sources of evidence there, whole, indexed, in the columns and on the build that annotation expects?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from filiation.checks.result import CheckedFile, CheckReport
from filiation.config import FrequencySource, RunConfig
from filiation.errors import InputError, UserError
from filiation.evidence.artefacts import load_artefacts
from filiation.evidence.gene_facts import GeneFactFile, load_gene_facts
from filiation.evidence.populations import CountSource, open_count_sources
from filiation.evidence.regions import RegionFile, Regions
from filiation.evidence.scores import ScoreFile, check_score_file
from filiation.evidence.transcripts import read_mane
from filiation.frequencies.layout import is_compiled
from filiation.io.reference_check import ReferenceSummary
from filiation.io.tables import read_table
from filiation.model.columns import ANNOTATION_SHARES


def check_evidence(report: CheckReport, config: RunConfig, reference: ReferenceSummary | None) -> None:
    """Open every source of evidence as `annotate` will, and keep its fault with file and line."""
    annotation = config.annotation
    assembly = reference.build if reference else "other"
    for source in annotation.scores:
        file = ScoreFile(source.name, source.kind, source.path)
        read: Callable[[], list[str]] = partial(check_score_file, file, assembly, reference=config.reference.fasta)
        _add(report, source.path, f"{source.kind} scores", f"annotation.scores, {source.name}", read)
    for region in annotation.regions:
        read = partial(_region_notes, RegionFile(region.name, region.kind, region.path), reference)
        _add(report, region.path, "BED", f"annotation.regions, {region.name}", read)
    for fact in annotation.gene_facts:
        read = partial(_gene_fact_notes, GeneFactFile(fact.kind, fact.path))
        _add(report, fact.path, "gene facts", f"annotation.gene_facts, {fact.kind}", read)
    if path := annotation.recurrent_artefacts:
        read = partial(_artefact_notes, path)
        _add(report, path, "list of artefacts", "annotation.recurrent_artefacts", read)
    if path := annotation.mane_summary:
        _add(report, path, "MANE summary", "annotation.mane_summary", partial(_mane_notes, path, assembly))
    if path := annotation.previous_shares:
        _add(report, path, "annotation shares", "annotation.previous_shares", partial(_share_notes, path))
    for frequency in config.frequencies:
        if frequency.kind == "in-house" or frequency.in_full:
            vcf = frequency.vcf if frequency.kind == "in-house" else frequency.full_vcf
            _add(report, vcf, "counts", f"frequencies, {frequency.name}", partial(_count_notes, frequency, vcf))


def _add(report: CheckReport, path: str, kind: str, owner: str, read: Callable[[], list[str]]) -> None:
    """Keep what reading a file gave: its notes, or its fault."""
    try:
        report.add(CheckedFile(str(path), kind, owner, [], read()))
    except UserError as fault:
        report.add(CheckedFile(str(path), kind, owner, [fault]))


def _empty(content: Iterable[object]) -> list[str]:
    """A note when there is nothing in the file."""
    return [] if any(True for _ in content) else ["nothing in the file"]


def _region_notes(file: RegionFile, reference: ReferenceSummary | None) -> list[str]:
    """A fault when a line is no interval, or not one contig of a BED is in the reference."""
    regions = Regions([file], {})
    if reference and not regions.shares_contigs(reference.contigs):
        raise InputError(
            f"none of its contigs is in the reference ({', '.join(sorted(regions.contigs)[:3])})",
            where=file.path,
            expected=f"contigs of the reference: {', '.join(list(reference.contigs)[:3])} …",
            repair="give the BED of the reference's genome",
        )
    return []


def _gene_fact_notes(file: GeneFactFile) -> list[str]:
    return _empty(load_gene_facts([file]).symbols_and_ids)


def _artefact_notes(path: str) -> list[str]:
    return _empty(load_artefacts(path))


def _share_notes(path: str) -> list[str]:
    return _empty(read_table(path, ANNOTATION_SHARES).rows)


def _mane_notes(path: str, assembly: str) -> list[str]:
    """MANE is defined on GRCh38; elsewhere it gives a transcript's status but no RefSeq name."""
    notes = _empty(read_mane(path))
    if assembly == "GRCh37":
        notes.append("MANE is defined on GRCh38: on GRCh37 names stay on the transcripts of the gene models")
    return notes


def _count_notes(source: FrequencySource, vcf: str) -> list[str]:
    """Open a source of counts with the fields that the configuration names."""
    own = source.kind == "in-house"
    if is_compiled(vcf):
        raise InputError(
            "a compiled side-car, which holds neither carriers nor filtering frequencies",
            where=vcf,
            expected="the VCF that it was compiled from",
            repair="name the VCF in vcf (kind: in-house) or in faf_vcf, or take faf, groups and alleles out",
        )
    wanted = CountSource(
        source.name,
        vcf,
        af=source.af if own else "",
        faf="" if own else source.faf or "",
        carriers=(source.carriers or "") if own else "",
        families=(source.families or "") if own else "",
        groups="" if own else source.groups or "",
        alleles="" if own else source.alleles or "",
        coverage="" if own else source.coverage or "",
    )
    with open_count_sources([wanted]):
        return [] if not own or source.families else ["no field of families: the own family is counted too"]
