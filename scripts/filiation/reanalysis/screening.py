"""What does a new population frequency do to stored records: which go, which come back, which are said otherwise?

The records are screened again by the code that screened them first (`scoring.screen`), with the new sources; what comes
back is annotated by the code that annotates a new family (`calls.annotate`). A record whose frequency did not change
keeps every field as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filiation.archive.record_text import decimal_fields, exact_columns
from filiation.calls.annotate import CLINVAR_NAMES, annotate_calls
from filiation.calls.consequences import find_annotator
from filiation.calls.frequencies import Source
from filiation.errors import InputError
from filiation.evidence.collect import EvidenceSources
from filiation.evidence.fields import INFO_NAMES
from filiation.io.files import open_text, private_directory
from filiation.io.tools import run_tool
from filiation.model.pedigree import Family
from filiation.prioritisation.penetrance import Penetrance, screen_model
from filiation.reanalysis.records import Record, in_order, write_packed
from filiation.scoring.evidence_fields import HEADER_LINES
from filiation.scoring.model import ScoringModel
from filiation.scoring.screen import screen_calls

_NAMES = tuple(line.split("ID=")[1].split(",")[0] for line in HEADER_LINES)
_FLAGS = ("WEAK_PROBAND",)
_FREQUENCY = tuple(name for name in _NAMES if name.startswith("POPULATION_"))
# Reasons of the screen that a lower frequency can take away.
FREQUENCY_REASONS = ("frequent_in_population", "too_frequent_for_pattern")


@dataclass(frozen=True)
class ScreenAgain:
    """With what records are screened again. annotation : entry of that name of the release."""

    sources: Sequence[Source]
    model: ScoringModel
    assembly: str = "auto"
    pseudoautosomal_bed: str | None = None
    penetrance: Penetrance = field(default_factory=Penetrance)
    annotation: Mapping[str, str] = field(default_factory=dict)
    clinvar: str | None = None


@dataclass
class FrequencyOutcome:
    """What the new frequencies change: by key, a record said otherwise, a reason to go, a record that comes back."""

    replaced: dict[str, Record] = field(default_factory=dict)
    removed: dict[str, str] = field(default_factory=dict)
    returned: list[Record] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.replaced or self.removed or self.returned)

    def applied(self, records: Sequence[Record], header: str) -> list[Record]:
        """The records as a screen with the new frequencies leaves them, in the order of the header."""
        kept = [self.replaced.get(one.key, one) for one in records if one.key not in self.removed]
        return in_order([*kept, *self.returned], header) if self.returned else kept


def screened_again(
    family: Family, header: str, kept: Sequence[Record], gone: Sequence[Record], settings: ScreenAgain
) -> FrequencyOutcome:
    """Screen stored records with new frequencies. kept : records that survived; gone : records that were removed.

    Of `gone` only those removed for their frequency can come back. A record that comes back carries annotations as
    far as the release names their sources, or the record carries them itself.
    """
    eligible = [one for one in gone if one.reason in FREQUENCY_REASONS]
    records = in_order([*kept, *eligible], header)
    outcome = FrequencyOutcome()
    if not records:
        return outcome
    with private_directory("reanalyse") as folder:
        given = write_packed(folder / "given.vcf.gz", _bare_header(header), (_bare(one) for one in records))
        calls = folder / "given.bcf"
        run_tool(["bcftools", "view", "--no-version", "-Ob1", "-o", calls, given], purpose="pack the stored records")
        run_tool(["bcftools", "index", "-f", calls], purpose="index the stored records")
        excluded = folder / "excluded.tsv.gz"
        screen_calls(
            calls,
            family,
            screen_model(settings.model, settings.penetrance),
            settings.sources,
            folder / "screened.bcf",
            assembly=settings.assembly,
            pseudoautosomal_bed=settings.pseudoautosomal_bed,
            excluded=excluded,
            reference=settings.annotation.get("reference"),
        )
        _, survivors = read_back(folder / "screened.bcf")
        reasons = _reasons(excluded)
        now = {one.key: one for one in survivors}
        for record in kept:
            found = now.get(record.key)
            if found is None:
                outcome.removed[record.key] = reasons.get(record.key, "no_inheritance_pattern")
            elif _frequency(found) != _frequency(record):
                items = found.info_items()
                values = {name: (items.get(name) or "") if name in items else None for name in _NAMES}
                source = items.get("POPULATION_SOURCE") or ""
                outcome.replaced[record.key] = record.with_info(values, _FLAGS).with_state(
                    "population", _population_state(source)
                )
        back = [now[one.key] for one in eligible if one.key in now]
        if back:
            outcome.returned = _annotated(back, folder, settings)
    return outcome


def _population_state(source: str) -> str:
    """State of the source `population` in ANNOTATION_STATES."""
    unknown = ("not_found", "not_annotated", "not_covered", "no_frequency")
    return source if source in unknown else "found"


def _frequency(record: Record) -> dict[str, str | None]:
    """What the record says of its population frequency, numbers as a BCF holds them."""
    items = record.info_items()
    found = {name: items.get(name) for name in _FREQUENCY}
    if (af := found.get("POPULATION_AF")) is not None:
        found["POPULATION_AF"] = f"{float(af):.6g}"
    return found


def _bare(record: Record) -> Record:
    """The record without what screen and annotation wrote; consequences of the annotator stay."""
    return record.with_info(dict.fromkeys((*_NAMES, *CLINVAR_NAMES, *INFO_NAMES)))


def _bare_header(header: str) -> str:
    ours = tuple(f"##INFO=<ID={name}," for name in (*_NAMES, *CLINVAR_NAMES, *INFO_NAMES))
    return "\n".join(line for line in header.splitlines() if not line.startswith((*ours, "##filiation_"))) + "\n"


def _reasons(excluded: Path) -> dict[str, str]:
    """Key → reason out of the screen's table of removed records."""
    found = {}
    columns: list[str] = []
    with open_text(excluded) as handle:
        for line in handle:
            if line.startswith("##"):
                continue
            cells = line.rstrip("\n").split("\t")
            if not columns:
                columns = cells
                continue
            row = dict(zip(columns, cells, strict=True))
            found[f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}"] = row["reason"]
    return found


def read_back(path: Path) -> tuple[str, list[Record]]:
    """(header, records) of calls that a step wrote, as text."""
    import pysam

    with pysam.VariantFile(str(path)) as source:
        decimals = decimal_fields(source.header)
        return str(source.header), [_record(exact_columns(record, decimals)) for record in source]


def _record(columns: Sequence[str]) -> Record:
    """The columns of a line as a record."""
    chrom, pos, identifier, ref, alt, qual, filters, info, form, *cells = columns
    return Record(chrom, int(pos), ref, alt, qual, filters, info, form, tuple(cells), identifier)


def _annotated(back: Sequence[Record], folder: Path, settings: ScreenAgain) -> list[Record]:
    """Records that come back, annotated as those of a new family are."""
    import pysam

    with pysam.VariantFile(str(folder / "screened.bcf")) as source:
        header, declared = str(source.header), set(source.header.info)
    given = write_packed(folder / "back.vcf.gz", header, back)
    wanted = settings.annotation.get("consequences")
    annotator = find_annotator(declared)
    carried = annotator is not None and all(annotator in one.info_items() for one in back)
    consequences = wanted or ("existing" if carried else "")
    if not consequences:
        raise InputError(
            f"{len(back)} records come back by the new frequencies ({back[0].key} first) and carry no consequences",
            expected="annotation: in the release file, as for a new family",
            repair="add annotation: {consequences: csq, reference: genome.fa, genes_gff3: genes.gff3.gz} to it",
        )
    annotate_calls(
        given,
        folder / "annotated.bcf",
        consequences=consequences,
        reference=settings.annotation.get("reference"),
        genes_gff3=settings.annotation.get("genes_gff3"),
        clinvar_vcf=settings.clinvar,
        sources=EvidenceSources(mane_summary=settings.annotation.get("mane_summary")),
        min_records_for_verdict=len(back) + 1,
    )
    return read_back(folder / "annotated.bcf")[1]
