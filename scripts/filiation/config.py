"""The one typed model of config.yaml and of a row of samples.tsv and units.tsv.

The JSON schemas under workflow/schemas/ and the commented config/config.yaml are written from it by
`filiation schemas`; a test keeps them equal. Every model is closed: a key it does not know is an error that
names the key and the nearest right one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from filiation.errors import ConfigError, FaultList, UserError, nearest

# Ids become folder names, read groups and wildcards: only these characters, so that nothing needs quoting.
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
HPO_PATTERN = r"^HP:\d{7}$"
# Snakemake would take braces for wildcards; control characters have no place in a path.
PATH_PATTERN = r"^[^{}\x00-\x1f]+$"


class Closed(BaseModel):
    """A group of keys that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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
        description="VCF to read faf from, when vcf is a compiled side-car, which does not hold it.",
    )
    carriers: str | None = Field(
        None, pattern=r"^[A-Za-z0-9_.]+$", description="INFO field of the number of carriers, for kind: in-house."
    )
    families: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_.]+$",
        description="INFO field with the families of an allele, for kind: in-house; this one is left out.",
    )


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
        description="ClinVar's variant_summary.txt.gz, for PS1 and PM5 (other changes of the same residue); without it "
        "these criteria are not evaluable.",
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
        True, description="A FAIL (wrong parent, wrong sex) stops the family before its report is written."
    )
    override_reason: str | None = Field(
        None, description="Continue in spite of a FAIL; the reason is printed in the report."
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


class RunConfig(Closed):
    """config.yaml, whole."""

    samples: str = Field("config/samples.tsv", pattern=PATH_PATTERN, description="One row per person.")
    units: str = Field("config/units.tsv", pattern=PATH_PATTERN, description="One row per FASTQ pair (lane).")
    pedigree: str | None = Field(
        None,
        pattern=PATH_PATTERN,
        description="PED file; gives role, sex and affection where samples.tsv leaves them empty.",
    )
    simulated: bool = Field(False, description="Label every output « données simulées ».")
    reference: ReferenceConfig = Field(default_factory=lambda: ReferenceConfig(), description="Reference genome.")
    alignment: AlignmentConfig = Field(default_factory=lambda: AlignmentConfig(), description="Alignment.")
    calling: CallingConfig = Field(default_factory=lambda: CallingConfig(), description="Variant calling.")
    frequencies: list[FrequencySource] = Field(
        default_factory=list, description="Population frequencies, as many sources as there are."
    )
    annotation: AnnotationConfig = Field(default_factory=lambda: AnnotationConfig(), description="Annotation.")
    resources: ResourcesConfig = Field(default_factory=lambda: ResourcesConfig(), description="Public data.")
    prioritisation: PrioritisationConfig = Field(
        default_factory=lambda: PrioritisationConfig(), description="Filters, panel and rank."
    )
    quality: QualityConfig = Field(default_factory=lambda: QualityConfig(), description="Quality gate.")
    report: ReportConfig = Field(default_factory=lambda: ReportConfig(), description="Report.")


class SampleRow(Closed):
    """A row of samples.tsv: one person, and where the person's data start."""

    family: str = Field(pattern=ID_PATTERN, description="Family id: letters, digits, _ and -.")
    sample: str = Field(pattern=ID_PATTERN, description="Sample id, unique in the sheet.")
    role: Literal["proband", "father", "mother", "sibling"] | None = Field(
        None, description="Place in the family; may be left to the PED file."
    )
    sex: Literal["male", "female", "unknown"] | None = Field(None, description="May be left to the PED file.")
    affected: Literal["yes", "no", "unknown"] | None = Field(
        None, description="Has the disorder under study; may be left to the PED file."
    )
    pre_indication: str | None = Field(
        None,
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        description="Pre-indication (a panel under resources/panels), on the proband's row.",
    )
    hpo_terms: str | None = Field(
        None, pattern=r"^HP:\d{7}(;HP:\d{7})*$", description="HPO terms of the proband, separated by ;"
    )
    hpo_absent: str | None = Field(
        None,
        pattern=r"^HP:\d{7}(;HP:\d{7})*$",
        description="HPO terms that were looked for in the proband and are absent; shown, not compared.",
    )
    bam: str | None = Field(None, pattern=PATH_PATTERN, description="Stored reads, BAM or CRAM.")
    read_group_sample: str | None = Field(
        None, description="SM that the stored reads carry, when it is not the sample id."
    )
    vcf: str | None = Field(
        None, pattern=PATH_PATTERN, description="Stored calls, VCF or BCF; joint (same file for all) or one each."
    )
    vcf_sample: str | None = Field(None, description="Column of the stored calls, when it is not the sample id.")


class UnitRow(Closed):
    """A row of units.tsv: one pair of FASTQ files."""

    sample: str = Field(pattern=ID_PATTERN, description="Sample id, as in samples.tsv.")
    unit: str = Field(pattern=ID_PATTERN, description="Lane or run, unique within the sample.")
    fastq_1: str = Field(pattern=PATH_PATTERN, description="FASTQ of the first reads (plain or gzip).")
    fastq_2: str = Field(pattern=PATH_PATTERN, description="FASTQ of the second reads, in the same order.")
    library: str | None = Field(
        None, pattern=ID_PATTERN, description="Library; duplicates are marked within it. Default: the sample id."
    )


def _known_keys(model: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    """The keys a closed model knows at a place of the configuration."""
    current: type[BaseModel] = model
    for step in location:
        if isinstance(step, int):
            continue
        annotation = current.model_fields[step].annotation
        candidates = [annotation, *getattr(annotation, "__args__", ())]
        for candidate in candidates:
            if isinstance(candidate, type) and issubclass(candidate, BaseModel):
                current = candidate
                break
    return list(current.model_fields)


def validation_faults(error: ValidationError, model: type[BaseModel], where: str) -> list[UserError]:
    """One fault per validation problem, each naming the key, what was found and what is allowed."""
    faults: list[UserError] = []
    for problem in error.errors():
        location = problem["loc"]
        key = ".".join(str(part) for part in location)
        if problem["type"] == "extra_forbidden":
            known = _known_keys(model, location[:-1])
            hint = nearest(str(location[-1]), known)
            faults.append(
                ConfigError(
                    f"unknown key '{key}'",
                    where=where,
                    expected=f"one of {', '.join(known)}",
                    repair=hint or "remove the key",
                )
            )
        else:
            faults.append(
                ConfigError(
                    f"'{key}': {problem['msg']} (found {problem.get('input')!r})",
                    where=where,
                    expected=f"see config/README.md, {key}",
                    repair="correct the value",
                )
            )
    return faults


def parse_config(data: Any, where: str) -> RunConfig:
    """The typed configuration; every fault at once as a `FaultList`."""
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise ConfigError(
            f"a {type(data).__name__}", where=where, expected="keys and values", repair="see config/config.yaml"
        )
    try:
        return RunConfig.model_validate(data)
    except ValidationError as error:
        raise FaultList(validation_faults(error, RunConfig, where)) from None


def load_config(path: str | Path) -> RunConfig:
    """Read config.yaml (safe loader only)."""
    path = Path(path)
    if not path.is_file():
        raise ConfigError(
            f"configuration not found: {path}",
            expected="a config.yaml",
            repair="give --config, or start from config/config.yaml of the repository",
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"not valid YAML: {' '.join(str(error).split())}", where=str(path), repair="correct the line named"
        ) from None
    return parse_config(data, str(path))


REPOSITORY = Path(__file__).resolve().parents[2]
WORKFLOW = REPOSITORY / "workflow"
RESOURCES = REPOSITORY / "resources"


def panels_folder(config: RunConfig) -> Path:
    """Folder of the gene panels."""
    return Path(config.prioritisation.panels) if config.prioritisation.panels else RESOURCES / "panels"


def gene_table_path(config: RunConfig | None = None) -> Path:
    """HGNC's table of genes: the configured one, else the one that ships."""
    if config is not None and config.resources.gene_table:
        return Path(config.resources.gene_table)
    return RESOURCES / "genes" / "hgnc.tsv"


def scoring_model_path(config: RunConfig | None = None) -> Path:
    """File of thresholds and weights: the configured one, else the newest that ships."""
    if config is not None and config.prioritisation.scoring_model:
        return Path(config.prioritisation.scoring_model)
    models = sorted(
        (RESOURCES / "scoring").glob("model-*.yaml"), key=lambda path: [int(p) for p in path.stem[6:].split(".")]
    )
    if not models:
        raise ConfigError(
            f"no scoring model under {RESOURCES / 'scoring'}",
            expected="resources/scoring/model-<version>.yaml",
            repair="run from a complete checkout of the repository",
        )
    return models[-1]


def rank_weights_path(config: RunConfig | None = None) -> Path:
    """File of weights and shelf rules: the configured one, else the newest that ships."""
    if config is not None and config.prioritisation.rank_weights:
        return Path(config.prioritisation.rank_weights)
    return _newest_that_ships("scoring", "rank", "weights of the rank")


def acmg_table_path(config: RunConfig | None = None) -> Path:
    """Table of the ACMG/AMP criteria: the configured one, else the newest that ships."""
    if config is not None and config.prioritisation.acmg_table:
        return Path(config.prioritisation.acmg_table)
    return _newest_that_ships("acmg", "acmg", "ACMG table")


def _newest_that_ships(folder: str, prefix: str, what: str) -> Path:
    """resources/FOLDER/PREFIX-<version>.yaml of the highest version."""
    files = sorted(
        (RESOURCES / folder).glob(f"{prefix}-*.yaml"),
        key=lambda path: [int(part) for part in path.stem[len(prefix) + 1 :].split(".")],
    )
    if not files:
        raise ConfigError(
            f"no {what} under {RESOURCES / folder}",
            expected=f"resources/{folder}/{prefix}-<version>.yaml",
            repair="run from a complete checkout of the repository",
        )
    return files[-1]


def noncoding_genes_path() -> Path:
    """Table of the genes whose RNA causes a disease."""
    return RESOURCES / "genes" / "noncoding_disease_genes.tsv"


def recheck_thresholds_path() -> Path:
    """File of the thresholds of the recheck: the newest that ships."""
    files = sorted(
        (RESOURCES / "scoring").glob("recheck-*.yaml"), key=lambda path: [int(p) for p in path.stem[8:].split(".")]
    )
    if not files:
        raise ConfigError(
            f"no recheck thresholds under {RESOURCES / 'scoring'}",
            expected="resources/scoring/recheck-<version>.yaml",
            repair="run from a complete checkout of the repository, or give --thresholds",
        )
    return files[-1]
