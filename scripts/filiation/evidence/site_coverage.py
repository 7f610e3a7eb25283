"""How deeply did a source read one site? An allele that nobody could have seen is not absent.

Read from a table with one line for each site, compressed by bgzip and indexed by tabix: chrom, pos, median_approx (or
median) and over_20, the columns of gnomAD's coverage summary; `filiation resources prepare gnomad_coverage` makes one.
"""

from __future__ import annotations

from dataclasses import dataclass

from filiation.errors import InputError
from filiation.evidence.scores import header_lines, require_index
from filiation.io.sorted_table import SortedTable
from filiation.model.contigs import bare_name

_REPAIR = "make it with filiation resources prepare gnomad_coverage"


@dataclass(frozen=True)
class SiteDepth:
    """Median depth of the source's samples at a site, and the share of them with 20 reads or more; None is unknown."""

    median: float | None
    over_20: float | None

    @property
    def rank(self) -> tuple[float, float]:
        """Greater for a site that was seen better."""
        return (self.over_20 or 0.0, self.median or 0.0)

    @property
    def text(self) -> str:
        """`median=32;over_20=0.98`."""
        parts = {"median": self.median, "over_20": self.over_20}
        return ";".join(f"{name}={value:.3g}" for name, value in parts.items() if value is not None)


class SiteCoverage:
    """One table, open for look-ups."""

    def __init__(self, path: str, name: str) -> None:
        """InputError for a table that is missing, without index, or without the columns."""
        require_index(path, f"site coverage of {name}")
        self._where = f"{path} ({name})"
        lines = [line for line in header_lines(path) if not line.startswith("##")]
        names = [cell.lstrip("#").lower() for cell in lines[0].split("\t")] if lines else []
        self._median = next((names.index(word) for word in ("median_approx", "median") if word in names), None)
        self._over_20 = names.index("over_20") if "over_20" in names else None
        if self._median is None and self._over_20 is None:
            raise InputError(
                f"columns {', '.join(names) or 'none'}",
                where=self._where,
                expected="chrom, pos, median_approx and over_20",
                repair=_REPAIR,
            )
        self._table = SortedTable(path)
        self._contigs = {bare_name(contig): contig for contig in self._table.contigs}

    def close(self) -> None:
        """Let go of the file."""
        self._table.close()

    def at(self, chrom: str, pos: int) -> SiteDepth | None:
        """Depth at a 1-based position; None when the table does not hold it."""
        contig = self._contigs.get(bare_name(chrom))
        if contig is None:
            return None
        for cells in self._table.at(contig, pos):
            return SiteDepth(self._number(cells, self._median, pos), self._number(cells, self._over_20, pos))
        return None

    def _number(self, cells: list[str], column: int | None, pos: int) -> float | None:
        """A number that is not negative; `.`, NA and an empty cell are unknown."""
        text = cells[column] if column is not None and column < len(cells) else "."
        if text in (".", "", "NA"):
            return None
        try:
            value = float(text)
            if not value >= 0:
                raise ValueError
        except ValueError:
            raise InputError(
                f"depth {text!r}", where=f"{self._where}, position {pos}", expected="a number", repair=_REPAIR
            ) from None
        return value
