"""The one typed model of config.yaml and of a row of samples.tsv and units.tsv.

The JSON schemas under workflow/schemas/ and the commented config/config.yaml are written from it by
`filiation schemas`; a test keeps them equal. Every model is closed: a key it does not know is an error that
names the key and the nearest right one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, Field, ValidationError

from filiation.config_sections import (
    AlignmentConfig,
    AnnotationConfig,
    ArchiveConfig,
    CallingConfig,
    NotifyConfig,
    PrioritisationConfig,
    QualityConfig,
    ReferenceConfig,
    ReportConfig,
    ResourcesConfig,
)
from filiation.config_sources import (
    ID_PATTERN,
    PATH_PATTERN,
    Closed,
    FrequencySource,
)
from filiation.config_sources import GeneFactSource as GeneFactSource
from filiation.config_sources import RegionSource as RegionSource
from filiation.config_sources import ScoreSource as ScoreSource
from filiation.errors import ConfigError, FaultList, UserError, nearest


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
    archive: ArchiveConfig = Field(default_factory=lambda: ArchiveConfig(), description="Archive.")
    notify: NotifyConfig = Field(default_factory=lambda: NotifyConfig(), description="Message at the end of a run.")


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
    age_at_sampling: float | None = Field(
        None,
        ge=0,
        le=120,
        description="Age in years when the sample was taken (0.5: six months); shown. Never a date of birth.",
    )
    previous_tests: str | None = Field(
        None,
        pattern=r"^[a-z_]+(:[a-z]+)?(;[a-z_]+(:[a-z]+)?)*$",
        description="Earlier examinations of the proband, separated by ;, each with its result where it is known "
        "(microarray:normal;fragile_x); docs/inputs.md has the words.",
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
        # Not read_text: of a file that is the beginning of a byte order mark it makes an empty one, without a word.
        data = yaml.safe_load(path.read_bytes().decode("utf-8-sig"))
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


def reanalysis_rules_path() -> Path:
    """Rules of the re-analysis that ship, the newest; resources/scoring/reanalysis-N.yaml."""
    return _newest_that_ships("scoring", "reanalysis", "rules of the re-analysis")


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


def refget_path() -> Path:
    """Table of the refget accessions of chromosomes, for VRS identifiers."""
    return RESOURCES / "genes" / "refget_sequences.tsv"
