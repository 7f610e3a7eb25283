"""Is everything here that a run needs, in a version that we know, and how is the rest obtained?"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from filiation.errors import ToolError
from filiation.io.tools import find_tool, run_tool, tool_version
from filiation.toolbox import PACKAGES, TOOLS, Tool, htslib_is_vulnerable, is_older

# Plugins of bcftools that we call: freebayes writes likelihoods as GL, the trio kernels read PL.
BCFTOOLS_PLUGINS = ("tag2tag",)

OK, WARN, MISSING, OPTIONAL = "OK", "WARN", "MISSING", "not needed"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's table; `repair` is '' when nothing is to be done."""

    name: str
    version: str
    minimum: str
    needed_for: str
    verdict: str
    path: str
    repair: str = ""


def examine(cache_folder: Callable[[], Path | None]) -> list[Finding]:
    """Every tool, plugin, library and package, in the order in which a run meets them.

    `cache_folder` gives the folder of the compiled kernels, or None when nothing is cached.
    """
    findings = [_examine_tool(tool) for tool in TOOLS]
    findings += [_examine_plugin(name) for name in BCFTOOLS_PLUGINS if find_tool("bcftools")]
    findings += [_examine_htslib(name) for name in ("samtools", "bcftools") if find_tool(name)]
    findings += [_examine_python(), *(_examine_package(name) for name in PACKAGES)]
    findings.append(_examine_pysam_htslib())
    if all(finding.verdict == OK for finding in findings if finding.name == "numba"):
        findings.append(_examine_cache(cache_folder()))
    return findings


def how_to_get(tool: Tool) -> str:
    """The commands that install a tool."""
    ways = [f"mamba install -c conda-forge -c bioconda {tool.conda}"]
    if tool.apt:
        ways.insert(0, f"apt-get install {tool.apt}")
    return "make setup; or " + "; or ".join(ways)


def _output(command: list[str]) -> str:
    """What a program says on standard output, '' when it fails: here that is an answer, not an error."""
    try:
        return run_tool(command, purpose="say what it offers")
    except ToolError:
        return ""


def _examine_tool(tool: Tool) -> Finding:
    version = tool_version(tool.name)
    path = find_tool(tool.name) or ""
    verdict, repair = OK, ""
    if version == "missing":
        version = ""
        replaced = bool(tool.instead and find_tool(tool.instead))
        verdict = {"always": MISSING, "advised": WARN, "option": OPTIONAL}[tool.need]
        verdict = OPTIONAL if replaced else verdict
        repair = how_to_get(tool)
    elif tool.name == "mosdepth" and not _output(["mosdepth", "--version"]):
        # It opens the library by a name that Debian installs with the development files only.
        verdict, version = WARN, "does not start"
        repair = "apt-get install libhts-dev, or the conda package; until then coverage is counted by pysam"
    elif is_older(version, tool.minimum):
        verdict, repair = WARN, f"older than {tool.minimum}, never tried: {how_to_get(tool)}"
    return Finding(tool.name, version, tool.minimum, tool.purpose, verdict, path, repair)


def _examine_plugin(name: str) -> Finding:
    found = name in _output(["bcftools", "plugin", "-l"]).split()
    return Finding(
        f"bcftools +{name}",
        "found" if found else "",
        "",
        "give freebayes calls the likelihoods that the trio rules read",
        OK if found else WARN,
        os.environ.get("BCFTOOLS_PLUGINS", ""),
        "" if found else "set BCFTOOLS_PLUGINS to the folder of tag2tag.so of this bcftools",
    )


def _htslib_finding(name: str, version: str, repair: str) -> Finding:
    vulnerable = htslib_is_vulnerable(version)
    return Finding(
        name,
        version,
        "1.23.1",
        "open CRAM files from elsewhere safely (CVE-2026-31962 to -31971)",
        WARN if vulnerable else OK,
        "",
        f"open no BAM, CRAM or VCF from a source you do not trust; {repair}" if vulnerable else "",
    )


def _examine_htslib(name: str) -> Finding:
    found = re.search(r"htslib (\S+)", _output([name, "--version"]))
    repair = "newer: the conda environment of environment.yml"
    return _htslib_finding(f"htslib of {name}", found.group(1) if found else "unknown", repair)


def _examine_pysam_htslib() -> Finding:
    try:
        from pysam.version import __htslib_version__ as version
    except ImportError:
        version = "unknown"
    return _htslib_finding("htslib of pysam", str(version), "newer: pip install --upgrade pysam")


def _examine_python() -> Finding:
    old = sys.version_info < (3, 11)
    repair = "run `make setup` with Python 3.11, 3.12 or 3.13 on PATH" if old else ""
    verdict = MISSING if old else OK
    return Finding("python", platform.python_version(), "3.11", "run filiation", verdict, sys.executable, repair)


def _examine_package(name: str) -> Finding:
    minimum = _required_minimum(name)
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "", minimum, "Python package", MISSING, "", "make setup")
    old = is_older(version, minimum)
    repair = f"older than {minimum}: make setup" if old else ""
    return Finding(name, version, minimum, "Python package", WARN if old else OK, "", repair)


def _required_minimum(name: str) -> str:
    """Lower bound of a package in our own metadata, '' when the package was not installed as one."""
    try:
        requirements = importlib.metadata.requires("filiation") or []
    except importlib.metadata.PackageNotFoundError:
        return ""
    for requirement in requirements:
        found = re.match(rf"{re.escape(name)}[^;]*>=([\d.]+)", requirement, flags=re.IGNORECASE)
        if found:
            return found.group(1)
    return ""


def _examine_cache(folder: Path | None) -> Finding:
    return Finding(
        "numba cache",
        "on" if folder else "off",
        "",
        "start compiled kernels at once (seconds per command without)",
        OK if folder else WARN,
        str(folder or ""),
        "" if folder else "set FILIATION_NUMBA_CACHE to a folder of this node that belongs to you alone (chmod 700)",
    )


def table(findings: Sequence[Finding]) -> str:
    """The findings as aligned columns, then what to do, one line each."""
    header = ("name", "version", "minimum", "verdict", "needed to", "path")
    rows = [(f.name, f.version or "-", f.minimum or "-", f.verdict, f.needed_for, f.path or "-") for f in findings]
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [header, *rows]
    ]
    repairs = [f"{f.verdict}: {f.name}: {f.repair}" for f in findings if f.repair and f.verdict != OPTIONAL]
    return "\n".join([*lines, "", *(repairs or ["Nothing is missing."])])


def as_records(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """The findings as plain dictionaries, for --json."""
    return [asdict(finding) for finding in findings]


def is_ready(findings: Sequence[Finding]) -> bool:
    """Whether nothing is missing that every run needs."""
    return not any(finding.verdict == MISSING for finding in findings)
