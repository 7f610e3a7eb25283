"""Do the decoding kernels read every form of a call alike, compiled, with bounds checked, and as plain Python?"""

from __future__ import annotations

import random
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from builders.mutants import bcf_parts, bgzf, mutated_bcf, mutated_text
from builders.odd_calls import HEADER, SAMPLES, TEXT, assert_same, joined, read_with_pysam, write_as
from filiation.errors import InputError
from filiation.frequencies.alleles import allele_codes, with_text
from filiation.io.raw.pieces import work_on_pieces
from filiation.io.raw.reader import CallsReader, Opened
from filiation.io.vcf import TrioBatch, read_batches
from filiation.kernels.damage import NOT_A_BLOCK, SOUND
from filiation.kernels.encoding import MISSING
from filiation.kernels.inflate import BLOCK_COLUMNS, INFLATED, find_blocks_jit
from filiation.kernels.memory import CHECKED
from filiation.kernels.proband import (
    FEW_ALTERNATE_READS,
    INFORMATIVE,
    LOW_GENOTYPE_QUALITY,
    SPANNING_DELETION,
    SYMBOLIC_ALLELE,
    WITHOUT_ALLELE,
    WITHOUT_DATA,
)

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
            records = sum(map(len, read_batches(path, SAMPLES)))
        except InputError:
            refused += 1
            with suppress(InputError):
                list(work_on_pieces(path, SAMPLES, (3.0, 20.0), len))
            continue
        assert sum(work_on_pieces(path, SAMPLES, (3.0, 20.0), len)) == records
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


# One base for another, indels with common ends, letters that are no base, alleles that are no sequence.
ALLELES = [("A", "C"), ("g", "t"), ("CAT", "C"), ("TC", "TCC"), ("GGA", "TGA"), ("N", "A"), ("A", "C" * 40)]
ALLELES += [("A", "*"), ("A", "<DEL>"), ("T", "T[chr1:5[")]


def random_calls(generator: random.Random, records: int) -> str:
    """Lines with genotypes, depths and qualities of every kind, fields in any order and trailing ones dropped."""
    lines = []
    for n in range(records):
        fields = ["GT", "AD", "GQ", "DP"]
        generator.shuffle(fields)
        cells = []
        for _ in SAMPLES:
            reads = ",".join(generator.choice(["0", "2", "3", "7", "."]) for _ in range(generator.choice([1, 2, 2, 2])))
            values = {
                "GT": generator.choice(["0/0", "0/1", "1|1", "./.", "0/.", "1", "0", "./1", "."]),
                "AD": reads,
                "GQ": generator.choice(["0", "19", "20", "99", "."]),
                "DP": "9",
            }
            cells.append(":".join([values[name] for name in fields][: generator.choice([1, 2, 3, 4, 4, 4])]))
        lines.append(
            "\t".join(["chr1", str(100 + n), ".", *generator.choice(ALLELES), ".", ".", ".", ":".join(fields), *cells])
        )
    return "\n".join([*HEADER, *lines]) + "\n"


@pytest.mark.parametrize("form", ["bcf", "vcf.gz"])
def test_ask_proband__names_the_reason_that_the_whole_record_gives(tmp_path: Path, form: str) -> None:
    generator = random.Random(17)
    seen = set()
    for number, text in enumerate([TEXT, *(random_calls(generator, 60) for _ in range(4))]):
        path = write_as(tmp_path / f"{number}.{form}", text, form)
        for samples in (SAMPLES, ("mother", "", "child")):
            reader = CallsReader(path, samples)
            reader.thresholds = (3.0, 20.0)
            (batch,) = read_batches(path, samples)
            linked = reader.link(whole(reader))
            sites, reason, asked = reader.ask_proband(linked)
            reader.close()
            assert list(sites.pos) == list(batch.pos)
            assert [list(view) for view in sites.allele_views(linked.data)] == [list(batch.ref), list(batch.alt)]
            for v, found in enumerate(reason):
                genotype, reads, quality = batch.genotype[v, 0], batch.alt_depth[v, 0], batch.genotype_quality[v, 0]
                expected = (
                    WITHOUT_DATA if genotype == MISSING
                    else WITHOUT_ALLELE if genotype == 0
                    else FEW_ALTERNATE_READS if 0 <= reads < 3
                    else LOW_GENOTYPE_QUALITY if quality < 20
                    else SPANNING_DELETION if batch.alt[v] == "*"
                    else SYMBOLIC_ALLELE if batch.alt[v][0] in "<[].>" or batch.alt[v][-1] in "<[].>"
                    else INFORMATIVE
                )  # fmt: skip
                assert found == expected, (path, v)
                seen.add(int(found))
            rows = np.flatnonzero(reason < 0)
            codes = allele_codes(batch.sites(rows))
            shortest = with_text(
                asked.pos,
                asked.key,
                partial(spelled, batch, rows),
            )
            assert list(asked.rows) == list(rows)
            assert [list(shortest.pos), list(shortest.key)] == [list(codes.pos), list(codes.key)]
            some = reader.decode(linked, rows)
            assert_same(joined([some]), joined([batch.take(rows)]))
    reasons = {WITHOUT_DATA, WITHOUT_ALLELE, FEW_ALTERNATE_READS, LOW_GENOTYPE_QUALITY}
    assert seen == {INFORMATIVE, *reasons, SPANNING_DELETION, SYMBOLIC_ALLELE}


def spelled(batch: TrioBatch, rows: np.ndarray, k: int) -> tuple[int, str, str]:
    """Position, REF and ALT of the k-th of some records."""
    return int(batch.pos[rows[k]]), batch.ref[rows[k]], batch.alt[rows[k]]


def whole(reader: CallsReader) -> Opened:
    """The content of a file that is one piece."""
    state = reader.deflate.new_state() if reader.deflate else 0
    try:
        piece = reader.take()
        return reader.open_piece(piece, state)
    finally:
        if reader.deflate:
            reader.deflate.free_state(state)
