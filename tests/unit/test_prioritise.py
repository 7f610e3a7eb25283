"""From calls to ranked candidates: is every record either a candidate that says why, or removed with a reason?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.panel import panel_of, write_panel
from builders.trio import Trio, call, ranking, scoring_model, trio, write_clinvar, write_frequencies
from filiation.__main__ import main
from filiation.calls.frequencies import Source
from filiation.errors import InputError
from filiation.io.files import sha256
from filiation.io.ped import write_pedigree
from filiation.io.tables import read_table
from filiation.model.columns import CANDIDATES, FUNNEL, REMOVED
from filiation.model.pedigree import Affection, Role, Sex
from filiation.panels.load import Panel
from filiation.prioritisation.candidates import Prioritised, prioritise

MISSENSE = "missense_variant"


def classes(result: Prioritised) -> dict[int, tuple[str, str]]:
    """Position → (inheritance, status) of the candidates."""
    return {row["pos"]: (row["inheritance"], row["inheritance_status"]) for row in result.candidates}


def reasons(result: Prioritised) -> dict[int, str]:
    """Position → reason of the removed records."""
    return {row["pos"]: row["reason"] for row in result.removed}


def row_at(result: Prioritised, pos: int) -> dict[str, Any]:
    """The candidate at a position."""
    (row,) = [row for row in result.candidates if row["pos"] == pos]
    return row


def pair(first: tuple[str, ...], second: tuple[str, ...], family: Trio | None = None) -> Trio:
    """Two missense variants of one gene, at 100 and 200."""
    calls = family or trio()
    calls = calls.then(*first).at("1", 100, "A", "G", consequence=MISSENSE)
    return calls.then(*second).at("1", 200, "A", "G", consequence=MISSENSE)


def test_compound__one_from_each_parent_is_supported_and_shares_a_rank(tmp_path: Path) -> None:
    result = pair(("0/1", "0/1", "0/0"), ("0/1", "0/0", "0/1")).prioritised(tmp_path)
    assert classes(result) == {
        100: ("compound_heterozygous", "supported"),
        200: ("compound_heterozygous", "supported"),
    }
    assert [row["rank"] for row in result.candidates] == [1, 1]
    assert row_at(result, 100)["compound_partner"] == "1-200-A-G"
    assert row_at(result, 200)["compound_partner"] == "1-100-A-G"


def test_compound__both_from_one_parent_are_in_cis_and_removed_with_the_reason(tmp_path: Path) -> None:
    result = pair(("0/1", "0/1", "0/0"), ("0/1", "0/1", "0/0")).prioritised(tmp_path)
    assert result.candidates == []
    assert reasons(result) == {100: "compound_in_cis", 200: "compound_in_cis"}


@pytest.mark.parametrize("second", [("0/1", "./.", "0/1"), ("0/1", "0/0", "./."), ("0/1", "./.", "./.")])
def test_compound__a_parent_without_data_leaves_it_possible_and_never_loses_it(
    tmp_path: Path, second: tuple[str, ...]
) -> None:
    result = pair(("0/1", "0/1", "0/0"), second).prioritised(tmp_path)
    assert set(classes(result)) == {100, 200}
    assert classes(result)[100] == ("compound_heterozygous", "possible")


def test_compound__a_new_variant_beside_an_inherited_one(tmp_path: Path) -> None:
    result = pair(("0/1", "0/0", "0/0"), ("0/1", "0/0", "0/1")).prioritised(tmp_path)
    assert classes(result) == {100: ("de_novo", "supported"), 200: ("compound_heterozygous", "possible")}
    assert "also=compound_heterozygous:possible" in row_at(result, 100)["inheritance_reason"]
    assert row_at(result, 200)["compound_partner"] == "1-100-A-G"


def test_compound__both_parents_carriers_of_one_half_keep_what_stays_possible(tmp_path: Path) -> None:
    kept = pair(("0/1", "0/1", "0/1"), ("0/1", "0/0", "0/0")).prioritised(tmp_path)
    assert set(classes(kept)) == {100, 200}
    excluded = pair(("0/1", "0/1", "0/1"), ("0/1", "0/0", "0/1")).prioritised(tmp_path)
    assert excluded.candidates == [], "the healthy mother has both"


def test_compound__a_healthy_homozygous_parent_excludes_the_half(tmp_path: Path) -> None:
    result = pair(("0/1", "1/1", "0/0"), ("0/1", "0/0", "0/1")).prioritised(tmp_path)
    assert result.candidates == []


def test_compound__other_genes_form_no_pair(tmp_path: Path) -> None:
    calls = trio("0/1", "0/1", "0/0").at("1", 100, "A", "G", consequence=MISSENSE, gene="GENE1")
    calls = calls.then("0/1", "0/0", "0/1").at("1", 200, "A", "G", consequence=MISSENSE, gene="GENE2")
    assert calls.prioritised(tmp_path).candidates == []


def test_compound__genes_without_a_symbol_pair_up_by_id(tmp_path: Path) -> None:
    info = f"CSQ=G|{MISSENSE}||ENSG9|ENST9||"
    calls = trio("0/1", "0/1", "0/0").at("1", 100, "A", "G", info=info)
    calls = calls.then("0/1", "0/0", "0/1").at("1", 200, "A", "G", info=info)
    result = calls.prioritised(tmp_path)
    assert [row["gene"] for row in result.candidates] == ["ENSG9", "ENSG9"]


def test_compound__two_alternates_at_one_site_are_a_pair(tmp_path: Path) -> None:
    info = f"CSQ=G|{MISSENSE}|GENE1|E|T||,T|stop_gained|GENE1|E|T||"
    result = trio("1/2", "0/1", "0/2").at("1", 100, "A", "G,T", info=info).prioritised(tmp_path)
    assert {(row["alt"], row["consequence"]) for row in result.candidates} == {("G", MISSENSE), ("T", "stop_gained")}
    assert {row["inheritance_status"] for row in result.candidates} == {"supported"}


def test_compound__a_weak_half_leaves_the_pair_possible(tmp_path: Path) -> None:
    calls = trio(call("0/1", quality=12), "0/1", "0/0").at("1", 100, "A", "G", consequence=MISSENSE)
    calls = calls.then("0/1", "0/0", "0/1").at("1", 200, "A", "G", consequence=MISSENSE)
    result = calls.prioritised(tmp_path)
    assert {status for _, status in classes(result).values()} == {"possible"}
    assert "low_genotype_quality_or_balance" in row_at(result, 100)["flags"]


def test_compound__an_affected_sister_without_one_half_excludes(tmp_path: Path) -> None:
    ill = trio().with_sibling("SISTER", Sex.FEMALE, Affection.AFFECTED)
    shared = pair(("0/1", "0/1", "0/0", "0/1"), ("0/1", "0/0", "0/1", "0/1"), ill)
    lacking = pair(("0/1", "0/1", "0/0", "0/1"), ("0/1", "0/0", "0/1", "0/0"), ill)
    assert len(shared.prioritised(tmp_path).candidates) == 2
    assert lacking.prioritised(tmp_path).candidates == []
    assert row_at(shared.prioritised(tmp_path), 100)["siblings"] == "SISTER:0/1:15,15:99"


def mixed(folder: Path) -> tuple[Trio, Path]:
    """De novo calls of several kinds and a ClinVar that knows some of them."""
    calls = trio()
    terms = {
        100: MISSENSE,
        110: MISSENSE,
        120: MISSENSE,
        130: "synonymous_variant",
        140: "synonymous_variant",
        150: "a_word_of_next_year",
        160: "5_prime_UTR_variant",
    }
    for pos, term in terms.items():
        calls = calls.at("1", pos, "A", "G", consequence=term)
    calls = calls.at("1", 170, "A", "G").then("0/1", "0/1", "0/0")
    calls = calls.at("1", 180, "A", "G", consequence=MISSENSE, gene="ALONE")
    one_star, none = "criteria_provided,_single_submitter", "no_assertion_criteria_provided"
    clinvar = write_clinvar(
        folder / "clinvar.vcf.gz",
        [
            f"1 100 1 A G CLNSIG=Benign;CLNREVSTAT={one_star}",
            f"1 110 2 A G CLNSIG=Benign;CLNREVSTAT={none}",
            f"1 120 3 A G CLNSIG=Conflicting_classifications_of_pathogenicity;CLNREVSTAT={one_star}",
            f"1 140 4 A G CLNSIG=Pathogenic;CLNREVSTAT={none}",
        ],
    )
    return calls, clinvar


def test_rules__remove_with_a_reason_and_keep_what_must_be_seen(tmp_path: Path) -> None:
    calls, clinvar = mixed(tmp_path)
    result = calls.prioritised(tmp_path, clinvar=clinvar)
    assert reasons(result) == {
        100: "benign_in_clinvar",
        130: "consequence_not_considered",
        170: "outside_genes",
        180: "compound_without_partner",
    }
    assert set(classes(result)) == {110, 120, 140, 150, 160}
    assert row_at(result, 150)["consequence"] == "a_word_of_next_year"
    assert row_at(result, 120)["clinvar_significance"] == "Conflicting_classifications_of_pathogenicity"
    assert result.counts["records_in"] == result.counts["records_out"] + len(result.removed) == 9


def test_kept_because__names_every_rule_with_value_and_threshold(tmp_path: Path) -> None:
    calls, clinvar = mixed(tmp_path)
    rules = row_at(calls.prioritised(tmp_path, clinvar=clinvar), 110)["kept_because"].split(";")
    assert "proband_alt_depth 15 >= 3 [min_proband_alt_depth]" in rules
    assert "proband_genotype_quality 99 >= 5 [min_proband_genotype_quality]" in rules
    assert "population_af not_annotated <= 0.01 [max_frequency_recessive]" in rules
    assert "consequence missense_variant (missense_or_inframe)" in rules
    assert any(rule.startswith("de_novo_posterior ") for rule in rules)
    assert rules[-2] == "inheritance de_novo supported"
    assert rules[-1].startswith("shelf B, score ")
    assert rules[-1].endswith("[de_novo_coding]")


def genes_of(folder: Path, panel: Panel | None) -> dict[str, str | None]:
    """Gene → tier of the candidates of a family with three de novo variants."""
    calls = trio()
    for number, gene in enumerate(("CORE", "LAB", "ELSEWHERE")):
        calls = calls.at("1", 100 + number, "A", "G", consequence=MISSENSE, gene=gene)
    return {row["gene"]: row["panel_tier"] for row in calls.prioritised(folder, panel=panel).candidates}


def test_panel__ranks_and_labels_and_never_excludes(tmp_path: Path) -> None:
    without = genes_of(tmp_path, None)
    panel = panel_of(tmp_path, {"CORE": ("core", "AD"), "LAB": ("lab", "AR")})
    with_panel = genes_of(tmp_path, panel)
    assert set(without) == set(with_panel) == {"CORE", "LAB", "ELSEWHERE"}
    assert with_panel == {"CORE": "core", "LAB": "lab", "ELSEWHERE": "off_panel"}
    assert list(with_panel) == ["CORE", "LAB", "ELSEWHERE"], "the panel's genes come first"
    other = panel_of(tmp_path, {"UNRELATED": ("core", "AD")})
    assert set(genes_of(tmp_path, other)) == set(without)


def test_frequency__not_found_and_not_annotated_are_told_apart(tmp_path: Path) -> None:
    calls = trio().at("1", 100, "A", "G", consequence=MISSENSE)
    not_annotated = row_at(calls.prioritised(tmp_path), 100)
    other = write_frequencies(tmp_path / "f.vcf.gz", ["1 7 . A G AF=0.5;nhomalt=1"])
    not_found = row_at(calls.prioritised(tmp_path, sources=[Source("g", str(other))]), 100)
    assert (not_annotated["population_af"], not_annotated["population_source"]) == (None, "not_annotated")
    assert (not_found["population_af"], not_found["population_source"]) == (None, "not_found")
    assert not_found["score"] > not_annotated["score"], "only what was looked for can be absent"


def test_flags__say_what_a_reader_must_know(tmp_path: Path) -> None:
    calls = trio("0/1", "./.", "0/0").at("1", 100, "A", "G", consequence=MISSENSE, filters="LowQual")
    calls = calls.then("0/1", "0/0", "0/0").at("X", 50_000_000, "A", "G", consequence=MISSENSE)
    calls = calls.then("1/1", "0/1", "0/0").at("1", 300, "A", "G", consequence=MISSENSE)
    result = calls.prioritised(tmp_path)
    first = row_at(result, 100)
    assert first["inheritance"] == "dominant_unknown_origin"
    assert {"father_without_data", "caller_filter"} <= set(first["flags"].split(";"))
    assert first["caller_filter"] == "LowQual"
    assert "heterozygous_call_where_one_copy_is_expected" in row_at(result, 50_000_000)["flags"]
    assert "homozygote_with_a_non_carrier_parent" in row_at(result, 300)["flags"]
    duo = calls.without(Role.FATHER).prioritised(tmp_path)
    assert "father_not_sequenced" in row_at(duo, 100)["flags"]
    assert row_at(duo, 100).get("father_genotype") is None
    assert "father=not_sequenced" in row_at(duo, 100)["inheritance_reason"]


def test_order__best_first_and_ranks_without_gaps(tmp_path: Path) -> None:
    calls, clinvar = mixed(tmp_path)
    rows = calls.prioritised(tmp_path, clinvar=clinvar).candidates
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)
    for row in rows:
        parts = dict(item.split("=") for item in row["score_components"].split(";"))
        assert sum(float(value) for value in parts.values()) == pytest.approx(row["score"])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32 - 1), st.sampled_from([Sex.MALE, Sex.FEMALE]))
def test_funnel__balances_and_every_candidate_says_why_on_random_families(tmp_path: Path, seed: int, sex: Sex) -> None:
    generator = np.random.default_rng(seed)
    genotypes = ["0/0", "0/1", "0/1", "1/1", "./.", "1", "0|1"]
    terms = [MISSENSE, "stop_gained", "intron_variant", "3_prime_UTR_variant", "unheard_of", ""]
    calls = trio(sex=sex)
    for number in range(40):
        members = [str(generator.choice(genotypes)) for _ in range(3)]
        calls = calls.then(*members).at(
            str(generator.choice(["1", "X"])),
            3_000_000 + number,
            "A",
            "G",
            consequence=str(generator.choice(terms)),
            gene=f"GENE{generator.integers(0, 5)}",
        )
    _, screen = calls.screened(tmp_path)
    result = calls.prioritised(tmp_path)
    counts = result.counts
    assert counts["records_in"] == screen.counts["records_out"]
    assert counts["records_in"] == counts["records_out"] + len(result.removed)
    assert sum(counts[reason] for reason in set(counts) - {"records_in", "records_out"}) == len(result.removed)
    sites = {(row["chrom"], row["pos"]) for row in result.candidates}
    gone = {(row["chrom"], row["pos"]) for row in result.removed}
    assert not sites & gone
    assert len(sites) + len(gone) == counts["records_in"]
    assert all(row["kept_because"] and row["inheritance_reason"] for row in result.candidates)
    assert all(row["reason"] and row["detail"] for row in result.removed)
    keys = {f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}" for row in result.candidates}
    partners = {
        key for row in result.candidates if row["compound_partner"] for key in row["compound_partner"].split(",")
    }
    assert partners <= keys, "a partner that is named is shown"


def command(folder: Path, calls: Trio, annotated: Path, name: str, *more: str) -> list[Path]:
    """Run `filiation prioritise`; returns its three tables."""
    write_pedigree(folder / "FAM.ped", calls.family)
    panel = write_panel(folder / "panel.tsv", {"GENE1": ("core", "AD")})
    tables = [folder / f"{name}.{table}.tsv" for table in ("candidates", "removed", "funnel")]
    options = ["prioritise", "--pedigree", str(folder / "FAM.ped"), "--variants", str(annotated), "--panel", str(panel)]
    for option, path in zip(("--candidates", "--removed", "--funnel"), tables, strict=True):
        options += [option, str(path)]
    assert main([*options, *more]) == 0
    return tables


def test_command__writes_tables_that_can_be_read_and_the_same_bytes_twice(tmp_path: Path) -> None:
    calls, clinvar = mixed(tmp_path)
    annotated, _ = calls.annotated(tmp_path, clinvar=clinvar)
    first = command(tmp_path, calls, annotated, "a")
    again = command(tmp_path, calls, annotated, "b")
    assert [sha256(path) for path in first] == [sha256(path) for path in again]
    candidates = read_table(first[0], CANDIDATES)
    assert len(candidates.rows) == 5
    assert candidates.header["panel"].startswith("panel 1 (2026-01-01)")
    assert "model-2 sha256=" in candidates.header["scoring_model"]
    assert len(read_table(first[1], REMOVED).rows) == 4
    funnel = {row["reason"]: row["count"] for row in read_table(first[2], FUNNEL).rows}
    assert funnel["records_in"] - funnel["records_out"] == 4
    assert all(row["meaning"] for row in read_table(first[2], FUNNEL).rows)


def test_command__names_the_genes_of_the_panel_that_the_gene_models_cannot_show(tmp_path: Path) -> None:
    calls, clinvar = mixed(tmp_path)
    annotated, _ = calls.annotated(tmp_path, clinvar=clinvar)
    assert "not compared" in read_table(command(tmp_path, calls, annotated, "a")[0], CANDIDATES).header["panel_genes"]
    gff3 = tmp_path / "genes.gff3"
    gff3.write_text("1\tensembl\tgene\t1\t9\t.\t+\t.\tID=gene:ENSG00000012048;Name=BRCA1\n", encoding="utf-8")
    table = command(tmp_path, calls, annotated, "b", "--genes-gff3", str(gff3))[0]
    # The panel's one gene is HGNC:100.
    told = read_table(table, CANDIDATES).header["panel_genes"]
    assert told == "not analysable, 1 of 1 genes: not in the gene models: ASIC1"


def test_input__that_did_not_go_through_the_screen_is_refused(tmp_path: Path) -> None:
    calls = trio().at("1", 100, "A", "G", consequence=MISSENSE)
    normalised, _ = calls.normalised(tmp_path)
    with pytest.raises(InputError, match="filiation screen"):
        prioritise(normalised, calls.family, scoring_model(), ranking())
    whole = normalised.read_bytes()
    normalised.write_bytes(whole[:-30])
    with pytest.raises(InputError):
        prioritise(normalised, calls.family, scoring_model(), ranking())
    with pytest.raises(InputError, match="not found"):
        prioritise(tmp_path / "absent.bcf", calls.family, scoring_model(), ranking())


def test_nothing_to_prioritise_is_an_empty_list(tmp_path: Path) -> None:
    result = trio("0/0", "0/1", "0/0").at("1", 100, "A", "G", consequence=MISSENSE).prioritised(tmp_path)
    assert result.candidates == result.removed == []
    assert result.counts["records_in"] == 0
