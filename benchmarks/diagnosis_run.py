"""On which shelf and at which rank does `filiation prioritise` put each planted diagnosis?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from diagnosis_cases import Case
from diagnosis_families import Group
from diagnosis_genes import MadeUpFacts
from diagnosis_peers import IMPACTFUL, Seen, exomiser_like, panel_only, rank_of, slivar

from filiation.acmg.evidence import CONFIRMED
from filiation.acmg.table import AcmgTable, load_acmg_table
from filiation.config import RESOURCES, acmg_table_path, gene_table_path, rank_weights_path, scoring_model_path
from filiation.genes.table import GeneTable, load_gene_table
from filiation.panels.load import Panel, load_panel
from filiation.phenotype.match import PhenotypeMatcher
from filiation.prioritisation.candidates import prioritise
from filiation.prioritisation.imprinting import load_imprinted
from filiation.prioritisation.known_genes import GeneBook
from filiation.prioritisation.parentage import Parentage
from filiation.prioritisation.penetrance import Penetrance
from filiation.prioritisation.ranking import Ranking
from filiation.prioritisation.weights import RankWeights, load_rank_weights
from filiation.scoring.model import load_scoring_model

OURS, PANEL, SLIVAR, EXOMISER = "filiation", "panel_only", "slivar_rules", "exomiser_like"
METHODS = (OURS, PANEL, SLIVAR, EXOMISER)
# A list without shelves is read to this place.
CAP = 30


@dataclass(frozen=True)
class Outcome:
    """What one method made of one case.

    shown : on shelf A or B; of a list without shelves, among the first 30. rank : None when nowhere in the list.
    size : rows of A and B, or of the list up to 30. why : shelf and reason, or the rule that removed it.
    """

    case: str
    slug: str
    strata: tuple[str, ...]
    half: str
    method: str
    hpo: bool
    shown: bool
    rank: float | None
    size: int
    why: str = ""


@cache
def panel_of(slug: str) -> Panel | None:
    """The default panel of a pre-indication; None when there is none."""
    path = RESOURCES / "panels" / f"{slug}.tsv"
    return load_panel(path) if path.is_file() else None


@cache
def _gene_table() -> GeneTable:
    return load_gene_table(gene_table_path())


@cache
def _weights(path: Path) -> RankWeights:
    return load_rank_weights(path)


@cache
def _acmg_table() -> AcmgTable:
    return load_acmg_table(acmg_table_path())


@lru_cache(maxsize=2)
def matcher_of(signs: tuple[str, ...]) -> PhenotypeMatcher:
    """The matcher of one patient, kept while its case is run."""
    return PhenotypeMatcher(signs, genes=_gene_table())


def ranking_of(case: Case, hpo: bool, weights: Path | None = None) -> Ranking:
    """Weights and tables for one case; parentage is confirmed, as the quality gate of a sound trio says."""
    matcher = matcher_of(case.signs if hpo else ())
    return Ranking(
        weights=_weights(weights or rank_weights_path()),
        acmg=_acmg_table(),
        genes=GeneBook(panel_of(case.slug), _gene_table(), MadeUpFacts(), matcher),
        parentage=Parentage(CONFIRMED, "simulated trio"),
    )


def run_group(
    group: Group, *, weights: Path | None = None, peers: bool = True, hpo: Sequence[bool] = (True, False)
) -> Iterator[Outcome]:
    """Every method on every case of a family."""
    core = group.core()
    background = [
        Seen.of(a) for a in group.alleles if a.case == "." and (a.term in IMPACTFUL or a.spliceai or a.clinvar)
    ]
    model = load_scoring_model(scoring_model_path())
    imprinted = load_imprinted(RESOURCES / "imprinted_genes.tsv")
    path = group.folder / "case.bcf"
    for case in group.cases:
        group.write_case(case.id, core, path)
        for with_hpo in hpo:
            result = prioritise(
                path,
                group.family,
                model,
                ranking_of(case, with_hpo, weights),
                penetrance=Penetrance.of(list(group.penetrance)),
                imprinted=imprinted,
            )
            yield _ours(case, with_hpo, result.candidates, result.removed)
        if peers:
            yield from _peers(case, [*background, *map(Seen.of, case.alleles)], hpo)
    path.unlink(missing_ok=True)


def _place(row: Any) -> tuple[str, int, str]:
    return row["chrom"], row["pos"], row["alt"]


def _ours(case: Case, hpo: bool, rows: Sequence[Any], removed: Sequence[Any]) -> Outcome:
    """The diagnosis is shown when every one of its alleles is on A or B."""
    places = {(allele.chrom, allele.pos, allele.alt) for allele in case.alleles}
    found = [row for row in rows if _place(row) in places and row["gene"] == case.gene.symbol]
    size = sum(row["shelf"] in "AB" for row in rows)
    complete = {_place(row) for row in found} == places
    if not complete:
        lost = [f"{row['reason']} ({row['detail']})" for row in removed if _place(row) in places]
        return _outcome(case, OURS, hpo, False, None, size, "; ".join(lost) or "removed by the screen")
    shown = all(row["shelf"] in "AB" for row in found)
    best = min(found, key=lambda row: row["rank"])
    why = f"{'/'.join(sorted({row['shelf'] for row in found}))} {best['inheritance']} {best['score_components']}"
    return _outcome(case, OURS, hpo, shown, float(best["rank"]), size, why)


def _outcome(case: Case, method: str, hpo: bool, shown: bool, rank: float | None, size: int, why: str = "") -> Outcome:
    return Outcome(case.id, case.slug, case.strata, case.half, method, hpo, shown, rank, size, why)


def _peers(case: Case, seen: Sequence[Seen], hpo: Sequence[bool]) -> Iterator[Outcome]:
    """The other methods; only the Exomiser-like score uses the signs."""
    panel = panel_of(case.slug)
    tiers = {symbol: gene.tier for symbol, gene in panel.genes.items()} if panel else {}
    matcher = matcher_of(case.signs)

    def fit(gene: str) -> float:
        match = matcher.of_gene(gene)
        return match.score if match else 0.0

    lists = {PANEL: panel_only(seen, case, tiers), SLIVAR: slivar(seen, case)}
    for with_hpo in hpo:
        lists[EXOMISER] = exomiser_like(seen, case, fit if with_hpo else None)
        for method, entries in lists.items():
            rank = rank_of(entries, case)
            shown = rank is not None and rank <= CAP
            yield _outcome(case, method, with_hpo, shown, rank, min(len(entries), CAP))


def as_rows(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """For JSON."""
    return [asdict(outcome) for outcome in outcomes]
