"""What does the screen write into INFO of each record that goes on, in the bytes of the record's own format?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from filiation.calls.frequencies import PopulationFrequency
from filiation.io.raw.writer import RecordWriter
from filiation.kernels.encoding import RUNG_NAMES
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


@cache
def _pattern_words(row: bytes) -> tuple[str, ...]:
    """A row of the pattern table in words; few rows differ."""
    return tuple(inheritance_text(np.frombuffer(row, dtype=np.int8)).split(","))


@cache
def _rung_words(row: bytes) -> tuple[str, ...]:
    """Rungs of the evidence ladder in words."""
    return tuple(RUNG_NAMES[code] for code in row)


class EvidenceFields:
    """Fields of survivors, encoded for one writer. Records that show the same share the bytes that say so."""

    def __init__(self, writer: RecordWriter) -> None:
        self._writer = writer
        self._known: dict[tuple[bytes, str], bytes] = {}

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

    def records(self, contents: Sequence[bytes], scores: TrioScores, frequency: PopulationFrequency) -> bytes:
        """The records of the survivors of a piece, one behind the other, each with its evidence in INFO.

        contents : their bytes as they were read. scores, frequency : of the survivors alone, in the same order.
        """
        writer = self._writer
        shown = np.concatenate([scores.patterns, scores.rung[:, :3], scores.states], axis=1).astype(np.int8)
        width, shown_bytes = shown.shape[1], shown.tobytes()
        sources = [frequency.answers[code] for code in frequency.answer.tolist()]
        columns = [
            writer.decimals("DE_NOVO_POSTERIOR", scores.posterior),
            writer.decimals("DE_NOVO_LOG10_ODDS", np.where(np.isnan(scores.posterior), np.nan, scores.log10_odds)),
            [writer.field("WEAK_PROBAND", True) if weak else b"" for weak in scores.weak_proband.tolist()],
            writer.decimals("POPULATION_AF", frequency.af),
            self._counts("POPULATION_HOMOZYGOTES", frequency.homozygotes),
            self._counts("POPULATION_HEMIZYGOTES", frequency.hemizygotes),
        ]
        written = []
        for v, (content, source, *own) in enumerate(zip(contents, sources, *columns, strict=True)):
            key = shown_bytes[v * width : (v + 1) * width], source
            shared = self._known.get(key)
            if shared is None:
                shared = self._known[key] = self._shared_fields(scores, v, source)
            fields = [shared, *filter(None, own)]
            written.append(writer.with_info(content, fields, len(fields) + 3))
        return b"".join(written)

    def _counts(self, name: str, values: npt.NDArray[np.float64]) -> list[bytes]:
        """A whole number of every record, nothing where it is unknown."""
        return [b"" if count != count else self._writer.field(name, int(count)) for count in values.tolist()]
