"""Does each rule get the files and options that sheets and configuration ask for?"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builders.sheets import member, trio, unit, write_run
from filiation.config import load_config
from filiation.errors import ConfigError, FaultList, FiliationError
from filiation.workflow_inputs import WorkflowInputs

Run = Callable[..., WorkflowInputs]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Inputs of a run whose sheets are written to the working folder."""
    monkeypatch.chdir(tmp_path)

    def run(samples: list[dict[str, str]], units: list[dict[str, str]] | None = None, **config: Any) -> WorkflowInputs:
        return WorkflowInputs(load_config(write_run(tmp_path, samples, units or [], **config)))

    return run


def test_constraint__matches_these_names_and_no_part_of_them_where_others_are() -> None:
    pattern = WorkflowInputs.one_of(["CHILD", "CHILD-2"], others=["CHILD-3"])
    assert re.fullmatch(pattern, "CHILD-2")
    assert re.fullmatch(pattern, "CHILD")
    assert not re.fullmatch(pattern, "CHILD-3")
    assert not re.fullmatch(WorkflowInputs.one_of([]), "")


def test_constraint__is_short_however_many_names_and_matches_ids_only() -> None:
    names = [f"FAM{number:04d}-CHILD" for number in range(3000)]
    pattern = WorkflowInputs.one_of(names)
    assert len(pattern) < 50
    assert all(re.fullmatch(pattern, name) for name in names)
    assert not re.fullmatch(pattern, "CHILD.L001")
    assert not re.fullmatch(pattern, "a/b")


def test_family__unknown_to_the_sheets_is_named_with_the_nearest(make: Run) -> None:
    with pytest.raises(ConfigError, match=r"family 'FAN' is not in the sheet(.|\n)*did you mean 'FAM'"):
        make(trio(vcf="{sample}.vcf.gz")).family("FAN")


def test_samples__stored_reads_are_adopted_or_aligned_as_configured(make: Run) -> None:
    rows = trio(bam="{sample}.bam")
    rows[0]["bam"] = ""
    kept = make(rows, [unit("CHILD")])
    assert kept.samples(adopted=True) == ["FATHER", "MOTHER"]
    assert kept.samples(adopted=False) == ["CHILD"]
    realigned = make(rows, [unit("CHILD")], alignment={"stored_reads": "realign"})
    assert realigned.samples(adopted=True) == []
    assert realigned.samples(adopted=False) == ["CHILD", "FATHER", "MOTHER"]


def test_samples__stored_calls_need_no_alignment(make: Run) -> None:
    run = make(trio(vcf="family.vcf.gz"))
    assert run.samples(adopted=True) == run.samples(adopted=False) == []
    assert run.crams("FAM") == run.coverage_tables("FAM") == []
    assert run.family_calls("FAM") == ["family.vcf.gz"]


def test_units__each_lane_keeps_its_files_and_library(make: Run) -> None:
    lanes = [unit("CHILD", "L1", library="LIB1"), unit("CHILD", "L2"), unit("FATHER"), unit("MOTHER")]
    run = make(trio(), lanes)
    assert run.unit_bams("FAM", "CHILD") == [f"results/FAM/alignment/CHILD.{lane}.bam" for lane in ("L1", "L2")]
    assert run.fastq("FAM", "CHILD", "L2") == ["CHILD.L2_1.fastq.gz", "CHILD.L2_2.fastq.gz"]
    assert run.library("CHILD", "L1") == "LIB1"
    assert run.library("CHILD", "L2") == "CHILD"


def test_units__stored_reads_that_are_realigned_are_one_unit(make: Run) -> None:
    run = make([member("CHILD", "proband", bam="CHILD.cram")], alignment={"stored_reads": "realign"})
    assert run.unit_bams("FAM", "CHILD") == ["results/FAM/alignment/CHILD.stored.bam"]
    assert run.fastq("FAM", "CHILD", "stored") == [
        f"results/FAM/alignment/CHILD.stored_{mate}.fastq.gz" for mate in (1, 2)
    ]
    assert run.library("CHILD", "stored") == "CHILD"


def test_calls__one_file_a_member_and_columns_of_other_names(make: Run) -> None:
    run = make(trio(vcf="{sample}.vcf.gz", vcf_sample="LAB-{sample}"))
    assert run.family_calls("FAM") == ["CHILD.vcf.gz", "FATHER.vcf.gz", "MOTHER.vcf.gz"]
    assert run.sample_names("FAM") == ["--sample-name", "LAB-CHILD=CHILD", "LAB-FATHER=FATHER", "LAB-MOTHER=MOTHER"]


def test_calls__columns_of_the_same_name_need_no_option(make: Run) -> None:
    assert make(trio(vcf="family.vcf.gz")).sample_names("FAM") == []


def test_reads__name_in_the_file_is_passed_only_where_it_differs(make: Run) -> None:
    rows = trio(bam="{sample}.bam")
    rows[1]["read_group_sample"] = "LAB 7"
    run = make(rows)
    assert run.read_group_option("FATHER") == ["--read-group-sample", "LAB 7"]
    assert run.read_group_option("CHILD") == []


@pytest.mark.parametrize(
    ("assembly", "expected"),
    [("auto", []), ("other", []), ("GRCh38", ["--assembly", "GRCh38"]), ("GRCh37", ["--assembly", "GRCh37"])],
)
def test_vep__is_told_only_an_assembly_that_it_knows(assembly: str, expected: list[str], make: Run) -> None:
    run = make(trio(vcf="family.vcf.gz"), reference={"assembly": assembly})
    assert run.vep_assembly_option() == expected


def test_annotation__vep_has_written_the_consequences_by_then(make: Run) -> None:
    run = make(trio(vcf="f.vcf"), annotation={"consequences": "vep", "clinvar_vcf": "clinvar.vcf.gz"})
    assert run.annotate_options() == ["--consequences", "existing", "--clinvar", "clinvar.vcf.gz"]


def test_annotation__csq_takes_the_prepared_genome_and_genes(make: Run) -> None:
    run = make(
        trio(vcf="f.vcf"),
        annotation={"consequences": "csq"},
        reference={"fasta": "g.fa", "genes_gff3": "g.gff3"},
    )
    assert run.annotate_options() == [
        *("--consequences", "csq"),
        *("--reference", "results/reference/genome.fa"),
        *("--genes-gff3", "results/reference/genes.gff3.gz"),
    ]


def test_report__is_told_what_the_sheet_and_configuration_say(make: Run) -> None:
    rows = trio(vcf="f.vcf")
    rows[0].update(pre_indication="deficience-intellectuelle", hpo_terms="HP:0001249;HP:0001263")
    run = make(
        rows,
        simulated=True,
        quality={"override_reason": "échange vérifié; voir dossier", "stop_on_fail": False},
        report={"language": "en", "external_links": True},
    )
    options = run.report_options("FAM")
    for flag, value in (
        ("--language", "en"),
        ("--pre-indication", "deficience-intellectuelle"),
        ("--hpo-terms", "HP:0001249;HP:0001263"),
        ("--override-reason", "échange vérifié; voir dossier"),
    ):
        assert options[options.index(flag) + 1] == value
    assert {"--simulated", "--external-links", "--no-stop-on-fail"} <= set(options)
    assert Path(options[options.index("--panel") + 1]).name == "deficience-intellectuelle.tsv"


def test_gate__a_familys_own_reason_goes_before_the_one_for_all(make: Run) -> None:
    rows = [{**row, "family": name, "sample": f"{name}-{row['sample']}"} for name in "AB" for row in trio(vcf="f.vcf")]
    run = make(rows, quality={"override_reasons": {"A": "known"}})
    assert run.gate_options("A") == ["--override-reason", "known"]
    assert run.gate_options("B") == []
    assert run.comparison_options() == ["--override", "A", "known"]
    run = make(rows, quality={"override_reasons": {"A": "known"}, "override_reason": "pilot"})
    assert run.report_options("B")[-2:] == ["--override-reason", "pilot"]
    assert run.gate_options("A") == ["--override-reason", "known"]


def test_targets__families_are_compared_when_there_are_two(make: Run) -> None:
    rows = [{**row, "family": name, "sample": f"{name}-{row['sample']}"} for name in "AB" for row in trio(vcf="f.vcf")]
    assert "results/run/families.tsv" in make(rows).reports()
    assert "results/run/families.tsv" not in make(rows[:3]).reports()


def test_targets__every_family_and_the_record_of_the_run(make: Run) -> None:
    rows = [{**row, "family": name, "sample": f"{name}-{row['sample']}"} for name in "AB" for row in trio(vcf="f.vcf")]
    targets = make(rows).reports()
    assert {f"results/{name}/report/{name}.rcp.{kind}" for name in "AB" for kind in ("html", "tsv")} < set(targets)
    assert {"results/run/config.yaml", "results/run/versions.tsv"} < set(targets)


@pytest.mark.parametrize("name", ["a;b", "$(id)", "a b", "../x", "a'b", '"', "-rf", "a{b}", "é", "a\\b", "a&b"])
@pytest.mark.parametrize("column", ["family", "sample", "unit", "library"])
def test_names__that_could_mean_something_to_a_shell_are_refused(column: str, name: str, make: Run) -> None:
    row, lane = member("CHILD", "proband"), unit("CHILD")
    if column in row:
        row[column] = name
        lane["sample"] = row["sample"]
    else:
        lane[column] = name
    with pytest.raises((FaultList, FiliationError)) as caught:
        make([row], [lane])
    assert column in caught.value.message()


def test_prioritise__is_told_the_signs_of_the_index_case_and_every_table(make: Run) -> None:
    rows = trio(vcf="family.vcf.gz")
    run = make(rows)
    assert "--hpo-terms" not in run.prioritise_options("FAM")
    assert "--clinvar-proteins" not in run.prioritise_options("FAM")
    rows[0]["hpo_terms"] = "HP:0001250;HP:0001263"
    own = {"rank_weights": "rank.yaml", "acmg_table": "acmg.yaml", "clinvar_proteins": "variant_summary.txt.gz"}
    run = make(rows, prioritisation=own)
    options = run.prioritise_options("FAM")
    told = dict(zip(options[::2], options[1::2], strict=True))
    assert told["--hpo-terms"] == "HP:0001250;HP:0001263"
    for key, path in own.items():
        assert told[f"--{key.replace('_', '-')}"] == path
        assert path in run.prioritise_files()


def test_prioritise__is_given_the_gene_models_of_the_run(make: Run) -> None:
    rows = trio(vcf="family.vcf.gz")
    assert "--genes-gff3" not in make(rows).prioritise_options("FAM")
    run = make(rows, reference={"fasta": "genome.fa", "genes_gff3": "genes.gff3"})
    options = run.prioritise_options("FAM")
    assert options[options.index("--genes-gff3") + 1] == "results/reference/genes.gff3.gz"
    assert "results/reference/genes.gff3.gz" in run.prioritise_files()


def test_structural__each_family_has_its_own_calls_and_the_gene_models(make: Run) -> None:
    rows = trio(vcf="family.vcf.gz")
    assert make(rows).structural_options("FAM") == []
    entry = {"structural": [{"family": "FAM", "vcf": "sv.vcf.gz"}]}
    run = make(rows, prioritisation=entry, reference={"fasta": "genome.fa", "genes_gff3": "genes.gff3"})
    models = "results/reference/genes.gff3.gz"
    assert run.structural_options("FAM") == ["--structural", "sv.vcf.gz", "--gene-models", models]
    assert run.structural_files("FAM") == ["sv.vcf.gz", models]
    run = make(rows, prioritisation=entry, reference={"genes_gff3": "genes.gff3"})
    assert run.structural_files("FAM") == ["sv.vcf.gz", "genes.gff3"]


@pytest.mark.parametrize(
    "entries, genes, words",
    [
        ([{"family": "FAN", "vcf": "sv.vcf.gz"}], "genes.gff3", "FAM"),
        ([{"family": "FAM", "vcf": "a.vcf"}, {"family": "FAM", "vcf": "b.vcf"}], "genes.gff3", "two files"),
        ([{"family": "FAM", "vcf": "sv.vcf.gz"}], None, "reference.genes_gff3"),
    ],
)
def test_structural__a_wrong_entry_is_named_before_the_run(
    entries: list[dict[str, str]], genes: str | None, words: str, make: Run
) -> None:
    reference = {"genes_gff3": genes} if genes else {}
    with pytest.raises(FiliationError) as caught:
        make(trio(vcf="family.vcf.gz"), prioritisation={"structural": entries}, reference=reference)
    assert words in caught.value.message()
    assert "prioritisation.structural" in caught.value.message()
