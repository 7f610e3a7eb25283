"""What is known beside the family's own tables: the panels of the catalogue, OMIM numbers, calibrated intervals?

None of it changes a candidate. What the command line does not bring is empty, and the report says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from filiation.errors import InputError
from filiation.panels.load import load_panel
from filiation.report.typography import Bilingual

# (pathogenic or benign, strength) of a score; None inside neither interval.
Strength = Callable[[float], tuple[str, str] | None]


@dataclass(frozen=True)
class Membership:
    """One panel that holds a gene."""

    panel: Bilingual
    version: str
    tier: str
    date: str = ""
    # Why the gene stands on the panel, of the analysis' own panel alone.
    evidence: str = ""


@dataclass(frozen=True)
class Knowledge:
    """panels : how many were read; 0 when none was given. unread : panel files that could not be read.

    memberships, omim : by gene symbol as the candidates write it. strengths : by name of the predictor. blind :
    English of the French reasons for which a gene is not wholly seen. mutation_rates : of the scoring model, by class.
    """

    panels: int = 0
    unread: tuple[str, ...] = ()
    memberships: Mapping[str, tuple[Membership, ...]] = field(default_factory=dict)
    omim: Mapping[str, tuple[str, ...]] | None = None
    strengths: Mapping[str, Strength] = field(default_factory=dict)
    blind: Mapping[str, str] = field(default_factory=dict)
    mutation_rates: Mapping[str, float] = field(default_factory=dict)


def panel_memberships(
    folder: str | Path, genes: Iterable[tuple[str, str]], own: str = ""
) -> tuple[int, tuple[str, ...], dict[str, tuple[Membership, ...]]]:
    """(panels read, files that could not be, panels of each gene) over every panel of a folder.

    genes : (symbol, HGNC id or '') of the candidates; a gene is found by its id, so that renamed ones are. own : name
    of the analysis' panel, whose evidence is told too.
    """
    # A symbol that one row gives with its id and another without is one gene.
    wanted = dict(sorted(genes))
    found: dict[str, list[Membership]] = {symbol: [] for symbol in wanted}
    count, unread = 0, []
    for path in sorted(Path(folder).glob("*.tsv")):
        try:
            panel = load_panel(path)
        except InputError:
            unread.append(path.name)
            continue
        count += 1
        header = panel.header
        name = header.get("name_fr") or panel.pre_indication
        words = Bilingual(name, header.get("name_en") or name)
        for symbol, hgnc_id in wanted.items():
            gene = panel.gene_of(symbol, hgnc_id)
            if gene is not None:
                evidence = gene.evidence if panel.pre_indication == own else ""
                dated = header.get("version", ""), gene.tier, header.get("date", "")
                found[symbol].append(Membership(words, *dated, evidence))
    return count, tuple(unread), {symbol: tuple(members) for symbol, members in found.items()}
