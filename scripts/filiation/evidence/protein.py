"""What happens to the protein: its predicted HGVS name, the first residue that changes, the fate of the transcript.

The coding sequence is translated with and without the change, and the difference is described by the rules of the
HGVS nomenclature, version 21, for proteins: first residue that differs, Ter for a stop, fs with the distance to the
new stop, ext where the old stop is lost, everything in parentheses because no protein was looked at.

A change that makes an early stop is expected to send the transcript to nonsense-mediated decay unless the new stop
lies in the last exon or within the last 50 bases of the exon before it (Abou Tayoun 2018, Human Mutation 39:1517).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product

_LETTERS = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
STANDARD = dict(zip(map("".join, product("TCAG", repeat=3)), _LETTERS, strict=True))
# Vertebrate mitochondrial code (NCBI translation table 2).
MITOCHONDRIAL = {**STANDARD, "AGA": "*", "AGG": "*", "ATA": "M", "TGA": "W"}
_THREE = dict(
    zip(
        "ARNDCQEGHILKMFPSTWYV*X",
        re.findall("...", "AlaArgAsnAspCysGlnGluGlyHisIleLeuLysMetPheProSerThrTrpTyrValTerXaa"),
        strict=True,
    )
)
# Bases before the last junction in which a stop does not start the decay.
_SAFE_BASES = 50


@dataclass(frozen=True)
class ProteinChange:
    """name : `p.(Lys26Glu)`, '' where nothing can be said; position : first residue that changes, from 1.

    nmd : expected or escapes for an early stop, else ''.
    """

    name: str = ""
    position: int | None = None
    nmd: str = ""


def translate(bases: str, code: dict[str, str]) -> str:
    """One-letter residues up to and with the first stop; a codon with an unknown base is X."""
    residues = []
    for start in range(0, len(bases) - 2, 3):
        residue = code.get(bases[start : start + 3], "X")
        residues.append(residue)
        if residue == "*":
            break
    return "".join(residues)


def protein_change(
    bases: str,
    coding: tuple[int, int],
    place: int,
    removed: str,
    added: str,
    *,
    last_junction: int | None = None,
    mitochondrial: bool = False,
) -> ProteinChange:
    """The protein of a transcript with `removed` replaced by `added` at a 0-based place of it.

    bases : the whole transcript, 5' to 3'. coding : its coding part, the stop codon included. last_junction : bases
    before its last exon; None for a transcript of one exon. Nothing is said of a coding part that does not start
    with a start codon or is not whole.
    """
    start, end = coding
    code = MITOCHONDRIAL if mitochondrial else STANDARD
    old = translate(bases[start:], code)
    # A stop before the end of the coding part is a selenocysteine or a fault of the models.
    if old[:1] not in ({"M", "I"} if mitochondrial else {"M"}) or len(old) < (end - start) // 3:
        return ProteinChange()
    if place + len(removed) <= start or place >= end or (not removed and place == start):
        return ProteinChange()
    changed = bases[:place] + added + bases[place + len(removed) :]
    if place < start or (place < start + 3 and code.get(changed[start : start + 3]) != "M"):
        return ProteinChange("p.(Met1?)", 1)
    new = translate(changed[start:], code)
    codon = (place - start) // 3
    if new == old:
        last = (place + len(removed) - 1 - start) // 3
        same = "="
        if len(removed) == len(added) and last < len(old):
            same = _residue(old, codon) + (f"_{_residue(old, last)}" if last > codon else "") + "="
        return ProteinChange(f"p.({same})", codon + 1)
    shift = (len(added) - len(removed)) % 3 != 0
    touched = (place + len(removed) - 1 - start) // 3 if removed else (codon if (place - start) % 3 else codon - 1)
    first, name = _described(old, new, shift=shift, touched=touched, grown=(len(added) - len(removed)) // 3)
    nmd = ""
    if new.endswith("*") and new.find("*") < len(old) - 1 and (shift or "Ter" in name):
        junction = (
            None
            if last_junction is None
            else last_junction + (len(added) - len(removed) if place < last_junction else 0)
        )
        stop = start + 3 * new.find("*")
        nmd = "expected" if junction is not None and stop < junction - _SAFE_BASES else "escapes"
    return ProteinChange(f"p.({name})" if name else "p.?", first + 1, nmd)


def _residue(protein: str, index: int) -> str:
    """`Lys26`."""
    return f"{_THREE[protein[index]]}{index + 1}"


def _words(protein: str) -> str:
    return "".join(_THREE[letter] for letter in protein)


def _described(old: str, new: str, *, shift: bool, touched: int, grown: int) -> tuple[int, str]:
    """(index of the first residue that differs, description without parentheses, '' where none is possible).

    touched : last residue whose codon the change touches; grown : residues gained, negative where lost.
    """
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    stop, expected, whole = new.find("*"), len(old) - 1 + grown, old.endswith("*")
    early = stop >= 0 and (stop < expected or not whole)
    if first >= len(new):
        # The frame runs off the end of the transcript; of models without a stop, the last residues are lost.
        return first, _replaced(old, old[first:], "", first) if not shift and not whole else ""
    if first >= len(old):
        # The models end before a stop, and so does the protein that is known.
        return first, ""
    # Residues put in before a stop that stays are an insertion, no extension.
    if old[first] == "*" and (shift or stop != expected):
        return first, f"{_residue(old, first)}{_THREE[new[first]]}extTer{stop - first if stop >= 0 else '?'}"
    if new[first] == "*" and (shift or early):
        return first, f"{_residue(old, first)}Ter"
    if shift:
        return first, f"{_residue(old, first)}{_THREE[new[first]]}fsTer{stop - first + 1 if stop >= 0 else '?'}"
    if whole and not 0 <= stop <= expected:
        # The stop codon is lost together with residues before it, in frame: all are replaced, up to the new stop.
        return first, _replaced(old, old[first:], new[first : stop + 1], first) if stop >= 0 else ""
    if early:
        # The new sequence itself brings a stop: everything up to it is named, and nothing after it.
        return first, _replaced(old, old[first : max(first, touched + 1)], new[first:], first)
    behind = 0
    while behind < min(len(old), len(new)) - first and old[-1 - behind] == new[-1 - behind]:
        behind += 1
    return first, _replaced(old, old[first : len(old) - behind], new[first : len(new) - behind], first)


def _replaced(old: str, removed: str, added: str, first: int) -> str:
    """Substitution, deletion, duplication, insertion or both, of whole residues from `first` on."""
    last = first + len(removed) - 1
    if len(removed) == len(added) == 1:
        return f"{_residue(old, first)}{_THREE[added]}"
    span = "" if not removed else _residue(old, first) + (f"_{_residue(old, last)}" if last > first else "")
    if not added:
        return f"{span}del"
    if removed:
        return f"{span}delins{_words(added)}"
    if old[max(0, first - len(added)) : first] == added:
        start = first - len(added)
        copied = _residue(old, start) + (f"_{_residue(old, first - 1)}" if len(added) > 1 else "")
        return f"{copied}dup"
    return f"{_residue(old, first - 1)}_{_residue(old, first)}ins{_words(added)}"
