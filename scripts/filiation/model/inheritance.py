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
