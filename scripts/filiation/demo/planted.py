"""Which cases are planted in the simulated family, and what must the analysis say of each?

Eleven variants: every class of inheritance a trio is sequenced for, one de novo that the data cannot prove
because the father has no reads there, one that a parent carries as a low mosaic, one off the panel, and two
decoys that must not be reported. Each lies 12 bp or more inside a coding exon, 300 bp or more from repeats
and from every other variant of the family, and its consequence is real: it is read back from the gene model
(`consequences`). Frequencies and ClinVar entries are invented with them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from filiation.demo.alleles import Allele, left_align
from filiation.demo.consequences import consequence
from filiation.demo.genes import Gene
from filiation.demo.genome import Genome
from filiation.demo.settings import FATHER, MOTHER, Settings
from filiation.model.inheritance import Inheritance, Status

CLEARANCE = 300
EXON_EDGE = 12
# Half of the stretch without reads of the father, around the variant.
MASK_HALF_WIDTH = 500
NOT_REPORTED = "not_reported"
ONE_SUBMITTER = "criteria_provided,_single_submitter"
TWO_SUBMITTERS = "criteria_provided,_multiple_submitters,_no_conflicts"


@dataclass(frozen=True)
class Case:
    """One planted variant as it is wanted, before its place is chosen."""

    id: str
    gene: str
    consequence: str
    expected_class: str
    description_fr: str
    description_en: str
    expected_status: str | None = Status.SUPPORTED
    from_father: bool = False
    from_mother: bool = False
    # Copy of the boy on which a new mutation arose: 0 paternal (four in five are, in people), 1 maternal.
    new_on_copy: int | None = None
    frequency: float | None = None
    clinvar: tuple[str, str] | None = None
    # What ClinVar says a year later, in the release that `filiation reanalyse` can be tried with; None: the same.
    clinvar_later: tuple[str, str] | None = None
    unread_in: str | None = None
    mosaic_in: str | None = None


@dataclass(frozen=True)
class Planted:
    """A case with its allele and its gene."""

    case: Case
    allele: Allele
    gene: Gene


CASES: tuple[Case, ...] = (
    Case(
        "de_novo_missense",
        "SCN2A",
        "missense_variant",
        Inheritance.DE_NOVO,
        "faux-sens de novo dans un gène dominant du panel",
        "de novo missense in a dominant gene of the panel",
        new_on_copy=0,
        clinvar=("Pathogenic", ONE_SUBMITTER),
    ),
    Case(
        "de_novo_frameshift",
        "SYNGAP1",
        "frameshift_variant",
        Inheritance.DE_NOVO,
        "décalage du cadre de lecture de novo dans un gène dominant du panel",
        "de novo frameshift in a dominant gene of the panel",
        new_on_copy=0,
    ),
    Case(
        "recessive_homozygote",
        "TRAPPC9",
        "stop_gained",
        Inheritance.AUTOSOMAL_RECESSIVE,
        "codon stop homozygote, un allèle de chaque parent hétérozygote",
        "homozygous stop codon, one allele from each heterozygous parent",
        from_father=True,
        from_mother=True,
        frequency=0.0008,
        clinvar=("Pathogenic/Likely_pathogenic", TWO_SUBMITTERS),
    ),
    Case(
        "compound_paternal",
        "MAN1B1",
        "frameshift_variant",
        Inheritance.COMPOUND_HETEROZYGOUS,
        "hétérozygote composite, allèle reçu du père",
        "compound heterozygote, allele from the father",
        from_father=True,
    ),
    Case(
        "compound_maternal",
        "MAN1B1",
        "missense_variant",
        Inheritance.COMPOUND_HETEROZYGOUS,
        "hétérozygote composite, allèle reçu de la mère",
        "compound heterozygote, allele from the mother",
        from_mother=True,
        frequency=0.0003,
    ),
    Case(
        "x_linked_hemizygote",
        "KDM5C",
        "missense_variant",
        Inheritance.X_LINKED,
        "faux-sens hémizygote chez le garçon, mère hétérozygote",
        "hemizygous missense in the boy, mother heterozygous",
        from_mother=True,
        clinvar=("Likely_pathogenic", ONE_SUBMITTER),
        clinvar_later=("Likely_benign", TWO_SUBMITTERS),
    ),
    Case(
        "de_novo_off_panel",
        "MYBPC3",
        "stop_gained",
        Inheritance.DE_NOVO,
        "codon stop de novo dans un gène hors panel : signalé hors panel",
        "de novo stop codon in a gene off the panel: reported as off panel",
        new_on_copy=0,
    ),
    Case(
        "de_novo_father_unread",
        "ARID1B",
        "stop_gained",
        Inheritance.DOMINANT_UNKNOWN_ORIGIN,
        "de novo en vérité, mais le père n'a aucune lecture ici : origine inconnue, jamais « de novo »",
        "truly de novo, but the father has no read here: origin unknown, never called de novo",
        expected_status=Status.POSSIBLE,
        new_on_copy=0,
        unread_in=FATHER,
    ),
    Case(
        "mosaic_mother",
        "GRIN2B",
        "missense_variant",
        Inheritance.PARENTAL_MOSAIC,
        "hétérozygote chez l'enfant, mosaïque faible (environ 12 % des lectures) chez la mère",
        "heterozygous in the child, low mosaic (about 12 % of the reads) in the mother",
        new_on_copy=1,
        mosaic_in=MOTHER,
        clinvar_later=("Pathogenic", ONE_SUBMITTER),
    ),
    Case(
        "decoy_common",
        "FOXP1",
        "missense_variant",
        NOT_REPORTED,
        "leurre : faux-sens fréquent (10 % de la population), reçu du père",
        "decoy: common missense (10 % of the population), from the father",
        expected_status=None,
        from_father=True,
        frequency=0.10,
        clinvar=("Benign", TWO_SUBMITTERS),
    ),
    Case(
        "decoy_benign",
        "ANKRD11",
        "missense_variant",
        NOT_REPORTED,
        "leurre : faux-sens rare d'allure de novo, classé bénin par plusieurs laboratoires",
        "decoy: rare missense that looks de novo, classified benign by several laboratories",
        expected_status=None,
        new_on_copy=0,
        frequency=0.0002,
        clinvar=("Benign", TWO_SUBMITTERS),
        clinvar_later=("Likely_pathogenic", TWO_SUBMITTERS),
    ),
)


def _interior(gene: Gene) -> np.ndarray:
    """Coding positions that lie well inside an exon, and between 5 % and 80 % of the protein."""
    coding = gene.coding_positions
    inner = coding[len(coding) // 20 : len(coding) * 4 // 5]
    keep = np.zeros(len(inner), bool)
    for start, end in gene.cds:
        keep |= (inner >= start + EXON_EDGE) & (inner < end - EXON_EDGE)
    return inner[keep]


def _alleles_at(genome: Genome, contig: str, position: int, wanted: str) -> list[Allele]:
    """The alleles worth trying at a position: the three other bases, or the loss of an unrepeated base."""
    if wanted != "frameshift_variant":
        ref = genome.text(contig, position, position + 1)
        return [Allele(contig, position, ref, alt) for alt in "ACGT" if alt != ref]
    before, lost, after = (genome.text(contig, position + step, position + step + 1) for step in (-1, 0, 1))
    if lost in (before, after):
        return []
    return [Allele(contig, position - 1, before + lost, before)]


def choose_allele(case: Case, gene: Gene, genome: Genome, taken: list[Allele], rng: np.random.Generator) -> Allele:
    """An allele with the wanted consequence, clear of repeats and of the alleles already `taken`."""
    sequence = genome.sequences[gene.contig]
    for position in rng.permutation(_interior(gene)):
        site = int(position)
        crowded = any(other.contig == gene.contig and abs(other.position - site) <= 2 * CLEARANCE for other in taken)
        if crowded or genome.near_difficult(gene.contig, site, CLEARANCE):
            continue
        for allele in _alleles_at(genome, gene.contig, site, case.consequence):
            if consequence(gene, sequence, allele) == case.consequence:
                if left_align(sequence, allele) != allele:
                    continue
                return allele
    raise ValueError(f"no place for case {case.id} in {gene.symbol}")


def plant(genome: Genome, genes: list[Gene], settings: Settings) -> list[Planted]:
    """All cases with their alleles."""
    rng = settings.generator("planted")
    by_symbol = {gene.symbol: gene for gene in genes}
    planted: list[Planted] = []
    for case in CASES:
        gene = by_symbol[case.gene]
        taken = [other.allele for other in planted]
        planted.append(Planted(case, choose_allele(case, gene, genome, taken, rng), gene))
    return planted


def unread_intervals(planted: list[Planted], member: str) -> list[tuple[str, int, int]]:
    """Stretches (contig, start, end; 0-based half-open) where a member has no reads."""
    return [
        (item.allele.contig, item.allele.position - MASK_HALF_WIDTH, item.allele.position + MASK_HALF_WIDTH)
        for item in planted
        if item.case.unread_in == member
    ]
