"""One annotated record as the rules see it: genes, genotypes of every member, the screen's evidence, ClinVar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filiation.calls.clinvar import ClinVarEntry
from filiation.calls.consequences import Consequence, csq_layout, parse_consequences, used_annotator
from filiation.calls.frequencies import NOT_ANNOTATED
from filiation.errors import InputError
from filiation.evidence.fields import VariantFacts, read_variant_facts
from filiation.io.files import check_bgzf_blocks, require_file
from filiation.model.contigs import ContigClass, Interval, classify
from filiation.model.inheritance import Inheritance
from filiation.model.pedigree import Family
from filiation.scoring.compound import PhaseTag


@dataclass(frozen=True)
class MemberCall:
    """What the caller wrote of one member; None is missing. likelihoods : PL as text; phase_set : PS, else PID."""

    genotype: str
    ref_depth: int | None
    alt_depth: int | None
    depth: int | None
    genotype_quality: int | None
    likelihoods: str | None = None
    phase_set: str | None = None

    def summary(self) -> str:
        """`0/1:14,12:99`, with `.` for what is missing."""
        depths = [self.ref_depth, self.alt_depth]
        reads = ",".join("." if d is None else str(d) for d in depths)
        quality = "." if self.genotype_quality is None else str(self.genotype_quality)
        return f"{self.genotype}:{reads}:{quality}"


NO_CALL = MemberCall("./.", None, None, None, None)


@dataclass
class Evidence:
    """Everything known of one record before the rules."""

    chrom: str
    pos: int
    ref: str
    alt: str
    contig_class: ContigClass
    caller_filter: str
    consequences: list[Consequence]
    annotated: bool
    calls: dict[str, MemberCall]
    patterns: dict[Inheritance, str]
    states: tuple[int, ...]
    posterior: float | None
    rungs: tuple[str, ...]
    weak_proband: bool
    population_af: float | None
    population_source: str
    population_homozygotes: int | None
    population_hemizygotes: int | None
    clinvar: ClinVarEntry | None
    clinvar_state: str
    phase: PhaseTag | None = None
    log10_odds: float | None = None
    facts: VariantFacts = field(default_factory=VariantFacts)

    @property
    def key(self) -> str:
        """`chrom-pos-ref-alt`."""
        return f"{self.chrom}-{self.pos}-{self.ref}-{self.alt}"


def _integer(value: Any) -> int | None:
    """A FORMAT number as int, None when missing."""
    return None if value is None else round(float(value))


def member_call(call: Any) -> MemberCall:
    """A member's FORMAT fields as `MemberCall`."""
    alleles = call.allele_indices or (None,)
    sign = "|" if call.phased else "/"
    genotype = sign.join("." if allele is None else str(allele) for allele in alleles)
    depths = call.get("AD") or (None, None)
    if not isinstance(depths, tuple) or len(depths) < 2:
        depths = (None, None)
    return MemberCall(
        genotype,
        _integer(depths[0]),
        _integer(depths[1]),
        _integer(call.get("DP")),
        _integer(call.get("GQ")),
        _likelihoods(call.get("PL")),
        _phase_set(call),
    )


def _likelihoods(values: Any) -> str | None:
    """PL as the caller wrote it; None when it is missing."""
    if not isinstance(values, tuple) or all(value is None for value in values):
        return None
    return ",".join("." if value is None else str(value) for value in values)


def _phase_set(call: Any) -> str | None:
    """PS, else GATK's PID."""
    found = call.get("PS")
    if found is None:
        found = call.get("PID")
    return None if found is None else str(found)


def phase_tag(chrom: str, call: Any) -> PhaseTag | None:
    """Phase set and copy of a heterozygous call: PS with a phased genotype, else PID and PGT of GATK.

    A phased genotype without a phase set says nothing here: some callers write `|` for every call.
    """
    alleles = call.allele_indices or ()
    phase_set = call.get("PS")
    if call.phased and phase_set is not None and sorted(allele or 0 for allele in alleles) == [0, 1]:
        return PhaseTag(f"{chrom}:PS:{phase_set}", alleles.index(1))
    name, genotype = call.get("PID"), str(call.get("PGT") or "")
    if name and genotype in ("0|1", "1|0"):
        return PhaseTag(f"{chrom}:PID:{name}", genotype.split("|").index("1"))
    return None


def _as_tuple(value: Any) -> tuple[Any, ...]:
    """An INFO value as a tuple, whatever its declared number."""
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _clinvar_text(value: Any) -> str:
    """ClinVar's words as ClinVar writes them; `annotate` stores their commas as &."""
    return str(value or "").replace("&", ",")


def read_evidence(variants: str | Path, family: Family, pseudoautosomal: tuple[Interval, ...]) -> Iterator[Evidence]:
    """Every record of an annotated BCF; stops when the screen's fields are not there."""
    import pysam

    check_bgzf_blocks(require_file(variants, "annotated calls"), "annotated calls")
    with pysam.VariantFile(str(variants)) as source:
        declared = set(source.header.info)
        if "INHERITANCE" not in declared:
            raise InputError(
                "INFO/INHERITANCE is not declared",
                where=str(variants),
                expected="calls that went through `filiation screen`",
                repair="run `filiation screen`, then `filiation annotate`",
            )
        annotator = used_annotator(source.header)
        layout = csq_layout(str(source.header.info["CSQ"].description), str(variants)) if annotator == "CSQ" else None
        has_clinvar = "CLINVAR_SIGNIFICANCE" in declared
        for record in source:
            yield _evidence(record, family, annotator, layout, has_clinvar, pseudoautosomal)


def genes_of_records(variants: str | Path) -> set[str]:
    """Symbols of every gene that the annotated records name."""
    import pysam

    with pysam.VariantFile(str(require_file(variants, "annotated calls"))) as source:
        return {effect.gene for record in source for effect in read_variant_facts(record).genes if effect.gene}


def _evidence(
    record: Any,
    family: Family,
    annotator: str | None,
    layout: list[str] | None,
    has_clinvar: bool,
    pseudoautosomal: tuple[Interval, ...],
) -> Evidence:
    """One record as Evidence."""
    info = record.info
    patterns = {}
    for item in _as_tuple(info.get("INHERITANCE")):
        name, _, status = str(item).partition(":")
        if status:
            patterns[Inheritance(name)] = status
    significance = _clinvar_text(info.get("CLINVAR_SIGNIFICANCE")) if has_clinvar else ""
    clinvar = None
    if significance and significance != "not_found":
        review = _clinvar_text(info.get("CLINVAR_REVIEW"))
        clinvar = ClinVarEntry(significance, review, str(info.get("CLINVAR_ID") or ""))
    af = info.get("POPULATION_AF")
    homozygotes, hemizygotes = info.get("POPULATION_HOMOZYGOTES"), info.get("POPULATION_HEMIZYGOTES")
    posterior = info.get("DE_NOVO_POSTERIOR")
    log10_odds = info.get("DE_NOVO_LOG10_ODDS")
    return Evidence(
        chrom=record.chrom,
        pos=record.pos,
        ref=record.ref,
        alt=record.alts[0],
        contig_class=classify(record.chrom, record.pos - 1, pseudoautosomal),
        caller_filter=";".join(record.filter.keys()) or "PASS",
        consequences=parse_consequences(info.get(annotator), annotator, layout, ref=record.ref, alt=record.alts[0])
        if annotator
        else [],
        annotated=annotator is not None,
        calls={sample: member_call(record.samples[sample]) for sample in family.samples},
        patterns=patterns,
        states=tuple(int(state) for state in _as_tuple(info.get("CARRIER_STATES"))),
        posterior=None if posterior is None else float(posterior),
        log10_odds=None if log10_odds is None else round(float(log10_odds), 3),
        rungs=tuple(str(rung) for rung in _as_tuple(info.get("EVIDENCE_RUNG"))),
        weak_proband=bool(info.get("WEAK_PROBAND")),
        population_af=None if af is None else float(af),
        population_source=str(info.get("POPULATION_SOURCE") or NOT_ANNOTATED),
        population_homozygotes=None if homozygotes is None else int(homozygotes),
        population_hemizygotes=None if hemizygotes is None else int(hemizygotes),
        clinvar=clinvar,
        clinvar_state=clinvar.significance if clinvar else ("not_found" if has_clinvar else NOT_ANNOTATED),
        phase=phase_tag(record.chrom, record.samples[family.proband.sample]),
        facts=read_variant_facts(record),
    )
