"""Is there a damaged file that kills the reader, of which it loses records, or that it reads otherwise than pysam?

MUTANTS=100000 in the environment tries so many; the child process bears a signal.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from builders.mutants import OUTCOMES, bgzf
from builders.odd_calls import SAMPLES, TEXT, write_as
from filiation.config import REPOSITORY
from filiation.errors import InputError
from filiation.io.vcf import read_batches

MUTANTS = int(os.environ.get("MUTANTS", "3000"))


def test_fuzz__no_mutant_kills_the_reader_or_loses_a_record(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("mutants", MUTANTS)
    paths = os.pathsep.join([str(REPOSITORY / "scripts"), str(REPOSITORY / "tests")])
    done = subprocess.run(
        [sys.executable, "-m", "builders.mutants", "0", str(MUTANTS), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"seed {(tmp_path / 'seed').read_text()}: {done.returncode}\n{done.stderr[-2000:]}"
    outcomes = json.loads(done.stdout)
    assert {name for name in outcomes if name not in OUTCOMES} == set()
    assert sum(outcomes.values()) == MUTANTS
    # Both outcomes are common: the mutants are neither all harmless nor all absurd.
    assert min(outcomes["read"], outcomes["refused"]) > MUTANTS / 20


@pytest.mark.parametrize("form", ["bcf", "vcf.gz"])
def test_damage__a_flipped_bit_anywhere_is_refused_with_its_offset(tmp_path: Path, form: str) -> None:
    sound = write_as(tmp_path / "sound", TEXT, form).read_bytes()
    generator = random.Random(3)
    path = tmp_path / "damaged"
    for _ in range(60):
        content = bytearray(sound)
        # Ten bytes of a block's header say nothing that matters: flags of the writer, time, system.
        at = generator.randrange(18, len(sound) - 28)
        content[at] ^= 1 << generator.randrange(8)
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"at byte \d+|header"):
            list(read_batches(path, SAMPLES))


def test_damage__a_zeroed_page_or_a_cut_is_refused(tmp_path: Path) -> None:
    lines = TEXT + "".join(
        f"chrX\t{3_000_000 + n}\t.\tA\tC\t.\t.\t.\tGT\t0/0\t0/1\t{n % 2}/0\t0/0\n" for n in range(9000)
    )
    sound = bgzf(lines.encode(), random.Random(1))
    path = tmp_path / "damaged.vcf.gz"
    path.write_bytes(sound)
    assert sum(map(len, read_batches(path, SAMPLES))) == 9013
    start = len(sound) // 2
    for content in (
        sound[:start] + bytes(4096) + sound[start + 4096 :],
        sound[:start],
        sound[:start] + sound[-28:],
        sound[:-28],
        sound + b"garbage",
        sound[:-28] + bytes(28) + sound[-28:],
    ):
        path.write_bytes(content)
        with pytest.raises(InputError) as caught:
            list(read_batches(path, SAMPLES, threads=2))
        assert str(path) in str(caught.value)


def test_damage__blocks_lost_between_two_lines_are_found_by_the_index(tmp_path: Path) -> None:
    path = write_as(tmp_path / "calls.bcf", TEXT, "bcf")
    subprocess.run(["bcftools", "index", path], check=True)
    assert sum(map(len, read_batches(path, SAMPLES))) == 13
    shorter = "\n".join(TEXT.splitlines()[:-1]) + "\n"
    write_as(path, shorter, "bcf")
    with pytest.raises(InputError, match="12 records were read and the index counts 13"):
        list(read_batches(path, SAMPLES))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("chr1\t101", "chr1\t99"), "one behind position 100"),
        (("chr2\t1\t", "chr9\t1\t"), "does not declare"),
        (("chr1\t102", "chr1\t-102"), "position that is not a number"),
        (("chr1\t107", "chr1\t999999999"), "position 999999999"),
        (("1/1:300", "1/3:300"), "allele number 3"),
        (("A\tC\t.\tPASS", "A\tC,G\t.\tPASS"), "2 alternate alleles"),
        (("././1:122", "././1:122\t0/0"), "5 samples"),
        (("\t././1:122", ""), "too few columns"),
        (("chr1\t104", "\nchr1\t104"), "blank line"),
        (("chr1\t104", "chr1 104"), "too few columns|not declare"),
        (("PASS\t.\tGT:GL", "PASS\tA\x00B\tGT:GL"), "NUL"),
        (('##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Depths">\n', ""), "FORMAT/AD is not declared"),
        (("##fileformat", "\ufeff##fileformat"), "byte order mark"),
        (("\tmother\n", "\tfather\n"), "given twice"),
        (("9,0:9:27:", "9,x:9:27:"), "not a number"),
    ],
    ids=lambda change: change[0][:12] if isinstance(change, tuple) else None,
)
def test_damage__each_fault_of_a_line_is_named_with_its_line(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    assert change[0] in TEXT
    path = write_as(tmp_path / "damaged.vcf.gz", TEXT.replace(*change, 1), "vcf.gz")
    with pytest.raises(InputError, match=message) as caught:
        list(read_batches(path, ["child"] if "mother" in change[0] else SAMPLES))
    assert str(path) in str(caught.value)
    if "header" not in str(caught.value) and "byte order" not in message:
        assert "line " in str(caught.value)
