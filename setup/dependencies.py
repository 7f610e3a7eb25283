"""What does Filiation rest on: every package and program, its licence, its version, and why it is there?

    python setup/dependencies.py > docs/dependencies.md

Names and ranges are read from pyproject.toml, exact versions from setup/constraints.txt, programs from
scripts/filiation/toolbox.py. Licences and reasons stand here; a test compares the licences with what the installed
packages say of themselves, and asks for a line here for every dependency.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "scripts"))

# Name as in pyproject.toml → licence (SPDX), why.
PACKAGES: dict[str, tuple[str, str]] = {
    "babel": ("BSD-3-Clause", "catalogues of the report's languages"),
    "cyvcf2": ("MIT", "INFO fields of records that our own reader has proven sound"),
    "deflate": ("MIT", "libdeflate, for kernels that inflate blocks"),
    "duckdb": ("MIT", "questions over the archive's columns"),
    "hgvs-weaver": ("MIT", "HGVS names, in a second opinion"),
    "hpo3": ("MIT", "the Human Phenotype Ontology, its links and similarities"),
    "jinja2": ("BSD-3-Clause", "the page of the report, every value escaped"),
    "numba": ("BSD-2-Clause", "compiled rules of inheritance"),
    "numpy": ("BSD-3-Clause", "arrays"),
    "pandas": ("BSD-3-Clause", "tables"),
    "psutil": ("BSD-3-Clause", "memory and processes of a run"),
    "pyarrow": ("Apache-2.0", "columns of the archive"),
    "pydantic": ("MIT", "configuration and sheets, every key proven"),
    "pyranges": ("MIT", "intervals"),
    "pysam": ("MIT", "reads, references and indexes; brings its own htslib"),
    "pyyaml": ("MIT", "configuration files, with safe_load alone"),
    "snakemake": ("MIT", "the workflow"),
    "snakemake-executor-plugin-slurm": ("MIT", "the workflow on a SLURM cluster"),
    "weasyprint": ("BSD-3-Clause", "the report on paper"),
    "xlsxwriter": ("BSD-2-Clause", "spreadsheets without formulas"),
    "atheris": ("Apache-2.0", "inputs that reach new code of a parser, in tests; Linux on x86_64 alone"),
    "axe-playwright-python": ("MIT", "accessibility of the page, in tests"),
    "hypothesis": ("MPL-2.0", "random cases, in tests"),
    "matplotlib": ("PSF-2.0", "pictures of benchmarks"),
    "jsonschema": ("MIT", "proof of the schemas, in tests"),
    "mypy": ("MIT", "types"),
    "openpyxl": ("MIT", "spreadsheets read again, in tests"),
    "pandas-stubs": ("BSD-3-Clause", "types of pandas"),
    "phenopackets": ("BSD-3-Clause", "phenopackets read again, in tests"),
    "pypdf": ("BSD-3-Clause", "objects of the PDF read again, in tests"),
    "playwright": ("Apache-2.0", "the page in a browser, in tests"),
    "pytest": ("MIT", "tests"),
    "pytest-xdist": ("MIT", "tests side by side"),
    "ruff": ("MIT", "form of the code"),
    "snakefmt": ("MIT", "form of the rules"),
    "types-psutil": ("Apache-2.0", "types of psutil"),
    "types-pyyaml": ("Apache-2.0", "types of PyYAML"),
}
PROGRAMS: dict[str, str] = {
    "bwa": "GPL-3.0-only", "bwa-mem2": "MIT", "samtools": "MIT", "bcftools": "MIT or GPL-3.0-or-later", "bgzip": "MIT",
    "tabix": "MIT", "mosdepth": "MIT", "freebayes": "MIT", "art_illumina": "GPL-3.0-only", "vep": "Apache-2.0",
}  # fmt: skip


def requirements(group: str) -> dict[str, str]:
    """{name: range} of the dependencies that a run needs (`run`) or that tests need on top (`dev`)."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = project["dependencies"] if group == "run" else project["optional-dependencies"]["dev"]
    found = {}
    for line in lines:
        name, limits = re.fullmatch(r"([A-Za-z0-9_.-]+?)((?:[<>=!~].*)?)", line.partition(";")[0]).groups()
        found[name.lower().replace("_", "-")] = limits
    return found


def pins() -> dict[str, str]:
    """{name: exact version} of setup/constraints.txt."""
    lines = (REPOSITORY / "setup" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.lower().split("==") for line in lines if "==" in line and not line.startswith("#"))


def document() -> str:
    """The text of docs/dependencies.md."""
    from filiation.toolbox import TOOLS

    exact = pins()
    lines = [
        "# What Filiation rests on",
        "",
        "Written by `python setup/dependencies.py > docs/dependencies.md`; a test compares it with the pins, and each",
        "licence with what the package says of itself. Nothing is asked of a network when a family is analysed.",
        "`filiation doctor` shows what is installed here, with the htslib of every tool. Those below 1.23.1 (1.22.2,",
        "1.21.1) have known memory errors in reading CRAM (CVE-2026-31962 to -31971) and are warned of. Those of",
        "each run stand in its table of versions.",
    ]  # fmt: skip
    for title, group in (("Packages of a run", "run"), ("Packages of the tests", "dev")):
        lines += [
            "",
            f"## {title}",
            "",
            "| package | range | installed by `make setup` | licence | why |",
            "|---|---|---|---|---|",
        ]
        for name, limits in requirements(group).items():
            licence, why = PACKAGES[name]
            lines.append(f"| {name} | `{limits}` | {exact[name]} | {licence} | {why} |")
    lines += ["", "## Programs", "", "| program | from | needed | licence | why |", "|---|---|---|---|---|"]
    lines += [
        f"| {tool.name} | {tool.minimum} | {tool.need} | {PROGRAMS[tool.name]} | {tool.purpose} |" for tool in TOOLS
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
