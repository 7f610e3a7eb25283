"""The same calls in another form of file: are they read as the same family?

METAMORPHIC_TRIOS random trios a relation, 3 unless told; `filiation validate --full` takes 200.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pysam
import pytest
from test_metamorphic import Rows, plain, random_calls, screened

from builders.trio import Call, Trio, scoring_model
from filiation.scoring.screen import screen_calls

TRIOS = int(os.environ.get("METAMORPHIC_TRIOS", "3"))
Counted = Callable[[str, object], None]


@pytest.fixture
def trios(record_property: Counted) -> list[Trio]:
    """Random trios of both sexes' contigs; how many is what `filiation validate` reads."""
    record_property("relations", 1)
    record_property("trios", TRIOS)
    return [random_calls(1000 + seed) for seed in range(TRIOS)]


def through_pysam(given: Path, written: Path, mode: str) -> Path:
    """The file as htslib writes it in another form."""
    with pysam.VariantFile(str(given)) as old, pysam.VariantFile(str(written), mode, header=old.header) as new:
        for record in old:
            new.write(record)
    return written


def test_form__text_compressed_text_and_bcf_are_read_alike(trios: list[Trio], tmp_path: Path) -> None:
    for calls in trios:
        wanted = plain(calls, tmp_path)
        for suffix in (".vcf", ".vcf.gz"):
            assert screened(calls.written(tmp_path / f"t{suffix}"), calls.family, tmp_path / "o.bcf") == wanted
        given = calls.written(tmp_path / "again.vcf.gz")
        assert screened(through_pysam(given, tmp_path / "h.bcf", "wb"), calls.family, tmp_path / "h.out.bcf") == wanted


def test_form__two_halves_of_a_genome_are_the_whole(trios: list[Trio], tmp_path: Path) -> None:
    for calls in trios:
        wanted = plain(calls, tmp_path)
        halves: Rows = {}
        for number in (0, 1):
            half = replace(calls, records=tuple(r for r in calls.records if (r.pos // 500) % 2 == number))
            halves |= plain(half, tmp_path, f"half{number}")
        assert halves == wanted


def test_form__fields_in_another_order_say_the_same(trios: list[Trio], tmp_path: Path) -> None:
    rng = random.Random(1)
    for calls in trios:
        records = []
        for record in calls.records:
            # GT stands first where it stands at all (VCF specification, 1.6.2).
            others = [name for name in record.fields if name != "GT"]
            rng.shuffle(others)
            records.append(replace(record, fields=("GT", *others)))
        assert plain(replace(calls, records=tuple(records)), tmp_path, "b") == plain(calls, tmp_path, "a")


def test_form__a_site_where_nobody_has_the_allele_adds_nothing(trios: list[Trio], tmp_path: Path) -> None:
    for calls in trios:
        more = calls.then("0/0", "0/0", "0/0")
        for pos in range(9_000_000, 9_000_050):
            more = more.at("1", pos, "A", "G")
        assert plain(more, tmp_path, "b") == plain(calls, tmp_path, "a")


def test_form__declarations_and_values_of_other_programs_change_nothing(trios: list[Trio], tmp_path: Path) -> None:
    for calls in trios:
        lines = (
            '##INFO=<ID=XX,Number=.,Type=String,Description="Of another program">',
            '##INFO=<ID=YY,Number=0,Type=Flag,Description="Of another program">',
        )
        more = replace(
            calls,
            extra_header=lines,
            records=tuple(replace(r, info="XX=a,b;YY" if n % 3 else "YY") for n, r in enumerate(calls.records)),
        )
        assert plain(more, tmp_path, "b") == plain(calls, tmp_path, "a")


def test_form__one_thread_and_two_write_the_same_bytes(trios: list[Trio], tmp_path: Path) -> None:
    for calls in trios:
        given = calls.written(tmp_path / "t.vcf.gz")
        written = []
        for threads in (1, 2):
            output = tmp_path / f"{threads}.bcf"
            screen_calls(given, calls.family, scoring_model(), (), output, threads=threads)
            written.append(output.read_bytes())
        assert written[0] == written[1]


def test_form__a_position_moved_by_a_constant_moves_the_answer_alone(trios: list[Trio], tmp_path: Path) -> None:
    for calls in trios:
        moved = replace(
            calls, records=tuple(replace(r, pos=r.pos + 1000) if r.chrom == "1" else r for r in calls.records)
        )
        wanted = {}
        for key, row in plain(calls, tmp_path, "a").items():
            chrom, pos, ref, alt = key.split("-")
            wanted[f"{chrom}-{int(pos) + 1000 * (chrom == '1')}-{ref}-{alt}"] = row
        assert plain(moved, tmp_path, "b") == wanted


def test_form__phase_written_in_the_calls_leaves_every_class(trios: list[Trio], tmp_path: Path) -> None:
    def bars(call: Call) -> Call:
        whole = call.genotype.count(".") == 0
        return replace(call, genotype=call.genotype.replace("/", "|")) if whole else call

    for calls in trios:
        phased = replace(calls, records=tuple(replace(r, calls=tuple(bars(c) for c in r.calls)) for r in calls.records))
        assert plain(phased, tmp_path, "b") == plain(calls, tmp_path, "a")
