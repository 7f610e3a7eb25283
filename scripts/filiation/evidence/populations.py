"""How frequent is an allele by the counts that only some sources have: filtering frequency, the lab's own families?

Looked up in indexed VCFs by exact alleles. The filtering allele frequency (FAF) is the lower end of the 95 % interval
of the highest population frequency: a disease rarer than that does not come from this allele (Whiffin 2017, Genetics in
Medicine 19:1151). The laboratory's own families are counted as carriers; where the source lists the families of each
allele, the family under study is left out, so that it is never its own control. The archive's own VCF gives the
frequency without each of them as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filiation.errors import ConfigError, InputError, nearest
from filiation.evidence.scores import require_index
from filiation.io.sorted_table import SortedTable
from filiation.io.vcf_header import open_calls
from filiation.model.contigs import bare_name

# INFO field of the archive's VCF: the frequency without each of the families that the record lists, in their order.
FREQUENCY_WITHOUT = "AF_WITHOUT"


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
    """One VCF, open for look-ups: as text by its .tbi, else through its .csi."""

    def __init__(self, source: CountSource) -> None:
        require_index(source.vcf, source.name)
        self._source = source
        self._table: SortedTable | None = None
        with open_calls(source.vcf) as handle:
            declared = sorted(handle.header.info)
            contigs = list(handle.header.contigs)
        if Path(f"{source.vcf}.tbi").is_file():
            self._table = SortedTable(source.vcf)
            contigs = self._table.contigs
        else:
            self._handle = open_calls(source.vcf)
        self._contigs = {bare_name(name): name for name in contigs}
        self._tells_without = bool(source.families) and FREQUENCY_WITHOUT in declared
        for field in (source.af, source.faf, source.carriers, source.families):
            if field and field not in declared:
                self.close()
                raise InputError(
                    f"INFO/{field} is not declared",
                    where=f"{source.vcf} ({source.name})",
                    expected=f"one of {', '.join(declared[:12])}",
                    repair=nearest(field, declared) or "correct the field name in the configuration",
                )

    def close(self) -> None:
        """Let go of the file."""
        (self._table or self._handle).close()

    def _records(self, chrom: str, pos: int) -> Iterator[tuple[str, list[str], dict[str, list[str]]]]:
        """(REF, ALTs, INFO as words) of every record that starts at a 1-based position."""
        contig = self._contigs.get(bare_name(chrom))
        if contig is None:
            return
        if self._table is not None:
            for cells in self._table.at(contig, pos):
                pairs = (item.partition("=") for item in cells[7].split(";"))
                yield cells[3], cells[4].split(","), {name: value.split(",") for name, _, value in pairs}
            return
        for record in self._handle.fetch(contig, pos - 1, pos):
            if record.pos == pos:
                values = {
                    name: [str(part) for part in (value if isinstance(value, tuple) else (value,))]
                    for name, value in record.info.items()
                }
                yield record.ref, list(record.alts or ()), values

    def find(self, chrom: str, pos: int, ref: str, alt: str, family: str) -> Counts | None:
        """Counts of exactly this allele; None when the source does not have it."""
        source = self._source
        for found_ref, alts, info in self._records(chrom, pos):
            if found_ref != ref or alt not in alts:
                continue
            number, where = alts.index(alt), f"{source.vcf} ({source.name}), {chrom}:{pos}"
            carriers = self._number(info, source.carriers, number, len(alts), where)
            af = self._number(info, source.af, number, len(alts), where, largest=1)
            listed = _words(info.get(source.families, [])) if source.families else []
            if family in listed:
                carriers = None if carriers is None else max(0, carriers - 1)
                if self._tells_without and af is not None:
                    others = {FREQUENCY_WITHOUT: info.get(FREQUENCY_WITHOUT, [])}
                    place = listed.index(family)
                    af = self._number(others, FREQUENCY_WITHOUT, place, len(listed), where, largest=1)
            return Counts(
                af,
                self._number(info, source.faf, number, len(alts), where, largest=1),
                None if carriers is None else round(carriers),
            )
        return None

    @staticmethod
    def _number(
        info: dict[str, list[str]], field: str, number: int, alleles: int, where: str, *, largest: float = math.inf
    ) -> float | None:
        """One value of one allele; a field that the record lacks, and `.`, are unknown."""
        values = info.get(field, []) if field else []
        if len(values) > 1 and len(values) != alleles:
            raise _fault(field, f"has {len(values)} values for {alleles} alternate allele(s)", where)
        text = values[number if len(values) > 1 else 0] if values else "."
        if text in (".", "", "None"):
            return None
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        if not 0 <= found <= largest:
            raise _fault(field, repr(text), where)
        return found


def _fault(field: str, found: str, where: str) -> InputError:
    return InputError(
        f"{field} {found}",
        where=where,
        expected="one number for each alternate allele, with a decimal point; a frequency lies between 0 and 1",
        repair="produce the file again; AF=nan or decimal commas come from a faulty export",
    )


def _words(values: list[str]) -> list[str]:
    """Names in a list, in its order, however it separates them."""
    return [word for item in values for word in item.replace("|", ",").split(",")]


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
            opened.append(_OpenSource(source))
            stack.callback(opened[-1].close)
        yield CountSources(opened)
