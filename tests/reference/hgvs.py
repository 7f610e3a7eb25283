"""HGVS names the slow way: splice the transcript with and without the change, compare the two, describe the difference.

For changes that lie within one exon and cannot be moved over its end.
"""

from __future__ import annotations

from collections.abc import Callable

from filiation.evidence.transcripts import Transcript


def reverse(bases: str) -> str:
    """The other strand."""
    return bases.translate(str.maketrans("ACGTN", "TGCAN"))[::-1]


def spliced(genome: str, transcript: Transcript) -> str:
    """The transcript's sequence, 5' to 3'."""
    bases = "".join(genome[left:right] for left, right in transcript.exons)
    return bases if transcript.strand == "+" else reverse(bases)


def difference(before: str, after: str) -> tuple[int, str, str]:
    """(place, removed, added): the common beginning is taken as long as it can be, which is the 3' rule."""
    place = 0
    while place < min(len(before), len(after)) and before[place] == after[place]:
        place += 1
    behind = 0
    while behind < min(len(before), len(after)) - place and before[-1 - behind] == after[-1 - behind]:
        behind += 1
    return place, before[place : len(before) - behind], after[place : len(after) - behind]


def describe(sequence: str, place: int, removed: str, added: str, position: Callable[[int], str]) -> str:
    """sub, del, dup, ins, inv or delins; position(index) is the name of a base."""

    def span(first: int, last: int) -> str:
        return position(first) if first == last else f"{position(first)}_{position(last)}"

    last = place + len(removed) - 1
    if len(removed) == len(added) == 1:
        return f"{position(place)}{removed}>{added}"
    if not added:
        return span(place, last) + "del"
    if not removed:
        if sequence[max(0, place - len(added)) : place] == added:
            return span(place - len(added), place - 1) + "dup"
        return f"{position(place - 1)}_{position(place)}ins{added}"
    if removed == reverse(added):
        return span(place, last) + "inv"
    return span(place, last) + "delins" + added


def coding_start(transcript: Transcript) -> int:
    """Bases of the transcript before its start codon."""
    exons = transcript.exons if transcript.strand == "+" else transcript.exons[::-1]
    first = transcript.cds[0][0] if transcript.strand == "+" else transcript.cds[-1][1] - 1
    reached = 0
    for left, right in exons:
        if left <= first < right:
            return reached + (first - left if transcript.strand == "+" else right - 1 - first)
        reached += right - left
    raise AssertionError("the coding part starts outside of the exons")


def mutated(genome: str, transcript: Transcript, position: int, ref: str, alt: str) -> str:
    """The transcript's sequence with the change in one of its exons."""
    parts = []
    for left, right in transcript.exons:
        if left <= position and position + len(ref) <= right and (ref or left < position < right):
            parts.append(genome[left:position] + alt + genome[position + len(ref) : right])
        else:
            parts.append(genome[left:right])
    bases = "".join(parts)
    return bases if transcript.strand == "+" else reverse(bases)


def coding_name(genome: str, transcript: Transcript, position: int, ref: str, alt: str) -> str:
    """`c.76A>G` of a change within one exon (trimmed alleles, 0-based)."""
    before = spliced(genome, transcript)
    after = mutated(genome, transcript, position, ref, alt)
    place, removed, added = difference(before, after)
    start = coding_start(transcript)
    end = start + transcript.coding_length

    def name(index: int) -> str:
        if index < start:
            return f"-{start - index}"
        return f"*{index - end + 1}" if index >= end else str(index - start + 1)

    return "c." + describe(before, place, removed, added, name)
