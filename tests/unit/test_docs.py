"""Is every command, key, column and output file documented, and does every command line shown exist?"""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
from pathlib import Path

import pytest

from filiation import schemas
from filiation.__main__ import COMMANDS
from filiation.config import REPOSITORY, SampleRow, UnitRow
from filiation.model.columns import ALL_TABLES

PAGES = [
    REPOSITORY / name
    for name in (
        "README.md",
        "CONTRIBUTING.md",
        "config/README.md",
        "docs/one-family.md",
        "docs/inputs.md",
        "docs/outputs.md",
        "docs/operations.md",
        "docs/inheritance.md",
        "docs/scoring.md",
        "docs/recheck.md",
        "docs/quality.md",
        "docs/ranking.md",
        "docs/acmg.md",
        "docs/annotation.md",
        "docs/archive.md",
        "docs/panels.md",
        "docs/phenotype.md",
        "docs/diagnoses.md",
        "docs/demo.md",
        "docs/real-trio.md",
        "docs/resources.md",
        "docs/performance.md",
        "docs/validation.md",
        "docs/cost.md",
        "docs/dependencies.md",
        "docs/cohort.md",
        "docs/reanalysis.md",
        "docs/reliability.md",
    )
]
TEXTS = {str(page.relative_to(REPOSITORY)): page.read_text(encoding="utf-8") for page in PAGES}
MANUAL = "\n".join(TEXTS.values())


def command_lines(text: str) -> list[str]:
    """Every line that begins with `filiation`, continued lines joined, comments and redirections cut off."""
    joined = re.sub(r"\\\n\s*", "", text)
    lines = [line.strip() for line in joined.splitlines()]
    return [re.split(r"\s+[#>|]\s*", line)[0] for line in lines if re.match(r"filiation +[a-z]", line)]


def parser_of(command: str) -> argparse.ArgumentParser:
    """The parser of a sub-command, as the program makes it."""
    module = importlib.import_module(f"filiation.cli.{COMMANDS[command][0]}")
    parser = argparse.ArgumentParser(prog=command, exit_on_error=False, allow_abbrev=False)
    module.add_arguments(parser)
    return parser


def shown_commands() -> list[tuple[str, str]]:
    """(where, command line) of all pages and of the examples of all sub-commands."""
    shown = []
    for name, text in TEXTS.items():
        blocks = re.findall(r"```bash\n(.*?)```", text, flags=re.DOTALL)
        shown += [(name, line) for block in blocks for line in command_lines(block)]
    for module, _ in COMMANDS.values():
        path = REPOSITORY / "scripts" / "filiation" / "cli" / f"{module}.py"
        if path.is_file():
            _, _, examples = path.read_text(encoding="utf-8").split('"""')[1].partition("Examples:")
            shown += [(path.name, line) for line in command_lines(examples.replace("\\\\\n", "\\\n"))]
    return shown


@pytest.mark.parametrize("where, line", shown_commands(), ids=lambda text: text[:60])
def test_docs__a_command_line_that_is_shown_can_be_typed(where: str, line: str) -> None:
    _, command, *arguments = shlex.split(line)
    assert command in COMMANDS, where
    if "--help" in arguments:
        return
    try:
        parser_of(command).parse_args(arguments)
    except (SystemExit, argparse.ArgumentError) as error:
        pytest.fail(f"{where}: {line}: {error}")


def test_docs__the_check_of_command_lines_finds_a_wrong_option() -> None:
    [line] = command_lines("  filiation doctor --yaml   # no such option\nsudo filiation\n")
    assert line == "filiation doctor --yaml"
    with pytest.raises((SystemExit, argparse.ArgumentError)):
        parser_of("doctor").parse_args(["--yaml"])


@pytest.mark.parametrize("command", list(COMMANDS))
def test_docs__every_command_is_named(command: str) -> None:
    assert re.search(rf"(filiation |`){re.escape(command)}\b", MANUAL)


def test_docs__every_step_of_a_family_is_shown_with_its_command_line() -> None:
    shown = {shlex.split(line)[1] for line in command_lines(TEXTS["docs/one-family.md"])}
    elsewhere = {"demo", "genes", "panels", "phenotype", "run", "schemas", "validate"}
    assert set(COMMANDS) - shown == elsewhere


def test_docs__every_configuration_key_and_sheet_column_is_named() -> None:
    names = [name for name, _ in schemas.config_keys()] + [*SampleRow.model_fields, *UnitRow.model_fields]
    assert len(names) > 40
    assert [name for name in names if f"`{name}`" not in TEXTS["config/README.md"]] == []


def test_docs__every_table_and_column_is_described() -> None:
    for table in ALL_TABLES:
        section = TEXTS["docs/outputs.md"].partition(f"### {table.label}\n")[2].partition("\n### ")[0]
        assert table.meaning in section, table.label
        missing = [column.name for column in table.columns if f"| `{column.name}` |" not in section]
        assert missing == [], table.label


def rule_outputs() -> set[str]:
    """Files under results/ that the rules write, temporary ones left out."""
    outputs: set[str] = set()
    for path in sorted((REPOSITORY / "workflow" / "rules").glob("*.smk")):
        for block in re.findall(r"\n( *)output:\n((?:\1 +.*\n)+)", path.read_text(encoding="utf-8")):
            for line in block[1].splitlines():
                found = re.search(r'"results/([^"]+)"', line)
                if found and "temp(" not in line:
                    outputs.add(found.group(1))
    return outputs


def test_docs__every_output_file_is_listed() -> None:
    outputs = rule_outputs()
    assert "{family}/report/{family}.rcp.html" in outputs
    listed = set()
    for line in TEXTS["docs/outputs.md"].splitlines():
        if not line.startswith("| `"):
            continue
        names = re.findall(r"`([^`]+)`", line.split("|")[1])
        folder = names[0].rpartition("/")[0]
        for name in names:
            # `.csi` after a file is that file's index; a bare name stands in the folder of the first one.
            beside = names[0] + name if name.startswith(".") else f"{folder}/{name}"
            listed.add(name if "/" in name else beside)
    assert outputs - listed == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_docs__links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_docs__paths_of_the_repository_that_are_named_exist() -> None:
    named = set(re.findall(r"(?:workflow|scripts|resources/panels|resources/scoring|setup|tests)/[\w./*-]+", MANUAL))
    paths = {name.rstrip(".") for name in named}
    assert len(paths) > 10
    assert {name for name in paths if not list(REPOSITORY.glob(name.rstrip("/")))} == set()


def test_docs__the_readme_keeps_its_order_and_says_what_it_is_not() -> None:
    text = TEXTS["README.md"]
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert headings == ["Start", "Your own family", "What comes out", "Limits", "More"]
    assert text.index("**It does**") < text.index("**It does not**") < text.index("## Start")
    assert "no medical device" in text
    assert "document de travail" in text


def test_docs__unreleased_changes_stand_on_top() -> None:
    text = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[(.+?)\]", text, flags=re.MULTILINE)[0] == "Unreleased"
