"""From FASTQ to CRAM: no read lost, no stranger merged, the same bytes twice."""

from __future__ import annotations

import random
from pathlib import Path

import pysam
import pytest

from builders.alignments import aligned_unit, prepare
from builders.reads import random_genome, read_pairs, write_pairs
from filiation.__main__ import main
from filiation.errors import InputError
from filiation.io.tables import read_table
from filiation.model.columns import ALIGNMENT
from filiation.reads.duplicates import mark_duplicates

pytestmark = pytest.mark.tools

GENOME = random_genome({"chr1": 20_000, "chr2": 8_000})
# One fragment a place, so that no two are alike by chance.
PAIRS = list({tuple(pair[0].split(":")[:2]): pair for pair in read_pairs(GENOME, [], 10, seed=4)}.values())


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prepared genome of this module."""
    return prepare(tmp_path_factory.mktemp("genome"), GENOME)


def records(path: Path, reference: Path) -> list[pysam.AlignedSegment]:
    """Every record of a BAM or CRAM."""
    with pysam.AlignmentFile(str(path), reference_filename=str(reference)) as handle:
        return list(handle)


def merged(folder: Path, reference: Path, units: list[Path], sample: str = "child") -> Path:
    """The CRAM of some units."""
    cram = folder / f"{sample}.cram"
    mark_duplicates(units, sample, reference, 2, cram, folder / f"{sample}.alignment.tsv")
    return cram


def measures(folder: Path, sample: str = "child") -> dict[str, int]:
    """The metrics of a sample."""
    rows = read_table(folder / f"{sample}.alignment.tsv", ALIGNMENT).rows
    return {row["measure"]: int(row["value"]) for row in rows}


def test_align__every_read_of_the_fastq_is_in_the_cram_once_and_where_it_came_from(
    tmp_path: Path, reference: Path
) -> None:
    # Reads of nowhere must come through too, unmapped.
    generator = random.Random(9)
    foreign = ["".join(generator.choices("ACGT", k=100)) for _ in range(2)]
    pairs = [*PAIRS, ("nowhere", foreign[0], foreign[1])]
    cram = merged(tmp_path, reference, [aligned_unit(tmp_path, reference, "child", "lane1", pairs)])
    primary = [record for record in records(cram, reference) if not record.flag & 0x900]
    names = [(record.query_name, record.is_read1) for record in primary]
    assert len(names) == len(set(names)) == 2 * len(pairs)
    assert {record.query_name for record in primary if record.is_unmapped} == {"nowhere"}
    for record in primary:
        if not record.is_unmapped:
            contig, start = record.query_name.split(":")[:2]
            assert record.reference_name == contig
            assert int(start) <= record.reference_start <= int(start) + 260
    assert measures(tmp_path)["reads"] == 2 * len(pairs)
    assert measures(tmp_path)["mapped"] == 2 * len(PAIRS)


def test_align__result_does_not_depend_on_threads_or_folder(tmp_path: Path, reference: Path) -> None:
    crams = []
    for threads, name in ((1, "one"), (2, "two"), (2, "again")):
        folder = tmp_path / name
        folder.mkdir()
        unit = aligned_unit(folder, reference, "child", "lane1", PAIRS, threads=threads)
        crams.append(merged(folder, reference, [unit]))
    assert crams[0].read_bytes() == crams[1].read_bytes() == crams[2].read_bytes()
    index = [Path(f"{cram}.crai").read_bytes() for cram in crams]
    assert index[0] == index[1] == index[2]


def test_mark_duplicates__header_says_nothing_about_the_machine(tmp_path: Path, reference: Path) -> None:
    cram = merged(tmp_path, reference, [aligned_unit(tmp_path, reference, "child", "lane1", PAIRS)])
    with pysam.AlignmentFile(str(cram), reference_filename=str(reference)) as handle:
        lines = str(handle.header).splitlines()
    assert [line[:3] for line in lines] == ["@HD", "@SQ", "@SQ", "@RG"]
    assert lines[-1] == "@RG\tID:child.lane1\tSM:child\tLB:child\tPL:ILLUMINA"
    assert not any("/" in line for line in lines)


def test_mark_duplicates__copies_over_two_lanes_of_one_library_are_marked_and_kept(
    tmp_path: Path, reference: Path
) -> None:
    copies = [(f"copy{number}", first, second) for number, (_, first, second) in enumerate(PAIRS[:40])]
    units = [
        aligned_unit(tmp_path, reference, "child", "lane1", PAIRS[:200]),
        aligned_unit(tmp_path, reference, "child", "lane2", [*PAIRS[200:300], *copies]),
    ]
    merged(tmp_path, reference, units)
    counts = measures(tmp_path)
    assert counts["reads"] == 2 * 340
    assert counts["units"] == 2
    assert counts["duplicates"] == 2 * 40


def test_mark_duplicates__the_same_place_in_two_libraries_is_two_molecules(tmp_path: Path, reference: Path) -> None:
    copies = [(f"copy{number}", first, second) for number, (_, first, second) in enumerate(PAIRS[:40])]
    units = [
        aligned_unit(tmp_path, reference, "child", "lane1", PAIRS[:200], library="first"),
        aligned_unit(tmp_path, reference, "child", "lane2", copies, library="second"),
    ]
    merged(tmp_path, reference, units)
    assert measures(tmp_path)["duplicates"] == 0
    assert measures(tmp_path)["reads"] == 2 * 240


def test_mark_duplicates__unit_of_another_sample_stops(tmp_path: Path, reference: Path) -> None:
    units = [aligned_unit(tmp_path, reference, sample, "lane1", PAIRS[:20]) for sample in ("child", "father")]
    with pytest.raises(InputError, match="read groups of sample father"):
        merged(tmp_path, reference, units)
    assert not (tmp_path / "child.cram").exists()


def test_mark_duplicates__unit_given_twice_stops(tmp_path: Path, reference: Path) -> None:
    unit = aligned_unit(tmp_path, reference, "child", "lane1", PAIRS[:20])
    with pytest.raises(InputError, match=r"child\.lane1 occurs twice"):
        merged(tmp_path, reference, [unit, unit])


def test_align__truncated_fastq_stops_with_a_message_and_without_output(
    tmp_path: Path, reference: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = write_pairs(tmp_path, "lane1", PAIRS)
    first.write_bytes(first.read_bytes()[:-30])
    arguments = ["align", "--fastq-1", str(first), "--fastq-2", str(second), "--sample", "child"]
    arguments += ["--unit", "lane1", "--reference", str(reference), "--output", str(tmp_path / "out.bam")]
    code = main([*arguments, "--aligner-file", str(reference.with_name("aligner.txt"))])
    assert code == 2
    message = capsys.readouterr().err
    assert "truncated" in message
    assert "lane1_1.fastq.gz" in message
    assert list(tmp_path.glob("*out.bam*")) == []
