"""Prove a finished run: is every file the one that its step wrote, and were all reads and records kept?

Reads every output through, compares it with what its step wrote down (RESULTS/…/.ledger), follows each file to those it
was made from, and compares the counts of reads and records along the way with each step's own table. Ends with 0 when
all agrees; else with 1, and names the first broken link: the file, what was expected, what was found, and the command
that repairs it.

Examples:
  filiation verify results
  filiation verify results --inputs
  filiation verify results --config config/config.yaml --threads 8
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("results", type=Path, metavar="RESULTS", help="folder results/ of a run")
    parser.add_argument("--inputs", action="store_true", help="read the inputs in the working folder through as well")
    parser.add_argument(
        "--config", type=Path, help="also find the inputs outside the working folder, by the files that it names"
    )
    parser.add_argument("--threads", type=int, default=0, help="files read at a time (default: one a processor)")


def main(options: argparse.Namespace) -> int:
    """Run the command."""
    from filiation.errors import InputError
    from filiation.ledger.verify import all_processors, verify_run

    results = options.results.resolve()
    if not results.is_dir():
        raise InputError(
            "no such folder", where=str(options.results), expected="results/ of a run", repair="correct the path"
        )
    started = time.monotonic()
    outside = _named_files(options.config) if options.config else []
    proof = verify_run(
        results,
        options.threads or all_processors(),
        inputs=options.inputs,
        outside=outside,
        say=lambda text: print(text, file=sys.stderr),
    )
    seconds = time.monotonic() - started
    print(
        f"{proof.files} outputs of {proof.steps} steps, {proof.inputs} inputs: {proof.bytes:,} bytes read in "
        f"{seconds:.0f} s; {proof.removed} temporary files were removed after use"
    )
    for line in proof.reads:
        print(line)
    for name in proof.foreign:
        print(f"not proven, written by another program: {name}")
    if proof.faults:
        first = proof.faults[0]
        print(f"BROKEN, first at: {first.file}")
        print(f"  expected: {first.expected}")
        print(f"  found:    {first.found}")
        print(f"  repair:   {first.command}")
        for fault in proof.faults[1:]:
            print(f"then: {fault.file}: {fault.found}; expected: {fault.expected}")
        return 1
    print("PROVEN: every file is the one that its step wrote, every read and record is accounted for")
    return 0


def _named_files(config_path: Path) -> list[Path]:
    """Every file that a configuration and its sheets name, and the tables that ship with the program."""
    import os

    from filiation.config import RESOURCES, load_config
    from filiation.io.sheet import load_sheets

    path = config_path.resolve()
    config = load_config(path)
    sheet = load_sheets(config)
    texts = [str(path), *_texts(config.model_dump(mode="json"))]
    for row in sheet.rows.values():
        texts += _texts(row.model_dump(mode="json"))
    for units in sheet.units.values():
        for unit in units:
            texts += _texts(unit.model_dump(mode="json"))
    suffixes = ("", ".csi", ".tbi", ".crai", ".bai", ".fai", ".amb", ".ann", ".bwt", ".pac", ".sa")
    named = {Path(os.path.abspath(text + suffix)) for text in texts for suffix in suffixes if text}
    shipped = {file for file in RESOURCES.rglob("*") if file.is_file()}
    return sorted(file for file in named | shipped if file.is_file())


def _texts(value: object) -> list[str]:
    """Every text inside nested lists and mappings."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return []
