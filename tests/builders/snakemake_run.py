"""Snakemake on the project's workflow, as a user calls it, and its answers as data."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from filiation.cluster.planned import planned_jobs
from filiation.config import WORKFLOW, load_config
from filiation.io.sheet import load_sheets

SNAKEFILE = WORKFLOW / "Snakefile"


def snakemake(
    folder: Path,
    *options: str,
    config: str = "config.yaml",
    path_first: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run Snakemake in `folder` with its config.yaml; `path_first` goes before PATH."""
    variables = {**os.environ, **(environment or {})}
    if path_first is not None:
        variables["PATH"] = f"{path_first}{os.pathsep}{variables['PATH']}"
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(SNAKEFILE), "--directory", str(folder)]
    command += ["--configfile", str(folder / config), "--cores", "2", *options]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=300)


def jobs(text: str) -> list[str]:
    """`rule wildcard=value …` of every job that a dry run announces, sorted."""
    return sorted(
        " ".join([job.rule, *(f"{name}={value}" for name, value in job.wildcards.items())])
        for job in planned_jobs(text)
    )


def shell_commands(text: str, program: str = "filiation") -> list[list[str]]:
    """Argument lists of every command line of a program that a dry run prints, without redirections."""
    found = []
    for line in re.findall(r"^Shell command: (.*)$", text, re.MULTILINE):
        lexer = shlex.shlex(line, posix=True, punctuation_chars=";|<>&")
        lexer.whitespace_split = True
        words: list[str] = []
        tokens = iter([*lexer, ";"])
        for token in tokens:
            if token in (">", ">>"):
                next(tokens)
                if words[-1:] == ["2"]:
                    words.pop()
            elif token in (";", "|", "&&"):
                if words[:1] == [program]:
                    found.append(words)
                words = []
            else:
                words.append(token)
    return found


def touch_inputs(folder: Path) -> list[Path]:
    """Make an empty file of every input that config.yaml and the sheets name; returns them."""
    config = load_config(folder / "config.yaml")
    sheet = load_sheets(config, folder)
    names: Sequence[str | None] = [
        config.reference.fasta,
        config.reference.genes_gff3,
        config.reference.pseudoautosomal_bed,
        config.calling.regions_bed,
        config.annotation.clinvar_vcf,
        *(source.vcf for source in config.frequencies),
        *(name for row in sheet.rows.values() for name in (row.bam, row.vcf)),
        *(name for units in sheet.units.values() for unit in units for name in (unit.fastq_1, unit.fastq_2)),
    ]
    made = []
    for name in dict.fromkeys(name for name in names if name):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        made.append(path)
    if config.annotation.vep_cache:
        (folder / config.annotation.vep_cache).mkdir(parents=True, exist_ok=True)
    return made
