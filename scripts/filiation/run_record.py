"""What exactly was run: which configuration, and which version of everything that shapes a result?"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from filiation import __version__
from filiation.config import RESOURCES, RunConfig, acmg_table_path, panels_folder, rank_weights_path, scoring_model_path
from filiation.errors import ConfigError
from filiation.frequencies.layout import is_compiled, read_header
from filiation.io.files import atomic_text, sha256
from filiation.io.sheet import SampleSheet
from filiation.io.tables import write_table
from filiation.io.tools import htslib_versions, tool_version
from filiation.model.columns import VERSIONS
from filiation.model.run_tables import DEFAULT, SETTINGS
from filiation.toolbox import PACKAGES, TOOLS, htslib_is_vulnerable

# Above this size (any whole genome stays below) the index of a file stands for the file: it names every
# compressed block, and to read hundreds of gigabytes before each run would tell no more.
_LARGEST_CHECKSUM = 4 * 1024**3
_INDEX_SUFFIXES = (".csi", ".tbi")

Row = dict[str, str | None]


def configuration_text(config: RunConfig) -> str:
    """The configuration with every default filled in, in the model's order; paths as the user wrote them."""
    notice = "# The configuration of this run, defaults filled in. Written by `filiation record-run`.\n"
    return notice + yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=110)


def run_day() -> str:
    """The day of the run, UTC, as YYYY-MM-DD; SOURCE_DATE_EPOCH fixes it, so that outputs can be compared."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return datetime.now(UTC).date().isoformat()
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        raise ConfigError(
            f"SOURCE_DATE_EPOCH is '{epoch}'",
            where="environment",
            expected="seconds since 1970-01-01, digits only",
            repair="unset SOURCE_DATE_EPOCH, or set it to `date +%s`",
        ) from None


def software_rows() -> list[Row]:
    """Filiation, Python, the external tools that are here and the Python packages, in a fixed order."""
    rows: list[Row] = [
        {"name": "filiation", "kind": "package", "version": __version__},
        {"name": "python", "kind": "package", "version": platform.python_version()},
    ]
    for name in PACKAGES:
        try:
            rows.append({"name": name, "kind": "package", "version": importlib.metadata.version(name)})
        except importlib.metadata.PackageNotFoundError:
            rows.append({"name": name, "kind": "package", "version": "missing"})
    for tool in TOOLS:
        version = tool_version(tool.name)
        if version != "missing":
            rows.append({"name": tool.name, "kind": "tool", "version": version})
    rows += [{"name": name, "kind": "tool", "version": version} for name, version in htslib_versions().items()]
    return rows


def htslib_warnings(rows: Iterable[Row]) -> list[str]:
    """One sentence for each program whose htslib can be harmed by a hostile CRAM file."""
    return [
        f"{row['name']} is {row['version']}: before 1.23.1 (1.22.2, 1.21.1) a CRAM or BCF made to harm can corrupt its "
        "memory; open no file from a source that you do not trust (filiation doctor tells more)"
        for row in rows
        if str(row["name"]).startswith("htslib of ") and htslib_is_vulnerable(str(row["version"]))
    ]


def panel_rows(config: RunConfig, sheet: SampleSheet) -> list[Row]:
    """The panel of every pre-indication of the sheet, with the date its header gives and its checksum."""
    wanted = sorted({family.pre_indication for family in sheet.families.values() if family.pre_indication})
    rows = []
    for name in wanted:
        path = panels_folder(config) / f"{name}.tsv"
        rows.append(_file_row(name, "panel", path, _header_value(path, ("version", "date"))))
    return rows


def model_rows(config: RunConfig) -> list[Row]:
    """Scoring model, weights, ACMG table and the thresholds of quality and recheck, by file name and checksum."""
    folder = RESOURCES / "scoring"
    chosen = [scoring_model_path(config), rank_weights_path(config), acmg_table_path(config)]
    files = [*chosen, *sorted(folder.glob("quality-*.yaml")), *sorted(folder.glob("recheck-*.yaml"))]
    return [_file_row(path.name, "model", path, path.stem.rpartition("-")[2]) for path in files]


def resource_rows(config: RunConfig, sheet: SampleSheet, base: Path) -> list[Row]:
    """Every file that config.yaml names, and the sheets; what is not there was found missing by `check`."""
    named: list[tuple[str, str | None]] = [
        ("samples", config.samples),
        ("units", config.units),
        ("pedigree", config.pedigree),
        ("reference.fasta", config.reference.fasta),
        ("reference.pseudoautosomal_bed", config.reference.pseudoautosomal_bed),
        ("reference.genes_gff3", config.reference.genes_gff3),
        ("calling.regions_bed", config.calling.regions_bed),
        ("annotation.clinvar_vcf", config.annotation.clinvar_vcf),
        ("annotation.mane_summary", config.annotation.mane_summary),
        ("annotation.recurrent_artefacts", config.annotation.recurrent_artefacts),
        *((f"annotation.scores.{score.name}", score.path) for score in config.annotation.scores),
        *((f"annotation.regions.{region.name}", region.path) for region in config.annotation.regions),
        *((f"annotation.gene_facts.{fact.kind}", fact.path) for fact in config.annotation.gene_facts),
        *((f"frequencies.{source.name}", source.vcf) for source in config.frequencies),
        *((f"frequencies.{source.name}.faf", source.faf_vcf) for source in config.frequencies),
        ("resources.orphanet_french_names", config.resources.orphanet_french_names),
        *(("quality.relatedness", table) for table in config.quality.relatedness),
    ]
    rows: list[Row] = []
    for key, value in named:
        if value and (base / value).is_file():
            path = base / value
            rows += _resource_rows(f"{key}: {path.name}", path)
    return rows


def _resource_rows(name: str, path: Path) -> list[Row]:
    """One row for a file; for a very large one, a second row with the checksum of its index.

    Compiled frequencies are named by the checksum of their content, which `resources status` proves.
    """
    if is_compiled(path):
        header = read_header(path)
        return [{"name": name, "kind": "resource", "version": header.name, "sha256": header.body_sha256}]
    version = _header_value(path, ("fileDate", "source", "version", "date"))
    if path.stat().st_size <= _LARGEST_CHECKSUM:
        return [_file_row(name, "resource", path, version)]
    rows: list[Row] = [{"name": name, "kind": "resource", "version": version}]
    for suffix in _INDEX_SUFFIXES:
        index = path.with_name(path.name + suffix)
        if index.is_file():
            rows.append(_file_row(f"{name}{suffix}", "resource", index, None))
    return rows


def _file_row(name: str, kind: str, path: Path, version: str | None) -> Row:
    return {"name": name, "kind": kind, "version": version, "sha256": sha256(path)}


def _header_value(path: Path, keys: Iterable[str]) -> str | None:
    """The first of some `##key=value` lines at the top of a file, None when there is none."""
    found: dict[str, str] = {}
    for line in _header_lines(path):
        key, _, value = line[2:].partition("=")
        found.setdefault(key, value.strip())
    return next((found[key] for key in keys if found.get(key)), None)


def changed_settings(config: RunConfig) -> dict[str, str]:
    """Header lines that name every setting with another value than its default, in the model's order.

    Of a file its name stands without its folder: where a laboratory keeps its data is nobody else's business, and the
    table names its checksum. Entries of a list (sources, scores) are told by what differs in each.
    """
    chosen = dict(_leaves(config.model_dump(mode="json", exclude_defaults=True)))
    usual = dict(_leaves(RunConfig().model_dump(mode="json")))
    told = {key: (_said(value), _said(usual.get(key))) for key, value in chosen.items()}
    lines = {
        f"{SETTINGS}.{key}": value + DEFAULT + default for key, (value, default) in told.items() if value != default
    }
    return {SETTINGS: str(len(lines)), **lines}


def _leaves(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _said(value: Any) -> str:
    """A value in one line."""
    if isinstance(value, list):
        return ", ".join(_said(item) for item in value) or "[]"
    if isinstance(value, dict):
        named = [f"{key}={_said(item)}" for key, item in value.items() if key != "name"]
        return f"{value.get('name', '')} ({' '.join(named)})".strip()
    if isinstance(value, str):
        return value.rstrip("/").rpartition("/")[2]
    return json.dumps(value)


def _header_lines(path: Path) -> list[str]:
    """The `##` lines at the top of a text, gzip or BCF file; none for a file of another kind."""
    if path.suffix == ".bcf":
        import pysam

        with pysam.VariantFile(str(path)) as calls:
            return str(calls.header).splitlines()
    from filiation.io.files import open_text

    lines: list[str] = []
    with open_text(path) as handle:
        for line in handle:
            if not line.startswith("##"):
                break
            lines.append(line.rstrip("\r\n"))
    return lines


def record_run(config: RunConfig, sheet: SampleSheet, base: Path, output_config: Path, output_versions: Path) -> None:
    """Write the merged configuration and the versions table; paths of the configuration start at `base`."""
    rows = [
        *software_rows(),
        *model_rows(config),
        *panel_rows(config, sheet),
        *resource_rows(config, sheet, base),
    ]
    with atomic_text(output_config) as handle:
        handle.write(configuration_text(config))
    write_table(
        output_versions,
        VERSIONS,
        rows,
        {"date": run_day(), "caller": config.calling.caller, **changed_settings(config)},
    )
