"""Which fields of a stored record does a new source replace? Only its own; everything else stays as it was.

ClinVar and the laboratory's own counts change fields of a record. A population frequency changes what the screen
decided: the record is screened again by the same rules, and goes, stays or comes back (`screening`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from filiation.calls.annotate import CLINVAR_HEADER_LINES, CLINVAR_NAMES, clinvar_fields
from filiation.calls.clinvar import ClinVarEntry
from filiation.evidence.fields import DATE_HEADER, FOUND, NOT_FOUND, packed
from filiation.evidence.fields import HEADER_LINES as FACT_HEADER_LINES
from filiation.evidence.populations import Counts
from filiation.reanalysis.records import Allele, Record, number_text

_NOT_LISTED, _NOT_LISTED_STATE = f"CLINVAR_SIGNIFICANCE={NOT_FOUND}", f"clinvar:{NOT_FOUND}"


class FindsClinVar(Protocol):
    """An opened ClinVar."""

    date: str

    def find(self, chrom: str, pos: int, ref: str, alt: str) -> ClinVarEntry | None:
        """The entry of exactly this allele."""


class FindsCounts(Protocol):
    """The laboratory's own counts, opened."""

    def find(self, chrom: str, pos: int, ref: str, alt: str, family: str = "") -> Counts | None:
        """Counts of exactly this allele, the family left out."""


def with_clinvar(record: Record, entry: ClinVarEntry | None) -> Record:
    """The record with what a new ClinVar says of it; None: ClinVar does not have the allele (any more)."""
    # Most alleles are in neither release.
    if entry is None and _NOT_LISTED in record.info and _NOT_LISTED_STATE in record.info:
        return record
    texts: dict[str, str | None] = dict.fromkeys(CLINVAR_NAMES)
    texts |= {name: str(value) for name, value in clinvar_fields(entry).items()}
    return record.with_info(texts).with_state("clinvar", FOUND if entry else NOT_FOUND)


def with_counts(record: Record, counts: Counts | None) -> Record:
    """The record with new counts of the laboratory's own families; what is unknown is taken out, never set to zero."""
    af, carriers = (counts.af, counts.carriers) if counts else (None, None)
    known = af is not None or carriers is not None
    return record.with_info(
        {
            "INHOUSE_AF": None if af is None else number_text(af),
            "INHOUSE_CARRIERS": None if carriers is None else str(carriers),
            "INHOUSE_SPLIT": packed(counts.split) or None if counts else None,
        }
    ).with_state("inhouse", FOUND if known else NOT_FOUND)


def with_artefact(record: Record, entry: str) -> Record:
    """The record with its entry of the list of recurrent artefacts, '' when it is not on it."""
    from urllib.parse import quote

    text = quote(entry, safe="()*>+") if entry else None
    return record.with_info({"RECURRENT_ARTEFACT": text}).with_state(
        "recurrent_artefact", FOUND if entry else NOT_FOUND
    )


def refreshed(
    records: Iterable[Record],
    family: str,
    *,
    clinvar: FindsClinVar | None = None,
    counts: FindsCounts | None = None,
    artefacts: Mapping[Allele, str] | None = None,
) -> list[Record]:
    """Every record with the fields of the sources that are given; None leaves a source's fields as they are."""
    found = []
    for record in records:
        place = (record.contig, record.pos, record.ref, record.alt)
        if clinvar is not None:
            record = with_clinvar(record, clinvar.find(*place))
        if counts is not None:
            record = with_counts(record, counts.find(*place, family))
        if artefacts is not None:
            record = with_artefact(record, artefacts.get(record.allele, ""))
        found.append(record)
    return found


def header_with(header: str, lines: Sequence[str], values: Mapping[str, str]) -> str:
    """The header with declarations added that it lacks, and `##key=value` lines set; in front of #CHROM."""
    declared = {_declared(line) for line in header.splitlines() if line.startswith("##")}
    own = [line for line in header.splitlines() if not any(line.startswith(f"##{name}=") for name in values)]
    added = [line for line in lines if _declared(line) not in declared]
    added += [f"##{name}={value}" for name, value in values.items() if value]
    return "\n".join([*own[:-1], *added, own[-1]]) + "\n"


def _declared(line: str) -> str:
    """`INFO:DP` of a declaration; the key of any other line."""
    key, _, rest = line[2:].partition("=")
    return f"{key}:{rest[4:].split(',')[0].rstrip('>')}" if rest.startswith("<ID=") else key


def header_for(header: str, clinvar: FindsClinVar | None, facts: bool) -> str:
    """The family's header for refreshed records. facts : fields of the laboratory's own counts may be written."""
    lines = [*(CLINVAR_HEADER_LINES if clinvar else ()), *(FACT_HEADER_LINES if facts else ())]
    return header_with(header, lines, {DATE_HEADER: clinvar.date} if clinvar and clinvar.date else {})
