"""A parser of ours under atheris, which looks for inputs that reach new code.

    PYTHONPATH=scripts:tests python -m builders.coverage_fuzz ped FOLDER -max_total_time=3600

The first word names the parser (`NAMES`); FOLDER keeps what was found to reach new code, and a next call goes on from
it; what follows is libFuzzer's. Whatever is neither refused with a message of ours nor read as a plain parse, or pysam,
reads it ends the run with the input in FOLDER. Kernels are run as plain Python, where they can be followed.
"""

from __future__ import annotations

import difflib
import os
import random
import struct
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TEXTS = ("ped", "sheet", "panel", "genes", "signs", "bed", "gff", "config")
NAMES = (*TEXTS, "vcf", "bcf")


@dataclass(frozen=True)
class Target:
    """A sound input, what changes an input with knowledge of its structure, and what tries it and tells the outcome."""

    sound: bytes
    mutate: Callable[[bytes, random.Random], bytes]
    attempt: Callable[[bytes], str]
    outcomes: tuple[str, ...]


def text_target(name: str, folder: Path) -> Target:
    """PED, sheet, panel, lists, BED, GFF, configuration."""
    from builders.panel import write_panel
    from builders.text_mutants import OUTCOMES, PARSERS, SOUND_PANEL, mutated, try_mutant

    # The nearest words of a refused one take a third of a second to find, and are no matter of parsing.
    difflib.get_close_matches = lambda *_, **__: []
    file, text, _, _ = PARSERS[name]
    path = folder / file

    def attempt(content: bytes) -> str:
        path.write_bytes(content)
        return try_mutant(name, path)

    sound = text or write_panel(folder / "sound.tsv", SOUND_PANEL).read_text(encoding="utf-8")
    return Target(sound.encode(), lambda content, r: mutated(content.decode(errors="replace"), r), attempt, OUTCOMES)


def calls_target(name: str, folder: Path) -> Target:
    """Calls as text or BCF; blocks and their checksums are made anew, so that the damage reaches the decoder."""
    import gzip

    from builders.mutants import EMPTY, OUTCOMES, bcf_parts, bgzf, mutated_bcf, mutated_text, try_mutant
    from builders.odd_calls import TEXT, write_as

    path = folder / f"calls.{name}"
    sound = TEXT.encode()
    head = sound[: sound.index(b"\n#CHROM")]
    if name == "bcf":
        sound = gzip.decompress(write_as(folder / "sound.bcf", TEXT, "bcf").read_bytes())
        head = sound[: bcf_parts(sound)[0]]

    def mutate(content: bytes, generator: random.Random) -> bytes:
        if name == "vcf":
            return mutated_text(generator, content)
        try:
            return mutated_bcf(content, bcf_parts(content), generator)
        except (struct.error, IndexError, ValueError):
            return mutated_bcf(sound, bcf_parts(sound), generator)

    def attempt(content: bytes) -> str:
        path.write_bytes(bgzf(content, random.Random(len(content))))
        empty = name == "vcf" and EMPTY.search(content)
        return try_mutant(path, sound_names=content.startswith(head) and not empty)

    return Target(sound, mutate, attempt, OUTCOMES)


def main(name: str, folder: Path, options: list[str]) -> None:
    """Fuzz one parser until libFuzzer's options end it."""
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    warnings.simplefilter("ignore")
    import atheris

    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(include=["filiation"]):
        target = (text_target if name in TEXTS else calls_target)(name, folder)
        # Parsers are imported when they are first called.
        outcome = target.attempt(target.sound)
    if outcome != "read":
        raise SystemExit(f"the sound {name} is not read: {outcome}")
    (corpus / "sound").write_bytes(target.sound)

    def try_bytes(content: bytes) -> None:
        outcome = target.attempt(content)
        if outcome not in target.outcomes:
            raise AssertionError(outcome)

    def change(content: bytes, most: int, seed: int) -> bytes:
        generator = random.Random(seed)
        if generator.random() < 0.4:
            return bytes(atheris.Mutate(content, most))
        return target.mutate(content, generator)[:most]

    own = [f"-artifact_prefix={folder}/", f"-max_len={2 * len(target.sound) + 6000}"]
    atheris.Setup([sys.argv[0], *own, *options, str(corpus)], try_bytes, custom_mutator=change)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
