"""Which facts travel with a variant from `annotate` to `prioritise`, and how are they written into its record?

`annotate` writes them as INFO of the annotated BCF with `write_facts`; every reader goes through
`read_variant_facts`. A value that is None is unknown; why it is unknown stands in `VariantFacts.states`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from filiation.model.consequence import severity

# States of a source for one variant. None of them is a value of zero.
FOUND, NOT_FOUND = "found", "not_found"
NOT_APPLICABLE, NOT_ANNOTATED = "not_applicable", "not_annotated"

MANE_SELECT, MANE_PLUS_CLINICAL, CANONICAL, OTHER = "MANE_Select", "MANE_Plus_Clinical", "canonical", "other"
TRANSCRIPT_STATUSES = (MANE_SELECT, MANE_PLUS_CLINICAL, CANONICAL, OTHER)

# Names of the sources in ANNOTATION_STATES, in the order they are written.
SOURCES = (
    "population",
    "population_faf",
    "inhouse",
    "clinvar",
    "hgvs",
    "cadd",
    "revel",
    "spliceai",
    "alphamissense",
    "low_complexity",
    "segmental_duplication",
    "recurrent_artefact",
    "protein_domain",
)

# The annotator was asked and names no domain there; an empty cell says that it was not asked.
_NO_DOMAIN = "none"

DATE_HEADER = "filiation_clinvar_date"

HEADER_LINES = (
    '##INFO=<ID=HGVSG,Number=1,Type=String,Description="Genomic HGVS name (percent-encoded)">',
    '##INFO=<ID=TRANSCRIPT_FACTS,Number=.,Type=String,Description="One item per gene: '
    "gene|gene_id|transcript|status|term|worst_term|hgvs_c|hgvs_p|exon|intron|protein_position|protein_length|nmd|"
    'exon_coding_bases|noncoding_disease|protein_domain|others; each percent-encoded">',
    '##INFO=<ID=CADD_PHRED,Number=1,Type=Float,Description="CADD, phred-scaled">',
    '##INFO=<ID=REVEL,Number=1,Type=Float,Description="REVEL">',
    '##INFO=<ID=SPLICEAI_MAX,Number=1,Type=Float,Description="Largest SpliceAI delta score">',
    '##INFO=<ID=SPLICEAI_DETAIL,Number=1,Type=String,Description="AG, AL, DG, DL: score@distance">',
    '##INFO=<ID=ALPHAMISSENSE,Number=1,Type=Float,Description="AlphaMissense pathogenicity">',
    '##INFO=<ID=POPULATION_FAF,Number=1,Type=Float,Description="Highest filtering allele frequency over the sources">',
    '##INFO=<ID=POPULATION_BY_GROUP,Number=1,Type=String,Description="Frequency by ancestry group: nfe:0.001|afr:0">',
    '##INFO=<ID=POPULATION_COVERAGE,Number=1,Type=String,Description="alleles:counted|median:depth|over_20:share">',
    '##INFO=<ID=DBSNP_ID,Number=.,Type=String,Description="rs numbers of the frequency source, else of ClinVar">',
    '##INFO=<ID=VRS_ID,Number=1,Type=String,Description="GA4GH VRS 2.0 identifier of the allele">',
    '##INFO=<ID=INHOUSE_AF,Number=1,Type=Float,Description="Allele frequency in the laboratory\'s own families">',
    '##INFO=<ID=INHOUSE_CARRIERS,Number=1,Type=Integer,Description="Carriers in the laboratory\'s own families">',
    '##INFO=<ID=INHOUSE_SPLIT,Number=1,Type=String,Description="Own families with affected and with unaffected '
    'carriers; own: how often this family is among them: affected:3|unaffected:1|own:1">',
    '##INFO=<ID=REGION_FLAGS,Number=.,Type=String,Description="low_complexity, segmental_duplication">',
    '##INFO=<ID=RECURRENT_ARTEFACT,Number=1,Type=String,Description="Entry of the list of artefacts (encoded)">',
    '##INFO=<ID=ANNOTATION_STATES,Number=.,Type=String,Description="source:found, not_found, not_applicable or '
    'not_annotated">',
)
INFO_NAMES = tuple(line.split("ID=")[1].split(",")[0] for line in HEADER_LINES)


@dataclass(frozen=True)
class TranscriptEffect:
    """The effect of the allele on one transcript; a text that is '' is unknown or does not apply."""

    transcript: str
    status: str
    term: str
    hgvs_c: str = ""
    hgvs_p: str = ""


@dataclass(frozen=True)
class GeneEffect:
    """The effect of the allele on one gene, told on the transcript that is shown first.

    transcript : with its version; MANE Select where the gene has one, else MANE Plus Clinical, canonical, then the
        most severe. status : one of TRANSCRIPT_STATUSES.
    term : Sequence Ontology term on that transcript. worst_term : the most severe over all transcripts of the gene;
        it decides whether the record is considered.
    exon, intron : number/number of them; '' outside.
    nmd : expected or escapes, for a change that makes an early stop; else ''.
    protein_position : first residue that changes, from 1; protein_length : residues of the transcript's protein.
    exon_coding_bases : coding bases of the exon hit, or of the exon next to the splice site hit.
    noncoding_disease : disease of a gene whose product is an RNA, from resources/genes/noncoding_disease_genes.tsv.
    protein_domain : domains of the protein there by the annotator (VEP's DOMAINS): Pfam:PF00069&SMART:SM00220; '' where
        it says none, None where it does not speak of domains.
    others : MANE Plus Clinical, and the most severe other transcript where its effect differs.
    """

    gene: str
    gene_id: str
    transcript: str
    status: str
    term: str
    worst_term: str
    hgvs_c: str = ""
    hgvs_p: str = ""
    exon: str = ""
    intron: str = ""
    protein_position: int | None = None
    protein_length: int | None = None
    nmd: str = ""
    exon_coding_bases: int | None = None
    noncoding_disease: str = ""
    others: tuple[TranscriptEffect, ...] = ()
    protein_domain: str | None = None

    @property
    def other_transcripts(self) -> str:
        """The column of that name: transcript:status:consequence:hgvs_c:hgvs_p separated by |."""
        return "|".join(
            ":".join(part or "." for part in (other.transcript, other.status, other.term, other.hgvs_c, other.hgvs_p))
            for other in self.others
        )

    @property
    def snrna_disease_gene(self) -> bool:
        """Whether an RNA of this gene, not a protein, is what a known disease comes from (RNU4-2, RMRP, TERC …)."""
        return bool(self.noncoding_disease)


@dataclass(frozen=True)
class VariantFacts:
    """Everything that the configured sources say of one allele; None and '' are unknown, `states` says why."""

    hgvs_g: str = ""
    genes: tuple[GeneEffect, ...] = ()
    cadd_phred: float | None = None
    revel: float | None = None
    spliceai_max: float | None = None
    spliceai_detail: str = ""
    alphamissense: float | None = None
    population_faf: float | None = None
    population_by_group: str = ""
    population_coverage: str = ""
    dbsnp_id: str = ""
    vrs_id: str = ""
    inhouse_af: float | None = None
    inhouse_carriers: int | None = None
    inhouse_split: str = ""
    clinvar_stars: int | None = None
    clinvar_date: str = ""
    clinvar_conflict: str = ""
    region_flags: tuple[str, ...] = ()
    recurrent_artefact: str = ""
    states: dict[str, str] = field(default_factory=dict)

    def of_gene(self, gene: str) -> GeneEffect | None:
        """The effect on a gene, by symbol or gene id; None when it is not among them."""
        return next((effect for effect in self.genes if gene and gene in (effect.gene, effect.gene_id)), None)

    def state(self, source: str) -> str:
        """State of one of SOURCES; a source nobody spoke of is not annotated."""
        return self.states.get(source, NOT_ANNOTATED)

    def coverage(self, name: str) -> float | None:
        """One number of population_coverage: alleles, median or over_20; None where it is unknown."""
        pairs = (item.split("=", 1) for item in self.population_coverage.split(";") if "=" in item)
        return next((float(value) for key, value in pairs if key == name), None)

    @property
    def states_text(self) -> str:
        """The column annotation_states: source:state separated by ;."""
        return ";".join(f"{source}:{self.state(source)}" for source in SOURCES)


def effects_by_severity(effects: Iterable[GeneEffect]) -> tuple[GeneEffect, ...]:
    """Genes with the most severe effect over all transcripts first."""
    return tuple(sorted(effects, key=lambda effect: (severity(effect.worst_term), effect.gene, effect.gene_id)))


def _encoded(text: Any) -> str:
    return "" if text is None else quote(str(text), safe="()*>+")


def _number(text: str) -> int | None:
    return int(text) if text else None


def _gene_text(effect: GeneEffect) -> str:
    """One item of TRANSCRIPT_FACTS."""
    others = "&".join(
        "/".join(_encoded(part) for part in (other.transcript, other.status, other.term, other.hgvs_c, other.hgvs_p))
        for other in effect.others
    )
    values = (
        *(effect.gene, effect.gene_id, effect.transcript, effect.status, effect.term, effect.worst_term),
        *(effect.hgvs_c, effect.hgvs_p, effect.exon, effect.intron, effect.protein_position, effect.protein_length),
        *(effect.nmd, effect.exon_coding_bases, effect.noncoding_disease),
        _NO_DOMAIN if effect.protein_domain == "" else effect.protein_domain,
    )
    return "|".join([*(_encoded(value) for value in values), others])


def _domain(text: str) -> str | None:
    """Domains of one item; records of earlier versions say nothing of them."""
    return "" if text == _NO_DOMAIN else text or None


def _gene_effect(text: str) -> GeneEffect:
    """The reverse of `_gene_text`."""
    *cells, others = text.split("|")
    values = [unquote(cell) for cell in cells]
    gene, gene_id, transcript, status, term, worst, hgvs_c, hgvs_p, exon, intron = values[:10]
    return GeneEffect(
        gene=gene,
        gene_id=gene_id,
        transcript=transcript,
        status=status,
        term=term,
        worst_term=worst,
        hgvs_c=hgvs_c,
        hgvs_p=hgvs_p,
        exon=exon,
        intron=intron,
        protein_position=_number(values[10]),
        protein_length=_number(values[11]),
        nmd=values[12],
        exon_coding_bases=_number(values[13]),
        noncoding_disease=values[14],
        protein_domain=_domain(values[15] if len(values) > 15 else ""),
        others=tuple(
            TranscriptEffect(*(unquote(part) for part in other.split("/"))) for other in others.split("&") if other
        ),
    )


def declare(header: Any) -> None:
    """Declare every field of ours in the header of the annotated calls, in place of what the input declared."""
    for name, line in zip(INFO_NAMES, HEADER_LINES, strict=True):
        if name in header.info:
            header.info.remove_header(name)
        header.add_line(line)


def write_facts(record: Any, facts: VariantFacts) -> None:
    """Write the facts into INFO of a record whose header went through `declare`; unknown values are left out."""
    numbers = {
        "CADD_PHRED": facts.cadd_phred,
        "REVEL": facts.revel,
        "SPLICEAI_MAX": facts.spliceai_max,
        "ALPHAMISSENSE": facts.alphamissense,
        "POPULATION_FAF": facts.population_faf,
        "INHOUSE_AF": facts.inhouse_af,
        "INHOUSE_CARRIERS": facts.inhouse_carriers,
    }
    texts = {
        "HGVSG": _encoded(facts.hgvs_g),
        "SPLICEAI_DETAIL": facts.spliceai_detail,
        "RECURRENT_ARTEFACT": _encoded(facts.recurrent_artefact),
        "POPULATION_BY_GROUP": packed(facts.population_by_group),
        "POPULATION_COVERAGE": packed(facts.population_coverage),
        "INHOUSE_SPLIT": packed(facts.inhouse_split),
        "VRS_ID": facts.vrs_id,
    }
    lists = {
        "TRANSCRIPT_FACTS": tuple(_gene_text(effect) for effect in facts.genes),
        "REGION_FLAGS": facts.region_flags,
        "DBSNP_ID": tuple(facts.dbsnp_id.split(",")) if facts.dbsnp_id else (),
        "ANNOTATION_STATES": tuple(f"{source}:{facts.state(source)}" for source in SOURCES),
    }
    info = record.info
    for name, number in numbers.items():
        if number is not None:
            info[name] = number
    for name, value in {**texts, **lists}.items():
        if value:
            info[name] = value


def packed(text: str) -> str:
    """`a=1;b=2` as an INFO value: neither sign may stand in one."""
    return text.replace("=", ":").replace(";", "|")


def _unpacked(value: Any) -> str:
    return str(value or "").replace(":", "=").replace("|", ";")


def _single(value: Any) -> float | None:
    """A BCF float as written: seven digits are what four bytes hold."""
    return None if value is None else float(f"{float(value):.7g}")


def _items(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(part) for part in value) if isinstance(value, tuple) else (str(value),)


def clinvar_date(header: Any) -> str:
    """Date of the ClinVar release that `annotate` used, '' when none."""
    return next((str(line.value) for line in header.records if line.key == DATE_HEADER), "")


def read_variant_facts(record: Any) -> VariantFacts:
    """The facts of one annotated record (pysam.VariantRecord); a file without them gives unknowns throughout."""
    info, declared = record.info, set(record.header.info)

    def value(name: str) -> Any:
        return info.get(name) if name in declared else None

    carriers, stars = value("INHOUSE_CARRIERS"), value("CLINVAR_STARS")
    return VariantFacts(
        hgvs_g=unquote(str(value("HGVSG") or "")),
        genes=tuple(_gene_effect(item) for item in _items(value("TRANSCRIPT_FACTS"))),
        cadd_phred=_single(value("CADD_PHRED")),
        revel=_single(value("REVEL")),
        spliceai_max=_single(value("SPLICEAI_MAX")),
        spliceai_detail=str(value("SPLICEAI_DETAIL") or ""),
        alphamissense=_single(value("ALPHAMISSENSE")),
        population_faf=_single(value("POPULATION_FAF")),
        population_by_group=_unpacked(value("POPULATION_BY_GROUP")),
        population_coverage=_unpacked(value("POPULATION_COVERAGE")),
        dbsnp_id=",".join(_items(value("DBSNP_ID"))),
        vrs_id=str(value("VRS_ID") or ""),
        inhouse_af=_single(value("INHOUSE_AF")),
        inhouse_carriers=None if carriers is None else int(carriers),
        inhouse_split=_unpacked(value("INHOUSE_SPLIT")),
        clinvar_stars=None if stars is None else int(stars),
        clinvar_date=clinvar_date(record.header),
        clinvar_conflict=str(value("CLINVAR_CONFLICT") or "").replace("&", ","),
        region_flags=_items(value("REGION_FLAGS")),
        recurrent_artefact=unquote(str(value("RECURRENT_ARTEFACT") or "")),
        states=dict(item.split(":", 1) for item in _items(value("ANNOTATION_STATES"))),
    )
