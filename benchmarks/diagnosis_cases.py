"""Which diagnoses are planted, in which families, and as which alleles?

Every case is one gene of one pre-indication with one of its diseases, a way of inheritance that suits the disease's
mode, and one or two alleles. All choices follow from the pre-indication, the gene and the number of the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
from diagnosis_genes import (
    BenchmarkGene,
    GeneDisease,
    PanelAppGenes,
    choose_genes,
    half_of,
    pre_indications,
    stable,
)
from diagnosis_genome import LOSS, Allele, Background, change, homozygotes_of, pick, predict
from diagnosis_patients import IMPRECISE, signs_of_patient

PER_PRE_INDICATION = 20
AR_HOM, COMPOUND, DE_NOVO, AFFECTED_PARENT = "ar_hom", "compound_het", "de_novo", "ad_affected_parent"
REDUCED, MOSAIC, X_LINKED = "reduced_penetrance", "mosaic_parent", "x_linked"
ROUTES = (DE_NOVO, AR_HOM, COMPOUND, X_LINKED, AFFECTED_PARENT, REDUCED, MOSAIC)
_ROUTES_OF = {
    "AD": {DE_NOVO: 10, AFFECTED_PARENT: 5, REDUCED: 4, MOSAIC: 1},
    "AR": {AR_HOM: 9, COMPOUND: 11},
    "XL": {X_LINKED: 1},
}
KINDS = {"loss_of_function": 8, "missense": 8, "splice": 3, "inframe": 2}
SPLICE = {
    "splice_donor_variant": 3, "splice_acceptor_variant": 3, "splice_region_variant": 3,
    "splice_polypyrimidine_tract_variant": 1, "intron_variant": 1,
}  # fmt: skip
# Share of planted alleles on which ClinVar has a word; the rest is new to it.
CLINVAR = {"Pathogenic": 0.24, "Likely_pathogenic": 0.16, "no_star": 0.03, "uncertain": 0.08, "conflicting": 0.04}
# Of the genes off the panel, those whose disease nobody has described yet; never one listed for its penetrance.
UNLINKED = 0.2
MOSAIC_SHARE = (0.06, 0.16)


@dataclass(frozen=True)
class Case:
    """One planted diagnosis. group: the family it is planted in; tier: of the gene in the default panel.

    unlinked : no source knows yet that the gene causes a disease: no link, no mode, no signs.
    bare : ClinVar does not know its alleles, and there are no gene facts and no panel; its signs are all imprecise.
    """

    id: str
    slug: str
    gene: BenchmarkGene
    disease: GeneDisease
    route: str
    kinds: tuple[str, ...]
    boy: bool
    affected: str
    tier: str
    signs: tuple[str, ...]
    unlinked: bool = False
    bare: bool = False
    group: str = ""
    alleles: tuple[Allele, ...] = ()

    @property
    def half(self) -> str:
        """tuning or held_out."""
        return half_of(self.gene.hgnc_id)

    @property
    def strata(self) -> tuple[str, ...]:
        """The classes that the tables print this case under."""
        named = [self.route]
        named += [kind for kind in ("splice", "inframe") if kind in self.kinds]
        named += ["off_panel"] if self.tier == "off_panel" else []
        named += ["unlinked_gene"] if self.unlinked else []
        known = any(allele.clinvar.startswith(("Pathogenic", "Likely_pathogenic")) for allele in self.alleles)
        named += [] if known else ["not_in_clinvar"]
        return tuple(named)


def _weighted(rng: Random, weights: Mapping[str, float]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _kind(rng: Random, gene: BenchmarkGene, route: str) -> str:
    """What the allele does; loss of one copy is rarely the way of a gene that tolerates it."""
    weights = dict(KINDS)
    if route not in (AR_HOM, COMPOUND, X_LINKED) and gene.loeuf > 0.6:
        weights["loss_of_function"] = 3
    return _weighted(rng, weights)


def plan_cases(
    tiers: Mapping[str, Mapping[str, str]],
    *,
    per_pre_indication: int = PER_PRE_INDICATION,
    frequencies: dict[str, dict[str, float]] | None = None,
    slugs: tuple[str, ...] = (),
    bare: bool = False,
) -> list[Case]:
    """All cases, without alleles. tiers: slug → symbol → tier of the default panel."""
    panelapp = PanelAppGenes()
    cases = []
    for entry in pre_indications():
        if slugs and entry.slug not in slugs:
            continue
        of_panel = tiers.get(entry.slug, {})
        for number, (gene, disease) in enumerate(choose_genes(entry, of_panel, per_pre_indication, panelapp)):
            name = f"{entry.slug}:{number}"
            rng = stable(f"case {name} {gene.hgnc_id}")
            mode = rng.choice(disease.modes)
            route = _weighted(rng, _ROUTES_OF[mode])
            copies = 2 if route == COMPOUND else 1
            tier = of_panel.get(gene.symbol, "off_panel")
            boy = rng.random() < (0.85 if route == X_LINKED else 0.5)
            cases.append(
                Case(
                    id=name,
                    slug=entry.slug,
                    gene=gene,
                    disease=disease,
                    route=route,
                    kinds=tuple(_kind(rng, gene, route) for _ in range(copies)),
                    boy=boy,
                    affected=rng.choice(("FATHER", "MOTHER")) if route == AFFECTED_PARENT else "",
                    tier=tier,
                    signs=signs_of_patient(disease.id, frequencies, rng, 1.0 if bare else IMPRECISE),
                    bare=bare,
                    unlinked=tier == "off_panel" and route != REDUCED and rng.random() < UNLINKED,
                )
            )
    return cases


def _copies(case: Case, number: int, rng: np.random.Generator) -> tuple[int, int, int]:
    """Copies of child, father and mother."""
    if case.route == AR_HOM:
        return 2, 1, 1
    if case.route == COMPOUND:
        return (1, 1, 0) if number == 0 else (1, 0, 1)
    if case.route == X_LINKED:
        inherited = case.boy and rng.random() < 0.7
        return (2 if case.boy else 1, 0, 1 if inherited else 0)
    if case.route in (AFFECTED_PARENT, REDUCED):
        from_father = case.affected == "FATHER" or (not case.affected and rng.random() < 0.5)
        return (1, 1, 0) if from_father else (1, 0, 1)
    return 1, 0, 0


def _term(kind: str, rng: np.random.Generator) -> str:
    if kind == "loss_of_function":
        return str(rng.choice(["stop_gained", "frameshift_variant", "start_lost"], p=[0.45, 0.5, 0.05]))
    if kind == "splice":
        names = list(SPLICE)
        return str(rng.choice(names, p=np.array(list(SPLICE.values())) / sum(SPLICE.values())))
    if kind == "inframe":
        return str(rng.choice(["inframe_deletion", "inframe_insertion"], p=[0.7, 0.3]))
    return "missense_variant"


def _frequency(route: str, rng: np.random.Generator) -> float | None:
    """Of a planted allele: dominant ones are absent or all but absent, recessive ones may be carried."""
    if route in (AR_HOM, COMPOUND):
        return None if rng.random() < 0.3 else float(10 ** rng.uniform(-6, -3.1))
    if route == REDUCED:
        return None if rng.random() < 0.5 else float(10 ** rng.uniform(-6, -4.3))
    absent = 0.92 if route in (DE_NOVO, MOSAIC) else 0.75
    return None if rng.random() < absent else float(10 ** rng.uniform(-6.2, -5))


def _known_to_clinvar(allele: Allele, rng: np.random.Generator) -> None:
    """ClinVar's word on a planted allele, where it has one."""
    if allele.term == "intron_variant":
        # Deep in an intron nothing but ClinVar or RNA tells: planted as known.
        allele.clinvar, allele.stars = "Pathogenic", 1
        return
    word = pick(rng, CLINVAR.items())
    if word is None:
        return
    allele.stars = 0 if word == "no_star" else int(rng.choice([1, 2], p=[0.55, 0.45]))
    allele.clinvar = {
        "no_star": "Pathogenic",
        "uncertain": "Uncertain_significance",
        "conflicting": "Conflicting_classifications_of_pathogenicity",
    }.get(word, word)


def plant(case: Case, background: Background) -> Case:
    """The case with its alleles, at free places of a background."""
    seed = stable(f"alleles {case.id} {case.gene.hgnc_id}").getrandbits(63)
    rng = np.random.default_rng(seed)
    alleles = []
    for number, kind in enumerate(case.kinds):
        term = _term(kind, rng)
        ref, alt = change(rng, term)
        pos = background.places.within(rng, case.gene)
        allele = Allele(
            case.gene.chrom, pos, ref, alt, term, case.gene.symbol, _copies(case, number, rng), case=case.id
        )
        allele.af = _frequency(case.route, rng)
        allele.homozygotes = 0 if (allele.af or 0) < 3e-4 else homozygotes_of(rng, (allele.af or 0) / 2)
        predict(rng, allele, damaging=True)
        if not case.bare:
            _known_to_clinvar(allele, rng)
        if case.route == MOSAIC:
            share = float(rng.uniform(*MOSAIC_SHARE))
            allele.share = (None, share, None) if rng.random() < 0.5 else (None, None, share)
        alleles.append(allele)
    return replace(case, alleles=tuple(alleles))


def is_loss(term: str) -> bool:
    """Whether a term is a loss of function."""
    return term in LOSS


def panel_tiers(folder: Path) -> dict[str, dict[str, str]]:
    """slug → symbol → tier, of every panel file of a folder."""
    from filiation.panels.load import load_panel

    found = {}
    for path in sorted(folder.glob("*.tsv")):
        panel = load_panel(path)
        found[path.stem] = {symbol: gene.tier for symbol, gene in panel.genes.items()}
    return found
