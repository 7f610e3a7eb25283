"""Do the schemas, the default configuration and the manual of both say what the model says?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from filiation import schemas
from filiation.__main__ import main
from filiation.config import REPOSITORY, RunConfig, SampleRow, UnitRow, load_config, parse_config
from filiation.errors import FaultList, InputError
from filiation.io.sheet import load_sheets


def test_schemas__files_are_what_the_model_writes(tmp_path: Path) -> None:
    for name, blocks in schemas.generated_blocks().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((REPOSITORY / name).read_bytes())
        assert blocks
    assert main(["schemas", "--output-dir", str(tmp_path)]) == 0
    written = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert [str(path) for path in written] == [
        "config/README.md",
        "config/config.yaml",
        "docs/outputs.md",
        "workflow/schemas/config.schema.yaml",
        "workflow/schemas/report.schema.json",
        "workflow/schemas/samples.schema.yaml",
        "workflow/schemas/units.schema.yaml",
    ]
    for path in written:
        told = f"{path} is out of date: run `filiation schemas --output-dir .`"
        assert (REPOSITORY / path).read_text("utf-8") == (tmp_path / path).read_text("utf-8"), told


def test_schemas__refuse_unknown_keys_at_every_level() -> None:
    for name in ("config", "samples", "units"):
        path = REPOSITORY / "workflow" / "schemas" / f"{name}.schema.yaml"
        schema = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert schema["$schema"].endswith("2020-12/schema")
        groups = [schema, *schema.get("$defs", {}).values()]
        assert [group["additionalProperties"] for group in groups] == [False] * len(groups)
    assert len(groups) == 1


def test_schemas__accept_what_the_model_accepts() -> None:
    from snakemake.utils import validate

    data = yaml.safe_load((REPOSITORY / "config" / "config.yaml").read_text(encoding="utf-8"))
    validate(data, str(REPOSITORY / "workflow" / "schemas" / "config.schema.yaml"))


def test_default_configuration__is_the_defaults_of_the_model() -> None:
    assert load_config(REPOSITORY / "config" / "config.yaml") == RunConfig()


def test_default_configuration__explains_every_key_above_it() -> None:
    lines = schemas.default_config_text().splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r"\s*\w+:", line)]
    assert len(keys) > 25
    assert [lines[number] for number in keys if not lines[number - 1].lstrip().startswith("#")] == []


@pytest.mark.parametrize("model, name", [(SampleRow, "samples"), (UnitRow, "units")])
def test_sheets__shipped_headers_name_every_column(model: type[SampleRow], name: str) -> None:
    lines = (REPOSITORY / "config" / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    header = next(line for line in lines if not line.startswith("#")).split("\t")
    assert header == list(model.model_fields)
    example = lines[-1].removeprefix("# ").split("\t")
    assert lines[-1].startswith("# ")
    values = {name: cell for name, cell in zip(header, example, strict=True) if cell != "."}
    assert model.model_validate(values)


def test_sheets__shipped_units_sheet_suits_a_family_with_stored_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "samples.tsv").write_text("family\tsample\trole\tvcf\nF\tS\tproband\ta.vcf\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    units = str(REPOSITORY / "config" / "units.tsv")
    sheet = load_sheets(RunConfig(samples="samples.tsv", units=units))
    assert sheet.entry("S") == "vcf"


def test_manual__names_every_key_and_every_column() -> None:
    text = (REPOSITORY / "config" / "README.md").read_text(encoding="utf-8")
    names = [name for name, _ in schemas.config_keys()]
    names += [*SampleRow.model_fields, *UnitRow.model_fields]
    assert "frequencies[].af" in names
    assert [name for name in names if f"| `{name}` |" not in text] == []


@pytest.mark.parametrize(
    "text, key, suggestion",
    [
        ("refrence: {fasta: a.fa}", "unknown key 'refrence'", "did you mean 'reference'?"),
        ("calling: {calller: bcftools}", "unknown key 'calling.calller'", "did you mean 'caller'?"),
        (
            "frequencies: [{name: g, vcf: g.vcf, aff: AF}]",
            "unknown key 'frequencies.0.aff'",
            "did you mean 'af'?",
        ),
        (
            "quality: {stop_on_fail: perhaps}",
            "'quality.stop_on_fail'",
            "see config/README.md, quality.stop_on_fail",
        ),
        ("calling: {intervals: 0}", "'calling.intervals'", "found 0"),
    ],
)
def test_configuration__a_mistyped_key_is_named_with_the_right_one(text: str, key: str, suggestion: str) -> None:
    with pytest.raises(FaultList) as raised:
        parse_config(yaml.safe_load(text), "config.yaml")
    message = raised.value.message()
    assert key in message
    assert suggestion in message
    assert "config.yaml" in message


def test_configuration__all_faults_are_told_at_once() -> None:
    with pytest.raises(FaultList, match="2 faults") as raised:
        parse_config({"sample": "a.tsv", "calling": {"caller": "gatk"}}, "config.yaml")
    assert "did you mean 'samples'?" in raised.value.message()


def test_generated_block__is_replaced_and_nothing_else() -> None:
    text = "before\n<!-- generated: x -->\nold \\1\n<!-- end of x -->\nafter\n"
    done = schemas.replace_block(text, "x", r"new \1", "page.md")
    assert done == "before\n<!-- generated: x -->\n\nnew \\1\n\n<!-- end of x -->\nafter\n"
    assert schemas.replace_block(done, "x", r"new \1", "page.md") == done


def test_generated_block__missing_marker_lines_are_named() -> None:
    with pytest.raises(InputError, match="generated: x"):
        schemas.replace_block("no marker here", "x", "new", "page.md")
