"""Does every fact that was annotated, and every one that was not, stand in the candidates table as it is?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pysam
import pytest

from builders.panel import write_panel
from builders.trio import Trio, trio, write_clinvar
from filiation.__main__ import main
from filiation.config import gene_table_path
from filiation.evidence.fields import GeneEffect, TranscriptEffect, VariantFacts, declare, write_facts
from filiation.genes.table import load_gene_table
from filiation.io.ped import write_pedigree
from filiation.io.tables import Table, read_table, write_table
from filiation.model.columns import CANDIDATES, QUALITY

MISSENSE = "missense_variant"
SCN1A = load_gene_table(gene_table_path()).require("SCN1A")
EFFECT = GeneEffect(
    *("SCN1A", str(SCN1A.ensembl_gene_id), "NM_001165963.4", "MANE_Select", MISSENSE, MISSENSE),
    hgvs_c="NM_001165963.4:c.301C>T",
    hgvs_p="NP_001159435.1:p.(Arg101Trp)",
    exon="5/29",
    protein_position=101,
    protein_length=2009,
    others=(TranscriptEffect("ENST9", "other", "stop_gained"),),
    protein_domain="Pfam:PF00520",
)
FACTS = VariantFacts(
    hgvs_g="NC_000002.12:g.166054666G>A",
    genes=(EFFECT,),
    revel=0.95,
    spliceai_max=0.02,
    spliceai_detail="AG:0.02@4",
    population_by_group="nfe=1e-05;afr=0",
    population_coverage="alleles=152000;median=31;over_20=0.98",
    dbsnp_id="rs1057518555",
    vrs_id="ga4gh:VA." + "a" * 32,
    inhouse_af=0.0,
    inhouse_carriers=0,
    inhouse_split="affected=2;unaffected=3;own=1",
    region_flags=("segmental_duplication",),
    states={"revel": "found", "cadd": "not_annotated", "clinvar": "found"},
)
SIGNS = "HP:0002123;HP:0001263"


def with_facts(calls: Path, output: Path, facts: dict[int, VariantFacts]) -> Path:
    """The annotated calls with facts at some positions."""
    with pysam.VariantFile(str(calls)) as source:
        header = source.header
        declare(header)
        header.add_line("##filiation_clinvar_date=2026-10-01")
        with pysam.VariantFile(str(output), "wb", header=header) as sink:
            for record in source:
                if record.pos in facts:
                    write_facts(record, facts[record.pos])
                sink.write(record)
    return output


def family() -> Trio:
    """A new missense variant of SCN1A, and one in a gene that nobody knows."""
    calls = trio("0/1", "0/0", "0/0")
    for pos, gene in ((100, "SCN1A"), (200, "SIMGENE")):
        calls = calls.at("2", pos, "G", "A", consequence=MISSENSE, gene=gene)
    return calls


def run(folder: Path, *options: str, annotate: bool = True) -> Table:
    """The candidates of the family by the command line."""
    calls = family()
    clinvar = write_clinvar(
        folder / "clinvar.vcf.gz",
        ["2 100 77 G A CLNSIG=Pathogenic;CLNREVSTAT=criteria_provided,_single_submitter"],
    )
    annotated, _ = calls.annotated(folder, clinvar=clinvar if annotate else None)
    given = with_facts(annotated, folder / "facts.bcf", {100: FACTS}) if annotate else annotated
    write_pedigree(folder / "FAM.ped", calls.family)
    tables = {name: str(folder / f"{name}.tsv") for name in ("candidates", "removed", "funnel")}
    arguments = [word for name, path in tables.items() for word in (f"--{name}", path)]
    inputs = ["--pedigree", str(folder / "FAM.ped"), "--variants", str(given)]
    assert main(["prioritise", *inputs, *arguments, *options]) == 0
    return read_table(tables["candidates"], CANDIDATES)


def quality(folder: Path, *failed: tuple[str, str]) -> Path:
    """A quality table in which both parents are the parents; failed : (check, sample) with the verdict FAIL."""
    rows = [
        {
            **{"check": "kinship", "sample": f"CHILD+{parent}", "observed": "parent_child", "expected": "parent_child"},
            **{"verdict": "OK", "meaning": "as the sheet says"},
        }
        for parent in ("FATHER", "MOTHER")
    ]
    rows += [
        {
            "check": check,
            "sample": sample,
            "observed": "female",
            "expected": "male",
            "verdict": "FAIL",
            "meaning": check,
        }
        for check, sample in failed
    ]
    write_table(folder / "quality.tsv", QUALITY, rows, {})
    return folder / "quality.tsv"


def criteria(row: dict[str, Any]) -> dict[str, list[str]]:
    """{label: [state, points, why]} of a row."""
    return {item.split(":")[0]: item.split(":", 3)[1:] for item in str(row["acmg_criteria"]).split("|")}


def test_everything_known__stands_in_its_column_and_counts(tmp_path: Path) -> None:
    panel = write_panel(tmp_path / "p.tsv", {"SCN1A": ("core", "AD")})
    panel.write_text(panel.read_text().replace("HGNC:100", SCN1A.hgnc_id))
    dosage = tmp_path / "dosage.tsv"
    dosage.write_text(
        "#Gene Symbol\tGene ID\tcytoBand\tGenomic Location\tHaploinsufficiency Score\tTriplosensitivity Score\n"
        "SCN1A\t6323\t2q24.3\tchr2:1-2\t3\t0\n"
    )
    table = run(
        tmp_path, "--panel", str(panel), "--quality", str(quality(tmp_path)), "--hpo-terms", SIGNS,
        "--gene-facts", f"clingen_dosage={dosage}",
    )  # fmt: skip
    row = table.rows[0]
    expected = {
        **{"rank": 1, "shelf": "A", "gene": "SCN1A", "hgnc_id": SCN1A.hgnc_id, "gene_name_status": "approved"},
        **{"consequence": MISSENSE, "transcript": "NM_001165963.4", "transcript_status": "MANE_Select"},
        **{"hgvs_g": FACTS.hgvs_g, "hgvs_c": EFFECT.hgvs_c, "hgvs_p": EFFECT.hgvs_p, "exon": "5/29", "intron": None},
        **{
            "other_transcripts": "ENST9:other:stop_gained:.:.",
            "population_by_group": "nfe=1e-05;afr=0",
            "population_coverage": "alleles=152000;median=31;over_20=0.98",
            "dbsnp_id": "rs1057518555",
            "vrs_id": "ga4gh:VA." + "a" * 32,
            "revel": 0.95,
            "cadd_phred": None,
            "inhouse_carriers": 0,
            # Only the affected child carries it: the family's own entry is among the affected.
            "inhouse_affected": 1,
            "inhouse_unaffected": 3,
            "protein_domain": "Pfam:PF00520",
        },
        **{"spliceai_max": 0.02, "spliceai_detail": "AG:0.02@4", "alphamissense": None, "population_faf": None},
        **{"clinvar_stars": 1, "clinvar_date": "2026-10-01", "region_flags": "segmental_duplication"},
        **{"clingen_haploinsufficiency": "3", "pli": None, "loeuf": None, "panel_tier": "core"},
    }
    assert {name: row[name] for name in expected} == expected
    assert "revel:found" in row["annotation_states"]
    assert "cadd:not_annotated" in row["annotation_states"]
    assert row["hpo_score"] > 0.3
    assert [item.partition(">")[0] for item in row["hpo_matches"].split(";")] == SIGNS.split(";")
    assert ":" in row["hpo_disease"]
    said = criteria(row)
    assert said["PP3_Strong"][:2] == ["met", "4"]
    assert "both parents confirmed" in next(why for label, (_, _, why) in said.items() if label.startswith("PS2"))
    assert said["BS4"][0] == said["PP1"][0] == "for_humans"
    assert said["PM2"][0] == "not_evaluable", "no frequency source was configured"
    assert row["acmg_points"] == sum(int(points) for _, points, _ in said.values())
    for name, value in (("clinvar_pathogenic", 8), ("panel_core", 4), ("predictor_points", 4)):
        assert f"{name}={value}" in row["score_components"].split(";")
    assert table.header["phenotype"].startswith("2 HPO terms compared")
    assert table.header["parentage"].startswith("confirmed")


def test_nothing_known__runs_and_every_absence_is_said(tmp_path: Path) -> None:
    table = run(tmp_path, annotate=False)
    assert {row["gene"] for row in table.rows} == {"SCN1A", "SIMGENE"}
    for row in table.rows:
        for name in (
            "revel",
            "cadd_phred",
            "loeuf",
            "inhouse_af",
            "hpo_score",
            "hgvs_c",
            "panel_tier",
            "clinvar_stars",
        ):
            assert row[name] is None, name
        assert row["clinvar_significance"] == row["population_source"] == "not_annotated"
        assert "found" not in row["annotation_states"].replace("not_found", "")
        assert row["shelf"] == "B"
    status = {row["gene"]: row["gene_name_status"] for row in table.rows}
    assert status == {"SCN1A": "approved", "SIMGENE": "unknown"}
    header = table.header
    assert "no HPO terms were given" in header["phenotype"]
    assert "no panel was given" in header["panel_note"]
    assert header["gene_facts"] == "none given"
    assert header["parentage"].startswith("assumed")
    assert header["shelves"] == "0 on A, 2 on B, 0 on C"
    assert header["tie_rule"].startswith("score, ACMG points")


def test_recheck__a_contradicted_de_novo_counts_no_criterion(tmp_path: Path) -> None:
    from filiation.model.columns import RECHECK

    verdict = {"chrom": "2", "pos": 100, "ref": "G", "alt": "A", "inheritance": "de_novo", "agreement": "contradicts"}
    write_table(tmp_path / "recheck.tsv", RECHECK, [verdict], {})
    options = ["--quality", str(quality(tmp_path))]
    before = criteria(run(tmp_path, *options).rows[0])
    assert any(label.startswith("PS2") and item[0] == "met" for label, item in before.items())
    after = criteria(run(tmp_path, *options, "--recheck", str(tmp_path / "recheck.tsv")).rows[0])
    assert after["PS2"][0] == after["PM6"][0] == "not_met"
    assert "contradict" in after["PS2"][2]


def test_hpo__an_unknown_term_stops_with_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AssertionError):
        run(tmp_path, "--hpo-terms", "HP:9999999")
    assert "HP:9999999" in capsys.readouterr().err


def test_overridden_gate__lets_the_family_go_on_and_gives_no_ps2(tmp_path: Path) -> None:
    table, gate = quality(tmp_path, ("sex", "FATHER")), tmp_path / "gate.tsv"
    command = ["quality-gate", "--quality", str(table), "--output", str(gate)]
    assert main(command) == 2
    assert main([*command, "--override-reason", "the register has the wrong sex"]) == 0
    found = run(tmp_path, "--quality", str(table))
    said = criteria(found.rows[0])
    assert found.rows[0]["inheritance"] == "de_novo"
    assert said["PS2"] == ["not_met", "0", "the identity check failed (sex)"]
    assert said["PM6"] == said["PS2"]
    assert found.header["parentage"] == "contradicted: sex"
