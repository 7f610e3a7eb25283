"""One stored record as text: which of its INFO fields are replaced, and how does it become a VCF line again?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from filiation.model.contigs import ContigClass, bare_name, base_class

Allele = tuple[str, int, str, str]
STATES = "ANNOTATION_STATES"


@dataclass(frozen=True)
class Record:
    """A stored record with one alternate allele. genes : symbols; reason : why the screen removed it, '' if it did not.

    info, format, samples : as they stand in the VCF text. info is '.' when the record has none.
    """

    contig: str
    pos: int
    ref: str
    alt: str
    qual: str
    filter: str
    info: str
    format: str
    samples: tuple[str, ...]
    identifier: str = "."
    genes: tuple[str, ...] = ()
    reason: str = ""

    @property
    def key(self) -> str:
        """`chrom-pos-ref-alt`, as the tables name it."""
        return f"{self.contig}-{self.pos}-{self.ref}-{self.alt}"

    @property
    def allele(self) -> Allele:
        """(contig without chr, position, REF, ALT), as the sources are asked."""
        return bare_name(self.contig), self.pos, self.ref, self.alt

    @property
    def line(self) -> str:
        """The line of the VCF."""
        cells = (self.contig, str(self.pos), self.identifier, self.ref, self.alt, self.qual, self.filter, self.info)
        return "\t".join((*cells, self.format, *self.samples))

    def info_items(self) -> dict[str, str | None]:
        """INFO by name; a flag is None."""
        if self.info in ("", "."):
            return {}
        pairs = (item.partition("=") for item in self.info.split(";"))
        return {name: value if sign else None for name, sign, value in pairs}

    def with_info(self, values: Mapping[str, str | None], flags: Sequence[str] = ()) -> Record:
        """The record with some fields replaced; None takes a field out; new ones come last, in their order.

        flags : names of `values` that carry no value; None takes them out, anything else sets them.
        """
        items = self.info_items()
        for name, value in values.items():
            if value is None:
                items.pop(name, None)
            else:
                items[name] = None if name in flags else value
        text = ";".join(name if value is None else f"{name}={value}" for name, value in items.items())
        return replace(self, info=text or ".")

    def state_of(self, source: str) -> str:
        """State of a source in ANNOTATION_STATES; '' where it is not told."""
        states = dict(item.partition(":")[::2] for item in (self.info_items().get(STATES) or "").split(",") if item)
        return states.get(source, "")

    def with_state(self, source: str, state: str) -> Record:
        """The record with the state of one source replaced; a record without states is left as it is."""
        told = self.info_items().get(STATES)
        if not told:
            return self
        states = dict(item.partition(":")[::2] for item in told.split(","))
        states[source] = state
        return self.with_info({STATES: ",".join(f"{name}:{word}" for name, word in states.items())})


def number_text(value: float) -> str:
    """A number as VCF text holds it: six digits, as in a BCF read back."""
    return f"{value:.6g}"


def write_packed(path: Path, header: str, records: Iterable[Record]) -> Path:
    """Records under a header as bgzipped VCF."""
    import pysam

    text = "".join(f"{record.line}\n" for record in records)
    with pysam.BGZFile(str(path), "wb", None) as sink:
        sink.write((header if header.endswith("\n") else f"{header}\n").encode() + text.encode())
    return path


def contig_order(header: str) -> dict[str, int]:
    """Place of each contig in a header."""
    prefix = "##contig=<ID="
    names = [line[len(prefix) :].rstrip(">").split(",")[0] for line in header.splitlines() if line.startswith(prefix)]
    return {name: place for place, name in enumerate(names)}


def in_order(records: Iterable[Record], header: str) -> list[Record]:
    """Records as a VCF holds them: contigs of the header, position, alleles."""
    order = contig_order(header)
    return sorted(records, key=lambda one: (order.get(one.contig, len(order)), one.pos, one.ref, one.alt))


def usual_depth(records: Iterable[Record], samples: Sequence[str], minimum: int) -> dict[str, float]:
    """Median depth of each sample over the autosomal records; a sample with fewer than `minimum` of them has none.

    The same medians as prioritisation.depth takes of the records it reads; pseudoautosomal places lie on X and Y.
    """
    found: dict[str, list[int]] = {sample: [] for sample in samples}
    autosomal: dict[str, bool] = {}
    for record in records:
        if record.contig not in autosomal:
            autosomal[record.contig] = base_class(record.contig) is ContigClass.AUTOSOME
        names = record.format.split(":")
        if not autosomal[record.contig] or "DP" not in names:
            continue
        place = names.index("DP")
        for sample, cell in zip(samples, record.samples, strict=True):
            parts = cell.split(":")
            text = parts[place] if place < len(parts) else "."
            if text not in (".", "", "0"):
                found[sample].append(int(text))
    return {sample: float(median(values)) for sample, values in found.items() if len(values) >= minimum}


def text_of(value: Any) -> str:
    """A stored cell as VCF text; a missing one is '.'."""
    if value is None or value != value:
        return "."
    return number_text(value) if isinstance(value, float) else str(value)
