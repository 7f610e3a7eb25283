"""What do the quality checks say at a glance? One tile per check, the worst verdict first named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from filiation.report.catalogue import term, text
from filiation.report.data import ReportData, Row
from filiation.report.gene_coverage_view import PanelCoverage
from filiation.report.told import observed
from filiation.report.typography import Bilingual, both, decimal, megabases, percent, same

# From worst to best; a check is as good as its worst sample.
VERDICTS = ("FAIL", "WARN", "UNKNOWN", "OK")
_LINES_PER_TILE = 4
_LONG_VALUE = 45


@dataclass(frozen=True)
class Tile:
    """One check: its worst verdict, the samples' numbers and the threshold."""

    check: Bilingual
    verdict: str
    words: Bilingual
    lines: tuple[tuple[str, Bilingual], ...]
    more: int
    expected: tuple[Bilingual, ...]


@dataclass(frozen=True)
class CoverageLine:
    """Depth of one sample over one contig, or over all (`total`)."""

    sample: str
    contig: Bilingual
    total: bool
    length: Bilingual
    mean_depth: Bilingual
    fraction_10x: Bilingual
    fraction_20x: Bilingual


def verdict_of(row: Row) -> str:
    """The verdict of a row; anything that is not one of ours is UNKNOWN, never OK."""
    return row["verdict"] if row["verdict"] in VERDICTS else "UNKNOWN"


def tiles(quality: Sequence[Row]) -> tuple[Tile, ...]:
    """One tile per check in the order of the table."""
    checks: dict[str, list[Row]] = {}
    for row in quality:
        checks.setdefault(row["check"], []).append(row)
    made = []
    for check, rows in checks.items():
        rows = sorted(rows, key=lambda row: VERDICTS.index(verdict_of(row)))
        verdict = verdict_of(rows[0])
        lines = tuple((row["sample"] or "—", brief(row["observed"])) for row in rows[:_LINES_PER_TILE])
        expected = tuple(dict.fromkeys(brief(row["expected"]) for row in rows))[:_LINES_PER_TILE]
        made.append(
            Tile(term("check", check), verdict, term("verdict", verdict), lines, len(rows) - len(lines), expected)
        )
    return tuple(made)


def report_tiles(data: ReportData, covered: PanelCoverage | None) -> tuple[Tile, ...]:
    """What a reader looks for beside the checks: genes of the panel read in full, and the count of de novo variants."""
    made = []
    if covered is not None and covered.genes:
        total = len(covered.genes)
        verdict = "OK" if covered.whole == total else "WARN"
        words = text("brief.genes_read", whole=covered.whole, total=total)
        made.append(_tile("panel_20x", verdict, words, text("brief.genes_expected")))
    counts = Counter(row["inheritance_status"] for row in data.candidates.rows if row["inheritance"] == "de_novo")
    words = text("brief.de_novo", supported=counts["supported"], possible=counts["possible"])
    made.append(_tile("de_novo", "INFO", words, text("brief.de_novo_expected")))
    return tuple(made)


def _tile(check: str, verdict: str, words: Bilingual, expected: Bilingual) -> Tile:
    return Tile(term("check", check), verdict, term("verdict", verdict), (("", words),), 0, (expected,))


def brief(value: str | None) -> Bilingual:
    """The number of a check in a few words; the whole value stands in the table of checks.

    `3 of 1918 (0.156 %) …` becomes `0.156 % (3 of 1918)`, `2.14 (888 transitions, …)` becomes `2.14`, and a long
    value keeps its head and its ratio: `parent and child (0.0001)`.
    """
    if not value:
        return observed(value)
    if share := re.match(r"(\d+ of \d+) \(([\d.e+-]+ %)\)", value):
        return observed(f"{share[2]} ({share[1]})")
    if ratio := re.fullmatch(r"([\d.]+) \([^)]*\)", value):
        return observed(ratio[1])
    if len(value) > _LONG_VALUE:
        first = value.split(";")[0]
        head, mark, rest = first.partition(": ")
        in_brackets = re.search(r"\(([\d.]+)\)", rest)
        first = head + (f" ({in_brackets[1]})" if in_brackets else "") if mark else first
        return observed(first)
    return observed(value)


def coverage_lines(data: ReportData) -> tuple[CoverageLine, ...]:
    """The coverage tables in words, samples in the order of the family, the whole genome before the contigs."""
    order = {sample: place for place, sample in enumerate(data.family.samples)}
    rows = sorted(data.coverage, key=lambda row: (order.get(row["sample"], len(order)), row["chrom"] != "total"))

    def share(value: float | None) -> Bilingual:
        return same("—") if value is None else both(percent, value, 1)

    return tuple(
        CoverageLine(
            sample=row["sample"],
            contig=text("coverage.total") if row["chrom"] == "total" else same(row["chrom"]),
            total=row["chrom"] == "total",
            length=same("—") if row["length"] is None else both(megabases, row["length"]),
            mean_depth=same("—") if row["mean_depth"] is None else both(decimal, row["mean_depth"], 1),
            fraction_10x=share(row["fraction_10x"]),
            fraction_20x=share(row["fraction_20x"]),
        )
        for row in rows
    )
