"""Do the shelves hold what must be discussed, whatever the panel, within their cap, and lose nothing?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.drafts import PATHOGENIC, RANKING, draft, in_trans, scored
from filiation.config import rank_weights_path
from filiation.errors import ConfigError
from filiation.evidence.fields import GeneEffect, VariantFacts
from filiation.model.inheritance import Inheritance
from filiation.panels.load import PanelGene
from filiation.phenotype.match import GeneMatch
from filiation.prioritisation.draft import Draft
from filiation.prioritisation.known_genes import KnownGene
from filiation.prioritisation.ranking import Ranking
from filiation.prioritisation.shelves import Group, shelve
from filiation.prioritisation.weights import load_rank_weights

DE_NOVO, RECESSIVE = Inheritance.DE_NOVO, Inheritance.AUTOSOMAL_RECESSIVE
COMPOUND, INHERITED = Inheritance.COMPOUND_HETEROZYGOUS, Inheritance.DOMINANT_INHERITED
CAP = int(RANKING.weights.shelves.cap)
LOOKED_AT = int(RANKING.weights.shelves.looked_at_min)
FACTS_AD = {"gene_disease_validity": "ORPHA:1:d:AD:Definitive:GenCC", "loeuf": 0.2}
FACTS_AR = {"gene_disease_validity": "ORPHA:1:d:AR:Definitive:GenCC", "loeuf": 1.0}
STOP = GeneEffect("GENE", "", "ENST1", "MANE_Select", "stop_gained", "stop_gained", nmd="expected")


def shelved(drafts: list[Draft], with_ranking: Ranking = RANKING) -> list[Group]:
    """Groups in the order of discussion."""
    return shelve(scored(drafts, with_ranking), with_ranking)


def full_shelves(wanted: Draft, number: int = 40) -> list[Group]:
    """A candidate among many inherited missense variants, so that no shelf is filled up with the best of nothing."""
    return shelved([wanted, *weak(number)])


def weak(number: int, first: int = 1000) -> list[Draft]:
    """Inherited missense variants that nothing speaks for."""
    return [draft(pattern=INHERITED, gene=f"G{i}", pos=first + i) for i in range(number)]


def strong(number: int) -> list[Draft]:
    """New missense variants, all alike."""
    return [draft(gene=f"G{i}", pos=i + 1) for i in range(number)]


def shelf_of(groups: list[Group], wanted: Draft) -> tuple[str, str]:
    """(shelf, reason) of a candidate."""
    (group,) = [group for group in groups if any(item is wanted for item in group.drafts)]
    return group.shelf, group.reason


@pytest.mark.parametrize(
    ("wanted", "shelf", "reason"),
    [
        (draft(clinvar=PATHOGENIC), "A", "clinvar_pathogenic"),
        (draft(clinvar=PATHOGENIC, pattern=INHERITED), "A", "clinvar_pathogenic"),
        (draft(clinvar=PATHOGENIC, pattern=INHERITED, known=KnownGene("GENE", facts=FACTS_AR)), "B",
         "clinvar_pathogenic_in_another_mode"),
        (draft(clinvar=replace(PATHOGENIC, review="no_assertion"), pattern=INHERITED), "B",
         "clinvar_pathogenic_in_another_mode"),
        (draft("stop_gained", known=KnownGene("GENE", facts={"loeuf": 0.2})), "A", "de_novo_loss_in_constrained_gene"),
        (draft("stop_gained", known=KnownGene("GENE", facts={"loeuf": 1.1})), "B", "de_novo_coding"),
        (draft("stop_gained", pattern=INHERITED, effect=STOP, known=KnownGene("GENE", facts=FACTS_AD)), "A",
         "acmg_pathogenic"),
        (draft("stop_gained", pattern=RECESSIVE, known=KnownGene("GENE", facts=FACTS_AR)), "A",
         "two_copies_lost_in_recessive_gene"),
        (draft(), "B", "de_novo_coding"),
        (draft(pattern=Inheritance.PARENTAL_MOSAIC), "B", "de_novo_coding"),
        (draft("synonymous_variant", facts=VariantFacts(spliceai_max=0.3)), "B", "de_novo_splicing"),
        (draft(pattern=INHERITED), "C", "no_rule"),
        (draft("intron_variant"), "C", "no_rule"),
    ],
)  # fmt: skip
def test_rules__off_the_panel_and_without_phenotype(wanted: Draft, shelf: str, reason: str) -> None:
    # The shelf is filled by others, so that the rule alone decides.
    groups = shelved([wanted, *strong(LOOKED_AT)])
    assert shelf_of(groups, wanted) == (shelf, reason)


def test_rules__a_good_fit_of_phenotype_and_panel_is_discussed() -> None:
    known = KnownGene(
        "GENE",
        panel_gene=PanelGene("GENE", "HGNC:1", "core", "AD"),
        match=GeneMatch(0.9, "ORPHA:1", "disease", ()),
    )
    assert shelf_of(full_shelves(found := draft(known=known)), found) == ("A", "high_score")
    assert shelf_of(full_shelves(found := draft(known=known, pattern=INHERITED)), found)[0] in "AB"


def test_rules__the_panel_never_takes_a_strong_finding_off_the_shelves() -> None:
    for wanted in (draft(clinvar=PATHOGENIC), draft("stop_gained", known=KnownGene("GENE", facts={"loeuf": 0.1}))):
        others = strong(LOOKED_AT)
        for item in others:
            item.known = replace(item.known, panel_gene=PanelGene(item.gene, "", "core", "AD"))
        assert shelf_of(shelved([wanted, *others]), wanted)[0] == "A"


def test_the_best_are_looked_at_even_when_no_rule_names_them() -> None:
    groups = shelved(weak(40))
    assert [group.shelf for group in groups] == ["B"] * LOOKED_AT + ["C"] * (40 - LOOKED_AT)
    assert {group.reason for group in groups[:LOOKED_AT]} == {"among_the_best"}


def test_cap__holds_and_what_comes_after_says_so_and_is_kept() -> None:
    groups = shelved(strong(CAP + 5))
    assert [group.shelf for group in groups] == ["B"] * CAP + ["C"] * 5
    assert {group.reason for group in groups[CAP:]} == {"beyond_cap:B:de_novo_coding"}


def test_cap__shelf_a_is_filled_before_b() -> None:
    wanted = [draft(clinvar=PATHOGENIC, gene=f"P{i}", pos=10_000 + i) for i in range(CAP)]
    groups = shelved([*strong(10), *wanted])
    assert [group.shelf for group in groups[:CAP]] == ["A"] * CAP
    assert all(group.shelf == "C" for group in groups[CAP:])


def test_cap__a_pair_is_never_torn_apart() -> None:
    singles = strong(CAP - 1)
    pair = in_trans(
        draft("stop_gained", pattern=COMPOUND, gene="PAIR", pos=5_000), draft(pattern=COMPOUND, gene="PAIR", pos=6_000)
    )
    groups = shelved([*singles, *pair])
    assert {len(group.drafts) for group in groups if pair[0] in group.drafts} == {2}
    for group in groups:
        assert len({id(item) for item in group.drafts}) == len(group.drafts)
    assert sum(len(group.drafts) for group in groups if group.shelf != "C") <= CAP


def test_tie_rule__points_then_severity_then_phenotype_then_place() -> None:
    first, second = strong(2)
    assert [group.drafts[0] for group in shelved([second, first])] == [first, second], "place decides between equals"
    ranking = replace(
        RANKING, weights=replace(RANKING.weights, weights=replace(RANKING.weights.weights, acmg_points=0))
    )
    absent = draft(population_source="not_found", gene="G9", pos=99_999)
    plain = draft(population_source="gnomad", population_af=5e-4, gene="G8", pos=1)
    even = replace(
        ranking, weights=replace(ranking.weights, weights=replace(ranking.weights.weights, absent_from_population=0))
    )
    groups = shelved([plain, absent], even)
    assert groups[0].score == groups[1].score
    assert groups[0].drafts == [absent], "one more ACMG point decides between equal scores"


def test_pairs__the_best_pair_of_a_gene_is_one_group_and_the_others_stand_alone() -> None:
    best, partner, third = (draft(pattern=COMPOUND, gene="PAIR", pos=pos) for pos in (1, 2, 3))
    best.evidence = replace(best.evidence, clinvar=PATHOGENIC)
    in_trans(best, partner)
    in_trans(best, third)
    partner.evidence = replace(partner.evidence, population_source="not_found")
    groups = shelved([best, partner, third])
    assert groups[0].drafts == [best, partner]
    assert groups[1].drafts == [third]
    assert groups[0].score == pytest.approx((best.score + partner.score) / 2)
    assert groups[1].score == pytest.approx((best.score + third.score) / 2)


def test_pairs__a_pair_goes_where_its_stronger_half_belongs() -> None:
    known, uncertain = in_trans(
        draft(pattern=COMPOUND, gene="PAIR", pos=1, clinvar=PATHOGENIC), draft(pattern=COMPOUND, gene="PAIR", pos=2)
    )
    groups = shelved([*strong(LOOKED_AT), known, uncertain])
    assert shelf_of(groups, uncertain) == shelf_of(groups, known) == ("A", "clinvar_pathogenic")


@st.composite
def families(choose: st.DrawFn) -> list[Draft]:
    """Any candidates, some of them pairs."""
    drafts = []
    for number in range(choose(st.integers(0, 60))):
        drafts.append(
            draft(
                choose(st.sampled_from(["stop_gained", "missense_variant", "intron_variant", ""])),
                pattern=choose(st.sampled_from(list(Inheritance))),
                status=choose(st.sampled_from(["supported", "possible"])),
                gene=f"G{choose(st.integers(0, 20))}",
                pos=number + 1,
                clinvar=choose(st.sampled_from([None, PATHOGENIC])),
                population_source=choose(st.sampled_from(["not_annotated", "not_found"])),
            )
        )
    halves = [item for item in drafts if item.pattern is COMPOUND]
    for first, second in zip(halves[::2], halves[1::2], strict=False):
        if first.gene == second.gene:
            in_trans(first, second)
    return drafts


@settings(deadline=None, max_examples=40)
@given(drafts=families())
def test_nothing_is_lost_and_the_order_is_that_of_the_shelves(drafts: list[Draft]) -> None:
    groups = shelved(drafts)
    kept = [item for group in groups for item in group.drafts]
    assert sorted(map(id, kept)) == sorted(map(id, drafts))
    shelves = [group.shelf for group in groups]
    assert shelves == sorted(shelves)
    assert sum(len(group.drafts) for group in groups if group.shelf != "C") <= CAP
    for shelf in "ABC":
        scores = [round(group.score, 6) for group in groups if group.shelf == shelf]
        assert scores == sorted(scores, reverse=True)
    assert all(group.reason for group in groups)
    again = shelve(list(reversed(drafts)), RANKING)
    assert [group.shelf for group in again].count("C") == shelves.count("C"), "the order of the input does not matter"


def changed(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """The weights that ship, with one change."""
    data = yaml.safe_load(rank_weights_path().read_text(encoding="utf-8"))
    change(data)
    path = folder / "rank.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data["weights"].pop("de_novo"), "'weights.de_novo' has no number"),
        (lambda data: data["weights"].update(de_nov={"value": 1}), "did you mean 'de_novo'"),
        (lambda data: data.pop("shelf_rules"), "no list of rules"),
        (lambda data: data["shelf_rules"].reverse(), "rules of A before rules of B"),
        (lambda data: data["shelf_rules"][0].update(clinva=["pathogenic"]), "did you mean 'clinvar'"),
        (lambda data: data["shelf_rules"][0].update(clinvar=["pathogenetic"]), "did you mean 'pathogenic'"),
        (lambda data: data["shelf_rules"][0].update(score="some_score"), "score: 'some_score'"),
        (lambda data: data["shelf_rules"][0].update(stars_min="one"), "stars_min: 'one'"),
        (lambda data: data["shelf_rules"][1].update(constrained="yes"), "constrained: 'yes'"),
        (lambda data: data["shelf_rules"][0].pop("meaning"), "no meaning"),
        (lambda data: data["shelf_rules"][0].update(mode=["fits"]), "mode is a list"),
    ],
)
def test_weights__a_wrong_entry_is_named(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        load_rank_weights(changed(tmp_path, change))


def test_weights__say_meaning_and_source_of_every_number() -> None:
    data = yaml.safe_load(rank_weights_path().read_text(encoding="utf-8"))
    for group in ("weights", "limits", "shelves"):
        for name, entry in data[group].items():
            assert all(entry[word] for word in ("unit", "meaning", "source")), (group, name)
    assert not any("panel" in rule["name"] for rule in data["shelf_rules"])


def test_weights__one_word_stands_for_a_list_of_one(tmp_path: Path) -> None:
    path = changed(tmp_path, lambda data: data["shelf_rules"][0].update(clinvar="pathogenic"))
    assert load_rank_weights(path).shelf_rules[0].clinvar == ("pathogenic",)


def test_shelves__what_the_reads_refute_is_supported_for_no_rule() -> None:
    found = draft("stop_gained", known=KnownGene("GENE", facts=FACTS_AD), effect=STOP)
    assert shelved([found])[0].reason == "de_novo_loss_in_constrained_gene"
    asked = (found.evidence.key, found.pattern.value)
    for verdict, stays in (
        ("artefact_suspected", False),
        ("inherited_missed", False),
        ("mosaic_parent_suspected", True),
    ):
        read = replace(RANKING, recheck={asked: "contradicts"}, verdicts={asked: verdict})
        (group,) = shelved([found], read)
        assert (group.reason == "de_novo_loss_in_constrained_gene") is stays, verdict
