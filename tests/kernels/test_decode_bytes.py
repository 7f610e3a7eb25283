"""Do the decoding kernels read every form of a call alike, compiled, with bounds checked, and as plain Python?"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from builders.mutants import bcf_parts, bgzf, mutated_bcf, mutated_text
from builders.odd_calls import SAMPLES, TEXT, assert_same, joined, read_with_pysam, write_as
from filiation.errors import InputError
from filiation.io.vcf import read_batches
from filiation.kernels.damage import NOT_A_BLOCK, SOUND
from filiation.kernels.inflate import BLOCK_COLUMNS, INFLATED, find_blocks_jit
from filiation.kernels.memory import CHECKED

pytestmark = pytest.mark.kernels


@pytest.mark.parametrize("form", ["bcf", "vcf.gz"])
def test_decode__every_form_of_a_call_in_this_mode(tmp_path: Path, form: str) -> None:
    path = write_as(tmp_path / "odd", TEXT, form)
    assert_same(joined(list(read_batches(path, SAMPLES))), read_with_pysam(path, SAMPLES))


def test_decode__no_mutant_reads_outside_its_bytes(tmp_path: Path) -> None:
    """Under bounds checking a place outside an array is an IndexError, which nothing here catches."""
    sound = write_as(tmp_path / "sound.bcf", TEXT, "raw_bcf").read_bytes()
    starts = bcf_parts(sound)
    path = tmp_path / "mutant"
    refused = 0
    mutants = 300 if CHECKED else 100
    for seed in range(mutants):
        generator = random.Random(seed + 500_000)
        content = mutated_text(generator) if seed % 2 else mutated_bcf(sound, starts, generator)
        path.write_bytes(bgzf(content, generator))
        try:
            list(read_batches(path, SAMPLES))
        except InputError:
            refused += 1
    assert mutants / 20 < refused < mutants


def test_find_blocks__stops_at_the_room_and_at_what_is_no_block() -> None:
    content = bgzf(b"x" * 3000, random.Random(2))
    data = np.frombuffer(content + b"no block at all, only text", dtype=np.uint8)
    blocks = np.empty((100, BLOCK_COLUMNS), dtype=np.int64)
    count, used, inflated, problem = find_blocks_jit(data, data.size, 0, 1 << 20, blocks)
    assert (used, inflated, problem) == (len(content), 3000, NOT_A_BLOCK)
    assert blocks[:count, INFLATED].sum() == 3000
    first = int(blocks[0, INFLATED])
    assert find_blocks_jit(data, data.size, 0, first, blocks)[1:] == (used_by(content, 1), first, SOUND)


def used_by(content: bytes, blocks: int) -> int:
    """Bytes of the first blocks of a BGZF file."""
    at = 0
    for _ in range(blocks):
        at += int.from_bytes(content[at + 16 : at + 18], "little") + 1
    return at
