"""Do pyproject.toml, environment.yml, the constraints, apt.txt and the code name the same things?"""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import yaml

from filiation.config import REPOSITORY
from filiation.toolbox import PACKAGES, TOOLS, htslib_is_vulnerable, is_older

# Lines of environment.yml that pyproject.toml has no use for.
CONDA_ONLY = {"python", "pip", "setuptools", "htslib", "libdeflate"}
# Lines of pyproject.toml that conda has another package for.
PIP_ONLY = {"deflate": "libdeflate"}
# Tools that Debian does not package; every one has another way, or belongs to one option.
WITHOUT_APT = {
    "bwa-mem2": "bwa does its work",
    "vep": "annotation.consequences: vep brings its own environment, workflow/envs/vep.yml",
}
# Programs that a container brings.
CONTAINER_ONLY = {"apptainer", "singularity", "docker", "glnexus_cli", "run_deepvariant"}
# Programs that are there wherever Filiation is installed.
OURS = {"snakemake", "python", "filiation"}


def requirement(text: str) -> tuple[str, str]:
    """(name in small letters, range as written) of one requirement."""
    found = re.match(r"([A-Za-z0-9_.-]+?)((?:[<>=!~]).*)?$", text.strip())
    assert found, text
    return found.group(1).lower().replace("_", "-"), (found.group(2) or "").replace(" ", "")


def project_requirements() -> dict[str, str]:
    """Requirements of pyproject.toml, those of the dev extra included."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return dict(map(requirement, project["dependencies"] + project["optional-dependencies"]["dev"]))


def conda_requirements(path: Path = REPOSITORY / "environment.yml") -> dict[str, str]:
    """Requirements of a conda environment file, those of its pip section included."""
    lines = yaml.safe_load(path.read_text(encoding="utf-8"))["dependencies"]
    names = [name for line in lines for name in (line["pip"] if isinstance(line, dict) else [line])]
    return dict(map(requirement, names))


def constraints() -> dict[str, str]:
    """{package: exact version} of setup/constraints.txt."""
    lines = (REPOSITORY / "setup" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def apt_packages() -> dict[str, set[str]]:
    """{package: commands it brings} of setup/apt.txt."""
    packages: dict[str, set[str]] = {}
    for line in (REPOSITORY / "setup" / "apt.txt").read_text(encoding="utf-8").splitlines():
        package, _, commands = line.partition("#")
        if package.strip():
            packages[package.strip()] = set(commands.partition(":")[0].split())
    return packages


def conda_packages() -> set[str]:
    """Every package of environment.yml and of the environments of single options."""
    environments = [conda_requirements(path) for path in (REPOSITORY / "workflow" / "envs").glob("*.yml")]
    return {name for names in [conda_requirements(), *environments] for name in names}


def called_programs() -> dict[str, set[str]]:
    """{program: modules that call it}: first words of the argument lists in the package."""
    programs: dict[str, set[str]] = {}
    first_words = {tool.name for tool in TOOLS} | CONTAINER_ONLY | OURS
    for path in (REPOSITORY / "scripts" / "filiation").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            word = None
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in (
                "run_tool",
                "run_pipeline",
                "require_tool",
                "find_tool",
            ):
                word = next((found for found in map(first_word, node.args[:1]) if found), None)
            elif isinstance(node, ast.List) and len(node.elts) > 1 and first_word(node) in first_words:
                word = first_word(node)
            if word:
                programs.setdefault(word, set()).add(path.name)
    return programs


def first_word(node: ast.AST) -> str | None:
    """The text that a list, or a list of lists, begins with."""
    while isinstance(node, ast.List) and node.elts:
        node = node.elts[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_pins__conda_and_pip_get_the_same_ranges() -> None:
    project, conda = project_requirements(), conda_requirements()
    assert "pysam" in project
    tools = {tool.conda for tool in TOOLS}
    assert set(PIP_ONLY.values()) <= set(conda)
    for name in PIP_ONLY:
        del project[name]
    assert {name: conda.get(name) for name in project} == project
    assert set(conda) - set(project) - tools == CONDA_ONLY - tools


def test_pins__every_package_of_the_project_is_pinned_within_its_range() -> None:
    pinned = constraints()
    for name, wanted in project_requirements().items():
        assert name in pinned, f"setup/constraints.txt lacks {name}: resolve it again"
        lower = re.search(r">=([\d.]+)", wanted)
        upper = re.search(r"<([\d.]+)", wanted)
        assert lower
        assert upper
        assert not is_older(pinned[name], lower.group(1)), name
        assert is_older(pinned[name], upper.group(1)), name


def test_pins__constraints_name_no_address() -> None:
    text = (REPOSITORY / "setup" / "constraints.txt").read_text(encoding="utf-8")
    assert "//" not in text
    assert "@" not in text


def test_pins__every_tool_can_be_installed_in_both_ways() -> None:
    commands = {command for names in apt_packages().values() for command in names}
    for tool in TOOLS:
        assert tool.conda in conda_packages(), f"environment.yml lacks {tool.conda}"
        if tool.apt:
            assert tool.apt in apt_packages()
            assert tool.name in commands
        else:
            assert tool.name in WITHOUT_APT


def test_pins__every_program_that_the_code_calls_is_declared() -> None:
    known = {tool.name for tool in TOOLS} | CONTAINER_ONLY | OURS
    programs = called_programs()
    assert {"bcftools", "samtools"} <= set(programs)
    assert {name: files for name, files in programs.items() if name not in known} == {}


def test_pins__no_tool_is_declared_that_nothing_calls() -> None:
    package = REPOSITORY / "scripts" / "filiation"
    others = [path for path in package.rglob("*.py") if path.name != "toolbox.py"]
    others += (REPOSITORY / "workflow").rglob("*.smk")
    texts = "\n".join(path.read_text(encoding="utf-8") for path in others)
    assert [tool.name for tool in TOOLS if not re.search(rf"""["' ]{tool.name}["' ]""", texts)] == []


def test_pins__conda_tools_carry_the_repaired_htslib() -> None:
    wanted = conda_requirements()["htslib"]
    assert not htslib_is_vulnerable(wanted.removeprefix(">="))


def test_pins__packages_of_the_run_record_are_dependencies() -> None:
    assert set(PACKAGES) <= set(project_requirements())


def test_htslib__only_repaired_versions_of_each_line_are_safe() -> None:
    verdicts = {
        version: htslib_is_vulnerable(version)
        for version in (
            "1.16",
            "1.21",
            "1.21.1",
            "1.22.1",
            "1.22.2",
            "1.23",
            "1.23.1",
            "1.24",
            "2.0",
            "unknown",
        )
    }
    safe = {version for version, vulnerable in verdicts.items() if not vulnerable}
    assert safe == {"1.21.1", "1.22.2", "1.23.1", "1.24", "2.0"}


def test_versions__are_compared_as_numbers() -> None:
    assert is_older("1.9", "1.16")
    assert not is_older("1.16", "1.16.0")
    assert not is_older("0.7.17-r1188", "0.7.17")
    assert not is_older("unknown", "1.16")
