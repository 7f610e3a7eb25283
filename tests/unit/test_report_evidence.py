"""What the detail of a candidate says of rules, sources, panels, signs and allele balance."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.report import candidate, family_candidates, options
from builders.report_rich import rich_candidates, rich_data, write_panels
from filiation.panels.catalogue import load_catalogue
from filiation.report.allele_balance import balance_probability, nearest_de_novo
from filiation.report.catalogue import SourceText, known
from filiation.report.evidence_view import inhouse, inhouse_split, predictors
from filiation.report.facts_view import (
    clinvar_conflict,
    group_lines,
    nonsense_mediated_decay,
    omim_numbers,
    panel_line,
    variant_facts,
)
from filiation.report.html import render
from filiation.report.knowledge import Knowledge, Membership, panel_memberships
from filiation.report.pdf import print_page, summary_density
from filiation.report.phenotype_view import HpoTerm, relation, terms_of
from filiation.report.told import told
from filiation.report.typography import NARROW, same
from filiation.report.why_view import nearly_removed, rule_state, rules_of


@pytest.mark.parametrize("value,state", [
    ("11 >= 3", "passed"), ("4 >= 3", "near"), ("2 >= 3", "failed"), ("unknown >= 5", "unknown"),
    ("not_found <= 0.01", "passed"), ("0.009 <= 0.01", "near"), ("0.00001 <= 0.01", "passed"),
    ("not_covered <= 0.001", "unknown"), ("0.3 against 0.5", "failed"), ("0.55 against 0.5", "near"),
    ("not evaluable against 0.5", "unknown"), ("9 <= 10", "near"), ("de_novo supported", "passed"),
])  # fmt: skip
def test_a_rule_says_how_it_went(value: str, state: str) -> None:
    assert rule_state(value) == state


def test_rules_that_nearly_removed_a_candidate_are_named(tmp_path: Path) -> None:
    weak = family_candidates()[3]
    assert [rule.state for rule in nearly_removed(rules_of(weak))] == ["near", "unknown", "failed"]
    page = render(rich_data(tmp_path))
    detail = page.split('id="candidate-4"')[1].split("</tbody>\n<tbody")[0]
    assert "A failli l’écarter" in detail
    assert "non passée" in detail


def test_each_threshold_of_a_reason_leads_to_its_configuration_key(tmp_path: Path) -> None:
    page = render(rich_data(tmp_path))
    named = set(re.findall(r'href="#key-([\w.-]+)"', page))
    assert "min_proband_alt_depth" in named
    for key in named:
        line = page.split(f'id="key-{key}"')[1].split("</tr>")[0]
        assert "prioritisation.scoring_model" in line


@given(st.integers(0, 60), st.integers(0, 60))
def test_balance__is_the_two_sided_binomial_of_one_half(ref: int, alt: int) -> None:
    reads = ref + alt
    chances = [math.comb(reads, count) / 2**reads for count in range(reads + 1)]
    expected = sum(chance for chance in chances if chance <= chances[alt] * (1 + 1e-12))
    assert balance_probability(ref, alt) == pytest.approx(min(1, expected), rel=1e-9)


def test_balance__many_reads_agree_with_the_exact_sum() -> None:
    exact = 2 * sum(math.comb(1100, count) for count in range(501)) / 2**1100
    assert balance_probability(600, 500) == pytest.approx(exact, rel=0.01)


def test_balance__an_uneven_heterozygote_is_boxed_and_a_homozygote_is_not_tested(tmp_path: Path) -> None:
    rows = [candidate(proband_ref_depth=40, proband_alt_depth=8, shelf="A")]
    page = render(rich_data(tmp_path, rows))
    members = page.split('class="small-table members"')[1].split("</table>")[0]
    assert f'<span class="low"><i lang=fr>p{NARROW}&lt;{NARROW}0,001</i>' in members
    assert members.count("—") == 2


def test_nearest_de_novo__is_sought_on_the_same_chromosome_alone() -> None:
    rows = [candidate(pos=1000), candidate(pos=4500), candidate(chrom="chr9", pos=1001)]
    near = nearest_de_novo(rows[0], rows)
    far = nearest_de_novo(rows[2], rows)
    assert near is not None
    assert far is not None
    assert f"3,5{NARROW}kb" in near.fr
    assert "aucun autre de novo candidat sur ce chromosome (2 ailleurs)" in far.fr
    assert nearest_de_novo(candidate(inheritance="x_linked"), rows) is None


@pytest.mark.parametrize("consequence,reason,state", [
    ("stop_gained", "PVS1:met:8:stop_gained, nonsense-mediated decay expected; LOEUF 0.1", "expected"),
    ("frameshift_variant", "PVS1_Strong:met:4:frameshift_variant escapes nonsense-mediated decay, 40", "escapes"),
    ("stop_gained&splice_region", "", "not_determined"),
    ("missense_variant", "", "not_applicable"),
])  # fmt: skip
def test_decay__is_read_from_what_pvs1_rested_on(consequence: str, reason: str, state: str) -> None:
    assert nonsense_mediated_decay(candidate(consequence=consequence, acmg_criteria=reason)) == state


def test_facts__that_nobody_looked_for_are_named_never_absent() -> None:
    words = {fact.name.en: fact.value.en for fact in variant_facts(candidate())}
    assert words["dbSNP"] == "not annotated"
    assert words["VRS (GA4GH)"] == "not computed"
    assert words["Protein domain"] == "not annotated"
    asked = candidate(annotation_states="population:found;clinvar:not_found")
    assert variant_facts(asked)[0].value.en == "no number"


def test_populations__highest_first_and_zeros_together() -> None:
    lines = group_lines(candidate(population_af=2e-5, population_by_group="afr=0;nfe=2e-05;eas=8e-06;fin=0"))
    assert lines[0].en.startswith(f"European, non-Finnish 2.0{NARROW}×{NARROW}10⁻⁵ · East Asian")
    assert lines[0].en.endswith("African, Finnish 0")
    assert lines[1].en == "coverage of the site by the source: not annotated"
    whole = group_lines(candidate(population_coverage="alleles=1613998;median=32;over_20=0.98"))
    assert "1,613,998 alleles read at the site, median depth 32x, 98% of people at 20x or more" in whole[-1].en


def test_populations__a_value_that_is_no_number_is_left_out_and_does_not_stop_the_report() -> None:
    lines = group_lines(candidate(population_by_group="nfe=<b>;afr", population_coverage="alleles=x"))
    assert [line.en for line in lines] == ["coverage of the site by the source: not annotated"]


def test_clinvar__conflicting_submissions_are_counted() -> None:
    words = clinvar_conflict(candidate(clinvar_conflict="Pathogenic(1)|Uncertain_significance(3)"))
    assert words is not None
    assert words.fr == "pathogène 1, signification incertaine (VSI) 3"
    assert clinvar_conflict(candidate()) is None


def test_inhouse__carriers_are_told_apart_where_the_source_does() -> None:
    row = candidate(inhouse_carriers=3) | {"inhouse_affected": 1, "inhouse_unaffected": 2}
    assert inhouse(row).en == "in-house: 3 carriers"
    assert str(inhouse_split(row)).startswith("familles avec un porteur atteint")
    assert str(inhouse_split(candidate(inhouse_carriers=3))).endswith("non annoté"), "a source that does not tell"
    assert inhouse_split(candidate(inhouse_carriers=0)) is None
    assert "0" not in inhouse(candidate(annotation_states="inhouse:not_found")).fr
    assert inhouse(candidate()).en == "in-house: not annotated"


def test_protein_domain__is_shown_or_named_as_not_annotated() -> None:
    found = candidate(protein_domain="Pfam:PF00069;SMART:SM00220", annotation_states="protein_domain:found")
    domain = next(fact for fact in variant_facts(found) if fact.name.en == "Protein domain")
    assert domain.value.fr == "Pfam PF00069, SMART SM00220"
    states = {"": "non annoté", "protein_domain:not_found": "absent de la source"}
    for state, words in states.items():
        domain = next(
            fact for fact in variant_facts(candidate(annotation_states=state)) if fact.name.en == "Protein domain"
        )
        assert domain.value.fr == words


def test_panels__hold_a_gene_by_its_hgnc_id_and_unreadable_files_are_named(tmp_path: Path) -> None:
    folder = write_panels(tmp_path / "panels")
    count, unread, found = panel_memberships(folder, {("SYNGAP1", "HGNC:11497"), ("SYNGAP1", ""), ("TTN", "")})
    assert (count, unread) == (2, ("notes.tsv",))
    assert [member.panel.en for member in found["SYNGAP1"]] == ["Intellectual disability", "Early <epilepsies>"]
    knowledge = Knowledge(count, unread, found)
    assert [line.head.en for line in panel_line(candidate(gene="TTN"), knowledge)] == [
        "on none of the 2 panels of the catalogue"
    ]
    (unknown,) = panel_line(candidate(), Knowledge())
    assert unknown.head.en == "panels of the catalogue: not annotated"


def test_panels__of_one_tier_and_version_share_a_line_and_that_of_the_analysis_stands_first() -> None:
    members = [Membership(same(name), "1.2.0", "core", "2026-11-22") for name in "abcdef"]
    members += [Membership(same("own"), "1.2.0", "core", "2026-11-22", "Orphanet"), Membership(same("g"), "2", "hpo")]
    core, hpo = panel_line(candidate(), Knowledge(8, (), {"SYNGAP1": tuple(members)}))
    assert core.head.en.endswith("version 1.2.0 of 2026-11-22")
    assert core.first.en == "own, a, b, c"
    assert core.rest == same("d, e, f")
    assert core.more is not None
    assert core.more.fr == "et 3 autres", "paper counts what the screen names"
    assert (hpo.first.en, hpo.rest) == ("g", None)


def test_omim__numbers_that_stand_with_a_name_are_not_repeated(tmp_path: Path) -> None:
    page = render(rich_data(tmp_path))
    detail = page.split('id="candidate-1"')[1].split("</tbody>\n<tbody")[0]
    others = detail.split("OMIM du gène")[1].split("</dd>")[0]
    assert "OMIM:603384" in others
    assert "OMIM:612621" not in others
    assert omim_numbers(candidate(), Knowledge(), ()).en == "not annotated"


def test_predictors__are_marked_by_calibrated_strength_and_only_where_it_applies() -> None:
    strengths = {"REVEL": lambda score: ("pathogenic", "strong"), "CADD": lambda score: ("benign", "moderate")}
    missense = predictors(candidate(consequence="missense_variant", revel=0.95, cadd_phred=12.0), strengths)
    assert {found.name: found.mark for found in missense if found.mark} == {"REVEL": "▲▲▲", "CADD": "▼▼"}
    assert not any(found.mark for found in predictors(candidate(cadd_phred=12.0), strengths))


def test_signs__relation_to_the_disease_is_read_from_the_ontology() -> None:
    rows = [
        {"term": "HP:0001250", "label_en": "Seizure", "label_fr": "Crise", "information": 1.2, "kind_of": None},
        {"term": "HP:0002133", "label_en": "Status", "label_fr": None, "information": 4.0, "kind_of": "HP:0001250"},
    ]
    terms = terms_of(rows)
    seizure, status = terms["HP:0001250"], terms["HP:0002133"]
    assert relation(seizure, status, 0.8) == "child"
    assert relation(status, seizure, 0.8) == "parent"
    assert relation(status, HpoTerm("HP:0000001", same("")), 0.2) == "near"
    assert relation(seizure, seizure, 1.0) == "exact"
    assert relation(seizure, HpoTerm("", same("")), 0.0) == "none"
    assert isinstance(status.label, SourceText)


def test_signs__without_a_counterpart_are_folded(tmp_path: Path) -> None:
    page = render(rich_data(tmp_path))
    folded = page.split('<details class="folded">')[1].split("</details>")[0]
    assert "1 signe sans correspondance" in folded
    assert "HP:0000252" in folded


def test_blind_spots__of_the_catalogue_are_said_in_french() -> None:
    loci = {spot.locus for entry in load_catalogue().entries.values() for spot in entry.blind_spots}
    # Symbols, regions and numbers are the same in both languages; words of four small letters are not.
    words = {locus for locus in loci if re.search(r"\b(?!orf)[a-z]{3,}\b", locus)}
    assert sorted(locus for locus in words if not known("locus", locus)) == []


@pytest.mark.parametrize("meaning", [
    "proband demo-child and father demo-father are parent and child, as the sheet says",
    "father F1 and mother M_1 are related: expect long runs of homozygosity in their children",
    "SNVs on autosomes: violations are as rare as usual; compared with the father and the mother; "
    "missing genotypes are not counted",
    "fewer than 100 SNVs on the Y outside the pseudoautosomal regions can be judged; compared with the father; "
    "missing genotypes are not counted",
    "chr15:22000000-101900000: both copies from the mother (isodisomy); chromosome 15 has imprinted genes",
    "higher than usual: related parents or lost heterozygotes below, contamination or false heterozygotes above",
    "B, likely_pathogenic, rank 7", "C, no class, rank 31",
    "clinvar_significance: Uncertain_significance -> Pathogenic; clinvar_stars: 0 -> 2; shelf by clinvar_pathogenic",
    "removed by benign_in_clinvar: Benign, 2 stars", "B -> C, displaced by chr1-7-A-T (clinvar)",
    "A -> B, by the order of the others",
])  # fmt: skip
def test_what_checks_and_changes_say_is_said_in_french(meaning: str) -> None:
    assert not isinstance(told(meaning), SourceText)


def test_what_the_last_step_removed_is_listed_with_its_reason(tmp_path: Path) -> None:
    from builders.report_rich import write_rich_family
    from filiation.io.tables import write_table
    from filiation.model.columns import REMOVED
    from filiation.report.data import read_report_data

    rows = [
        {"chrom": "chr1", "pos": 7, "ref": "A", "alt": "T", "step": "prioritise", "reason": "outside_genes"},
        {"chrom": "chr2", "pos": 9, "ref": "A", "alt": "T", "gene": "<b>X", "step": "prioritise",
         "reason": "compound_without_partner", "detail": "no second variant"},
    ]  # fmt: skip
    write_table(tmp_path / "removed.tsv", REMOVED, rows)
    page = render(read_report_data(options(), **write_rich_family(tmp_path), removed=tmp_path / "removed.tsv"))
    table = page.split("removed-last")[1].split("</details>")[0]
    assert table.index("chr2-9-A-T") < table.index("chr1-7-A-T")
    assert "&lt;b&gt;X" in table


def test_paper__summary_that_spills_over_by_little_is_set_closer(tmp_path: Path) -> None:
    first = rich_candidates()[0]
    few = rich_data(tmp_path, [first])
    assert summary_density(few) == ""
    many = [first | {"pos": 1000 + 9 * n, "rank": n + 1, "gene": f"G{n}", "shelf": "B"} for n in range(16)]
    assert summary_density(rich_data(tmp_path, many)) in ("snug", "compact", "tight")
    assert 'class="tight"' in print_page(few, "tight", summary_only=True)
