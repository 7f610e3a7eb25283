"""The truth table of segregation, from the textbook: which genotypes of the relatives a mode expects, allows, forbids.

A person shows one of four things at a site: `0` no copy, `1` one copy of two, `A` every copy (two of two, or a man's
only X or Y), `?` no data. Each mode says of each relative, by health, which of them is expected (E), open (o: it would
take a further event, or nobody can tell) or contradicts it (x). A mode is supported when all is as expected, possible
when something is open, and out when anything contradicts it. Nothing here knows how the kernel decides.
"""

from __future__ import annotations

from dataclasses import dataclass

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
VERDICT = {"E": SUPPORTED, "o": POSSIBLE, "x": NO}

# Health of the relative → what the relative shows → expected, open, contradiction.
Expectation = dict[str, dict[str, str]]
CARRIER_PARENT: Expectation = {
    # The parent of a child with two copies: healthy with one. None: a deletion, a disomy, allele drop-out.
    "unaffected": {"0": "o", "1": "E", "A": "x", "?": "o"},
    "affected": {"0": "o", "1": "E", "A": "E", "?": "o"},
    "unknown": {"0": "o", "1": "E", "A": "o", "?": "o"},
}
MOTHER_OF_A_BOY: Expectation = {
    # On his X, which is hers: without the allele in her it is not inherited.
    "unaffected": {"0": "x", "1": "E", "A": "x", "?": "o"},
    "affected": {"0": "x", "1": "E", "A": "E", "?": "o"},
    "unknown": {"0": "x", "1": "E", "A": "o", "?": "o"},
}
FATHER_ON_Y: Expectation = {
    "unaffected": {"0": "x", "A": "x", "?": "o"},
    "affected": {"0": "x", "A": "E", "?": "o"},
    "unknown": {"0": "x", "A": "E", "?": "o"},
}
MITOCHONDRIAL_MOTHER: Expectation = {
    # Any share in her is the origin, whatever her health: a low share may not make ill.
    health: {"0": "x", "1": "E", "A": "E", "?": "o"}
    for health in ("unaffected", "affected", "unknown")
}
DOMINANT_PARENT: Expectation = {
    # Affected and carrier go together; an affected parent without the allele has another cause.
    "unaffected": {"0": "E", "1": "x", "A": "x", "?": "o"},
    "affected": {"0": "o", "1": "E", "A": "E", "?": "o"},
    "unknown": {"0": "E", "1": "o", "A": "o", "?": "o"},
}


@dataclass(frozen=True)
class Relative:
    """A relative as the data show them: `0`, `1`, `A` or `?`; unaffected, affected or unknown."""

    shows: str
    health: str = "unknown"

    @property
    def carries(self) -> bool:
        """At least one copy was seen."""
        return self.shows in "1A"

    @property
    def healthy_carrier(self) -> bool:
        """Seen to carry it, and declared unaffected."""
        return self.carries and self.health == "unaffected"


@dataclass(frozen=True)
class Question:
    """One variant in one family; posterior None: not evaluable."""

    child: str
    father: Relative
    mother: Relative
    sex: str
    place: str
    posterior: float | None
    siblings: tuple[Relative, ...] = ()
    reduced_penetrance: bool = False


def shows(genotype: str, *, has_data: bool, single_copy: bool) -> str:
    """What a call shows. 0/0 without data is no absence; one allele seen where there is one copy is every copy."""
    if "." in genotype or ("1" not in genotype and not has_data):
        return "?"
    if "1" not in genotype:
        return "0"
    return "A" if single_copy or "0" not in genotype else "1"


def single_copy(sex: str, place: str) -> bool:
    """Whether a person has one copy of the place."""
    return sex == "male" and place in ("X", "Y")


def _judge(*verdicts: str) -> int:
    """Out when anything contradicts, possible when anything is open, else supported."""
    return min(VERDICT[verdict] for verdict in verdicts)


def truth(question: Question) -> dict[str, int]:
    """NO, POSSIBLE or SUPPORTED for each pattern."""
    cells = dict.fromkeys(PATTERNS, NO)
    if question.child not in ("1", "A"):
        return cells
    modes = {"mitochondrial": _mitochondrial, "Y": _y, "X": _x}
    cells |= modes.get(question.place, _two_copies_or_one)(question)
    passing = _could_pass(question)
    if passing and all(parent.shows == "0" for parent in passing) and _new_is_possible(question):
        cells["de_novo"] = _by_posterior(question.posterior)
        if cells["de_novo"] == NO:
            # Parents who were read and lack it, but so thinly that it is no de novo either: the origin stays open.
            place = {"mitochondrial": "mitochondrial", "Y": "y_linked"}.get(question.place, "dominant_unknown_origin")
            if question.place == "X" and question.sex == "male":
                place = "x_linked"
            cells[place] = max(cells[place], POSSIBLE)
    boy_on_x = question.place == "X" and question.sex == "male"
    if boy_on_x and question.father.healthy_carrier and not question.reduced_penetrance:
        # A healthy man with the allele on his only X: it does no harm to men, however the boy came by it.
        return dict.fromkeys(PATTERNS, NO)
    return _with_siblings(question, cells)


def _could_pass(question: Question) -> list[Relative]:
    """Parents who give the child this piece of genome."""
    if question.place == "mitochondrial" or (question.place == "X" and question.sex == "male"):
        return [question.mother]
    if question.place == "Y":
        return [] if question.sex == "female" else [question.father]
    return [question.father, question.mother]


def _new_is_possible(question: Question) -> bool:
    """One new copy explains one copy; two copies at once are not new."""
    return (
        question.child == "1" or question.place in ("mitochondrial", "Y") or single_copy(question.sex, question.place)
    )


def _by_posterior(posterior: float | None) -> int:
    if posterior is None:
        return POSSIBLE
    return SUPPORTED if posterior >= 0.5 else POSSIBLE if posterior >= 0.01 else NO


def _mitochondrial(question: Question) -> dict[str, int]:
    mother = question.mother
    return {"mitochondrial": _judge(MITOCHONDRIAL_MOTHER[mother.health][mother.shows])}


def _y(question: Question) -> dict[str, int]:
    if question.sex == "female":
        return {}
    father = question.father
    if father.healthy_carrier and question.reduced_penetrance:
        return {"y_linked": POSSIBLE}
    return {"y_linked": _judge(FATHER_ON_Y[father.health][father.shows])}


def _x(question: Question) -> dict[str, int]:
    father, mother = question.father, question.mother
    if question.sex == "male":
        from_mother = MOTHER_OF_A_BOY[mother.health][mother.shows]
        return {"x_linked": _judge(from_mother, "o" if father.healthy_carrier else "E")}
    cells = _two_copies_or_one(question)
    if question.child == "A":
        # Two copies in a girl: her father is hemizygous, her mother a carrier.
        return {"x_linked": cells["autosomal_recessive"]}
    mother_may = mother.carries and not (mother.shows == "A" and mother.health == "unaffected")
    if mother_may and cells["dominant_inherited"] == NO:
        # One copy from her mother, who may be spared by skewed inactivation.
        cells["x_linked"] = POSSIBLE
    return cells


def _two_copies_or_one(question: Question) -> dict[str, int]:
    parents = (question.father, question.mother)
    if question.child == "A":
        return {"autosomal_recessive": _judge(*(CARRIER_PARENT[parent.health][parent.shows] for parent in parents))}
    cells = {"dominant_inherited": _dominant(question), "dominant_unknown_origin": NO}
    seen = any(parent.carries for parent in parents)
    if not seen and any(parent.shows == "?" for parent in parents):
        cells["dominant_unknown_origin"] = POSSIBLE
    harmless = any(parent.shows == "A" and parent.health == "unaffected" for parent in parents)
    cells["compound_heterozygous"] = NO if harmless else POSSIBLE
    return cells


def _dominant(question: Question) -> int:
    parents = (question.father, question.mother)
    carriers = [parent for parent in parents if parent.carries]
    if not carriers:
        return NO
    if any(parent.healthy_carrier for parent in carriers):
        return POSSIBLE if question.reduced_penetrance else NO
    # An undeclared carrier beside an affected one changes nothing; alone, nobody knows whether the disorder follows.
    explained = any(parent.health == "affected" for parent in carriers)
    verdicts = []
    for parent in parents:
        verdict = DOMINANT_PARENT[parent.health][parent.shows]
        verdicts.append("E" if explained and parent.carries else verdict)
    return _judge(*verdicts)


# Patterns that a sibling contradicts under full penetrance, by the sibling's health and what the sibling shows.
INHERITED = ("autosomal_recessive", "x_linked", "dominant_inherited", "compound_heterozygous", "y_linked")
CONTRADICTED = {
    ("affected", "0"): INHERITED,
    ("affected", "1"): ("autosomal_recessive",),
    ("unaffected", "1"): ("dominant_inherited", "dominant_unknown_origin"),
    ("unaffected", "A"): (
        "autosomal_recessive",
        "compound_heterozygous",
        "x_linked",
        "dominant_inherited",
        "dominant_unknown_origin",
    ),
}
FORGIVEN = ("x_linked", "y_linked", "dominant_inherited", "dominant_unknown_origin")


def _with_siblings(question: Question, cells: dict[str, int]) -> dict[str, int]:
    """What brothers and sisters take away, and the germline mosaic that a second carrier reveals."""
    if cells["de_novo"] != NO and any(sibling.carries for sibling in question.siblings):
        revealed = "mitochondrial" if question.place == "mitochondrial" else "parental_mosaic"
        cells[revealed] = max(cells[revealed], POSSIBLE)
    for sibling in question.siblings:
        contradicted = set(CONTRADICTED.get((sibling.health, sibling.shows), ()))
        if sibling.healthy_carrier and question.place == "Y":
            contradicted.add("y_linked")
        for pattern in contradicted:
            forgiven = question.reduced_penetrance and sibling.health == "unaffected" and pattern in FORGIVEN
            cells[pattern] = min(cells[pattern], POSSIBLE if forgiven else NO)
    return cells
