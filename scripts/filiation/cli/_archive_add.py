"""Which files, settings and resources of a finished run does `filiation archive add` hand to the archive?"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from filiation.archive.store import Archive
    from filiation.archive.write import AnalysisInput
    from filiation.config import RunConfig
    from filiation.io.sheet import SampleSheet
    from filiation.model.pedigree import Family

# Name of a row of versions.tsv (before its colon) → role of that file in the analysis.
_ROLES = {"annotation.clinvar_vcf": "clinvar"}
_ROLE_OF_GROUP = {"frequencies": "frequency", "annotation.gene_facts": "gene_facts", "annotation.scores": "score"}
_ROLE_OF_MODEL = {"model": "scoring_model", "rank": "rank_weights", "acmg": "acmg_table"}


def add(options: argparse.Namespace) -> int:
    """`filiation archive add`."""
    from filiation.archive.consents import check_date, read_consents, record_consents
    from filiation.archive.disk import write_json
    from filiation.archive.write import add_analysis
    from filiation.io.files import atomic_path
    from filiation.model.archive_tables import ARCHIVE_SCHEMA
    from filiation.run_record import run_day

    day = check_date(options.date) if options.date else run_day()
    config, sheet, family = _family_of(options)
    # Read before anything is written: a faulty table of consents stops here.
    consents = read_consents(options.consents).get(family.name, {}) if options.consents else {}
    given = _input(options, config, sheet, family, day)
    with _opened(options, given) as archive:
        before = archive.current_analyses().get(family.name)
        record = add_analysis(archive, given)
        if consents:
            record_consents(archive, family.name, consents, day, "biologist")
        if config is not None:
            _keep_files(archive, config, family, Path(options.results).absolute().parent)
        if options.receipt:
            receipt = {
                "schema": ARCHIVE_SCHEMA,
                "family": family.name,
                "analysis": record.number,
                "content_sha256": record.content_sha256,
            }
            with atomic_path(options.receipt) as temporary:
                write_json(temporary, receipt)
    told = "is there already, nothing was written" if before == record.number else "added"
    print(
        f"archive add: family {family.name}, analysis {record.number} of {record.date} {told}: {record.calls} calls, "
        f"{record.genotypes} genotypes near genes, {record.bytes / 1e6:.2f} MB",
        file=sys.stderr,
    )
    return 0


def _family_of(options: argparse.Namespace) -> tuple[RunConfig | None, SampleSheet | None, Family]:
    """The run's configuration and sheet, where they were recorded, and the family with its signs."""
    from filiation.archive.gather import results_folder
    from filiation.config import load_config, parse_config
    from filiation.io.ped import read_pedigree
    from filiation.io.sheet import load_sheets

    results = Path(options.results)
    results_folder(results, options.family)
    recorded = Path(options.config) if options.config else results / "run" / "config.yaml"
    pedigree = results / options.family / f"{options.family}.ped"
    if options.config or recorded.is_file():
        config = load_config(recorded)
        # The recorded file names every default; a sheet that was never given must not be looked for. Its paths are
        # those of the run's own folder, above `results`.
        config = parse_config(config.model_dump(exclude_defaults=True), str(recorded))
        sheets = load_sheets(config, results.absolute().parent)
        if options.family in sheets.families:
            return config, sheets, sheets.families[options.family]
        return config, None, read_pedigree(pedigree, family=options.family)
    return None, None, read_pedigree(pedigree, family=options.family)


def _input(
    options: argparse.Namespace, config: RunConfig | None, sheet: SampleSheet | None, family: Family, day: str
) -> AnalysisInput:
    """Everything that is kept of the family's run."""
    from filiation.archive.gather import input_of_run, load_places, run_files
    from filiation.config import gene_table_path, noncoding_genes_path, scoring_model_path
    from filiation.genes.table import load_gene_table
    from filiation.io.tables import read_table
    from filiation.model.columns import VERSIONS
    from filiation.scoring.model import load_scoring_model

    results = Path(options.results)
    base = results.absolute().parent
    files = run_files(results, family)
    models = results / "reference" / "genes.gff3.gz"
    clinvar = base / config.annotation.clinvar_vcf if config and config.annotation.clinvar_vcf else None
    rna_genes = [
        line.split("\t")[0]
        for line in noncoding_genes_path().read_text(encoding="utf-8").splitlines()
        if line and not line.startswith(("#", "symbol"))
    ]
    places = load_places(
        models if models.is_file() else None, clinvar, load_gene_table(base / gene_table_path(config)), rna_genes
    )
    versions = read_table(files.versions, VERSIONS).rows if files.versions else []
    return input_of_run(
        files,
        family,
        day,
        places,
        load_scoring_model(base / scoring_model_path(config)),
        settings={**_settings(config, family), **_told_to_the_report(config, sheet, family)},
        inputs=_inputs(versions, family),
        with_links=not options.no_links,
    )


def _settings(config: RunConfig | None, family: Family) -> dict[str, Any]:
    """What prioritise ran with."""
    return {
        "pre_indication": family.pre_indication,
        "hpo_terms": list(family.hpo_terms),
        "hpo_absent": list(family.hpo_absent),
        "reduced_penetrance": list(config.prioritisation.reduced_penetrance) if config else [],
        "assembly": config.reference.assembly if config else "auto",
        "pseudoautosomal_bed": (config.reference.pseudoautosomal_bed or "") if config else "",
    }


def _told_to_the_report(config: RunConfig | None, sheet: SampleSheet | None, family: Family) -> dict[str, Any]:
    """What the report is told beyond its tables, for one that is written again; a key without a value is left out."""
    found: dict[str, Any] = {}
    if sheet is not None:
        rows = [sheet.rows[sample] for sample in family.samples]
        found["ages"] = {row.sample: row.age_at_sampling for row in rows if row.age_at_sampling is not None}
        found["previous_tests"] = next((row.previous_tests for row in rows if row.previous_tests), "")
    if config is not None:
        found["external_links"] = config.report.external_links
    return {key: value for key, value in found.items() if value}


def _inputs(versions: list[dict[str, Any]], family: Family) -> list[dict[str, str]]:
    """Rows of versions.tsv that name a file which a replay compares with, under its role."""
    found = []
    for row in versions:
        key = str(row["name"]).partition(":")[0]
        group, _, name = key.rpartition(".")
        role = _ROLES.get(key, "")
        if row["kind"] == "panel" and row["name"] == family.pre_indication:
            role = "panel"
        elif row["kind"] == "model":
            role = _ROLE_OF_MODEL.get(key.partition("-")[0], "")
        elif group in _ROLE_OF_GROUP and not key.endswith(".faf"):
            role = f"{_ROLE_OF_GROUP[group]}:{name}"
        if role:
            found.append(
                {"name": role, "kind": "input", "version": row["version"] or "", "sha256": row["sha256"] or ""}
            )
    return found


def _keep_files(archive: Archive, config: RunConfig, family: Family, base: Path) -> None:
    """Keep the small files that a replay of this analysis would need again: panel, weights, tables, facts of genes."""
    from filiation.config import acmg_table_path, panels_folder, rank_weights_path, scoring_model_path
    from filiation.reanalysis.kept_files import keep

    panel = panels_folder(config) / f"{family.pre_indication}.tsv"
    files = [scoring_model_path(config), rank_weights_path(config), acmg_table_path(config), panel]
    files += [Path(fact.path) for fact in config.annotation.gene_facts]
    files += [Path(path) for path in (config.resources.hpo_gene_diseases, config.resources.gene_table) if path]
    for file in files:
        if (base / file).is_file():
            keep(archive.path, base / file)


def _opened(options: argparse.Namespace, given: AnalysisInput) -> Archive:
    """The archive, made when it is not there yet."""
    from filiation.archive.store import DESCRIPTION, create_archive, open_archive
    from filiation.archive.write import assembly_of
    from filiation.errors import InputError

    path = Path(options.archive)
    if not (path / DESCRIPTION).is_file() and (not path.exists() or not any(path.iterdir())):
        try:
            return create_archive(path, assembly_of(given) or "other")
        except InputError:
            # Another family's add made it at this moment.
            if not (path / DESCRIPTION).is_file():
                raise
    return open_archive(path, write=True)
