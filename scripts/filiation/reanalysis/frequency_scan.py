"""Of which records of a family do new frequencies say something that can matter? Asked before anything else is read.

The frequency of a record that survived matters when it crosses a limit of the screen, the weights or the ACMG table,
or stops or begins to be known; that of a record that was removed for its frequency, when it would no longer be.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from filiation.acmg.table import AcmgTable
from filiation.calls.frequencies import OpenSource, PopulationFrequency, Source, open_sources, population_frequency
from filiation.model.contigs import base_class
from filiation.prioritisation.weights import RankWeights
from filiation.reanalysis.records import contig_order
from filiation.reanalysis.screening import FREQUENCY_REASONS
from filiation.scoring.model import ScoringModel

if TYPE_CHECKING:
    from filiation.archive.store import Archive

_SITE = ("contig", "pos", "ref", "alt")
_STATES = ("proband_state", "father_state", "mother_state")
_CARRIER = 2


@dataclass(frozen=True)
class Limits:
    """Frequencies at which a rule, a weight or a criterion begins or ends, and the smallest count of homozygotes."""

    af: tuple[float, ...]
    homozygotes: float
    screen_homozygotes: float
    screen_hemizygotes: float
    dominant: float
    recessive: float

    @classmethod
    def of(cls, model: ScoringModel, weights: RankWeights, acmg: AcmgTable) -> Limits:
        """Limits of a model, weights and a table of criteria."""
        value, population = model.threshold, vars(acmg.population)
        shares = [float(number) for number in population.values() if isinstance(number, float) and 0 < number < 1]
        af = {value["max_frequency_recessive"], value["max_frequency_dominant"], weights.limits.very_rare,
              weights.limits.not_rare, *shares}  # fmt: skip
        counts = [weights.limits.homozygotes, value["max_homozygotes_recessive"], value["max_hemizygotes_x_linked"]]
        counts += [float(number) for name, number in population.items() if name.startswith("homozygotes")]
        return cls(
            tuple(sorted(af)), min(counts), value["max_homozygotes_recessive"], value["max_hemizygotes_x_linked"],
            value["max_frequency_dominant"], value["max_frequency_recessive"],
        )  # fmt: skip


@dataclass
class _Sites:
    """Records as the frequency sources are asked for them."""

    pos: npt.NDArray[np.int64]
    ref: list[str]
    alt: list[str]
    contig_index: npt.NDArray[np.int64]
    contig_class: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.pos)


class FrequencyScan:
    """Sources of new frequencies, open for the families of one process."""

    def __init__(self, sources: list[Source], limits: Limits, folder: Path) -> None:
        self._sources, self._limits, self._folder = sources, limits, folder
        self._opened: dict[tuple[str, ...], list[OpenSource]] = {}

    def touched(self, archive: Archive, name: str) -> frozenset[str]:
        """Keys (`chrom-pos-ref-alt`) of the family's records of which the new frequencies say what can matter."""
        from filiation.archive.parts import read_part
        from filiation.model.archive_tables import ARCHIVE_CALLS, ARCHIVE_GENOTYPES
        from filiation.reanalysis.stored import header_of

        path = archive.part_path(name, "calls")
        if path is None:
            return frozenset()
        calls = read_part(path, ARCHIVE_CALLS, [*_SITE, "population_af", "population_source"])
        header = header_of(calls, str(path))
        keys = self._survivors(calls, header)
        if (place := archive.part_path(name, "genotypes")) is not None:
            removed = read_part(place, ARCHIVE_GENOTYPES, [*_SITE, "reason", *_STATES])
            mask = np.isin(np.array(removed.column("reason").to_pylist(), dtype=object), FREQUENCY_REASONS)
            keys |= self._come_back(removed.filter(mask), header)
        return frozenset(keys)

    def _asked(self, table: Any, header: str) -> PopulationFrequency:
        order = contig_order(header)
        contigs = tuple(order)
        if contigs not in self._opened:
            lengths = _lengths(header)
            self._opened[contigs] = open_sources(self._sources, "", lengths, self._folder)
        names = table.column("contig").to_pylist()
        classes = {name: int(base_class(name)) for name in set(names)}
        sites = _Sites(
            table.column("pos").to_numpy().astype(np.int64),
            table.column("ref").to_pylist(),
            table.column("alt").to_pylist(),
            np.array([order[name] for name in names], dtype=np.int64),
            np.array([classes[name] for name in names], dtype=np.int8),
        )
        return population_frequency(sites, self._opened[contigs])  # type: ignore[arg-type]

    def _survivors(self, table: Any, header: str) -> set[str]:
        if not table.num_rows:
            return set()
        found = self._asked(table, header)
        old = table.column("population_af").to_numpy().astype(np.float64)
        new = found.af.astype(np.float32).astype(np.float64)
        differ = ~((old == new) | (np.isnan(old) & np.isnan(new)))
        crosses = np.isnan(old) != np.isnan(new)
        crosses |= np.digitize(np.nan_to_num(old), self._limits.af) != np.digitize(np.nan_to_num(new), self._limits.af)
        persons = np.fmax(np.nan_to_num(found.homozygotes), np.nan_to_num(found.hemizygotes))
        crosses |= persons >= self._limits.homozygotes
        source = np.array(table.column("population_source").to_pylist(), dtype=object)
        silent = np.isnan(old) & np.isnan(new) & (source != found.source)
        return _keys(table, (differ & crosses) | silent)

    def _come_back(self, table: Any, header: str) -> set[str]:
        """Removed records that the screen may keep now; the screen itself decides.

        Between the limits of one copy and of two, only what a parent carries, or what is there twice, has a pattern
        that the count of homozygotes took away.
        """
        if not table.num_rows:
            return set()
        found, limits = self._asked(table, header), self._limits
        af = np.nan_to_num(found.af)
        few = np.nan_to_num(found.homozygotes) <= limits.screen_homozygotes
        few &= np.nan_to_num(found.hemizygotes) <= limits.screen_hemizygotes
        states = {role: table.column(f"{role}_state").to_numpy() for role in ("proband", "father", "mother")}
        inherited = (states["father"] >= _CARRIER) | (states["mother"] >= _CARRIER) | (states["proband"] > _CARRIER)
        was_frequent = np.array(table.column("reason").to_pylist(), dtype=object) == FREQUENCY_REASONS[0]
        back = was_frequent | (few & (inherited | (af <= limits.dominant)))
        return _keys(table, back & (af <= limits.recessive))


def _keys(table: Any, mask: npt.NDArray[np.bool_]) -> set[str]:
    part = table.filter(mask)
    rows = zip(*(part.column(name).to_pylist() for name in _SITE), strict=True)
    return {f"{contig}-{pos}-{ref}-{alt}" for contig, pos, ref, alt in rows}


def _lengths(header: str) -> dict[str, int]:
    """Lengths of the contigs of a header, 0 where it gives none."""
    found = {}
    for line in header.splitlines():
        if line.startswith("##contig=<ID="):
            parts = dict(item.partition("=")[::2] for item in line.removeprefix("##contig=<").rstrip(">").split(","))
            found[parts["ID"]] = int(parts.get("length") or 0)
    return found
