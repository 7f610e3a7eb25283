"""On which shelf and at which rank does `filiation prioritise` put each planted diagnosis?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from diagnosis_cases import Case
from diagnosis_families import LEAST_SPLICING, Group
from diagnosis_genes import MadeUpFacts
from diagnosis_peers import IMPACTFUL, Seen, exomiser_like, panel_only, rank_of, slivar
from generated_trio import CONTIGS

from filiation.acmg.evidence import CONFIRMED
from filiation.acmg.table import AcmgTable, load_acmg_table
from filiation.config import RESOURCES, acmg_table_path, gene_table_path, rank_weights_path, scoring_model_path
from filiation.genes.table import GeneTable, load_gene_table
from filiation.io.vcf import header_contigs, pseudoautosomal_intervals
from filiation.model.inheritance import Inheritance
from filiation.panels.load import Panel, load_panel
from filiation.phenotype.match import PhenotypeMatcher
from filiation.prioritisation import candidates
from filiation.prioritisation.evidence import Evidence, read_evidence
from filiation.prioritisation.imprinting import load_imprinted
from filiation.prioritisation.known_genes import GeneBook, KnownGene
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
def _panel(slug: str) -> Panel | None:
    path = RESOURCES / "panels" / f"{slug}.tsv"
    return load_panel(path) if path.is_file() else None


def panel_of(case: Case) -> Panel | None:
    """The default panel of a case's pre-indication; None when there is none, or the case is bare."""
    return None if case.bare else _panel(case.slug)


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


class _BookOfCase(GeneBook):
    """The genes as the sources know them; a gene without a known disease has its constraint alone."""

    def __init__(self, case: Case, phenotype: PhenotypeMatcher) -> None:
        super().__init__(panel_of(case), _gene_table(), None if case.bare else MadeUpFacts(), phenotype)
        self._case = case

    def of(self, symbol: str, gene_id: str = "") -> KnownGene:
        """What is known of a gene."""
        known = super().of(symbol, gene_id)
        if not self._case.unlinked or symbol != self._case.gene.symbol:
            return known
        facts = {**known.facts, "gene_disease_validity": None, "clingen_haploinsufficiency": None}
        return replace(known, facts=facts, match=None)


def ranking_of(case: Case, hpo: bool, weights: Path | None = None) -> Ranking:
    """Weights and tables for one case; parentage is confirmed, as the quality gate of a sound trio says."""
    matcher = matcher_of(case.signs if hpo else ())
    return Ranking(
        weights=_weights(weights or rank_weights_path()),
        acmg=_acmg_table(),
        genes=_BookOfCase(case, matcher),
        parentage=Parentage(CONFIRMED, "simulated trio"),
    )


class GroupEvidence:
    """The records of a family as `prioritise` reads them, read once for all its cases."""

    def __init__(self, group: Group) -> None:
        self.path = group.folder / "background.bcf"
        planted = group.folder / "planted.bcf"
        group.write_core(self.path, planted)
        regions = pseudoautosomal_intervals("auto", header_contigs(self.path), None)
        self._background = list(read_evidence(self.path, group.family, regions))
        self._planted = {record.key: record for record in read_evidence(planted, group.family, regions)}
        self._order = {name: number for number, name in enumerate(CONTIGS)}

    def of_case(self, case: Case) -> list[Evidence]:
        """The background and the alleles of a case, those that the screen kept, in the order of the genome.

        Inherited variants of untranslated regions off the panel are left out, as the first rule would do.
        """
        panel = panel_of(case)
        genes = panel.genes if panel else {}
        keys = [f"{allele.chrom}-{allele.pos}-{allele.ref}-{allele.alt}" for allele in case.alleles]
        records = [record for record in self._background if _matters(record, genes)]
        records += [self._planted[key] for key in keys if key in self._planted]
        return sorted(records, key=lambda record: (self._order[record.chrom], record.pos))


def _matters(record: Evidence, panel: Collection[str]) -> bool:
    """Whether a record is more than an inherited variant of an untranslated region off the panel."""
    worst = record.consequences[0]
    return (
        not worst.term.endswith("_UTR_variant")
        or worst.gene in panel
        or Inheritance.DE_NOVO in record.patterns
        or (record.facts.spliceai_max or 0.0) >= LEAST_SPLICING
        or record.clinvar is not None
    )


def run_group(
    group: Group,
    cases: Sequence[Case],
    *,
    weights: Path | None = None,
    peers: bool = True,
    hpo: Sequence[bool] = (True, False),
) -> Iterator[Outcome]:
    """Every method on some cases of a family."""
    if not cases:
        return
    evidence = GroupEvidence(group)
    background = [
        Seen.of(allele)
        for allele in group.alleles
        if allele.case == "." and (allele.term in IMPACTFUL or allele.spliceai or allele.clinvar)
    ]
    model = load_scoring_model(scoring_model_path())
    imprinted = load_imprinted(RESOURCES / "imprinted_genes.tsv")
    for case in cases:
        records = evidence.of_case(case)
        for with_hpo in hpo:
            # The same records for every case of the family: reading them again would be most of the time.
            with patch.object(candidates, "read_evidence", return_value=iter(records)):
                result = candidates.prioritise(
                    evidence.path,
                    group.family,
                    model,
                    ranking_of(case, with_hpo, weights),
                    penetrance=Penetrance.of(list(group.penetrance)),
                    imprinted=imprinted,
                )
            yield _ours(case, with_hpo, result.candidates, result.removed)
        if peers:
            yield from _peers(case, [*background, *map(Seen.of, case.alleles)], hpo)


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
    panel = panel_of(case)
    tiers = {symbol: gene.tier for symbol, gene in panel.genes.items()} if panel else {}
    matcher = matcher_of(case.signs)

    def fit(gene: str) -> float:
        if case.unlinked and gene == case.gene.symbol:
            return 0.0
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
