"""How is a VCF written so that it can be looked up by position: bgzip and a tabix index, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pysam

from filiation.io.files import atomic_path


def write_indexed_vcf(target: str | Path, lines: Iterable[str]) -> None:
    """Write the lines of a sorted VCF (without line ends) to `target` (.vcf.gz) and its index (.vcf.gz.tbi)."""
    with atomic_path(target) as temporary:
        with pysam.BGZFile(str(temporary), "wb") as handle:
            for line in lines:
                handle.write(f"{line}\n".encode())
    # The old index goes first: an index that is older than its file would be believed.
    index = Path(f"{target}.tbi")
    with atomic_path(index) as temporary:
        pysam.tabix_index(str(target), preset="vcf", force=True, index=str(temporary))
