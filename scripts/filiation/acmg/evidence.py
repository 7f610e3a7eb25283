"""What must be known of a variant to judge the criteria? Plain facts, each of which may be unknown."""

from __future__ import annotations

from dataclasses import dataclass, field

from filiation.model.consequence import ConsequenceGroup, group_of

NULL_TERMS = (
    "stop_gained",
    "frameshift_variant",
    "splice_acceptor_variant",
    "splice_donor_variant",
    "start_lost",
    "transcript_ablation",
)
IN_FRAME_TERMS = ("inframe_insertion", "inframe_deletion", "inframe_altering")
SILENT_TERMS = ("synonymous_variant", "stop_retained_variant", "start_retained_variant")

CONFIRMED, ASSUMED, CONTRADICTED = "confirmed", "assumed", "contradicted"


@dataclass(frozen=True)
class GeneEvidence:
    """What is known of the gene; None is unknown.

    modes : modes of inheritance of its diseases, of AD, AR, XL, MT; None: no source knows the gene.
    validity : best gene-disease validity in the words of ClinGen or GenCC, '' when there is none.
    haploinsufficiency : ClinGen dosage score for loss, '' when there is none.
    """

    symbol: str = ""
    loeuf: float | None = None
    pli: float | None = None
    missense_z: float | None = None
    haploinsufficiency: str = ""
    modes: frozenset[str] | None = None
    validity: str = ""


@dataclass(frozen=True)
class PartnerEvidence:
    """The other half of a compound pair: its class (pathogenic, likely_pathogenic or another), and the phase."""

    key: str
    acmg_class: str
    trans_proven: bool


@dataclass(frozen=True)
class VariantEvidence:
    """One variant on one gene, in one family.

    term : Sequence Ontology term on the transcript shown; '' without annotation. pattern, status : inheritance class
    and how sure (model.inheritance). nmd : expected, escapes or ''. parentage : confirmed, assumed or contradicted.
    population_state : found, not_found (looked for and absent), or why nobody knows; population_alleles : chromosomes
    that the source counted there; population_depth : its median depth there. in_repeat : None when no source
    of low-complexity regions was configured. recheck : agrees, contradicts, undecided, or ''.
    """

    term: str = ""
    pattern: str = ""
    status: str = ""
    mitochondrial: bool = False
    x_linked: bool = False
    transcript_status: str = ""
    hgvs_c: str = ""
    hgvs_p: str = ""
    nmd: str = ""
    protein_position: int | None = None
    protein_length: int | None = None
    exon_coding_bases: int | None = None
    gene: GeneEvidence = field(default_factory=GeneEvidence)
    population_state: str = "not_annotated"
    population_af: float | None = None
    population_faf: float | None = None
    population_alleles: int | None = None
    population_depth: float | None = None
    homozygotes: int | None = None
    revel: float | None = None
    alphamissense: float | None = None
    cadd: float | None = None
    spliceai: float | None = None
    in_repeat: bool | None = None
    parentage: str = ASSUMED
    parentage_text: str = "no quality table"
    parents_healthy: bool = True
    recheck: str = ""
    posterior: float | None = None
    hpo_score: float | None = None
    hpo_text: str = ""
    partners: tuple[PartnerEvidence, ...] = ()
    homozygous_run: str = ""
    clinvar_id: str = ""
    relatives: str = ""

    @property
    def recessive(self) -> bool:
        """Whether the inheritance class needs two copies."""
        return self.pattern in ("autosomal_recessive", "compound_heterozygous")

    @property
    def in_frame_exon(self) -> bool | None:
        """Whether skipping the exon that is hit keeps the reading frame; None when its length is unknown."""
        return None if not self.exon_coding_bases else self.exon_coding_bases % 3 == 0

    @property
    def null(self) -> bool:
        """Whether the term is one of a null variant."""
        return self.term in NULL_TERMS

    @property
    def missense(self) -> bool:
        """Whether one amino acid is exchanged for another."""
        return self.term == "missense_variant"

    @property
    def coding_or_splice(self) -> bool:
        """Whether the term is of the coding groups; unannotated variants are not."""
        return bool(self.term) and group_of(self.term) in (
            ConsequenceGroup.LOSS_OF_FUNCTION,
            ConsequenceGroup.MISSENSE_OR_INFRAME,
            ConsequenceGroup.SPLICE_REGION,
        )
