"""The inheritance classes a candidate can be reported under, and how sure the genotypes make them."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Inheritance(StrEnum):
    """Why a variant of the index case could explain the disorder."""

    DE_NOVO = "de_novo"
    PARENTAL_MOSAIC = "parental_mosaic"
    AUTOSOMAL_RECESSIVE = "autosomal_recessive"
    COMPOUND_HETEROZYGOUS = "compound_heterozygous"
    X_LINKED = "x_linked"
    Y_LINKED = "y_linked"
    MITOCHONDRIAL = "mitochondrial"
    DOMINANT_INHERITED = "dominant_inherited"
    DOMINANT_UNKNOWN_ORIGIN = "dominant_unknown_origin"


class Status(StrEnum):
    """`supported`: every member who matters has data and agrees. `possible`: a member without data leaves it
    open; such a call is shown, never dropped and never called proven."""

    SUPPORTED = "supported"
    POSSIBLE = "possible"


class CompoundPhase(IntEnum):
    """Whether two variants of one gene lie on different copies; the codes are those of `kernels.compound_het`.

    Proven: one from each parent, both with data at both sites, or different copies by the phase tags of the calls.
    Probable: each has another parent as its likely origin, and a parent lacks data at a site. Possible: nothing
    says, or parents and reads contradict each other. Only a proven pair has the status `supported`.
    """

    NOT_A_PAIR = 0
    CIS = 1
    TRANS_POSSIBLE = 2
    TRANS_PROBABLE = 3
    TRANS_PROVEN = 4

    @property
    def word(self) -> str:
        """`trans_proven`, `trans_probable`, `trans_possible`, `cis` or `not_a_pair`."""
        return self.name.lower()

    @property
    def status(self) -> Status:
        """Status of a candidate that rests on such a pair."""
        return Status.SUPPORTED if self is CompoundPhase.TRANS_PROVEN else Status.POSSIBLE


class PhaseEvidence(IntEnum):
    """What the phase of a pair rests on; the codes are those of `kernels.compound_het`."""

    NOTHING = 0
    RELATIVES = 1
    PARENTS = 2
    READS = 3
    CONFLICT = 4

    @property
    def word(self) -> str:
        """`parents`, `reads` (phase tags of the calls), `conflict` of the two, `relatives` or `nothing`."""
        return self.name.lower()


class CarrierState(IntEnum):
    """What a member's data say of an alternate allele; the codes are those of `kernels.inheritance`.

    UNKNOWN is a member without enough data there: neither carrier nor free of the allele. LOW_FRACTION is a
    share of reads above error and below a heterozygote.
    """

    UNKNOWN = -1
    ABSENT = 0
    LOW_FRACTION = 1
    CARRIER = 2
    HOMOZYGOUS = 3


MEANING: dict[Inheritance, str] = {
    Inheritance.DE_NOVO: "present in the index case, absent from both parents, who have reads there",
    Inheritance.PARENTAL_MOSAIC: "few reads of a parent carry the allele: more than error, fewer than a heterozygote",
    Inheritance.AUTOSOMAL_RECESSIVE: "two copies in the index case, one from each parent",
    Inheritance.COMPOUND_HETEROZYGOUS: "two variants of one gene, one from each parent (or one de novo)",
    Inheritance.X_LINKED: "on the X outside the pseudoautosomal regions: hemizygous boy, or a girl by an X-linked mode",
    Inheritance.Y_LINKED: "on the Y outside the pseudoautosomal regions",
    Inheritance.MITOCHONDRIAL: "on the mitochondrial genome: inherited from the mother or new",
    Inheritance.DOMINANT_INHERITED: "one copy, inherited from an affected parent",
    Inheritance.DOMINANT_UNKNOWN_ORIGIN: "one copy; a parent without enough data could carry it, or it is de novo",
}
