"""What does the screen write into INFO of each record that goes on, in the bytes of the record's own format?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from filiation.calls.frequencies import PopulationFrequency
from filiation.io.raw.records import RawRecords
from filiation.io.raw.writer import InfoValue, RecordWriter
from filiation.kernels.encoding import RUNG_NAMES
from filiation.kernels.info_fields import SHARED_FIELDS, lines_with_fields_jit, records_with_fields_jit
from filiation.scoring.trio import TrioScores, inheritance_text

HEADER_LINES = (
    '##INFO=<ID=INHERITANCE,Number=.,Type=String,Description="Patterns that fit the family, class:status">',
    '##INFO=<ID=DE_NOVO_POSTERIOR,Number=1,Type=Float,Description="Probability that the allele arose in the child">',
    '##INFO=<ID=DE_NOVO_LOG10_ODDS,Number=1,Type=Float,Description="Log10 odds of it, -300 to 300; rank by them">',
    '##INFO=<ID=EVIDENCE_RUNG,Number=.,Type=String,Description="Field of the likelihoods: proband, father, mother">',
    '##INFO=<ID=CARRIER_STATES,Number=.,Type=Integer,Description="-1 unknown, 0 absent, 1 low fraction, 2 carrier, '
    '3 homozygous: proband, father, mother, siblings">',
    '##INFO=<ID=WEAK_PROBAND,Number=0,Type=Flag,Description="Low genotype quality or allele balance in the proband">',
    '##INFO=<ID=POPULATION_AF,Number=1,Type=Float,Description="Highest allele frequency over the sources">',
    '##INFO=<ID=POPULATION_SOURCE,Number=1,Type=String,Description="Source of it, else not_found, '
    'not_covered, no_frequency or not_annotated">',
    '##INFO=<ID=POPULATION_HOMOZYGOTES,Number=1,Type=Integer,Description="Homozygotes in that source">',
    '##INFO=<ID=POPULATION_HEMIZYGOTES,Number=1,Type=Integer,Description="Hemizygotes in that source">',
)


# Fields that each survivor has a value of its own for, in the order of kernels.info_fields, with a value as an example.
_OWN: dict[str, InfoValue] = {
    "DE_NOVO_POSTERIOR": 0.5,
    "DE_NOVO_LOG10_ODDS": 0.5,
    "WEAK_PROBAND": True,
    "POPULATION_AF": 0.5,
    "POPULATION_HOMOZYGOTES": 1,
    "POPULATION_HEMIZYGOTES": 1,
}


@cache
def _pattern_words(row: bytes) -> tuple[str, ...]:
    """A row of the pattern table in words; few rows differ."""
    return tuple(inheritance_text(np.frombuffer(row, dtype=np.int8)).split(","))


@cache
def _rung_words(row: bytes) -> tuple[str, ...]:
    """Rungs of the evidence ladder in words."""
    return tuple(RUNG_NAMES[code] for code in row)


def _packed(texts: Sequence[bytes]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Texts one behind the other, and where each ends."""
    return np.frombuffer(b"".join(texts), dtype=np.uint8), np.cumsum([len(text) for text in texts], dtype=np.int64)


class EvidenceFields:
    """Fields of survivors, encoded for one writer. Records that show the same share the bytes that say so."""

    def __init__(self, writer: RecordWriter) -> None:
        self._writer = writer
        self._known: dict[tuple[bytes, str], bytes] = {}
        self._fronts = _packed([writer.front(name, like) for name, like in _OWN.items()])
        self._names = _packed([name.encode() for name in writer.names])

    def _shared_fields(self, scores: TrioScores, v: int, source: str) -> bytes:
        """The four fields that every survivor has."""
        encode = self._writer.field
        return self._writer.joined(
            [
                encode("INHERITANCE", _pattern_words(scores.patterns[v].tobytes())),
                encode("EVIDENCE_RUNG", _rung_words(scores.rung[v, :3].tobytes())),
                encode("CARRIER_STATES", tuple(scores.states[v].tolist())),
                encode("POPULATION_SOURCE", source),
            ]
        )

    def records(self, survivors: RawRecords, scores: TrioScores, frequency: PopulationFrequency) -> bytes:
        """The records of the survivors of a piece, one behind the other, each with its evidence in INFO.

        survivors : their bytes as they were read. scores, frequency : of the survivors alone, in the same order.
        """
        texts: dict[bytes, int] = {}
        given_texts = self._shared(scores, frequency)
        shared = np.array([texts.setdefault(text, len(texts)) for text in given_texts], dtype=np.int64)
        text, text_ends = _packed(list(texts))
        own = np.array(
            [
                scores.posterior,
                np.where(np.isnan(scores.posterior), np.nan, scores.log10_odds),
                scores.weak_proband,
                frequency.af,
                frequency.homozygotes,
                frequency.hemizygotes,
            ],
            dtype=np.float64,
        )
        given = (
            survivors.data, survivors.starts, survivors.ends, text, np.concatenate([[0], text_ends]), shared, own,
            own.astype("<f4")[:, :, None].view(np.uint8), *self._fronts,
        )  # fmt: skip
        if not survivors.is_bcf:
            lines, odd = lines_with_fields_jit(*given, *self._names)
            if odd < 0:
                return bytes(lines.tobytes())
        elif not self._writer.replaces:
            return bytes(records_with_fields_jit(*given).tobytes())
        return self._one_by_one(survivors, scores, frequency)

    def _shared(self, scores: TrioScores, frequency: PopulationFrequency) -> list[bytes]:
        """The shared fields of every survivor."""
        shown = np.concatenate([scores.patterns, scores.rung[:, :3], scores.states], axis=1).astype(np.int8)
        width, shown_bytes = shown.shape[1], shown.tobytes()
        texts = []
        for v, code in enumerate(frequency.answer.tolist()):
            key = shown_bytes[v * width : (v + 1) * width], frequency.answers[code]
            text = self._known.get(key)
            if text is None:
                text = self._known[key] = self._shared_fields(scores, v, frequency.answers[code])
            texts.append(text)
        return texts

    def _one_by_one(self, survivors: RawRecords, scores: TrioScores, frequency: PopulationFrequency) -> bytes:
        """`records` where fields that the input has already are to be replaced."""
        writer = self._writer
        columns = [
            writer.decimals("DE_NOVO_POSTERIOR", scores.posterior),
            writer.decimals("DE_NOVO_LOG10_ODDS", np.where(np.isnan(scores.posterior), np.nan, scores.log10_odds)),
            [writer.field("WEAK_PROBAND", True) if weak else b"" for weak in scores.weak_proband.tolist()],
            writer.decimals("POPULATION_AF", frequency.af),
            self._counts("POPULATION_HOMOZYGOTES", frequency.homozygotes),
            self._counts("POPULATION_HEMIZYGOTES", frequency.hemizygotes),
        ]
        written = []
        for v, (shared, *own) in enumerate(zip(self._shared(scores, frequency), *columns, strict=True)):
            fields = [shared, *filter(None, own)]
            written.append(writer.with_info(survivors.content(v), fields, len(fields) + SHARED_FIELDS - 1))
        return b"".join(written)

    def _counts(self, name: str, values: npt.NDArray[np.float64]) -> list[bytes]:
        """A whole number of every record, nothing where it is unknown."""
        return [b"" if count != count else self._writer.field(name, int(count)) for count in values.tolist()]
