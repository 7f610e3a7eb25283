"""Is the workflow readable, linted, and does every command line in it exist?"""

from __future__ import annotations

import argparse
import ast
import importlib
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from builders.snakemake_run import jobs, snakemake, touch_inputs
from filiation.__main__ import COMMANDS
from filiation.config import REPOSITORY, WORKFLOW

pytestmark = pytest.mark.workflow
RULES = sorted((WORKFLOW / "rules").glob("*.smk"))
# Glue without rules.
GLUE = "common.smk"
HIDDEN = {"script", "run", "notebook", "wrapper", "template_engine", "cwl"}


@dataclass
class Rule:
    """One rule as it is written: its directives with their text."""

    file: str
    name: str
    docstring: str
    directives: dict[str, str]

    @property
    def shell(self) -> str:
        """The shell command, its pieces joined."""
        return "".join(ast.literal_eval(piece) for piece in re.findall(r'"(?:[^"\\]|\\.)*"', self.directives["shell"]))


def rules_of(path: Path) -> list[Rule]:
    """All rules of a file; relies on the layout that snakefmt gives."""
    found: list[Rule] = []
    text = path.read_text(encoding="utf-8")
    for match in re.finditer(r"^( *)rule (\w+):\n((?:\1    .*\n|\n)+)", text, re.MULTILINE):
        indent, name, body = match[1] + "    ", match[2], match[3]
        docstring = re.match(rf'{indent}"""(.*)"""\n', body)
        directives: dict[str, str] = {}
        current = ""
        for line in body.splitlines():
            head = re.match(rf"{indent}(\w+):(.*)$", line)
            if head:
                current = head[1]
                directives[current] = head[2]
            elif current:
                directives[current] += line + "\n"
        found.append(Rule(path.name, name, docstring[1] if docstring else "", directives))
    return found


ALL_RULES = [rule for path in RULES for rule in rules_of(path)]


def test_rules__are_all_seen() -> None:
    written = sum(len(re.findall(r"^\s*rule ", path.read_text("utf-8"), re.MULTILINE)) for path in RULES)
    assert len(ALL_RULES) == written >= 18


def test_lint__is_clean(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "tests" / "setup" / "lint", tmp_path, dirs_exist_ok=True)
    done = snakemake(tmp_path, "--lint")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("mode", ["deepvariant", "vep"])
def test_lint__is_clean_with_the_rules_of_other_callers_and_annotators(mode: str, tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).parent / "modes" / mode, tmp_path, dirs_exist_ok=True)
    done = snakemake(tmp_path, "--lint")
    assert done.returncode == 0, done.stdout + done.stderr


def test_format__is_that_of_snakefmt() -> None:
    command = [sys.executable, "-m", "snakefmt.snakefmt", "--check", str(WORKFLOW)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert done.returncode == 0, done.stdout + done.stderr


def test_snakefile__is_a_table_of_contents() -> None:
    text = (WORKFLOW / "Snakefile").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 60
    assert text.startswith('"""')
    included = re.findall(r'include: "rules/(\w+\.smk)"', text)
    nested = re.findall(r'include: "(\w+\.smk)"', "".join(path.read_text("utf-8") for path in RULES))
    assert sorted(included + nested) == [path.name for path in RULES]


@pytest.mark.parametrize("path", [path for path in RULES if path.name != GLUE], ids=lambda path: path.name)
def test_stage__opens_with_its_question_inputs_outputs_and_commands(path: Path) -> None:
    docstring = ast.literal_eval(path.read_text(encoding="utf-8").split('"""\n')[0] + '"""')
    assert docstring.splitlines()[0].endswith("?")
    headings = re.findall(r"^(INPUTS|OUTPUTS|COMMANDS)$", docstring, re.MULTILINE)
    assert headings == ["INPUTS", "OUTPUTS", "COMMANDS"]
    for rule in rules_of(path):
        if rule.shell.startswith("filiation "):
            assert f"filiation {rule.shell.split()[1]}" in docstring


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: f"{rule.file}:{rule.name}")
def test_rule__is_documented_logged_and_in_an_environment(rule: Rule) -> None:
    assert rule.docstring.endswith(".")
    assert len(rule.docstring) < 110
    assert not HIDDEN & set(rule.directives)
    assert {"log", "shell", "input", "output"} <= set(rule.directives)
    assert {"conda", "container"} & set(rule.directives)
    assert "{log:q}" in rule.shell
    if "localrule" not in rule.directives:
        assert re.search(r"mem_mb=lambda wildcards, attempt: \d+ \* attempt", rule.directives["resources"])
        assert re.search(r"runtime=lambda wildcards, attempt: \d+ \* attempt", rule.directives["resources"])
    if "filiation " in rule.shell:
        # An update of the package repeats its steps.
        assert "version=PACKAGE_VERSION" in rule.directives["params"]


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: f"{rule.file}:{rule.name}")
def test_rule__every_file_and_name_is_quoted_for_the_shell(rule: Rule) -> None:
    unquoted = {field for field in re.findall(r"\{([^{}]+)\}", rule.shell) if not field.endswith(":q")}
    # Words that the configuration's own list of choices, or Snakemake, limits to safe characters.
    assert unquoted <= {"threads", "params.assembly", "params.caller", "params.aligner"}


def commands_of(rule: Rule) -> list[list[str]]:
    """Words of each `filiation …` in a rule's shell command."""
    return [
        part.split() for part in re.split(r"[|;]|&&", rule.shell) if part.split() and part.split()[0] == "filiation"
    ]


@pytest.mark.parametrize(
    "rule", [rule for rule in ALL_RULES if commands_of(rule)], ids=lambda rule: f"{rule.file}:{rule.name}"
)
def test_rule__command_and_options_exist(rule: Rule) -> None:
    for words in commands_of(rule):
        assert words[1] in COMMANDS
        module = importlib.import_module(f"filiation.cli.{COMMANDS[words[1]][0]}")
        parser = argparse.ArgumentParser(allow_abbrev=False)
        module.add_arguments(parser)
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                parser = action.choices[words[2]]
        known = {option for action in parser._actions for option in action.option_strings}
        used = {word for word in words if word.startswith("--")}
        assert used
        assert used <= known


def test_tools_called_by_rules__are_named_in_the_stage_docstring() -> None:
    others = {rule.name: rule for rule in ALL_RULES if not commands_of(rule)}
    assert set(others) == {"deepvariant_call", "glnexus_joint", "vep_annotate"}
    for rule in others.values():
        tool = {"deepvariant_call": "run_deepvariant", "glnexus_joint": "glnexus_cli", "vep_annotate": "vep"}[rule.name]
        assert tool in rule.shell
        assert tool in (WORKFLOW / "rules" / rule.file).read_text(encoding="utf-8").split('"""')[1]


def test_profiles__both_repeat_what_a_restart_and_a_reader_of_logs_need() -> None:
    profiles = {
        path.parent.name: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in (WORKFLOW / "profiles").glob("*/config.yaml")
    }
    assert set(profiles) == {"default", "slurm"}
    for profile in profiles.values():
        for key in ("rerun-incomplete", "keep-going", "printshellcmds", "show-failed-logs"):
            assert profile[key] is True
    assert profiles["slurm"]["executor"] == "slurm"
    assert profiles["slurm"]["retries"] >= 1
    # Snakemake itself starts inside every job.
    assert profiles["slurm"]["default-resources"]["mem_mb"] >= 500


def test_profiles__slurm_plans_the_same_jobs(tmp_path: Path) -> None:
    pytest.importorskip("snakemake_executor_plugin_slurm", reason="the SLURM plugin is not installed")
    mode = Path(__file__).parent / "modes" / "fastq-trio"
    shutil.copytree(mode, tmp_path, dirs_exist_ok=True)
    touch_inputs(tmp_path)
    done = snakemake(tmp_path, "--dry-run", "--workflow-profile", str(WORKFLOW / "profiles" / "slurm"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert jobs(done.stdout + done.stderr) == (mode / "expected_jobs.txt").read_text(encoding="utf-8").splitlines()
