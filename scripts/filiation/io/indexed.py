"""How is a VCF written for look-ups by position? BGZF and a tabix index, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pysam

from filiation.io.files import atomic_path


def write_indexed_vcf(target: str | Path, lines: Iterable[str]) -> None:
    """Write the lines of a sorted VCF (without line ends) to `target` (.vcf.gz), and its index (.tbi)."""
    with atomic_path(target) as temporary, pysam.BGZFile(str(temporary), "wb", None) as handle:
        for line in lines:
            handle.write(f"{line}\n".encode())
    with atomic_path(f"{target}.tbi") as temporary:
        pysam.tabix_index(str(target), preset="vcf", force=True, index=str(temporary))
