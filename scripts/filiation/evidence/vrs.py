"""Under which name does every other database know this allele? Its GA4GH VRS 2.0 identifier, computed offline.

An identifier is a digest of the allele in its fully justified form, so that the same change has the same name wherever
it was called (Wagner 2021, Cell Genomics 1:100027; specification VRS 2.0, pages on normalisation and on computed
identifiers). The sequence is named by its refget accession: the published one of a chromosome of GRCh38 or GRCh37,
because analysis FASTAs mask some bases; of any other contig the digest of the sequence itself.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from filiation.errors import InputError
from filiation.io.files import require_file
from filiation.model.contigs import bare_name

# Bases read at once while an allele is moved along a repeat.
_STEP = 256
_BASES = frozenset("ACGTN")


def sha512t24u(data: bytes) -> str:
    """The GA4GH digest: the first 24 bytes of SHA-512, in base64 for addresses."""
    return base64.urlsafe_b64encode(hashlib.sha512(data).digest()[:24]).decode("ascii")


def _digest(value: dict[str, Any]) -> str:
    """Digest of an object in its canonical form: sorted keys, no spaces."""
    return sha512t24u(json.dumps(value, sort_keys=True, separators=(",", ":")).encode("utf-8"))


def load_refget(path: str | Path) -> dict[tuple[str, int], str]:
    """(bare contig name, length) → refget accession SQ.…, from resources/genes/refget_sequences.tsv."""
    source = require_file(path, "refget accessions")
    found: dict[tuple[str, int], str] = {}
    with source.open(encoding="utf-8") as handle:
        rows = csv.DictReader((line for line in handle if not line.startswith("##")), delimiter="\t")
        for number, row in enumerate(rows, 1):
            accession, length = row.get("accession") or "", row.get("length") or ""
            if not accession.startswith("SQ.") or not length.isdigit():
                raise InputError(
                    f"accession {accession!r}, length {length!r}",
                    where=f"{source}, row {number}",
                    expected="assembly, contig, length and an accession SQ.…, separated by tabs",
                    repair="take the table of this version",
                )
            found[bare_name(row["contig"]), int(length)] = accession
    return found


def allele_id(accession: str, start: int, end: int, state: dict[str, Any]) -> str:
    """`ga4gh:VA.…` of a normalised allele; start, end : interval between bases, counted from 0."""
    location = {
        "type": "SequenceLocation",
        "sequenceReference": {"type": "SequenceReference", "refgetAccession": accession},
        "start": start,
        "end": end,
    }
    return f"ga4gh:VA.{_digest({'type': 'Allele', 'location': _digest(location), 'state': state})}"


def normalised(
    fetch: Callable[[int, int], str], length: int, position: int, ref: str, alt: str
) -> tuple[int, int, dict[str, Any]]:
    """(start, end, state) of an allele in fully justified form.

    fetch : reference bases of an interval; length : of the contig; position : 0-based. A substitution keeps its trimmed
    bases. A deletion, and an insertion that repeats the reference, is written as a length and the length of its unit.
    """
    ref, alt, position = _trimmed(ref, alt, position)
    if ref and alt:
        return position, position + len(ref), _literal(alt)
    seed = ref or alt
    left = _roll_left(fetch, position, seed)
    right = _roll_right(fetch, length, position + len(ref), seed)
    start, end = position - left, position + len(ref) + right
    before, after = fetch(start, position), fetch(position + len(ref), end)
    expanded = before + alt + after
    if start == end:
        return start, end, _literal(expanded)
    if ref:
        return start, end, _reference_length(len(expanded), len(seed))
    unit = _repeat_unit(before + after, expanded, len(seed))
    return start, end, _reference_length(len(expanded), unit) if unit else _literal(expanded)


def _literal(sequence: str) -> dict[str, Any]:
    return {"type": "LiteralSequenceExpression", "sequence": sequence}


def _reference_length(length: int, unit: int) -> dict[str, Any]:
    return {"type": "ReferenceLengthExpression", "length": length, "repeatSubunitLength": unit}


def _trimmed(ref: str, alt: str, position: int) -> tuple[str, str, int]:
    """Without the bases that both alleles share, at the end first."""
    shared = 0
    while shared < min(len(ref), len(alt)) and ref[-1 - shared] == alt[-1 - shared]:
        shared += 1
    ref, alt = ref[: len(ref) - shared], alt[: len(alt) - shared]
    shared = 0
    while shared < min(len(ref), len(alt)) and ref[shared] == alt[shared]:
        shared += 1
    return ref[shared:], alt[shared:], position + shared


def _roll_left(fetch: Callable[[int, int], str], position: int, seed: str) -> int:
    """Bases by which an inserted or deleted sequence can move to the left."""
    moved = 0
    while moved < position:
        window = fetch(max(0, position - moved - _STEP), position - moved)
        for base in reversed(window):
            if base != seed[-1 - moved % len(seed)]:
                return moved
            moved += 1
    return moved


def _roll_right(fetch: Callable[[int, int], str], length: int, end: int, seed: str) -> int:
    """Bases by which it can move to the right of `end`."""
    moved = 0
    while end + moved < length:
        for base in fetch(end + moved, min(length, end + moved + _STEP)):
            if base != seed[moved % len(seed)]:
                return moved
            moved += 1
    return moved


def _repeat_unit(reference: str, expanded: str, seed: int) -> int:
    """Largest divisor of the inserted length whose unit, taken from the reference's end, continues it; 0 for none."""
    for unit in range(min(seed, len(reference)), 0, -1):
        if seed % unit:
            continue
        cycle = reference[len(reference) - unit :]
        added = expanded[len(reference) :]
        if all(base == cycle[k % unit] for k, base in enumerate(added)):
            return unit
    return 0


class VrsNamer:
    """Identifiers of the alleles of one reference FASTA."""

    def __init__(
        self,
        fetch: Callable[[str, int, int], str],
        lengths: Mapping[str, int],
        accessions: Mapping[tuple[str, int], str],
    ) -> None:
        """fetch : bases of a contig (any style of name) between two positions; lengths : by bare contig name."""
        self._fetch = fetch
        self._lengths = dict(lengths)
        self._accessions = dict(accessions)

    def accession(self, contig: str) -> str:
        """Refget accession of a contig; '' when the reference does not hold it."""
        length = self._lengths.get(contig)
        if length is None:
            return ""
        key = (contig, length)
        if key not in self._accessions:
            sequence = self._fetch(contig, 0, length).upper()
            self._accessions[key] = f"SQ.{sha512t24u(sequence.encode('ascii'))}"
        return self._accessions[key]

    def name(self, chrom: str, position: int, ref: str, alt: str) -> str:
        """`ga4gh:VA.…` of an allele; '' for a symbolic allele and a contig that the reference does not hold.

        position : 0-based.
        """
        ref, alt = ref.upper(), alt.upper()
        contig = bare_name(chrom)
        if ref == alt or not _BASES.issuperset(ref + alt) or not (accession := self.accession(contig)):
            return ""

        def bases(start: int, end: int) -> str:
            return self._fetch(contig, start, end).upper() if start < end else ""

        return allele_id(accession, *normalised(bases, self._lengths[contig], position, ref, alt))
