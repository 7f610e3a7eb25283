"""Which computed scores did VEP's plugins already write into the annotation, and what do they say of an allele?

Read where no score file of the kind is configured: CADD_PHRED, REVEL and am_pathogenicity of the plugins CADD, REVEL
and AlphaMissense (or REVEL_score and AlphaMissense_score of dbNSFP), SpliceAI_pred_DS_AG … of the plugin SpliceAI. A
field holds one value or several joined by &, of transcripts or of genes; the largest counts, as from the files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from filiation.calls.consequences import items_by_field
from filiation.evidence.scores import Score, number

_FIELDS = {
    "cadd": ("CADD_PHRED",),
    "revel": ("REVEL", "REVEL_score"),
    "alphamissense": ("am_pathogenicity", "AlphaMissense_score"),
}
_SPLICEAI = tuple(f"SpliceAI_pred_DS_{name}" for name in ("AG", "AL", "DG", "DL"))
_SPLICEAI_PLACES = tuple(f"SpliceAI_pred_DP_{name}" for name in ("AG", "AL", "DG", "DL"))


def declared_kinds(layout: Sequence[str] | None) -> frozenset[str]:
    """Kinds of score of which the annotation has a field."""
    names = set(layout or ())
    found = {kind for kind, fields in _FIELDS.items() if names.intersection(fields)}
    return frozenset(found | ({"spliceai"} if names.issuperset(_SPLICEAI) else set()))


def plugin_scores(values: object, layout: Sequence[str], *, ref: str, alt: str, where: str) -> dict[str, Score]:
    """Score of an allele by kind. where : the record, for a value that is no number of its scale (InputError)."""
    rows = items_by_field(values, list(layout), ref=ref, alt=alt)
    found: dict[str, Score] = {}
    for kind, fields in _FIELDS.items():
        known = _numbers((row.get(name, "") for row in rows for name in fields), kind, where)
        if known:
            found[kind] = Score(max(known))
    splicing = [score for row in rows if (score := _spliceai(row, where)) is not None]
    if splicing:
        found["spliceai"] = max(splicing, key=lambda score: score.value)
    return found


def _numbers(texts: Iterable[str], kind: str, where: str) -> list[float]:
    """Every number in fields whose values are joined by &."""
    read = (number(part, kind, where) for text in texts for part in text.split("&"))
    return [value for value in read if value is not None]


def _spliceai(row: dict[str, str], where: str) -> Score | None:
    """The four deltas of one item, with their distances where they are given."""
    deltas = [row.get(name, "") for name in _SPLICEAI]
    known = _numbers(deltas, "spliceai", where)
    if not known:
        return None
    places = [row.get(name, "") or "." for name in _SPLICEAI_PLACES]
    return Score(max(known), "/".join(f"{delta or '.'}@{place}" for delta, place in zip(deltas, places, strict=True)))
