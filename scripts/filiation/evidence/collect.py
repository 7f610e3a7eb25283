"""Every configured source, open: what do they say of one record?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filiation.evidence.artefacts import load_artefacts
from filiation.evidence.effects import TranscriptItem, gene_effects, load_noncoding_diseases
from filiation.evidence.fields import FOUND, NOT_ANNOTATED, NOT_APPLICABLE, NOT_FOUND, GeneEffect, VariantFacts
from filiation.evidence.hgvs import Namer, is_sequence
from filiation.evidence.hgvs_second import Disagreement, Named, SecondReading
from filiation.evidence.populations import Counts, CountSource, CountSources, open_count_sources
from filiation.evidence.regions import KINDS as REGION_KINDS
from filiation.evidence.regions import RegionFile, Regions
from filiation.evidence.scores import Score, ScoreFile, Scores, open_scores
from filiation.evidence.transcripts import Transcript, TranscriptIndex, load_transcripts, read_mane
from filiation.evidence.vrs import VrsNamer, load_refget
from filiation.io.files import require_file
from filiation.io.vcf_build import require_build
from filiation.model.contigs import bare_name, detect_assembly

# Terms on which REVEL and AlphaMissense have an opinion.
_MISSENSE = {"missense_variant", "protein_altering_variant"}


@dataclass(frozen=True)
class EvidenceSources:
    """The files that a record is looked up in; None and empty are sources that were not configured."""

    reference: str | Path | None = None
    genes_gff3: str | Path | None = None
    mane_summary: str | Path | None = None
    noncoding_genes: str | Path | None = None
    refget: str | Path | None = None
    scores: Sequence[ScoreFile] = ()
    regions: Sequence[RegionFile] = ()
    artefacts: str | Path | None = None
    inhouse: Sequence[CountSource] = ()
    faf: Sequence[CountSource] = ()
    family: str = ""


@dataclass
class Collector:
    """Looks records up in every source; one per run of `annotate`."""

    sources: EvidenceSources
    scores: Scores
    regions: Regions | None
    artefacts: Mapping[tuple[str, int, str, str], str] | None
    inhouse: CountSources
    faf: CountSources
    noncoding: Mapping[str, str]
    index: TranscriptIndex | None = None
    namer: Namer | None = None
    vrs: VrsNamer | None = None
    transcripts: Mapping[str, Transcript] = field(default_factory=dict)
    _named: list[Named] = field(default_factory=list)

    def facts(
        self,
        chrom: str,
        position: int,
        ref: str,
        alt: str,
        items: Sequence[TranscriptItem],
        *,
        clinvar_state: str,
        population_state: str,
        clinvar_dbsnp: Sequence[str] = (),
        written: Mapping[str, Score | None] | None = None,
    ) -> VariantFacts:
        """Everything known of one allele.

        position : 0-based; items : what the annotator says of it; clinvar_dbsnp : rs numbers that ClinVar gives it.
        written : by kind, the score that the annotator wrote, None where it has the field without a value.
        """
        states = {"clinvar": clinvar_state, "population": population_state}
        genes = gene_effects(
            items,
            chrom,
            position,
            ref,
            alt,
            index=self.index,
            namer=self.namer,
            noncoding_diseases=self.noncoding,
        )
        self._remember(genes, position, ref, alt)
        found = self._scores(chrom, position, ref, alt, genes, states, written or {})
        faf = self._counts("population_faf", self.faf, chrom, position, ref, alt, states)
        inhouse = self._counts("inhouse", self.inhouse, chrom, position, ref, alt, states)
        flags = self.regions.at(chrom, position) if self.regions else ()
        for kind in REGION_KINDS:
            known = self.regions is not None and kind in self.regions.kinds
            states[kind] = NOT_ANNOTATED if not known else FOUND if kind in flags else NOT_FOUND
        artefact = ""
        if self.artefacts is not None:
            artefact = self.artefacts.get((bare_name(chrom), position + 1, ref, alt), "")
            states["recurrent_artefact"] = FOUND if artefact else NOT_FOUND
        splice = found.get("spliceai")
        return VariantFacts(
            hgvs_g=self.namer.genomic(chrom, position, ref, alt) if self.namer else "",
            genes=genes,
            cadd_phred=_value(found.get("cadd")),
            revel=_value(found.get("revel")),
            spliceai_max=_value(splice),
            spliceai_detail=splice.detail if splice else "",
            alphamissense=_value(found.get("alphamissense")),
            population_faf=faf.faf,
            population_by_group=";".join(f"{group}={value:.4g}" for group, value in faf.groups),
            population_coverage=self._coverage(faf, chrom, position),
            dbsnp_id=",".join(faf.dbsnp or clinvar_dbsnp),
            vrs_id=self.vrs.name(chrom, position, ref, alt) if self.vrs else "",
            inhouse_af=inhouse.af,
            inhouse_carriers=inhouse.carriers,
            inhouse_split=inhouse.split,
            region_flags=flags,
            recurrent_artefact=artefact,
            states={**states, "hgvs": self._hgvs_state(genes, ref, alt), "protein_domain": _domain_state(genes)},
        )

    def _scores(
        self,
        chrom: str,
        position: int,
        ref: str,
        alt: str,
        genes: Sequence[GeneEffect],
        states: dict[str, str],
        written: Mapping[str, Score | None],
    ) -> dict[str, Score]:
        """Scores of the allele, of a file before the annotator's; one that does not speak of it is not applicable."""
        found: dict[str, Score] = {}
        missense = any(_MISSENSE & {gene.term, gene.worst_term} for gene in genes)
        for kind in ("cadd", "revel", "spliceai", "alphamissense"):
            if kind not in self.scores.kinds and kind not in written:
                states[kind] = NOT_ANNOTATED
            elif (kind in ("revel", "alphamissense") and not missense) or (kind == "spliceai" and not genes):
                states[kind] = NOT_APPLICABLE
            else:
                score = (
                    self.scores.find(kind, chrom, position + 1, ref, alt)
                    if kind in self.scores.kinds
                    else written[kind]
                )
                states[kind] = FOUND if score else NOT_FOUND
                if score:
                    found[kind] = score
        return found

    def _counts(
        self, name: str, sources: CountSources, chrom: str, position: int, ref: str, alt: str, states: dict[str, str]
    ) -> Counts:
        """What some sources say of the allele."""
        if not sources:
            states[name] = NOT_ANNOTATED
            return Counts()
        found = sources.find(chrom, position + 1, ref, alt, self.sources.family)
        known = (
            found is not None and (found.faf if name == "population_faf" else (found.af, found.carriers)) is not None
        )
        states[name] = FOUND if known else NOT_FOUND
        return found or Counts()

    def _coverage(self, found: Counts, chrom: str, position: int) -> str:
        """`alleles=1613998;median=32;over_20=0.98`: how well the population source saw the site."""
        counted = "" if found.alleles is None else f"alleles={found.alleles}"
        return ";".join(filter(None, (counted, self.faf.coverage(chrom, position + 1))))

    def _hgvs_state(self, genes: Sequence[GeneEffect], ref: str, alt: str) -> str:
        """Whether names could be given; an allele that touches no gene has none but its genomic one."""
        if any(gene.hgvs_c or gene.hgvs_p for gene in genes):
            return FOUND
        if self.namer is None:
            return NOT_ANNOTATED
        return NOT_FOUND if genes or not is_sequence(ref, alt) else NOT_APPLICABLE

    def _remember(self, genes: Sequence[GeneEffect], position: int, ref: str, alt: str) -> None:
        """Keep the names for the second reading."""
        for gene in genes:
            model = self.transcripts.get(gene.transcript.split(".")[0])
            if model is not None and gene.hgvs_c and bare_name(model.contig) != "MT":
                self._named.append(Named(model, position, ref, alt, gene.hgvs_c, gene.hgvs_p))

    def second_reading(self) -> tuple[int, list[Disagreement]]:
        """(names that the other engine gives too, those that differ)."""
        if self.namer is None or not self._named:
            return 0, []
        return SecondReading(self.namer).compare(self._named)


def _domain_state(genes: Sequence[GeneEffect]) -> str:
    """Whether the annotator names a domain; outside of proteins there is none to name."""
    asked = [gene for gene in genes if gene.protein_domain is not None]
    if not asked:
        return NOT_ANNOTATED
    if any(gene.protein_domain for gene in asked):
        return FOUND
    return NOT_FOUND if any(gene.protein_position is not None for gene in asked) else NOT_APPLICABLE


def _value(score: Score | None) -> float | None:
    return score.value if score else None


@contextmanager
def open_evidence(
    sources: EvidenceSources, records: Mapping[str, Sequence[int]], lengths: Mapping[str, int]
) -> Iterator[Collector]:
    """Open everything that is configured. records : 0-based positions of the family's records by contig.

    lengths : contigs of the family's calls. Stops at the first source that is missing, cut, of another build or kind.
    """
    import pysam

    assembly = detect_assembly(dict(lengths))
    for source in (*sources.inhouse, *sources.faf):
        require_build(source.vcf, "counts", lengths)
    with ExitStack() as stack:
        index = namer = vrs = None
        transcripts: dict[str, Transcript] = {}
        if sources.genes_gff3 and sources.reference:
            mane = read_mane(sources.mane_summary) if sources.mane_summary else None
            loaded = load_transcripts(sources.genes_gff3, records, mane, contigs=lengths)
            transcripts = {transcript.name: transcript for transcript in loaded}
            index = TranscriptIndex(loaded)
            reference = require_file(sources.reference, "reference FASTA")
            fasta = stack.enter_context(pysam.FastaFile(str(reference)))
            names = {bare_name(name): name for name in fasta.references}

            def fetch(contig: str, start: int, end: int) -> str:
                name = names.get(bare_name(contig))
                return str(fasta.fetch(name, start, end)) if name and start < end else ""

            namer = Namer(fetch, assembly)
            if sources.refget:
                sizes = {bare_name(name): fasta.get_reference_length(name) for name in fasta.references}
                vrs = VrsNamer(fetch, sizes, load_refget(sources.refget))
        yield Collector(
            sources,
            stack.enter_context(open_scores(sources.scores, assembly)),
            Regions(sources.regions, records) if sources.regions else None,
            load_artefacts(sources.artefacts) if sources.artefacts else None,
            stack.enter_context(open_count_sources(sources.inhouse)),
            stack.enter_context(open_count_sources(sources.faf)),
            load_noncoding_diseases(sources.noncoding_genes) if sources.noncoding_genes else {},
            index,
            namer,
            vrs,
            transcripts,
        )
