"""How frequent is an allele by the counts that only some sources have: filtering frequency, the lab's own families?

Looked up in indexed VCFs by exact alleles. The filtering allele frequency (FAF) is the lower end of the 95 % interval
of the highest population frequency: a disease rarer than that does not come from this allele (Whiffin 2017, Genetics in
Medicine 19:1151). The laboratory's own families are counted as carriers; where the source lists the families of each
allele, the family under study is left out, so that it is never its own control.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from filiation.errors import ConfigError, InputError, nearest
from filiation.evidence.scores import require_index
from filiation.io.vcf_header import open_calls
from filiation.model.contigs import bare_name


@dataclass(frozen=True)
class CountSource:
    """One VCF with the names of its INFO fields; '' for a field that it does not have."""

    name: str
    vcf: str
    af: str = ""
    faf: str = ""
    carriers: str = ""
    families: str = ""


@dataclass(frozen=True)
class Counts:
    """What a source says of one allele; None is unknown."""

    af: float | None = None
    faf: float | None = None
    carriers: int | None = None


def parse_count_source(text: str, option: str) -> CountSource:
    """`NAME=FILE[,af=FIELD][,faf=FIELD][,carriers=FIELD][,families=FIELD]`, the form of the command line."""
    name, sign, rest = text.partition("=")
    path, *options = rest.split(",")
    fields = {"af": "", "faf": "", "carriers": "", "families": ""}
    for item in options:
        key, _, value = item.partition("=")
        if key not in fields or not value:
            raise ConfigError(f"{option} {text!r}: '{item}' not understood", expected=f"one of {', '.join(fields)}")
        fields[key] = value
    if not sign or not name or not path:
        raise ConfigError(f"{option} {text!r}", expected="NAME=FILE,af=FIELD,…")
    return CountSource(name, path, **fields)


class _OpenSource:
    """One VCF, open for look-ups."""

    def __init__(self, source: CountSource, handle: Any) -> None:
        self._source, self._handle = source, handle
        self._contigs = {bare_name(name): name for name in handle.header.contigs}
        declared = sorted(handle.header.info)
        for field in (source.af, source.faf, source.carriers, source.families):
            if field and field not in declared:
                raise InputError(
                    f"INFO/{field} is not declared",
                    where=f"{source.vcf} ({source.name})",
                    expected=f"one of {', '.join(declared[:12])}",
                    repair=nearest(field, declared) or "correct the field name in the configuration",
                )

    def find(self, chrom: str, pos: int, ref: str, alt: str, family: str) -> Counts | None:
        """Counts of exactly this allele; None when the source does not have it."""
        contig = self._contigs.get(bare_name(chrom))
        if contig is None:
            return None
        source = self._source
        for record in self._handle.fetch(contig, pos - 1, pos):
            if record.pos != pos or record.ref != ref or alt not in (record.alts or ()):
                continue
            number = record.alts.index(alt)
            carriers = self._number(record, source.carriers, number)
            if carriers is not None and source.families and family in _words(record.info.get(source.families)):
                carriers = max(0, carriers - 1)
            return Counts(
                self._share(record, source.af, number),
                self._share(record, source.faf, number),
                None if carriers is None else round(carriers),
            )
        return None

    def _number(self, record: Any, field: str, number: int) -> float | None:
        value = record.info.get(field) if field else None
        if isinstance(value, tuple):
            if len(value) != len(record.alts) and len(value) > 1:
                raise self._fault(record, field, f"{len(value)} values for {len(record.alts)} alternate allele(s)")
            value = value[number if len(value) > 1 else 0]
        if value is None or value == ".":
            return None
        try:
            found = float(value)
        except ValueError:
            raise self._fault(record, field, repr(value)) from None
        if math.isnan(found) or found < 0:
            raise self._fault(record, field, f"{found}")
        return found

    def _share(self, record: Any, field: str, number: int) -> float | None:
        found = self._number(record, field, number)
        if found is not None and found > 1:
            raise self._fault(record, field, f"{found}")
        return found

    def _fault(self, record: Any, field: str, found: str) -> InputError:
        return InputError(
            f"{field} {found}",
            where=f"{self._source.vcf} ({self._source.name}), {record.chrom}:{record.pos}",
            expected="one number for each alternate allele, with a decimal point; a frequency lies between 0 and 1",
            repair="produce the file again; AF=nan or decimal commas come from a faulty export",
        )


def _words(value: Any) -> set[str]:
    values = value if isinstance(value, tuple) else (value,)
    return {word for item in values if item for word in str(item).replace("|", ",").split(",")}


class CountSources:
    """Some sources, asked together."""

    def __init__(self, sources: list[_OpenSource]) -> None:
        self._sources = sources

    def __bool__(self) -> bool:
        return bool(self._sources)

    def find(self, chrom: str, pos: int, ref: str, alt: str, family: str = "") -> Counts | None:
        """Highest frequencies over the sources, carriers added up; None when none of them has the allele."""
        found = [counts for source in self._sources if (counts := source.find(chrom, pos, ref, alt, family))]
        if not found:
            return None
        return Counts(
            max((item.af for item in found if item.af is not None), default=None),
            max((item.faf for item in found if item.faf is not None), default=None),
            sum(known) if (known := [item.carriers for item in found if item.carriers is not None]) else None,
        )


@contextmanager
def open_count_sources(sources: Sequence[CountSource]) -> Iterator[CountSources]:
    """Open every source; stops at one that is missing, cut, without index or without a field it should have."""
    with ExitStack() as stack:
        opened = []
        for source in sources:
            require_index(source.vcf, source.name)
            opened.append(_OpenSource(source, stack.enter_context(open_calls(source.vcf))))
        yield CountSources(opened)
