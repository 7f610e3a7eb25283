"""Which files may a configuration name as sources of evidence, and what is said of each? The models of those keys."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

# Ids become folder names, read groups and wildcards: only these characters, so that nothing needs quoting.
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
HPO_PATTERN = r"^HP:\d{7}$"
# Snakemake would take braces for wildcards; control characters have no place in a path.
PATH_PATTERN = r"^[^{}\x00-\x1f]+$"


class Closed(BaseModel):
    """A group of keys that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FrequencySource(Closed):
    """One source of allele frequencies of a population."""

    name: str = Field(pattern=r"^[A-Za-z0-9._-]+$", description="Name shown in the report, with its version.")
    # A comma separates the options of --frequency.
    vcf: str = Field(
        pattern=r"^[^{},\x00-\x1f]+$",
        description="Side-car of `filiation resources compile` (fast; its own fields and coverage), or VCF or BCF, "
        "sorted and indexed.",
    )
    af: str = Field("AF", pattern=r"^[A-Za-z0-9_.]+$", description="INFO field of the allele frequency.")
    homozygotes: str = Field(
        "nhomalt", pattern=r"^[A-Za-z0-9_.]+$", description="INFO field of the homozygote count, where there is one."
    )
    hemizygotes: str | None = Field(
        None, pattern=r"^[A-Za-z0-9_.]+$", description="INFO field of the hemizygote count on X and Y: AC_XY, AC_Hemi."
    )
    kind: Literal["population", "in-house"] = Field(
        "population",
        description="in-house: the laboratory's own families, as VCF; shown, never used to remove a record.",
    )
    faf: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_.]+$",
        description="INFO field of the filtering allele frequency (95 %): fafmax_faf95_max in gnomAD 4.",
    )
    faf_vcf: str | None = Field(
        None,
        pattern=r"^[^{},\x00-\x1f]+$",
        description="VCF to read faf, groups and alleles from, when vcf is a compiled side-car.",
    )
    groups: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_.]*\*[A-Za-z0-9_.]*$",
        description="INFO fields of the frequency by ancestry group, * for the group: AF_joint_* in gnomAD 4.1.",
    )
    alleles: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_.]+$",
        description="INFO field of the number of chromosomes counted at the site: AN_joint in gnomAD 4.1.",
    )
    coverage: str | None = Field(
        None,
        pattern=r"^[^{},\x00-\x1f]+$",
        description="Depth of the source at every site: table of `filiation resources prepare gnomad_coverage`.",
    )
    carriers: str | None = Field(
        None, pattern=r"^[A-Za-z0-9_.]+$", description="INFO field of the number of carriers, for kind: in-house."
    )
    families: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_.]+$",
        description="INFO field with the families of an allele, for kind: in-house; this one is left out.",
    )
    affected: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_.]+$",
        description="INFO field of the families with an affected carrier, for kind: in-house.",
    )
    unaffected: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_.]+$",
        description="INFO field of the families with an unaffected carrier, for kind: in-house.",
    )

    @property
    def in_full(self) -> bool:
        """Whether annotation looks more up in it than the screen does."""
        return self.kind == "population" and any((self.faf, self.groups, self.alleles, self.coverage))

    @property
    def full_vcf(self) -> str:
        """The VCF that annotation looks alleles up in."""
        return self.faf_vcf or self.vcf


class ScoreSource(Closed):
    """One file of computed scores, compressed by bgzip and indexed by tabix."""

    name: str = Field(pattern=r"^[A-Za-z0-9._-]+$", description="Name with its version.")
    kind: Literal["cadd", "revel", "spliceai", "alphamissense"] = Field(description="Which score, in its own format.")
    path: str = Field(pattern=r"^[^{},\x00-\x1f]+$", description="The file; its index stands beside it.")


class RegionSource(Closed):
    """One BED of difficult regions."""

    name: str = Field(pattern=r"^[A-Za-z0-9._-]+$", description="Name with its version.")
    kind: Literal["low_complexity", "segmental_duplication"] = Field(description="What its intervals are.")
    path: str = Field(pattern=r"^[^{},\x00-\x1f]+$", description="The BED, plain or compressed.")


class GeneFactSource(Closed):
    """One file of facts about genes, as its source publishes it."""

    kind: Literal["gnomad_constraint", "clingen_dosage", "clingen_validity", "gencc", "ddg2p"] = Field(
        description="Which file it is."
    )
    path: str = Field(pattern=r"^[^{},\x00-\x1f]+$", description="The file, plain or compressed.")
