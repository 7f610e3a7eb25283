"""What does a VCF of population frequencies say, allele by allele, and can it be believed?

The file is proven complete before its first record is taken (BGZF blocks and CRC) and after its last (the count of
the index, where there is one). A list of values that does not fit the alternate alleles stops: a decimal comma makes
two values of one, and libraries read AF=0,001 as 0 and 1 without a word.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filiation.errors import InputError, nearest
from filiation.frequencies.alleles import minimal_allele
from filiation.io.files import check_bgzf_blocks, compression, require_file
from filiation.io.tools import run_tool
from filiation.model.contigs import bare_name

DEFAULT_HOMOZYGOTES = "nhomalt"


@dataclass(frozen=True)
class Fields:
    """INFO fields to read; None: the source has no such count."""

    af: str = "AF"
    homozygotes: str | None = DEFAULT_HOMOZYGOTES
    hemizygotes: str | None = None


@dataclass(slots=True)
class Entry:
    """One alternate allele; NaN and None are missing."""

    af: float
    homozygotes: int | None
    hemizygotes: int | None


@dataclass
class Counts:
    """What was met on the way; nothing is dropped without being counted here."""

    records: int = 0
    alleles: int = 0
    without_alternate: int = 0
    without_frequency: int = 0
    repeated: int = 0
    trimmed: int = 0

    def as_dict(self) -> dict[str, int]:
        """By name, for the header."""
        return dict(self.__dict__)


Allele = tuple[int, str, str]
# The place of a record, told only when it is wanted: making it costs as much as reading the record.
Where = Callable[[], str]


def declared_fields(path: str | Path, wanted: Fields, *, optional_homozygotes: bool) -> Fields:
    """The wanted fields as far as the header declares them; the frequency, and every field asked for, must be there."""
    import pysam

    with pysam.VariantFile(str(path)) as handle:
        declared = list(handle.header.info.keys())
    homozygotes = wanted.homozygotes
    if optional_homozygotes and homozygotes not in declared:
        homozygotes = None
    for name in (wanted.af, homozygotes, wanted.hemizygotes):
        if name is not None and name not in declared:
            raise InputError(
                f"INFO/{name} is not declared",
                where=str(path),
                expected=f"one of {', '.join(sorted(declared)) or 'none declared'}",
                repair=nearest(name, declared) or "name the field that holds it: --af, --homozygotes, --hemizygotes",
            )
    return Fields(wanted.af, homozygotes, wanted.hemizygotes)


def values_of(raw: Any, n_alleles: int, name: str, where: Where) -> list[float]:
    """One number per alternate allele, NaN for missing; InputError when the values do not fit the alleles."""
    if n_alleles == 1 and type(raw) in (float, int):
        return [raw]
    if raw is None:
        return [math.nan] * n_alleles
    items = raw.split(",") if isinstance(raw, str) else list(raw) if isinstance(raw, tuple | list) else [raw]
    if len(items) == 1 and items[0] in (".", None):
        return [math.nan] * n_alleles
    if len(items) != n_alleles:
        raise InputError(
            f"{name} has {len(items)} values for {n_alleles} alternate allele(s)",
            where=where(),
            expected="one value per alternate allele, with a decimal point",
            repair="replace decimal commas by points, or split the records: bcftools norm -m-any",
        )
    try:
        return [math.nan if item in (".", None) else float(item) for item in items]
    except (TypeError, ValueError):
        raise InputError(
            f"{name}={raw} is not a number",
            where=where(),
            expected="a number, with a decimal point",
            repair="correct it",
        ) from None


def frequency_of(value: float, name: str, where: Where) -> float:
    """A frequency from 0 to 1; NaN for not a number and for negative ones. Above 1 it is no frequency: stop."""
    if value > 1.0:
        raise InputError(
            f"{name}={value:g} is not a frequency",
            where=where(),
            expected="a number from 0 to 1",
            repair="name the field of the allele frequency: --af FIELD (a share, no percentage and no count)",
        )
    return value if value >= 0.0 else math.nan


def count_of(value: float) -> int | None:
    """A count; None for missing, negative and more than fits 31 bits."""
    return int(value) if 0.0 <= value < 2**31 else None


def prove_complete(path: str | Path) -> None:
    """Stop at a file that is cut or damaged."""
    require_file(path, "frequency source")
    if compression(path) == "bgzf":
        check_bgzf_blocks(path, "frequency source")


def compare_with_index(path: str | Path, records: int) -> None:
    """Stop when the index beside the file counts another number of records than were read."""
    if not any(Path(f"{path}{suffix}").is_file() for suffix in (".csi", ".tbi")):
        return
    text = run_tool(
        ["bcftools", "index", "--nrecords", path], purpose="count the records by the index", where=str(path)
    )
    if text.strip().isdigit() and int(text) != records:
        raise InputError(
            f"{records} records were read and the index counts {text.strip()}",
            where=str(path),
            expected="the same number",
            repair=f"bcftools index -f {path}",
        )


@dataclass
class SourceReader:
    """Alleles of source files in the order of the genome: each position once, the contigs in the order met."""

    fields: Fields
    counts: Counts = field(default_factory=Counts)
    label: str = ""
    contigs: dict[str, str] = field(default_factory=dict)

    def positions(self, path: str | Path) -> Iterator[tuple[str, dict[Allele, Entry]]]:
        """Contig and alleles, positions rising, all alleles of a position together."""
        import cyvcf2

        prove_complete(path)
        reader = cyvcf2.VCF(str(path))
        before = self.counts.records
        contig, last = "", 0
        pending: dict[Allele, Entry] = {}
        try:
            for record in reader:
                pos, chrom = int(record.POS), record.CHROM
                if chrom != contig:
                    if pending:
                        yield contig, pending
                    contig, last, pending = chrom, 0, {}
                    self._open_contig(contig, path)
                elif pos < last:
                    raise InputError(
                        f"position {pos} after {last}",
                        where=f"{path}, {contig}:{pos}",
                        expected="records sorted by position",
                        repair=f"bcftools sort -Oz -o sorted.vcf.gz {path}",
                    )
                elif pos > last and (ready := {allele: pending[allele] for allele in pending if allele[0] < pos}):
                    # An allele trimmed on its left stands further on and waits for its position.
                    yield contig, ready
                    pending = {allele: pending[allele] for allele in pending if allele[0] >= pos}
                last = pos
                self._take(record, pos, pending, path)
            if pending:
                yield contig, pending
        finally:
            reader.close()
        compare_with_index(path, self.counts.records - before)

    def _open_contig(self, contig: str, path: str | Path) -> None:
        known = self.contigs.get(bare_name(contig))
        if known is not None:
            raise InputError(
                f"contig {contig} begins a second time" if known == contig else f"contig {contig} after {known}",
                where=str(path),
                expected="every contig once, in one file or in several",
                repair="bcftools concat the files and bcftools sort them, or leave one out",
            )
        self.contigs[bare_name(contig)] = contig

    def _take(self, record: Any, pos: int, pending: dict[Allele, Entry], path: str | Path) -> None:
        """Add a record's alleles to those of its position."""
        counts, fields = self.counts, self.fields
        counts.records += 1
        alternates = record.ALT
        if not alternates:
            counts.without_alternate += 1
            return

        def where() -> str:
            return f"{self.label or path}, {record.CHROM}:{pos}"

        info, ref, missing = record.INFO, record.REF, [math.nan] * len(alternates)
        values = [
            values_of(info.get(name), len(alternates), name, where) if name else missing
            for name in (fields.af, fields.homozygotes, fields.hemizygotes)
        ]
        for k, alternate in enumerate(alternates):
            allele = minimal_allele(pos, ref, alternate)
            counts.trimmed += len(allele[1]) != len(ref)
            af = frequency_of(values[0][k], fields.af, where)
            entry = Entry(af, count_of(values[1][k]), count_of(values[2][k]))
            present = pending.get(allele)
            if present is None:
                counts.alleles += 1
                pending[allele] = entry
                continue
            counts.repeated += 1
            if math.isnan(present.af) or entry.af > present.af:
                pending[allele] = entry
