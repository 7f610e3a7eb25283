"""How is a VCF or a table written for look-ups by position? BGZF and a tabix index, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pysam

from filiation.io.files import atomic_path


def write_indexed_vcf(target: str | Path, lines: Iterable[str]) -> None:
    """Write the lines of a sorted VCF (without line ends) to `target` (.vcf.gz), and its index (.tbi)."""
    _write_packed(target, lines)
    with atomic_path(f"{target}.tbi") as temporary:
        pysam.tabix_index(str(target), preset="vcf", force=True, index=str(temporary))


def write_indexed_table(target: str | Path, lines: Iterable[str], *, contig: int = 0, position: int = 1) -> None:
    """Write the lines of a table sorted by position, header lines with #, to `target` (.tsv.gz), and its index (.tbi).

    contig, position : columns from 0; positions are 1-based.
    """
    _write_packed(target, lines)
    with atomic_path(f"{target}.tbi") as temporary:
        pysam.tabix_index(
            str(target), seq_col=contig, start_col=position, end_col=position, force=True, index=str(temporary)
        )


def _write_packed(target: str | Path, lines: Iterable[str]) -> None:
    with atomic_path(target) as temporary, pysam.BGZFile(str(temporary), "wb", None) as handle:
        for line in lines:
            handle.write(f"{line}\n".encode())
