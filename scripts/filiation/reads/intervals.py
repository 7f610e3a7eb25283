"""How is the genome cut so that every base is called once and the parts take about as long?"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from filiation.errors import InputError
from filiation.io.files import atomic_text, open_text, require_file
from filiation.reads.reference import Runs, known_base_runs, read_contigs

# A run of N of at least this many bases is a place where no read is cut in two.
_NATURAL_GAP = 100
# A cut may move by this share of an interval's bases to reach a natural place.
_TOLERANCE = 0.1

# (contig, start, end), 0-based half-open as in BED.
Piece = tuple[str, int, int]


@dataclass(frozen=True, order=True)
class _Cut:
    """A place to cut: known bases before it, and the region and position where it lies."""

    weight: int
    region: int
    position: int


def split_regions(reference: str | Path, regions_bed: str | Path | None, outputs: Sequence[str | Path]) -> list[int]:
    """Write one BED per output; together they hold every base of the reference (or of the BED) once.

    Intervals hold about the same number of bases that are not N. Cuts lie at ends of contigs or regions,
    or in the middle of a run of N, where one is near; else inside known sequence. With more outputs than
    there is to cut, the last ones are empty files. Returns the known bases of each output.
    """
    runs = known_base_runs(reference)
    lengths = read_contigs(reference)
    regions = (
        require_regions(regions_bed, lengths) if regions_bed else [(name, 0, end) for name, end in lengths.items()]
    )
    pieces, weights = balance(regions, runs, len(outputs))
    for output, part in zip(outputs, pieces, strict=True):
        with atomic_text(output) as handle:
            for contig, start, end in part:
                handle.write(f"{contig}\t{start}\t{end}\n")
    return weights


def read_bed(path: str | Path, lengths: dict[str, int]) -> list[Piece]:
    """Regions of a BED in the reference's order, overlapping and touching ones merged.

    A contig that the reference lacks, or an end beyond its contig, stops (InputError). An empty file is an
    empty list.
    """
    order = {name: number for number, name in enumerate(lengths)}
    found: list[tuple[int, int, int]] = []
    with open_text(path) as handle:
        for number, line in enumerate(handle, 1):
            if not line.strip() or line.startswith(("#", "track", "browser")):
                continue
            fields = line.rstrip("\r\n").split("\t")
            valid = len(fields) >= 3 and fields[1].isdecimal() and fields[2].isdecimal()
            if not valid or fields[0] not in order or not int(fields[1]) < int(fields[2]) <= lengths[fields[0]]:
                raise InputError(
                    f"'{line.strip()[:80]}'",
                    where=f"{path}, line {number}",
                    expected="contig of the reference, start and end (0-based, half-open) in it, by tabs",
                    repair="correct the line, or use the BED of the same genome build",
                )
            found.append((order[fields[0]], int(fields[1]), int(fields[2])))
    names = list(lengths)
    merged: list[Piece] = []
    for contig, start, end in sorted(found):
        if merged and merged[-1][0] == names[contig] and start <= merged[-1][2]:
            merged[-1] = (names[contig], merged[-1][1], max(end, merged[-1][2]))
        else:
            merged.append((names[contig], start, end))
    return merged


def require_regions(path: str | Path, lengths: dict[str, int]) -> list[Piece]:
    """As `read_bed`, for a BED given by the user: no region at all stops."""
    require_file(path, "BED of the regions")
    regions = read_bed(path, lengths)
    if not regions:
        raise InputError("no region", where=str(path), expected="at least one region", repair="correct the BED")
    return regions


def balance(regions: Sequence[Piece], runs: Runs, number: int) -> tuple[list[list[Piece]], list[int]]:
    """Cut sorted, disjoint regions into `number` parts of about equal known bases; with their bases."""
    known = [_known(region, runs) for region in regions]
    before = [0]
    for region_runs in known:
        before.append(before[-1] + sum(end - start for start, end in region_runs))
    total = before[-1]
    natural = _natural_cuts(regions, known, before)
    end = _Cut(total, len(regions), 0)
    cuts = [_Cut(0, 0, 0)]
    for part in range(1, number):
        ideal = total * part // number
        choice = _nearest(natural, ideal)
        if choice is None or abs(choice.weight - ideal) > _TOLERANCE * total / number:
            choice = _exact_cut(ideal, regions, known, before)
        cuts.append(min(max(choice, cuts[-1]), end))
    cuts.append(end)
    parts = [_pieces(regions, first, last) for first, last in pairwise(cuts)]
    weights = [last.weight - first.weight for first, last in pairwise(cuts)]
    # Empty parts last, so that the first files are those that matter.
    order = sorted(range(number), key=lambda part: not parts[part])
    return [parts[part] for part in order], [weights[part] for part in order]


def _known(region: Piece, runs: Runs) -> list[tuple[int, int]]:
    """The runs of known bases inside one region."""
    contig, first, last = region
    inside = []
    for start, end in runs.get(contig, []):
        if start < last and end > first:
            inside.append((max(start, first), min(end, last)))
    return inside


def _natural_cuts(
    regions: Sequence[Piece], known: Sequence[list[tuple[int, int]]], before: Sequence[int]
) -> list[_Cut]:
    """Ends of regions and middles of runs of N, in order."""
    cuts = []
    for number, (_, first, last) in enumerate(regions):
        cuts.append(_Cut(before[number], number, first))
        weight = before[number]
        previous = first
        for start, end in known[number]:
            if start - previous >= _NATURAL_GAP and previous > first:
                cuts.append(_Cut(weight, number, (previous + start) // 2))
            weight += end - start
            previous = end
        if last - previous >= _NATURAL_GAP and previous > first:
            cuts.append(_Cut(weight, number, (previous + last) // 2))
    return cuts


def _nearest(cuts: Sequence[_Cut], weight: int) -> _Cut | None:
    """The cut whose weight is nearest; ends of regions win over places inside."""
    if not cuts:
        return None
    place = bisect_left(cuts, weight, key=lambda cut: cut.weight)
    candidates = cuts[max(0, place - 1) : place + 3]
    return min(candidates, key=lambda cut: (abs(cut.weight - weight), cut.position, cut.region))


def _exact_cut(
    weight: int, regions: Sequence[Piece], known: Sequence[list[tuple[int, int]]], before: Sequence[int]
) -> _Cut:
    """The cut with exactly `weight` known bases before it."""
    for number in range(len(regions)):
        if before[number] <= weight < before[number + 1]:
            passed = before[number]
            for start, end in known[number]:
                if passed + end - start > weight:
                    return _Cut(weight, number, start + weight - passed)
                passed += end - start
    return _Cut(before[-1], len(regions), 0)


def _pieces(regions: Sequence[Piece], first: _Cut, last: _Cut) -> list[Piece]:
    """The parts of regions between two cuts."""
    pieces = []
    for number in range(first.region, min(last.region, len(regions) - 1) + 1):
        contig, start, end = regions[number]
        if number == first.region:
            start = max(start, first.position)
        if number == last.region:
            end = min(end, last.position)
        if start < end:
            pieces.append((contig, start, end))
    return pieces
