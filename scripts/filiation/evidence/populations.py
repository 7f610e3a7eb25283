"""How frequent is an allele by the counts that only some sources have: filtering frequency, the lab's own families?

Looked up in indexed VCFs by exact alleles. The filtering allele frequency (FAF) is the lower end of the 95 % interval
of the highest population frequency: a disease rarer than that does not come from this allele (Whiffin 2017, Genetics in
Medicine 19:1151). The laboratory's own families are counted as carriers; where the source lists the families of each
allele, the family under study is left out, so that it is never its own control. The archive's own VCF gives the
frequency without each of them as well. Families with affected and with unaffected carriers are counted apart; those
counts still hold the family under study (`own` says so), whose genotypes alone tell in which of the two it stands.

Frequencies by ancestry group, the number of chromosomes counted at the site, the depth there and the dbSNP number come
from the same look-up: a frequency means little where few people were counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filiation.errors import ConfigError, InputError, nearest
from filiation.evidence.scores import require_index
from filiation.evidence.site_coverage import SiteCoverage
from filiation.io.sorted_table import SortedTable
from filiation.io.vcf_header import open_calls
from filiation.model.contigs import bare_name

# Genetic ancestry groups of gnomAD 2 to 4, in the order shown.
GROUPS = ("nfe", "fin", "asj", "mid", "amr", "afr", "sas", "eas", "ami", "remaining", "oth")
# INFO field of the archive's VCF: the frequency without each of the families that the record lists, in their order.
FREQUENCY_WITHOUT = "AF_WITHOUT"


@dataclass(frozen=True)
class CountSource:
    """One VCF with the names of its INFO fields; '' for a field that it does not have.

    groups : name of the frequency of a group with * for the group (AF_joint_*). alleles : chromosomes counted at the
    site (AN_joint). coverage : table of the depth at every site (`evidence.site_coverage`). affected, unaffected :
    families in which an affected, an unaffected member carries the allele.
    """

    name: str
    vcf: str
    af: str = ""
    faf: str = ""
    carriers: str = ""
    families: str = ""
    groups: str = ""
    alleles: str = ""
    coverage: str = ""
    affected: str = ""
    unaffected: str = ""


OPTIONS = ("af", "faf", "carriers", "families", "groups", "alleles", "coverage", "affected", "unaffected")


@dataclass(frozen=True)
class Counts:
    """What a source says of one allele; None is unknown.

    groups : frequency by ancestry group. alleles : chromosomes counted at the site. dbsnp : rs numbers.
    affected, unaffected : families with such carriers; the family under study is still in them in `own` sources.
    """

    af: float | None = None
    faf: float | None = None
    carriers: int | None = None
    groups: tuple[tuple[str, float], ...] = ()
    alleles: int | None = None
    dbsnp: tuple[str, ...] = ()
    affected: int | None = None
    unaffected: int | None = None
    own: int = 0

    @property
    def split(self) -> str:
        """`affected=3;unaffected=1;own=1`, as it travels with the record; '' where no source counts them apart."""
        if self.affected is None or self.unaffected is None:
            return ""
        return f"affected={self.affected};unaffected={self.unaffected};own={self.own}"


def parse_count_source(text: str, option: str) -> CountSource:
    """`NAME=FILE[,af=FIELD][,faf=FIELD]…` with the names of OPTIONS, the form of the command line."""
    name, sign, rest = text.partition("=")
    path, *options = rest.split(",")
    fields = dict.fromkeys(OPTIONS, "")
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
        self._groups = tuple((group, source.groups.replace("*", group)) for group in GROUPS)
        self._groups = tuple((group, field) for group, field in self._groups if field in declared)
        needed = [source.af, source.faf, source.carriers, source.families, source.alleles]
        needed += [source.affected, source.unaffected]
        if source.groups and not self._groups:
            needed.append(source.groups)
        for field in needed:
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

    def _records(self, chrom: str, pos: int) -> Iterator[tuple[str, str, list[str], dict[str, list[str]]]]:
        """(ID, REF, ALTs, INFO as words) of every record that starts at a 1-based position."""
        contig = self._contigs.get(bare_name(chrom))
        if contig is None:
            return
        if self._table is not None:
            for cells in self._table.at(contig, pos):
                pairs = (item.partition("=") for item in cells[7].split(";"))
                yield cells[2], cells[3], cells[4].split(","), {name: value.split(",") for name, _, value in pairs}
            return
        for record in self._handle.fetch(contig, pos - 1, pos):
            if record.pos == pos:
                values = {
                    name: [str(part) for part in (value if isinstance(value, tuple) else (value,))]
                    for name, value in record.info.items()
                }
                yield record.id or "", record.ref, list(record.alts or ()), values

    def find(self, chrom: str, pos: int, ref: str, alt: str, family: str) -> Counts | None:
        """Counts of exactly this allele; None when the source does not have it."""
        source = self._source
        for name, found_ref, alts, info in self._records(chrom, pos):
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
            by_group = (
                (group, self._number(info, field, number, len(alts), where, largest=1)) for group, field in self._groups
            )
            counted = self._number(info, source.alleles, number, len(alts), where)
            affected = self._number(info, source.affected, number, len(alts), where)
            unaffected = self._number(info, source.unaffected, number, len(alts), where)
            return Counts(
                af,
                self._number(info, source.faf, number, len(alts), where, largest=1),
                None if carriers is None else round(carriers),
                tuple((group, value) for group, value in by_group if value is not None),
                None if counted is None else round(counted),
                rs_numbers(name),
                None if affected is None else round(affected),
                None if unaffected is None else round(unaffected),
                int(family in listed),
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


def rs_numbers(text: str) -> tuple[str, ...]:
    """dbSNP numbers in the ID column of a VCF: `rs1;rs2`; other identifiers are left out."""
    return tuple(word for word in text.replace(",", ";").split(";") if word[:2] == "rs" and word[2:].isdigit())


def _words(values: list[str]) -> list[str]:
    """Names in a list, in its order, however it separates them."""
    return [word for item in values for word in item.replace("|", ",").split(",")]


class CountSources:
    """Some sources, asked together."""

    def __init__(self, sources: list[_OpenSource], coverage: Sequence[SiteCoverage] = ()) -> None:
        self._sources = sources
        self._coverage = tuple(coverage)

    def __bool__(self) -> bool:
        return bool(self._sources)

    def find(self, chrom: str, pos: int, ref: str, alt: str, family: str = "") -> Counts | None:
        """Highest frequencies over the sources, carriers added up; None when none of them has the allele.

        Of the chromosomes counted, the largest number. A source without affected and unaffected carriers apart leaves
        both unknown: a sum over the others would look whole.
        """
        found = [counts for source in self._sources if (counts := source.find(chrom, pos, ref, alt, family))]
        if not found:
            return None
        return Counts(
            max((item.af for item in found if item.af is not None), default=None),
            max((item.faf for item in found if item.faf is not None), default=None),
            sum(known) if (known := [item.carriers for item in found if item.carriers is not None]) else None,
            _highest_by_group(found),
            max((item.alleles for item in found if item.alleles is not None), default=None),
            tuple(dict.fromkeys(name for item in found for name in item.dbsnp)),
            _whole_sum([item.affected for item in found]),
            _whole_sum([item.unaffected for item in found]),
            sum(item.own for item in found),
        )

    def coverage(self, chrom: str, pos: int) -> str:
        """`median=32;over_20=0.98` at a 1-based position, of the source that saw it best; '' when nobody says."""
        seen = [words for table in self._coverage if (words := table.at(chrom, pos))]
        return max(seen, key=lambda item: item.rank).text if seen else ""


def _whole_sum(values: Sequence[int | None]) -> int | None:
    """The sum of numbers that are all known, else None."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _highest_by_group(found: Sequence[Counts]) -> tuple[tuple[str, float], ...]:
    """Highest frequency of each group over the sources, in the order of GROUPS."""
    highest: dict[str, float] = {}
    for item in found:
        for group, value in item.groups:
            highest[group] = max(value, highest.get(group, 0.0))
    return tuple((group, highest[group]) for group in GROUPS if group in highest)


@contextmanager
def open_count_sources(sources: Sequence[CountSource]) -> Iterator[CountSources]:
    """Open every source; stops at one that is missing, cut, without index or without a field it should have."""
    with ExitStack() as stack:
        opened = []
        for source in sources:
            opened.append(_OpenSource(source))
            stack.callback(opened[-1].close)
        coverage = [SiteCoverage(source.coverage, source.name) for source in sources if source.coverage]
        for table in coverage:
            stack.callback(table.close)
        yield CountSources(opened, coverage)
