"""Does `filiation explain` find what is asked for, and say of it every rule in order?"""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from builders.annotated import Site, call, prioritised, write_family
from filiation.__main__ import main
from filiation.errors import ConfigError, InputError
from filiation.io.tables import read_table
from filiation.model.columns import EXPLANATION
from filiation.prioritisation.questions import find_site, parse_site

SITES = [
    Site(100, ["0/1", "0/0", "0/0"], "DENOVO", consequence="stop_gained"),
    Site(200, ["0/1", "0/1", "0/0"], "PAIR"),
    Site(300, ["0/1", "0/1", "0/0"], "PAIR"),
    Site(400, ["0/0", "0/1", "0/0"], "NOTHING"),
    Site(500, [call("0/1", reads=(30, 2)), "0/0", "0/0"], "FEW"),
    Site(600, ["0/1", "0/0", "0/0"], "SILENT", consequence="synonymous"),
    Site(700, ["0/1", "./.", "0/0"], "UNREAD"),
]


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A family laid out as the workflow lays it out, and the folder above as working directory."""
    prioritised(tmp_path, SITES)
    folder = tmp_path / "results" / "FAM"
    for name, target in (
        ("FAM.ped", "FAM.ped"),
        ("FAM.bcf", "normalised/FAM.bcf"),
        ("s.bcf", "annotated/FAM.bcf"),
        ("c.tsv", "prioritisation/FAM.candidates.tsv"),
        ("r.tsv", "prioritisation/FAM.removed.tsv"),
    ):
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tmp_path / name, folder / target)
    monkeypatch.chdir(tmp_path)
    return folder


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What `filiation explain` prints."""
    capsys.readouterr()
    assert main(["explain", *arguments]) == 0
    return capsys.readouterr().out


def outcome(text: str, rule: str) -> str:
    """pass, fail or unknown of one rule of the printed form."""
    [line] = [line for line in text.splitlines() if line.split()[2:3] == [rule]]
    return line.split()[1]


@pytest.mark.usefixtures("results")
def test_explain__tells_every_rule_of_a_reported_variant(capsys: pytest.CaptureFixture[str]) -> None:
    text = explained(capsys, "FAM", "chr1-100-A-C")
    assert text.startswith("chr1-100-A-C: reported\n")
    assert "proband IDX 0/1:15,15:99; father FAT 0/0:30,0:99" in text
    for rule in ("proband_has_a_call", "proband_alt_depth", "pattern_de_novo", "father_has_data", "penetrance"):
        assert outcome(text, rule) == "pass", rule
    for rule in ("population_af", "population_homozygotes", "panel", "benign_in_clinvar"):
        assert outcome(text, rule) == "unknown", rule
    assert "[min_proband_alt_depth]" in text
    # Every rule names the key that sets it, or says that there is none.
    assert "[-]" not in text
    assert "[prioritisation.reduced_penetrance]" in text
    assert "[prioritisation.panels]" in text
    assert ">= 3" in text
    assert text.rstrip().endswith("=> rank 1: de_novo")
    numbers = [int(line.split(".")[0]) for line in text.splitlines() if line.strip()[:1].isdigit()]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.usefixtures("results")
@pytest.mark.parametrize(
    "site, failing, reason",
    [
        ("chr1-400-A-C", "proband_carries_the_allele", "proband_without_allele"),
        ("chr1-500-A-C", "proband_alt_depth", "proband_few_alternate_reads"),
        ("chr1-600-A-C", "consequence_considered", "consequence_not_considered"),
        ("chr1-200-A-C", "second_variant_in_trans", "compound_in_cis"),
    ],
)
def test_explain__names_the_rule_that_removed_a_variant(
    capsys: pytest.CaptureFixture[str], site: str, failing: str, reason: str
) -> None:
    text = explained(capsys, "FAM", site)
    assert text.startswith(f"{site}: removed\n")
    assert outcome(text, failing) == "fail"
    assert f"=> {reason}: " in text


@pytest.mark.usefixtures("results")
def test_explain__a_parent_without_data_is_unknown_and_never_failed(capsys: pytest.CaptureFixture[str]) -> None:
    text = explained(capsys, "FAM", "chr1-700-A-C")
    assert outcome(text, "father_has_data") == "unknown"
    assert outcome(text, "pattern_dominant_unknown_origin") == "pass"
    assert outcome(text, "pattern_de_novo") == "fail"


def explained_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str], *genotypes: str) -> str:
    """What is told of one site whose members have these calls, by the family's files alone."""
    prioritised(tmp_path, [Site(100, list(genotypes), "GENE", consequence="stop_gained")])
    files = ["--pedigree", str(tmp_path / "FAM.ped"), "--variants", str(tmp_path / "FAM.bcf")]
    return explained(capsys, *files, "chr1-100-A-C")


def test_explain__a_suspected_mosaic_parent_is_named_with_his_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = explained_reads(tmp_path, capsys, "0/1", call("0/1", reads=(25, 5)), "0/0")
    [line] = [line for line in text.splitlines() if "father_may_be_mosaic" in line]
    assert "5 of 30 reads (17 %), probability by error 4e-07" in line
    assert "in a heterozygote 0.00016: mosaic suspected" in line
    assert "(0.003 where called 0/1)" in line
    assert "suspected_mosaic_p_value" in line
    assert outcome(text, "father_may_be_mosaic") == "pass"
    assert outcome(text, "proband_may_be_mosaic") == outcome(text, "mother_may_be_mosaic") == "fail"
    assert "pattern_parental_mosaic" in text
    assert outcome(text, "pattern_parental_mosaic") == "pass", "what explain says is what the screen did"


def test_explain__a_child_on_few_reads_is_a_mosaic_or_an_artefact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = explained_reads(tmp_path, capsys, call("0/1", reads=(50, 9)), "0/0", "0/0")
    [line] = [line for line in text.splitlines() if "proband_may_be_mosaic" in line]
    assert "9 of 59 reads (15 %)" in line
    assert "mosaic or artefact suspected" in line


def test_explain__a_parent_without_reads_is_no_mosaic_and_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = explained_reads(tmp_path, capsys, "0/1", call("./.", reads=(0, 0)), "0/0")
    assert outcome(text, "father_may_be_mosaic") == "unknown"
    assert outcome(text, "mother_may_be_mosaic") == "fail"


@pytest.mark.usefixtures("results")
def test_explain__a_gene_gives_all_its_records_kept_or_not(capsys: pytest.CaptureFixture[str]) -> None:
    text = explained(capsys, "--results", "results", "--family", "FAM", "pair", "DENOVO")
    titles = [line for line in text.splitlines() if line.startswith("chr1-")]
    assert titles == ["chr1-200-A-C: removed", "chr1-300-A-C: removed", "chr1-100-A-C: reported"]


def test_explain__with_gene_models_a_gene_answers_for_every_call_between_its_ends(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    genes = results.parent / "reference" / "genes.gff3.gz"
    genes.parent.mkdir()
    line = "1\ttest\tgene\t350\t520\t.\t+\t.\tID=gene:ENSG9;Name=NOTHING\n"
    genes.write_bytes(gzip.compress(line.encode()))
    # Neither record was annotated: the screen removed both.
    text = explained(capsys, "FAM", "NOTHING")
    titles = [line for line in text.splitlines() if line.startswith("chr1-")]
    assert titles == ["chr1-400-A-C: removed", "chr1-500-A-C: removed"]
    assert outcome(text.split("chr1-500-A-C")[1], "proband_alt_depth") == "fail"
    assert explained(capsys, "FAM", "ENSG9") == text
    table = explained(capsys, "FAM", "NOTHING", "--form", "table").splitlines()
    assert [row.split("\t")[:2] for row in table[1:]] == [["chr1", "400"], ["chr1", "500"]]


@pytest.mark.usefixtures("results")
def test_explain__an_unknown_gene_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "FAM", "DENOV"]) == 2
    assert "did you mean 'DENOVO'?" in capsys.readouterr().err


@pytest.mark.usefixtures("results")
def test_explain__an_unknown_family_is_told_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "FAN", "DENOVO"]) == 2
    assert "one of FAM" in capsys.readouterr().err


@pytest.mark.usefixtures("results")
def test_explain__a_site_that_was_not_called_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    text = explained(capsys, "FAM", "chr1-101-A-G")
    assert text.startswith("chr1-101-A-G: not_called\n")
    assert "the calls have chr1-100-A-C instead" in text


def test_explain__the_table_stays(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--pedigree", str(results / "FAM.ped"), "--variants", str(results / "normalised" / "FAM.bcf")]
    tables = ["--candidates", str(results / "prioritisation" / "FAM.candidates.tsv")]
    sites = ["--site", "chr1-100-A-C", "chr1-400-A-C"]
    text = explained(capsys, *arguments, *tables, *sites)
    assert text.splitlines()[0].split("\t") == EXPLANATION.names
    explained(capsys, *arguments, *tables, *sites, "--output", "explained.tsv")
    rows = read_table("explained.tsv", EXPLANATION).rows
    assert [row["status"] for row in rows] == ["reported", "removed"]
    assert explained(capsys, *arguments, *sites, "--form", "rules").count("pattern_de_novo") == 2


def test_explain__by_files_alone_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_family(tmp_path, SITES)
    files = ["--pedigree", str(tmp_path / "FAM.ped"), "--variants", str(tmp_path / "FAM.bcf")]
    text = explained(capsys, *files, "chr1-100-A-C")
    assert text.startswith("chr1-100-A-C: kept_by_screen")
    assert outcome(text, "consequence_considered") == "unknown"
    assert main(["explain", *files]) == 2
    assert "nothing is asked for" in capsys.readouterr().err


def test_site__forms() -> None:
    assert parse_site("HLA-A*01-5-A-C").chrom == "HLA-A*01"
    assert parse_site("chr1:5:a:ct").alt == "CT"
    assert find_site("SYNGAP1") is None
    with pytest.raises(ConfigError, match="CHROM-POS-REF-ALT"):
        parse_site("SYNGAP1:c.5A>C")


def test_change__of_a_gene_is_found_by_what_the_annotator_wrote() -> None:
    from filiation.calls.consequences import Consequence
    from filiation.model.contigs import ContigClass
    from filiation.prioritisation.evidence import Evidence
    from filiation.prioritisation.questions import sites_asked

    def record(pos: int, dna: str, amino: str) -> Evidence:
        consequence = Consequence("GENE1", "ENSG1", "missense_variant", "ENST1", amino, dna)
        fixed = ("chr1", pos, "A", "C", ContigClass.AUTOSOME, "PASS", [consequence], True, {}, {}, ())
        return Evidence(*fixed, None, (), False, None, "not_annotated", None, None, None, "not_annotated")

    records = [record(5, "ENST1:c.5A>C", "ENSP1:p.Lys2Thr"), record(9, "9A>C", "3K>3T")]
    for question, pos in (("GENE1:c.5A>C", 5), ("ENST1:p.Lys2Thr", 5), ("gene1:3K>3T", 9), ("GENE1:9A>C", 9)):
        assert [site.pos for site in sites_asked([question], records, [])] == [pos], question
    with pytest.raises(InputError, match=r"no change .GENE1:c\.7A>C"):
        sites_asked(["GENE1:c.7A>C"], records, [])


def test_change__is_found_by_each_name_that_the_report_shows() -> None:
    from filiation.evidence.fields import GeneEffect, TranscriptEffect, VariantFacts
    from filiation.model.contigs import ContigClass
    from filiation.prioritisation.evidence import Evidence
    from filiation.prioritisation.questions import sites_asked

    other = TranscriptEffect("ENST2.1", "other", "missense_variant", "ENST2.1:c.77A>C", "ENSP2.1:p.(Lys26Thr)")
    effect = GeneEffect(
        "GENE1", "HGNC:1", "ENST1.4", "MANE Select", "missense_variant", "missense_variant", "ENST1.4:c.5A>C",
        "ENSP1.3:p.(Lys2Thr)", others=(other,),
    )  # fmt: skip
    fixed = ("chr1", 5, "A", "C", ContigClass.AUTOSOME, "PASS", [], True, {}, {}, ())
    record = Evidence(*fixed, None, (), False, None, "not_annotated", None, None, None, "not_annotated")
    record.facts = VariantFacts(hgvs_g="NC_000001.11:g.5A>C", genes=(effect,))
    asked = (
        "ENST1.4:c.5A>C", "ENST1:c.5A>C", "GENE1:c.5A>C", "ENSP1.3:p.(Lys2Thr)", "ENSP1:p.Lys2Thr", "GENE1:p.(Lys2Thr)",
        "ENST2:c.77A>C", "NC_000001.11:g.5A>C", "chr1:g.5A>C", "1:g.5A>C",
    )  # fmt: skip
    for question in asked:
        assert [site.text for site in sites_asked([question], [record], [])] == ["chr1-5-A-C"], question
    # What was removed before it was annotated: the name of a substitution says its allele.
    assert [site.text for site in sites_asked(["chr1:g.9G>T"], [record], [])] == ["chr1-9-G-T"]
    with pytest.raises(InputError, match="no annotated record"):
        sites_asked(["chr1:g.9del"], [record], [])


@pytest.mark.usefixtures("results")
def test_explain__rules_after_the_one_that_removed_it_are_not_reached(capsys: pytest.CaptureFixture[str]) -> None:
    for site, first in (("chr1-600-A-C", "penetrance"), ("chr1-400-A-C", "benign_in_clinvar")):
        text = explained(capsys, "FAM", site)
        for rule in (first, "second_variant_in_trans", "panel"):
            assert outcome(text, rule) == "unknown"
            assert f"{rule} " in text
        assert text.count("removed before this rule") == (3 if first == "penetrance" else 5)
