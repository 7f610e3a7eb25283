"""Which genes stand on the default panel of a pre-indication, in which tier, and on what evidence?

- `core`: a curated core gene; or a gene that Orphanet links, assessed and disease-causing, to a disorder that stands
  under one of the pre-indication's ORPHA groups, or whose name fits its expression.
- `hpo`: any other gene with a disease in which a sign under one of the pre-indication's HPO roots is present in at
  least the share of patients that the root's rule asks (half of them where nothing else is said); or with a disease
  that DDG2P holds for confirmed or probable and that has a sign under one of the entry's `ddg2p_roots`.
- `lab`: never here; a laboratory's overlay adds it (`filiation panels import --overlay`).

No other panel is copied. The result is a starting point; its header says « panel par défaut non validé ».
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from filiation.genes.table import Gene, GeneTable
from filiation.panels.catalogue import DEFAULT_ROOT_RULE, ROOT_RULES, PreIndication
from filiation.panels.curated import CuratedGene
from filiation.panels.modes import DevelopmentalDisease, mode_of
from filiation.panels.orphanet import Orphanet
from filiation.panels.phenotype_files import PhenotypeData, Sign

DRAFT = "panel par défaut non validé"
_SHOWN = 2
# Orphanet also links loci without a gene; they cannot stand on a panel of genes.
_NOT_A_GENE = "Disorder-associated locus"


@dataclass
class Knowledge:
    """Everything a panel is built from, with gene names resolved once."""

    table: GeneTable
    curated: Mapping[str, list[CuratedGene]]
    orphanet: Orphanet
    phenotypes: PhenotypeData
    ddg2p: Mapping[str, set[str]] = field(default_factory=dict)
    developmental: Sequence[DevelopmentalDisease] = ()

    def __post_init__(self) -> None:
        self._names: dict[str, Gene | None] = {}
        self._ddg2p: dict[str, set[str]] = defaultdict(set)
        for name, modes in self.ddg2p.items():
            if gene := self.gene(name):
                self._ddg2p[gene.hgnc_id] |= modes
        self._hpo_modes: dict[str, dict[str, set[str]]] = defaultdict(dict)
        for (name, disease), modes in self.phenotypes.modes.items():
            if gene := self.gene(name):
                self._hpo_modes[gene.hgnc_id][disease] = modes

    def gene(self, name: str, hgnc_id: str | None = None) -> Gene | None:
        """The gene of a source's name, by its id where the source gives one; None when it stands for no one gene."""
        key = hgnc_id or name
        if key not in self._names:
            self._names[key] = self.table.by_id(hgnc_id) if hgnc_id else self.table.resolve(name).gene
        return self._names[key]

    def mode(self, gene: Gene, diseases: Iterable[str], curated: str) -> tuple[str, str]:
        """Mode of inheritance of a gene that these diseases brought onto the panel."""
        by_disease = self._hpo_modes.get(gene.hgnc_id, {})
        near = {mode for disease in diseases for mode in by_disease.get(disease, ())}
        anywhere = {mode for modes in by_disease.values() for mode in modes}
        return mode_of(
            gene,
            (
                ("curated", curated.split("/") if curated else ()),
                ("DDG2P", self._ddg2p.get(gene.hgnc_id, ())),
                ("HPO", near),
                ("HPO, all diseases of the gene", anywhere),
            ),
        )


@dataclass
class BuiltPanel:
    """Rows of a panel, by gene symbol, and what its header must tell of how they came to be."""

    entry: PreIndication
    rows: list[dict[str, str | None]]
    groups_used: list[str]
    groups_unknown: list[str]
    left_out: list[str]

    def count(self, tier: str) -> int:
        """Number of genes of a tier."""
        return sum(row["tier"] == tier for row in self.rows)


@dataclass
class _Draft:
    gene: Gene
    curated: CuratedGene | None = None
    disorders: dict[str, str] = field(default_factory=dict)
    signs: list[Sign] = field(default_factory=list)
    developmental: list[str] = field(default_factory=list)


def build_panel(entry: PreIndication, knowledge: Knowledge) -> BuiltPanel:
    """The panel of one pre-indication under the rule of the module docstring.

    A source's gene name that stands for no one gene (unknown, ambiguous, withdrawn) is left out and named.
    """
    drafts: dict[str, _Draft] = {}
    left_out: set[str] = set()

    def draft(name: str, hgnc_id: str | None = None) -> _Draft | None:
        gene = knowledge.gene(name, hgnc_id)
        if gene is None:
            left_out.add(name)
            return None
        return drafts.setdefault(gene.hgnc_id, _Draft(gene))

    for item in knowledge.curated.get(entry.slug, []):
        drafts.setdefault(item.gene.hgnc_id, _Draft(item.gene)).curated = item
    under = {group: knowledge.orphanet.under(group) for group in entry.orpha_groups}
    wanted = {code for codes in under.values() for code in codes}
    names = re.compile("|".join(entry.rule.orphanet_names), re.IGNORECASE) if entry.rule.orphanet_names else None
    for link in knowledge.orphanet.links:
        if link.gene_type == _NOT_A_GENE:
            continue
        if (link.orpha_id in wanted or (names and names.search(link.disorder))) and (
            found := draft(link.symbol, link.hgnc_id)
        ):
            found.disorders[link.orpha_id] = link.disorder
    for sign in wanted_signs(entry, knowledge.phenotypes):
        if found := draft(sign.symbol):
            found.signs.append(sign)
    below = knowledge.phenotypes.with_descendants(root.split(" ")[0] for root in entry.rule.ddg2p_roots)
    for disease in knowledge.developmental:
        if below.intersection(disease.terms) and (found := draft(disease.symbol)):
            found.developmental.append(disease.name)
    rows = [_row(item, knowledge) for item in drafts.values()]
    return BuiltPanel(
        entry,
        sorted(rows, key=lambda row: str(row["gene"])),
        [group for group, codes in under.items() if codes],
        [group for group, codes in under.items() if not codes],
        sorted(left_out),
    )


def wanted_signs(entry: PreIndication, phenotypes: PhenotypeData) -> Iterable[Sign]:
    """The signs of diseases that the entry's HPO roots and their rules choose, most frequent first."""
    chosen: dict[tuple[str, str, str], Sign] = {}
    for root in entry.hpo_roots:
        word = entry.rule.root_rules.get(root, DEFAULT_ROOT_RULE)
        least = ROOT_RULES[word]
        if least is None:
            continue
        for term in phenotypes.with_descendants([root]):
            for sign in phenotypes.by_term.get(term, ()):
                unstated = sign.frequency is None
                if (unstated and word == "any") or (sign.frequency is not None and sign.frequency >= least):
                    chosen[sign.symbol, sign.term, sign.disease] = sign
    return sorted(chosen.values(), key=lambda sign: (-(sign.frequency or 0), sign.symbol, sign.term, sign.disease))


def _row(item: _Draft, knowledge: Knowledge) -> dict[str, str | None]:
    """One row of the table, with its evidence in words."""
    evidence: list[str] = []
    sources: list[str] = []
    if item.curated:
        evidence.append("core gene")
        sources.append(item.curated.source)
    if item.disorders:
        evidence += _shown([f"{code} {name}" for code, name in sorted(item.disorders.items(), key=_orpha_number)])
        sources.append("Orphanet")
    if item.signs:
        labels = knowledge.phenotypes.labels
        evidence += _shown(
            [f"{labels.get(sign.term, sign.term)} ({_share(sign)}, {sign.disease})" for sign in item.signs]
        )
        sources.append("HPO")
    if item.developmental:
        evidence += _shown([f"DDG2P: {name}" for name in dict.fromkeys(item.developmental)])
        sources.append("DDG2P")
    diseases = [*item.disorders, *(sign.disease for sign in item.signs)]
    mode, said_by = knowledge.mode(item.gene, diseases, item.curated.inheritance if item.curated else "")
    if mode:
        sources.append(f"inheritance: {said_by}")
    return {
        "gene": item.gene.symbol,
        "hgnc_id": item.gene.hgnc_id,
        "tier": "core" if item.curated or item.disorders else "hpo",
        "inheritance": mode or None,
        "evidence": "; ".join(evidence),
        "source": "; ".join(sources),
    }


def _orpha_number(item: tuple[str, str]) -> int:
    return int(item[0].partition(":")[2])


def _shown(items: list[str]) -> list[str]:
    more = len(items) - _SHOWN
    return [*items[:_SHOWN], f"and {more} more"] if more > 0 else items


def _share(sign: Sign) -> str:
    return "frequency not stated" if sign.frequency is None else f"{sign.frequency:.0%}"
