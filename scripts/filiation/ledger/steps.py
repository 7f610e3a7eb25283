"""Which options of each command name files that it writes? All other files that its options name are read.

A test holds this table against the rules of the workflow.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filiation.ledger.entry import INDEX_SUFFIXES


@dataclass(frozen=True)
class Step:
    """How one command names its files.

    writes : options of its outputs. beside : ends of names that it writes beside each `output`. counted : options whose
    files are counted whatever their size. temporary : outputs that the workflow removes after use.
    """

    writes: tuple[str, ...]
    beside: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    temporary: tuple[str, ...] = ()


# Command, or command and sub-command → its files.
STEPS: dict[str, Step] = {
    "prepare-reference": Step((), ()),
    "index-reference": Step(("output",)),
    "write-pedigree": Step(("output",)),
    "split-regions": Step(("output",)),
    "extract-reads": Step(("fastq_1", "fastq_2", "metrics"), counted=("reads",), temporary=("fastq_1", "fastq_2")),
    "align": Step(("output",), counted=("fastq_1", "fastq_2"), temporary=("output",)),
    "mark-duplicates": Step(("output", "metrics"), (".crai",), counted=("input",)),
    "adopt-reads": Step(("output", "metrics"), (".crai",), counted=("reads",)),
    "call": Step(("output",), temporary=("output",)),
    "gather-calls": Step(("output",), (".csi",), counted=("input",)),
    "normalise": Step(("output", "funnel"), (".csi",), counted=("variants",)),
    "coverage": Step(("output",)),
    "quality": Step(("output", "segments", "profile", "fingerprint")),
    "quality-gate": Step(("output",)),
    "compare-families": Step(("output",)),
    "screen": Step(("output", "funnel", "excluded"), (".csi",), counted=("variants",)),
    "annotate": Step(("output", "funnel", "shares"), (".csi",), counted=("variants",)),
    "prioritise": Step(("candidates", "removed", "funnel"), counted=("variants",)),
    "recheck": Step(("output",)),
    "panel-coverage": Step(("output",)),
    "read-views": Step(("output",)),
    "phenotype": Step(("output",)),
    "record-run": Step(("output_config", "output_versions")),
    "report": Step(("output", "table", "pdf", "xlsx", "json", "phenopacket", "vcf", "summary", "crate")),
    "archive add": Step(("receipt",)),
    "archive in-house": Step(("output",), (".tbi",)),
}
# Files of one member's aligner index stand beside the genome; index-reference writes them, align reads them.
_ALIGNER_SUFFIXES = (".amb", ".ann", ".bwt", ".pac", ".sa", ".0123", ".bwt.2bit.64")
# In a family's folder for a while: how long depends on the order of jobs, and on whether a run was stopped.
_PASSING_FOLDERS, _PASSING_ENDS = ("calling",), (".bam", ".bam.bai", ".fastq.gz", ".vep.vcf.gz")
# Made while families are archived, and no part of any of them.
_OF_ALL_FAMILIES = "families.tsv"
# Options that name files of other kinds, or folders that are looked into below.
_NO_FILES = ("sample", "family", "unit", "library", "output_dir")


def step_name(command: str, options: argparse.Namespace) -> str:
    """The key of STEPS, '' for a command that writes nothing of a run."""
    for name in (command, f"{command} {getattr(options, 'action', '')}"):
        if name in STEPS:
            return name
    return ""


def outputs(name: str, options: argparse.Namespace) -> Iterator[tuple[str, Path]]:
    """(option, path) of everything that a command writes, in a fixed order; also of what need not be there."""
    step = STEPS[name]
    for option in step.writes:
        for text in _texts(getattr(options, option, None)):
            yield option, Path(text)
            if option == "output":
                for suffix in step.beside:
                    yield option, Path(f"{text}{suffix}")
    if name == "prepare-reference":
        folder = Path(options.output_dir)
        for file in ("genome.fa", "genome.fa.fai", "genome.dict", "genes.gff3.gz"):
            yield "output_dir", folder / file
    if name == "index-reference":
        for suffix in _ALIGNER_SUFFIXES:
            yield "reference", Path(f"{options.reference}{suffix}")


def inputs(name: str, options: argparse.Namespace) -> list[tuple[str, Path]]:
    """(option, path) of every file that a command reads, each once: those its options name, and their indexes."""
    written = {path for _, path in outputs(name, options)}
    found: dict[Path, str] = {}
    for option, value in sorted(vars(options).items()):
        if option in _NO_FILES or option in STEPS[name].writes:
            continue
        for text in _texts(value):
            for path in _paths(text):
                found.setdefault(path, option)
                suffixes = INDEX_SUFFIXES + (_ALIGNER_SUFFIXES if name == "align" and option == "reference" else ())
                for suffix in suffixes:
                    beside = Path(f"{path}{suffix}")
                    if beside.is_file():
                        found.setdefault(beside, option)
    if name == "archive add":
        # The family's results are taken by their names.
        root = Path(options.results)
        for folder in (root / options.family, root / "run"):
            for path in sorted(folder.rglob("*")):
                if path.is_file() and _lasts(path.relative_to(root)):
                    found.setdefault(path, "results")
    return [(option, path) for path, option in found.items() if path not in written]


def _lasts(path: Path) -> bool:
    """Whether a file under results/ is there whenever its family is archived: no temporary output, no entry of ours."""
    if any(part.startswith(".") for part in path.parts) or path.name == _OF_ALL_FAMILIES:
        return False
    return not set(path.parts[:-1]) & set(_PASSING_FOLDERS) and not path.name.endswith(_PASSING_ENDS)


def _texts(value: Any) -> list[str]:
    """The texts of an option's value, whether one or several."""
    if isinstance(value, str | Path):
        return [str(value)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in _texts(item)]
    return []


def _paths(text: str) -> Iterator[Path]:
    """The files that an option's text names: alone, or as in NAME=KIND,FILE,coverage=FILE."""
    pieces = [text] if _is_file(text) else text.replace("=", ",").split(",")
    yield from (Path(piece) for piece in pieces if _is_file(piece))


def _is_file(text: str) -> bool:
    """Whether a text is the path of a file, and not a word that happens to be a name in the working folder."""
    return ("/" in text or "." in text) and len(text) < 4096 and Path(text).is_file()
