"""Does the configuration hold together: its keys, and what the families' data need of it?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from filiation.config import RunConfig, load_config, panels_folder
from filiation.errors import ConfigError, FaultList, UserError, nearest
from filiation.io.sheet import SampleSheet


def read_config(path: str | Path) -> tuple[RunConfig | None, list[UserError]]:
    """The configuration without its faulty keys, and one fault for each of them.

    What remains is good enough to go on and find the faults of sheets and files in the same pass; None when
    the file is missing or not YAML.
    """
    try:
        return load_config(path), []
    except FaultList as problem:
        faults = problem.faults
    except UserError as fault:
        return None, [fault]
    data = yaml.safe_load(Path(path).read_text(encoding="utf-8-sig"))
    while True:
        try:
            return RunConfig.model_validate(data), faults
        except ValidationError as error:
            for problem_of_key in reversed(error.errors()):
                _remove(data, problem_of_key["loc"])


def _remove(data: Any, location: tuple[int | str, ...]) -> None:
    """Take out the value at a location, or what holds it when there is nothing at the location itself."""
    holder: Any = None
    for depth, step in enumerate(location):
        there = step in data if isinstance(data, dict) else isinstance(data, list) and step < len(data)  # type: ignore[operator]
        if not there:
            # A required key that is missing: the group that lacks it goes.
            if holder is not None:
                del holder[0][holder[1]]
            return
        if depth == len(location) - 1:
            del data[step]
            return
        holder, data = (data, step), data[step]


def need_faults(config: RunConfig, sheet: SampleSheet, where: str) -> list[UserError]:
    """What the families' data need and the configuration does not give."""
    faults: list[UserError] = []
    from_reads = [sample for sample in sheet.rows if sheet.entry(sample) != "vcf"]
    reference = config.reference

    def need(found: str, expected: str, repair: str) -> None:
        faults.append(ConfigError(found, where=where, expected=expected, repair=repair))

    if not reference.fasta and from_reads:
        need(
            f"reference.fasta is empty, but {from_reads[0]} starts from reads",
            "the FASTA of the genome to align to",
            "give reference.fasta",
        )
    if config.annotation.consequences == "csq" and not (reference.genes_gff3 and reference.fasta):
        empty = "genes_gff3" if reference.fasta else "fasta"
        need(
            f"annotation.consequences is csq, but reference.{empty} is empty",
            "reference.fasta and reference.genes_gff3 for consequences",
            "give it, or set annotation.consequences to vep or existing",
        )
    if config.annotation.consequences == "existing" and from_reads:
        need(
            f"annotation.consequences is existing, but {from_reads[0]} starts from reads, whose calls carry none",
            "an annotation that the stored calls of every family carry",
            "set annotation.consequences to csq, vep or none",
        )
    if config.annotation.consequences == "vep" and not Path(config.annotation.vep_cache or "").is_dir():
        need(
            f"annotation.vep_cache is not a folder: {config.annotation.vep_cache}",
            "the cache folder of Ensembl VEP",
            "correct the path, or set annotation.consequences to csq or existing",
        )
    if config.prioritisation.panels and not panels_folder(config).is_dir():
        need(
            f"prioritisation.panels is not a folder: {config.prioritisation.panels}",
            "a folder of panels, one .tsv each",
            "correct the path, or remove the key to use the panels that ship",
        )
    for table in config.quality.relatedness:
        if not Path(table).is_file():
            need(
                f"quality.relatedness names a file that is not there: {table}",
                "somalier's .pairs.tsv or peddy's .ped_check.csv",
                "correct the path, or remove the entry",
            )
    for family, reason in config.quality.override_reasons.items():
        if sheet.families and family not in sheet.families:
            need(
                f"quality.override_reasons names family '{family}', which is not in the sheet",
                f"one of {', '.join(sheet.families)}",
                nearest(family, list(sheet.families)) or "remove the entry",
            )
        elif not reason.strip():
            need(
                f"quality.override_reasons gives family '{family}' no reason",
                "why a failed check does not stop the family: the report prints it",
                "write the reason, or remove the entry",
            )
    return faults
