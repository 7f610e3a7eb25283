"""Stored reads taken as they are aligned: whose they are, on which genome, each record once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pysam
import pytest

from builders.alignments import prepare
from builders.reads import random_genome
from filiation.errors import InputError
from filiation.io.tables import read_table
from filiation.model.columns import ALIGNMENT
from filiation.reads.adoption import Adoption, adopt_reads

pytestmark = pytest.mark.tools

GENOME = random_genome({"chr1": 2000, "chr2": 1000})
CONTIGS = (("chr1", 2000), ("chr2", 1000))
# (name, flag, contig number, position, mate's contig number, mate's position); -1 is nowhere.
Placed = tuple[str, int, int, int, int, int]
READS: list[Placed] = [
    ("a", 99, 0, 100, 0, 300),
    ("b", 99, 0, 100, 0, 320),
    ("a", 147, 0, 300, 0, 100),
    ("b", 147, 0, 320, 0, 100),
    ("c", 99, 1, 50, 1, 200),
    ("c", 147, 1, 200, 1, 50),
    ("d", 77, -1, -1, -1, -1),
    ("d", 141, -1, -1, -1, -1),
]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prepared genome of this module."""
    return prepare(tmp_path_factory.mktemp("genome"), GENOME)


def stored(
    path: Path,
    reads: Sequence[Placed] = READS,
    contigs: Sequence[tuple[str, int]] = CONTIGS,
    groups: Sequence[str] = ("@RG\tID:x\tSM:HG002",),
    tag: str | None = "x",
) -> Path:
    """A BAM as another laboratory might have written it, with a program line."""
    header = ["@HD\tVN:1.5\tSO:coordinate", *(f"@SQ\tSN:{name}\tLN:{length}" for name, length in contigs)]
    text = "\n".join([*header, *groups, "@PG\tID:bwa\tPN:bwa\tCL:bwa mem /home/lab/genome.fa"]) + "\n"
    with pysam.AlignmentFile(str(path), "wb", text=text) as handle:
        for name, flag, contig, position, mate, mate_position in reads:
            record = pysam.AlignedSegment(handle.header)
            record.query_name, record.flag = name, flag
            record.reference_id, record.reference_start = contig, position
            record.next_reference_id, record.next_reference_start = mate, mate_position
            sequence = GENOME[contigs[contig][0]] if contig >= 0 and contigs[contig][0] in GENOME else ""
            record.query_sequence = sequence[position : position + 50] or "ACGTA" * 10
            record.query_qualities = pysam.qualitystring_to_array("I" * 50)
            if contig >= 0:
                record.cigarstring, record.mapping_quality = "50M", 60
            if tag:
                record.set_tag("RG", tag)
            handle.write(record)
    return path


def adopt(folder: Path, reference: Path, reads: Path, alias: str | None = "HG002") -> Adoption:
    """Adopt a file as the child."""
    metrics = folder / "child.alignment.tsv"
    return adopt_reads(reads, "child", alias, reference, 1, folder / "child.cram", metrics)


def records(folder: Path, reference: Path) -> list[pysam.AlignedSegment]:
    """The adopted records."""
    with pysam.AlignmentFile(str(folder / "child.cram"), reference_filename=str(reference)) as handle:
        return list(handle)


def header(folder: Path) -> list[str]:
    """Header lines of the adopted file."""
    with pysam.AlignmentFile(str(folder / "child.cram"), check_sq=False) as handle:
        return str(handle.header).splitlines()


def test_adopt_reads__keeps_alignment_and_gives_the_reads_the_sheets_name(tmp_path: Path, reference: Path) -> None:
    adopt(tmp_path, reference, stored(tmp_path / "in.bam"))
    kept = records(tmp_path, reference)
    assert [(r.query_name, r.flag, r.reference_id, r.reference_start) for r in kept] == [r[:4] for r in READS]
    assert {record.get_tag("RG") for record in kept} == {"child.x"}
    assert header(tmp_path)[-1] == "@RG\tID:child.x\tSM:child"
    assert not any("/" in line for line in header(tmp_path))
    assert (tmp_path / "child.cram.crai").is_file()


def test_adopt_reads__read_group_of_another_person_stops(tmp_path: Path, reference: Path) -> None:
    with pytest.raises(InputError, match="of sample 'HG002'") as stopped:
        adopt(tmp_path, reference, stored(tmp_path / "in.bam"), alias=None)
    assert "read_group_sample" in stopped.value.repair
    groups = ["@RG\tID:x\tSM:HG002", "@RG\tID:y\tSM:HG003"]
    with pytest.raises(InputError, match="'HG003'"):
        adopt(tmp_path, reference, stored(tmp_path / "two.bam", groups=groups))
    assert not (tmp_path / "child.cram").exists()


def test_adopt_reads__file_without_read_groups_is_given_one(tmp_path: Path, reference: Path) -> None:
    report = adopt(tmp_path, reference, stored(tmp_path / "in.bam", groups=(), tag=None), alias=None)
    assert report.without_read_group == len(READS)
    assert {record.get_tag("RG") for record in records(tmp_path, reference)} == {"child"}


def test_adopt_reads__only_records_that_repeat_another_exactly_are_dropped(tmp_path: Path, reference: Path) -> None:
    # The window was extracted twice: the two reads at chr1:100 stand there again. The third has another flag.
    reads = [*READS[:2], *READS[:2], ("a", 99 | 1024, 0, 100, 0, 300), *READS[2:]]
    report = adopt(tmp_path, reference, stored(tmp_path / "in.bam", reads))
    assert report.exact_duplicates == 2
    assert len(records(tmp_path, reference)) == len(READS) + 1
    rows = read_table(tmp_path / "child.alignment.tsv", ALIGNMENT).rows
    counts = {row["measure"]: int(row["value"]) for row in rows}
    assert counts["records_in"] == len(reads)
    assert counts["records"] + counts["exact_duplicates"] == counts["records_in"]


def test_adopt_reads__contigs_that_no_read_lies_on_may_be_missing_from_the_reference(
    tmp_path: Path, reference: Path
) -> None:
    contigs = [*CONTIGS, ("chrUn_decoy", 500)]
    far_mate = ("e", 97, 1, 300, 2, 10)
    reads = [*READS[:6], far_mate, *READS[6:]]
    report = adopt(tmp_path, reference, stored(tmp_path / "in.bam", reads, contigs))
    assert report.mates_elsewhere == 1
    assert [line.split("\t")[1] for line in header(tmp_path) if line.startswith("@SQ")] == ["SN:chr1", "SN:chr2"]
    orphan = next(record for record in records(tmp_path, reference) if record.query_name == "e")
    assert (orphan.next_reference_id, orphan.next_reference_start) == (-1, -1)


def test_adopt_reads__read_on_a_contig_that_the_reference_lacks_stops_with_the_count(
    tmp_path: Path, reference: Path
) -> None:
    reads = [*READS[:6], ("e", 0, 2, 5, -1, -1), ("f", 0, 2, 9, -1, -1)]
    source = stored(tmp_path / "in.bam", reads, [*CONTIGS, ("chrUn_decoy", 500)])
    with pytest.raises(InputError, match=r"2 records on contigs that the reference lacks: chrUn_decoy \(2\)"):
        adopt(tmp_path, reference, source)
    assert not (tmp_path / "child.cram").exists()


def test_adopt_reads__contig_of_another_length_is_another_genome(tmp_path: Path, reference: Path) -> None:
    source = stored(tmp_path / "in.bam", contigs=[("chr1", 2001), ("chr2", 1000)])
    with pytest.raises(InputError, match="chr1 has 2001 bases"):
        adopt(tmp_path, reference, source)


def test_adopt_reads__unsorted_records_stop(tmp_path: Path, reference: Path) -> None:
    source = stored(tmp_path / "in.bam", [READS[2], READS[0]])
    with pytest.raises(InputError, match="record 2 lies before"):
        adopt(tmp_path, reference, source)
    source = stored(tmp_path / "in.bam", [READS[6], READS[0]])
    with pytest.raises(InputError, match="record 2 lies before"):
        adopt(tmp_path, reference, source)


def test_adopt_reads__other_order_of_contigs_is_put_into_the_references(tmp_path: Path, reference: Path) -> None:
    swapped = [(name, flag, {0: 1, 1: 0}.get(c, -1), p, {0: 1, 1: 0}.get(m, -1), q) for name, flag, c, p, m, q in READS]
    reads = sorted(swapped, key=lambda read: read[2] if read[2] >= 0 else 9)
    adopt(tmp_path, reference, stored(tmp_path / "in.bam", reads, CONTIGS[::-1]))
    kept = records(tmp_path, reference)
    assert [(r.query_name, r.flag, r.reference_id, r.reference_start) for r in kept] == [r[:4] for r in READS]


def test_adopt_reads__truncated_file_stops(tmp_path: Path, reference: Path) -> None:
    source = stored(tmp_path / "in.bam")
    source.write_bytes(source.read_bytes()[:-28])
    with pytest.raises(InputError, match="truncated"):
        adopt(tmp_path, reference, source)


def test_adopt_reads__bam_and_the_cram_made_of_it_give_the_same_bytes(tmp_path: Path, reference: Path) -> None:
    adopt(tmp_path, reference, stored(tmp_path / "in.bam"))
    first = (tmp_path / "child.cram").read_bytes()
    again = tmp_path / "again"
    adopt_reads(tmp_path / "child.cram", "child", None, reference, 2, again / "child.cram", again / "m.tsv")
    adopt(tmp_path, reference, tmp_path / "in.bam")
    assert (tmp_path / "child.cram").read_bytes() == first
    assert len(records(again, reference)) == len(READS)
