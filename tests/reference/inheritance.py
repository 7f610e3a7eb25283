"""Carrier states and inheritance patterns, told person by person and pattern by pattern in the words of the field."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

PATTERNS = (
    "de_novo",
    "parental_mosaic",
    "autosomal_recessive",
    "compound_heterozygous",
    "x_linked",
    "y_linked",
    "mitochondrial",
    "dominant_inherited",
    "dominant_unknown_origin",
)
NO, POSSIBLE, SUPPORTED = 0, 1, 2
# What a healthy relative may carry when penetrance is reduced.
PENETRANCE = ("x_linked", "y_linked", "dominant_inherited", "dominant_unknown_origin")


def at_least(successes: int, trials: int, probability: Fraction) -> Fraction:
    """P(K >= successes), by adding up the binomial distribution."""
    return sum(
        (
            math.comb(trials, k) * probability**k * (1 - probability) ** (trials - k)
            for k in range(max(successes, 0), trials + 1)
        ),
        Fraction(0),
    )


@dataclass(frozen=True)
class Limits:
    """The thresholds that the states need."""

    min_depth: int
    min_genotype_quality: float
    sequencing_error_rate: float
    mosaic_p_value: float
    heterozygote_p_value: float
    max_mosaic_fraction: float
    max_reference_alt_fraction: float


def state(
    genotype: int | None,
    quality: float | None,
    ref_depth: int | None,
    alt_depth: int | None,
    depth: int | None,
    limits: Limits,
) -> str:
    """unknown, absent, low_fraction, carrier or homozygous, as one member's fields say; None is missing."""
    if genotype is None:
        return "unknown"
    both_known = ref_depth is not None and alt_depth is not None
    reads = ref_depth + alt_depth if both_known else 0
    if (
        genotype < 2
        and both_known
        and alt_depth >= 2
        and Fraction(alt_depth, reads) <= Fraction(limits.max_mosaic_fraction)
    ):
        more_than_error = at_least(alt_depth, reads, Fraction(limits.sequencing_error_rate)) < limits.mosaic_p_value
        fewer_than_half = 1 - at_least(alt_depth + 1, reads, Fraction(1, 2)) < limits.heterozygote_p_value
        if more_than_error and fewer_than_half:
            return "low_fraction"
    if genotype == 2:
        return "homozygous"
    if genotype == 1:
        return "carrier"
    # Called without the allele: only data make that an absence.
    known_reads = depth
    if known_reads is None and ref_depth is not None:
        known_reads = reads
    if known_reads is None and quality is None:
        return "unknown"
    if known_reads is not None and known_reads < limits.min_depth:
        return "unknown"
    if quality is not None and quality < limits.min_genotype_quality:
        return "unknown"
    if both_known and reads and alt_depth >= 2 and alt_depth / reads > limits.max_reference_alt_fraction:
        return "unknown"
    return "absent"


@dataclass(frozen=True)
class Person:
    """One member at one variant: what the data say, sex (male, female, unknown), affection (the same three words)."""

    state: str
    sex: str = "unknown"
    affection: str = "unknown"

    @property
    def carries(self) -> bool:
        """The allele is there in every cell."""
        return self.state in ("carrier", "homozygous")

    @property
    def healthy(self) -> bool:
        """Declared unaffected."""
        return self.affection == "unaffected"

    @property
    def ill(self) -> bool:
        """Declared affected."""
        return self.affection == "affected"

    def all_copies(self, contig_class: str) -> bool:
        """Every copy this person has carries the allele: two copies, or the only X or Y of a man."""
        return self.state == "homozygous" or (self.carries and self.sex == "male" and contig_class in ("X", "Y"))


@dataclass(frozen=True)
class Case:
    """A family at one variant."""

    proband: Person
    father: Person
    mother: Person
    siblings: tuple[Person, ...]
    contig_class: str
    posterior: float | None
    sure_from: float
    possible_from: float
    reduced_penetrance: bool = False
    # The parent called a heterozygote on reads that fit a mosaic better: father, mother or None.
    suspected: str | None = None

    @property
    def parents(self) -> tuple[Person, Person]:
        """Father and mother."""
        return self.father, self.mother


def patterns(case: Case) -> dict[str, int]:
    """Cell of every pattern."""
    cells = dict.fromkeys(PATTERNS, NO)
    if case.proband.state in ("unknown", "absent"):
        return cells
    boy = case.proband.sex == "male"
    if case.contig_class == "mitochondrial":
        cells["de_novo"] = _de_novo(case, [case.mother])
        cells["mitochondrial"] = _from_one(case, case.mother)
    elif case.contig_class == "Y":
        if case.proband.sex != "female":
            cells["de_novo"] = _de_novo(case, [case.father])
            cells["y_linked"] = _from_one(case, case.father)
            if case.father.carries and case.father.healthy:
                cells["y_linked"] = POSSIBLE if case.reduced_penetrance else NO
    elif case.contig_class == "X" and boy:
        healthy_father = case.father.carries and case.father.healthy
        if case.reduced_penetrance or not healthy_father:
            cells["de_novo"] = _de_novo(case, [case.mother])
            cells["parental_mosaic"] = SUPPORTED if case.mother.state == "low_fraction" else NO
            cells["x_linked"] = min(_mother_of_a_boy(case), POSSIBLE if healthy_father else SUPPORTED)
    elif case.proband.all_copies(case.contig_class):
        name = "x_linked" if case.contig_class == "X" else "autosomal_recessive"
        cells[name] = min(_half_of_a_homozygote(parent, case.contig_class) for parent in case.parents)
    else:
        cells["de_novo"] = _de_novo(case, list(case.parents))
        cells["parental_mosaic"] = _mosaic(case)
        cells["dominant_inherited"] = _dominant(case)
        cells["dominant_unknown_origin"] = _unknown_origin(case)
        if not any(parent.healthy and parent.all_copies(case.contig_class) for parent in case.parents):
            cells["compound_heterozygous"] = POSSIBLE
        if case.contig_class == "X" and cells["dominant_inherited"] == NO and case.mother.carries:
            # A healthy mother with one copy is no objection: inactivation may be skewed; with two copies she is.
            cells["x_linked"] = NO if case.mother.healthy and case.mother.state == "homozygous" else POSSIBLE
    cells["parental_mosaic"] = max(cells["parental_mosaic"], _suspected(case))
    if cells["de_novo"] != NO and any(sibling.carries for sibling in case.siblings):
        # Two children with what no parent shows: a germline mosaic, or a mother's low mitochondrial share.
        second = "mitochondrial" if case.contig_class == "mitochondrial" else "parental_mosaic"
        cells[second] = max(cells[second], POSSIBLE)
    for name in PATTERNS:
        for sibling in case.siblings:
            if _contradicts(name, sibling, case):
                forgiven = case.reduced_penetrance and sibling.healthy and name in PENETRANCE
                cells[name] = min(cells[name], POSSIBLE if forgiven else NO)
    return cells


def _de_novo(case: Case, could_pass: list[Person]) -> int:
    """Absent from every parent who could have passed it; the posterior decides how sure."""
    if any(parent.state != "absent" for parent in could_pass):
        return NO
    if case.posterior is None:
        return POSSIBLE
    return (case.posterior >= case.possible_from) + (case.posterior >= case.sure_from)


def _too_thin(case: Case, could_pass: list[Person]) -> bool:
    """Every parent who could have passed it was read and lacks it, but so weakly that it is no de novo either."""
    return all(parent.state == "absent" for parent in could_pass) and _de_novo(case, could_pass) == NO


def _from_one(case: Case, parent: Person) -> int:
    """The only parent who passes this chromosome carries it, or may."""
    if _too_thin(case, [parent]):
        return POSSIBLE
    return {"unknown": POSSIBLE, "absent": NO}.get(parent.state, SUPPORTED)


def _mother_of_a_boy(case: Case) -> int:
    """A carrier mother; a healthy mother with two copies speaks against, an undeclared one leaves it open."""
    mother = case.mother
    if _too_thin(case, [mother]):
        return POSSIBLE
    if mother.state == "carrier" or (mother.state == "homozygous" and mother.ill):
        return SUPPORTED
    open_question = mother.state == "unknown" or (mother.state == "homozygous" and not mother.healthy)
    return POSSIBLE if open_question else NO


def _half_of_a_homozygote(parent: Person, contig_class: str) -> int:
    """What one parent says of a child with two copies."""
    if parent.all_copies(contig_class):
        return {"unaffected": NO, "affected": SUPPORTED, "unknown": POSSIBLE}[parent.affection]
    # A parent who lacks it may hide a deletion; the child may have both copies from one parent.
    return SUPPORTED if parent.state == "carrier" else POSSIBLE


def _mosaic(case: Case) -> int:
    """Few reads of one parent, and the other does not simply carry it."""
    some = [parent.state == "low_fraction" for parent in case.parents]
    if not any(some) or any(parent.carries for parent in case.parents):
        return NO
    # In both at once it is likelier an artefact of mapping.
    return SUPPORTED if any(parent.state == "absent" for parent in case.parents) else POSSIBLE


def _suspected(case: Case) -> int:
    """A heterozygote by the call may be a mosaic by the reads, if nobody else can have passed the allele."""
    if case.suspected is None or case.contig_class in ("Y", "mitochondrial"):
        return NO
    one, other = (case.father, case.mother) if case.suspected == "father" else (case.mother, case.father)
    if one.state != "carrier" or one.all_copies(case.contig_class):
        return NO
    if case.contig_class == "X" and case.proband.sex == "male":
        return NO if case.father.carries and case.father.healthy else POSSIBLE
    return POSSIBLE if case.proband.state != "homozygous" and other.state == "absent" else NO


def suspected_parent(
    genotypes: list[int | None], ref_depth: list[int | None], alt_depth: list[int | None], limits: Limits, rare: float
) -> str | None:
    """father, mother or None, of proband, father and mother; `rare`: the p-value of a heterozygote that suspects."""

    def seldom(p: int, below: float) -> bool:
        reads = ref_depth[p] + alt_depth[p]
        return 1 - at_least(alt_depth[p] + 1, reads, Fraction(1, 2)) < below

    known = [ref is not None and alt is not None for ref, alt in zip(ref_depth, alt_depth, strict=True)]
    if not genotypes[0] or not known[0] or seldom(0, limits.heterozygote_p_value):
        return None
    found = []
    for p, name in ((1, "father"), (2, "mother")):
        if genotypes[p] != 1 or not known[p] or alt_depth[p] < 2:
            continue
        reads = ref_depth[p] + alt_depth[p]
        few = Fraction(alt_depth[p], reads) <= Fraction(limits.max_mosaic_fraction)
        error = at_least(alt_depth[p], reads, Fraction(limits.sequencing_error_rate))
        if few and error < limits.mosaic_p_value and seldom(p, rare):
            found.append(name)
    return found[0] if len(found) == 1 else None


def _dominant(case: Case) -> int:
    """Every affected parent carries it, no healthy parent does (unless penetrance is reduced)."""
    carriers = [parent for parent in case.parents if parent.carries]
    if not carriers:
        return NO
    if any(parent.healthy for parent in carriers):
        return POSSIBLE if case.reduced_penetrance else NO
    ill_carrier = any(parent.ill for parent in carriers)
    # Two affected parents may have two causes; that leaves it open only.
    other_cause = any(parent.ill and parent.state in ("absent", "low_fraction") for parent in case.parents)
    if ill_carrier:
        unread = any(parent.state == "unknown" for parent in case.parents)
        return POSSIBLE if unread or other_cause else SUPPORTED
    # A carrier of whom nobody said whether she is affected leaves it open.
    undeclared = any(parent.affection == "unknown" for parent in carriers)
    return POSSIBLE if undeclared else NO


def _unknown_origin(case: Case) -> int:
    """No parent is known to carry it, and one of them has no data, or the data of both are too thin."""
    if _too_thin(case, list(case.parents)):
        return POSSIBLE
    known = any(parent.carries for parent in case.parents)
    return POSSIBLE if not known and any(parent.state == "unknown" for parent in case.parents) else NO


def _contradicts(name: str, sibling: Person, case: Case) -> bool:
    """Whether a brother or sister with data speaks against a pattern, under full penetrance."""
    if sibling.state == "unknown" or sibling.affection == "unknown":
        return False
    full = sibling.all_copies(case.contig_class)
    recessive = ("autosomal_recessive", "x_linked", "compound_heterozygous")
    dominant = ("dominant_inherited", "dominant_unknown_origin")
    if sibling.ill:
        if sibling.state == "absent":
            return name in (*recessive, "dominant_inherited", "y_linked")
        return name == "autosomal_recessive" and not full
    if full and name in recessive:
        return True
    if sibling.carries and name in dominant:
        return True
    return sibling.carries and name == "y_linked" and case.contig_class == "Y"
