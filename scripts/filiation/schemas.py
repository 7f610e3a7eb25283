"""What do config.yaml, samples.tsv and units.tsv look like, in the forms that programs and people read?

Everything is written from the models in config.py, config_sections.py and model/columns.py: the JSON schemas under
workflow/schemas/, the commented config/config.yaml, and the reference tables inside config/README.md and
docs/outputs.md (between the two marker lines of each). Tests compare the files with what is written here.
"""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from filiation.config import FrequencySource, RunConfig, SampleRow, UnitRow
from filiation.errors import InputError
from filiation.io.files import atomic_text
from filiation.model.columns import ALL_TABLES
from filiation.report.document import json_schema as report_schema

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCHEMAS: dict[str, type[BaseModel]] = {"config": RunConfig, "samples": SampleRow, "units": UnitRow}
_NOTICE = "# Written by `filiation schemas` from scripts/filiation/config.py and config_sections.py; edit there.\n"


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one model; keys it does not know are refused."""
    return {"$schema": _DIALECT, **model.model_json_schema()}


def schema_text(model: type[BaseModel]) -> str:
    """The text of a schema file."""
    return _NOTICE + yaml.safe_dump(json_schema(model), sort_keys=False, allow_unicode=True, width=110)


def nested_model(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a group of keys, None for a plain key."""
    annotation = field.annotation
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def allowed_values(field: FieldInfo) -> str:
    """What a key or cell may hold, in words: `auto, bwa`, `text`, `yes or no` …"""
    annotation: Any = field.annotation
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(choice for choice in get_args(annotation) if choice is not type(None))
    if get_origin(annotation) is Literal:
        return ", ".join(str(value) for value in get_args(annotation))
    if get_origin(annotation) is list:
        return "list" if get_args(annotation) == (FrequencySource,) else "list of words"
    limits = [int(getattr(item, name)) for item in field.metadata for name in ("ge", "le") if hasattr(item, name)]
    if limits:
        return f"{limits[0]} to {limits[1]}"
    return {bool: "true or false", int: "whole number", float: "number"}.get(annotation, "text")


def _comment(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, width=108, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")


def _yaml_value(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True).removesuffix("\n...\n").strip()


def _group_lines(model: type[BaseModel], indent: str) -> list[str]:
    """The lines of one group of config.yaml: description above each key."""
    lines: list[str] = []
    for name, field in model.model_fields.items():
        group = nested_model(field)
        if group is not None:
            lines += ["", *_comment(field.description or "", indent), f"{indent}{name}:"]
            lines += _group_lines(group, indent + "  ")
            continue
        if lines and lines[-1].startswith(indent + " "):
            lines.append("")
        choices = allowed_values(field)
        listed = f" One of: {choices}." if "," in choices else ""
        lines += _comment(f"{field.description}{listed}", indent)
        lines.append(f"{indent}{name}: {_yaml_value(field.get_default(call_default_factory=True))}")
        if choices == "list":
            lines += _frequency_example(indent)
    return lines


def _frequency_example(indent: str) -> list[str]:
    """A source of frequencies as a comment, since the default has none."""
    lines = []
    for number, (name, field) in enumerate(FrequencySource.model_fields.items()):
        example = {"name": "gnomAD-4.1", "vcf": "resources/gnomad.sites.vcf.gz"}.get(name, field.default)
        value = "null" if example is None else example
        line = f"{indent}#   {'- ' if number == 0 else '  '}{name}: {value}"
        lines.append(f"{line:<48} # {field.description}")
    return lines


def default_config_text() -> str:
    """config/config.yaml: every key with its default and its description."""
    top = [
        "# Configuration of Filiation: every key with its default. config/README.md has them in one table.",
        "# Paths are relative to the folder that the run is started in. null means: not given.",
        "",
    ]
    return "\n".join(top + _group_lines(RunConfig, "")) + "\n"


def config_keys(model: type[BaseModel] = RunConfig, prefix: str = "") -> list[tuple[str, FieldInfo]]:
    """Every key of config.yaml with its dotted name, groups opened; `frequencies[].name` for list entries."""
    keys: list[tuple[str, FieldInfo]] = []
    for name, field in model.model_fields.items():
        group = nested_model(field)
        if group is not None:
            keys += config_keys(group, f"{prefix}{name}.")
            continue
        keys.append((prefix + name, field))
        if allowed_values(field) == "list":
            keys += config_keys(FrequencySource, f"{prefix}{name}[].")
    return keys


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _markdown_table(header: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def config_reference() -> str:
    """Every key of config.yaml as a table for config/README.md."""
    rows = []
    for name, field in config_keys():
        default = (
            "required" if field.is_required() else f"`{_yaml_value(field.get_default(call_default_factory=True))}`"
        )
        rows.append([f"`{name}`", allowed_values(field), default, field.description or ""])
    return _markdown_table(["key", "value", "default", "meaning"], rows)


def sheet_reference(model: type[BaseModel]) -> str:
    """Every column of a sheet as a table for config/README.md."""
    rows = [
        [f"`{name}`", "yes" if field.is_required() else "", allowed_values(field), field.description or ""]
        for name, field in model.model_fields.items()
    ]
    return _markdown_table(["column", "required", "value", "meaning"], rows)


def table_reference() -> str:
    """Every column of every table we write, for docs/outputs.md."""
    parts = []
    for table in ALL_TABLES:
        rows = [[f"`{column.name}`", column.kind, column.unit, column.meaning] for column in table.columns]
        parts.append(
            f"### {table.label}\n\n{table.meaning}\n\n" + _markdown_table(["column", "kind", "unit", "meaning"], rows)
        )
    return "\n\n".join(parts)


def generated_blocks() -> dict[str, dict[str, str]]:
    """{file: {block name: text}}: the parts of the documentation that are written from the models."""
    return {
        "config/README.md": {
            "config": config_reference(),
            "samples": sheet_reference(SampleRow),
            "units": sheet_reference(UnitRow),
        },
        "docs/outputs.md": {"tables": table_reference()},
    }


def replace_block(text: str, name: str, block: str, where: str) -> str:
    """The text with what stands between `<!-- generated: NAME -->` and `<!-- end of NAME -->` replaced."""
    start, end = f"<!-- generated: {name} -->", f"<!-- end of {name} -->"
    if text.count(start) != 1 or text.count(end) != 1:
        raise InputError(
            f"the lines '{start}' and '{end}' do not stand there once each",
            where=where,
            expected="both lines, in this order",
            repair="put the two lines where the table belongs and run `filiation schemas` again",
        )
    return re.sub(
        f"{re.escape(start)}.*?{re.escape(end)}",
        lambda _: f"{start}\n\n{block}\n\n{end}",
        text,
        flags=re.DOTALL,
    )


def write_all(output_dir: Path) -> list[Path]:
    """Write schemas and default configuration under a folder, and refresh the generated parts of the
    documentation that is there; returns the files in the order in which they were written."""
    texts = {f"workflow/schemas/{name}.schema.yaml": schema_text(model) for name, model in _SCHEMAS.items()}
    texts["config/config.yaml"] = default_config_text()
    texts["workflow/schemas/report.schema.json"] = json.dumps(report_schema(), ensure_ascii=False, indent=1) + "\n"
    for name, blocks in generated_blocks().items():
        path = output_dir / name
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            for block, content in blocks.items():
                text = replace_block(text, block, content, name)
            texts[name] = text
    for name, text in texts.items():
        with atomic_text(output_dir / name) as handle:
            handle.write(text)
    return [output_dir / name for name in texts]
