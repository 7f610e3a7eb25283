"""Are the lines of a position those that tabix finds, whatever the blocks of the file?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pysam
import pytest

from filiation.errors import InputError
from filiation.io.indexed import write_indexed_table
from filiation.io.sorted_table import SortedTable


def write(path: Path, seed: int) -> Path:
    """Three contigs, dense and sparse stretches, one to six lines a position, some lines long."""
    rng = np.random.default_rng(seed)
    lines = ["#chrom\tpos\tref\talt\ttext"]
    for contig in ("1", "2", "10"):
        position = int(rng.integers(1, 30_000))
        for _ in range(6000):
            position += 1 if rng.random() < 0.97 else int(rng.integers(2, 40_000))
            for alt in range(int(rng.integers(1, 7)) if rng.random() < 0.3 else 3):
                lines.append(f"{contig}\t{position}\tA\t{alt}\t{'x' * int(rng.integers(0, 60))}")
    write_indexed_table(path, lines)
    return path


@pytest.mark.parametrize("seed", [1, 2])
def test_lines__are_those_of_tabix(tmp_path: Path, seed: int) -> None:
    path = write(tmp_path / "table.tsv.gz", seed)
    rng = np.random.default_rng(seed)
    with SortedTable(path) as table, pysam.TabixFile(str(path)) as tabix:
        assert table.contigs == list(tabix.contigs)
        for contig in table.contigs:
            present = sorted({int(line.split("\t")[1]) for line in tabix.fetch(contig)})
            asked = [
                *present[:3],
                *present[-3:],
                *rng.choice(present, 150),
                *rng.integers(1, present[-1] + 50_000, 150),
            ]
            for position in map(int, asked):
                expected = [line.split("\t") for line in tabix.fetch(contig, position - 1, position)]
                assert table.at(contig, position) == expected, (contig, position)
        assert table.at("3", 100) == []


def test_table__with_another_column_of_positions(tmp_path: Path) -> None:
    path = tmp_path / "revel.tsv.gz"
    write_indexed_table(
        path, ["#chr\thg19_pos\tgrch38_pos\tref", "1\t9\t100\tA", "1\t9\t100\tC", "1\t9\t101\tG"], position=2
    )
    with SortedTable(path) as table:
        assert [cells[3] for cells in table.at("1", 100)] == ["A", "C"]


def test_table__that_is_damaged_or_has_another_index_stops(tmp_path: Path) -> None:
    path = write(tmp_path / "table.tsv.gz", 3)
    data = bytearray(path.read_bytes())
    (tmp_path / "table.tsv.gz.tbi").rename(tmp_path / "bad.tsv.gz.tbi")
    data[18:5000] = bytes(4982)
    (tmp_path / "bad.tsv.gz").write_bytes(data)
    with SortedTable(tmp_path / "bad.tsv.gz") as table, pytest.raises(InputError, match="damaged at byte"):
        [table.at("1", position) for position in range(1, 40_000, 500)]
    (tmp_path / "bad.tsv.gz.tbi").write_bytes(b"nothing")
    with pytest.raises(InputError, match="index cannot be read"):
        SortedTable(tmp_path / "bad.tsv.gz")
