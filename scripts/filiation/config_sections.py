"""The groups of keys of config.yaml, each a closed model: a key that it does not know is an error.

`filiation.config` puts them together and reads the file.
"""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from filiation.config_sources import (
    ID_PATTERN,
    PATH_PATTERN,
    Closed,
    GeneFactSource,
    RegionSource,
    ScoreSource,
)

EMAIL_PATTERN = r"^[^@\s,;<>]+@[A-Za-z0-9.-]+$"


class ReferenceConfig(Closed):
    """The genome that reads are aligned to and calls are checked against."""

    fasta: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="FASTA of the reference genome (plain, gzip or bgzip). Needed unless every family starts "
        "from stored calls; without it calls are split but cannot be left-aligned, and the report says so.",
    )
    assembly: Literal["auto", "GRCh38", "GRCh37", "other"] = Field(
        "auto", description="Build, for the pseudoautosomal regions; auto reads it from the contig lengths."
    )
    pseudoautosomal_bed: str | None = Field(
        None, pattern=PATH_PATTERN, description="BED of the pseudoautosomal regions; only for assembly: other."
    )
    genes_gff3: str | None = Field(
        None, pattern=PATH_PATTERN, description="Gene models, GFF3 in Ensembl style, for annotation.consequences: csq."
    )


class AlignmentConfig(Closed):
    """From FASTQ to CRAM."""

    aligner: Literal["auto", "bwa-mem2", "bwa"] = Field(
        "auto", description="auto takes bwa-mem2 where it is found, else bwa."
    )
    stored_reads: Literal["keep", "realign"] = Field(
        "keep", description="BAM/CRAM of the sheet: keep their alignment, or turn them into FASTQ and realign."
    )


class CallingConfig(Closed):
    """From CRAM to the family's joint calls."""

    caller: Literal["bcftools", "freebayes", "deepvariant"] = Field(
        "bcftools", description="deepvariant runs in containers, with GLnexus for the joint calls."
    )
    deepvariant_image: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="Container of DeepVariant 1.9, for caller: deepvariant: a .sif file that the nodes see, or an "
        "address such as docker://google/deepvariant:1.9.0; empty: run_deepvariant is taken from PATH.",
    )
    glnexus_image: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="Container of GLnexus 1.4, for caller: deepvariant: a .sif file or an address; empty: glnexus_cli "
        "is taken from PATH.",
    )
    intervals: int = Field(
        1, ge=1, le=1000, description="Number of intervals called in parallel; 24 or more for a whole genome."
    )
    regions_bed: str | None = Field(None, pattern=PATH_PATTERN, description="Call only inside these regions (BED).")


class AnnotationConfig(Closed):
    """What the survivors of the screen are annotated with."""

    consequences: Literal["csq", "vep", "existing", "none"] = Field(
        "csq",
        description="csq: bcftools csq with reference.genes_gff3; vep: Ensembl VEP in its own environment; "
        "existing: read BCSQ, CSQ or ANN that the stored calls already carry; none: no genes, so that nothing "
        "is removed for its consequence and no compound pair can be formed.",
    )
    vep_cache: str | None = Field(None, pattern=PATH_PATTERN, description="VEP cache folder, for consequences: vep.")
    clinvar_vcf: str | None = Field(
        None, pattern=PATH_PATTERN, description="ClinVar VCF (any release), sorted and indexed."
    )
    mane_summary: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="MANE summary table: status of transcripts and their RefSeq names; without it the tags of the GFF3 "
        "decide, and names stand on Ensembl transcripts.",
    )
    scores: list[ScoreSource] = Field(default_factory=list, description="CADD, REVEL, SpliceAI, AlphaMissense.")
    regions: list[RegionSource] = Field(
        default_factory=list, description="Low complexity and segmental duplications; they flag, and remove nothing."
    )
    recurrent_artefacts: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="The laboratory's list of artefacts: TSV with chrom, pos, ref, alt, entry.",
    )
    gene_facts: list[GeneFactSource] = Field(
        default_factory=list, description="Constraint, dosage sensitivity and gene-disease validity."
    )
    previous_shares: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="Table of annotation shares of an earlier run (FAMILY.shares.tsv): a source that vanished stops "
        "the run.",
    )


class ResourcesConfig(Closed):
    """Public data that are not of one step."""

    gene_table: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="HGNC's table of genes (hgnc_complete_set.txt), newer than the one that ships; default: "
        "resources/genes/hgnc.tsv.",
    )
    hpo_french_labels: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="French labels of HPO terms: hp-fr.babelon.tsv of the official translation; default: English.",
    )
    orphanet_french_names: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="French names of ORPHA diseases for the report: fr_product1.xml of Orphadata; default: English.",
    )
    hpo_gene_diseases: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="genes_to_disease.txt or genes_to_phenotype.txt of an HPO release, newer than the links that ship "
        "(resources/phenotype/gene_diseases.tsv).",
    )


class StructuralCalls(Closed):
    """Structural calls of one family."""

    family: str = Field(pattern=ID_PATTERN, description="Family of the sheet.")
    vcf: str = Field(pattern=PATH_PATTERN, description="Its structural calls, of any caller: VCF or BCF.")


class PrioritisationConfig(Closed):
    """How candidates are chosen and ranked."""

    scoring_model: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="Thresholds; default: the newest resources/scoring/model-*.yaml.",
    )
    rank_weights: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="Weights of the rank and rules of the shelves; default: the newest resources/scoring/rank-*.yaml.",
    )
    acmg_table: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="Criteria, strengths and intervals of ACMG/AMP; default: the newest resources/acmg/acmg-*.yaml.",
    )
    clinvar_proteins: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="ClinVar's variant_summary.txt.gz, for PS1, PM1, PM5 and BP1 (other changes of the residue, "
        "its neighbours, the gene); without it these criteria are not evaluable.",
    )
    panels: str | None = Field(
        None, pattern=PATH_PATTERN, description="Folder of the gene panels; default: resources/panels."
    )
    reduced_penetrance: list[str] = Field(
        default_factory=list,
        description="Genes in which a healthy parent may carry a dominant or X-linked allele: symbols; panel for "
        "every gene of the family's panel; panel:NAME for those of one pre-indication; all. Such a candidate is shown "
        "as possible and flagged, never dropped.",
    )
    structural: list[StructuralCalls] = Field(
        default_factory=list,
        description="Structural calls, as other halves of compound pairs: one entry a family, with family and vcf. "
        "Needs reference.genes_gff3. A family without an entry has none.",
    )


class QualityConfig(Closed):
    """The gate on identity and quality."""

    stop_on_fail: bool = Field(
        True,
        description="A FAIL (exchanged sample, wrong parent, wrong sex, foreign DNA) stops the family before its "
        "candidates are sought.",
    )
    override_reason: str | None = Field(
        None, description="Continue all families in spite of a FAIL; the reason is printed in the report."
    )
    override_reasons: dict[str, str] = Field(
        default_factory=dict,
        description="Family: reason to continue that family alone in spite of a FAIL; printed in its report.",
    )
    relatedness: list[str] = Field(
        default_factory=list,
        description="Tables of other programs to compare kinship with: somalier's .pairs.tsv, peddy's .ped_check.csv.",
    )


class ReportConfig(Closed):
    """The report handed to the RCP d'aval."""

    language: Literal["fr", "en"] = Field("fr", description="Language the report opens in; both are in the file.")
    pdf: bool = Field(
        True, description="Write the paper version too; off where Pango, which sets it, cannot be installed."
    )
    external_links: bool = Field(
        False, description="Links to public databases; off, because following one tells a third party the variant."
    )


class ArchiveConfig(Closed):
    """Where finished analyses are kept, to be looked at again with later knowledge."""

    path: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="Folder of the archive, on a file system that all nodes see; every family is added to it after its "
        "report; null: no archive.",
    )
    date: str | None = Field(
        None,
        pattern=r"^\d{4}-\d{2}-\d{2}$",
        description="Date under which the analysis is kept, YYYY-MM-DD; default: the day on which it is added.",
    )
    consents: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="Table of the families' consents (family, research, incidental_findings: yes, no or unknown); "
        "without it they are unknown, and an unknown consent is none.",
    )
    links: bool = Field(
        True, description="Keep where CRAM and calls stand, with size and checksum; off: only what the archive holds."
    )
    in_house: bool = Field(
        False,
        description="Count alleles in the archive's families, the family under study left out, as evidence beside "
        "the population's frequency; needs archive.path.",
    )


class NotifyConfig(Closed):
    """Who is told, in numbers only, that a run has ended; nobody by default."""

    email: list[str] = Field(
        default_factory=list, description="Addresses that get an e-mail at the end of `filiation run`; none: no e-mail."
    )
    sender: str | None = Field(
        None, pattern=EMAIL_PATTERN, description="Address it comes from; default: the first of notify.email."
    )
    smtp: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9.-]+(:\d{1,5})?$",
        description="Mail server, host or host:port (25), without password; default: the sendmail of this machine.",
    )
    webhook_file: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="File with the address of a webhook, which gets the same numbers as JSON. A file, because the "
        "address is often a secret, and this configuration is copied into the results.",
    )
    when: Literal["always", "failure"] = Field("always", description="After every run, or only after one that failed.")

    @field_validator("email")
    @classmethod
    def _addresses(cls, value: list[str]) -> list[str]:
        """Each is an address."""
        for address in value:
            if not re.fullmatch(EMAIL_PATTERN, address):
                raise ValueError(f"{address!r} is no e-mail address")
        return value
