"""The Ashkenazi trio's reads, whole chain: 2 of 20 child-private sites are de novo, each other one is explained."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from filiation.io.tables import read_table
from filiation.model.columns import CANDIDATES, RECHECK

pytestmark = [pytest.mark.real_data, pytest.mark.tools, pytest.mark.workflow, pytest.mark.slow]
REPOSITORY = Path(__file__).resolve().parents[2]

# The data's README, from the reads themselves: who carries the alternate allele.
FROM_MOTHER = {
    "chr8:40008009 A>G",
    "chr8:40037154 A>C",
    "chr8:70039608 C>T",
    "chr8:70042671 C>G",
    "chr12:60008175 A>C",
    "chr19:15041681 C>T",
    "chr22:25046402 T>C",
}
FROM_FATHER = {
    "chr10:50011697 T>C",
    "chr11:55000408 C>T",
    "chr15:35009535 C>T",
    "chr18:30028717 G>T",
    "chr19:15035863 G>T",
}
FROM_BOTH = {"chr8:40003391 A>T", "chr10:50012575 A>G", "chr19:15018720 G>A"}
REFERENCE_IS_N = {"chr10:50024332 C>T", "chr11:55007083 G>T", "chr11:55007104 G>T"}
DE_NOVO = {"chr11:55003995 T>C", "chr11:55008577 C>T"}


@pytest.fixture(scope="module")
def trio(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, str]]]:
    """The folder of the run and the explanation of each site."""
    folder = tmp_path_factory.mktemp("real_trio")
    subprocess.run(
        [sys.executable, str(REPOSITORY / "benchmarks" / "real_trio.py")]
        + ["--directory", str(folder / "run"), "--json", str(folder / "sites.json")],
        check=True,
        timeout=600,
    )
    rows = json.loads((folder / "sites.json").read_text())["sites"]
    return folder / "run" / "results" / "AJ", {row["site"]: row for row in rows}


def test_real_trio__exactly_the_two_de_novo_sites_are_reported_as_de_novo(trio) -> None:
    results, sites = trio
    candidates = read_table(results / "prioritisation" / "AJ.candidates.tsv", CANDIDATES).rows
    de_novo = [row for row in candidates if row["inheritance"] == "de_novo"]
    assert len(de_novo) == 2
    assert all(row["inheritance_status"] == "supported" for row in de_novo)
    reported = {site for site, row in sites.items() if row["status"] == "reported" and "de_novo" in row["reason"]}
    assert reported == DE_NOVO


def test_real_trio__each_other_site_is_accounted_for(trio) -> None:
    _, sites = trio
    assert len(sites) == 20
    by_origin = {site: row["inheritance"] for site, row in sites.items()}
    assert {site for site, word in by_origin.items() if word == "inherited_from_mother"} == FROM_MOTHER
    assert {site for site, word in by_origin.items() if word == "inherited_from_father"} == FROM_FATHER
    both = {"carried_by_both_parents", "inherited_from_both", "homozygous_in_all"}
    assert {site for site, word in by_origin.items() if word in both} == FROM_BOTH
    not_callable = {site for site, row in sites.items() if row["status"] == "not_callable"}
    assert not_callable == REFERENCE_IS_N
    assert all("reference is N" in sites[site]["reason"] for site in not_callable)


def test_real_trio__a_change_called_in_another_form_is_named(trio) -> None:
    _, sites = trio
    assert "GCCA-G instead" in sites["chr8:70042671 C>G"]["reason"]


def test_real_trio__exact_duplicates_are_dropped_and_counted(trio) -> None:
    results, _ = trio
    expected = {"HG002": 454, "HG003": 395, "HG004": 497}
    for sample, count in expected.items():
        text = (results / "alignment" / f"{sample}.extracted.tsv").read_text()
        line = next(line for line in text.splitlines() if "\texact_duplicate\t" in line)
        assert int(line.split("\t")[2]) == count


def test_real_trio__the_reads_confirm_the_two_and_find_the_others_in_a_parent(trio, tmp_path: Path) -> None:
    results, sites = trio
    windows = {site: "-".join(row[name] for name in ("chrom", "pos", "ref", "alt")) for site, row in sites.items()}
    called_as = windows["chr8:70042671 C>G"].replace("-849-C-G", "-847-GCCA-G")
    subprocess.run(
        [sys.executable, "-m", "filiation", "recheck", "--pedigree", str(results / "AJ.ped")]
        + ["--variants", str(results / "normalised" / "AJ.bcf")]
        + ["--reads", *(str(results / "alignment" / f"{name}.cram") for name in ("HG002", "HG003", "HG004"))]
        + ["--reference", str(results.parent / "reference" / "genome.fa")]
        + ["--site", *windows.values(), called_as, "--output", str(tmp_path / "recheck.tsv")],
        check=True,
    )
    rows = read_table(tmp_path / "recheck.tsv", RECHECK).rows
    verdicts = {f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}": row for row in rows}
    assert verdicts[called_as]["verdict"] == "inherited_missed"
    by_verdict: dict[str, set[str]] = {}
    for site, window in windows.items():
        by_verdict.setdefault(verdicts[window]["verdict"], set()).add(site)
    written_otherwise = {"chr8:70042671 C>G"}
    assert by_verdict.pop("confirmed_de_novo") == DE_NOVO
    assert by_verdict.pop("inherited_missed") == (FROM_MOTHER | FROM_FATHER | FROM_BOTH) - written_otherwise
    assert set.union(*by_verdict.values()) == REFERENCE_IS_N | written_otherwise
    assert "written otherwise" in verdicts[windows["chr8:70042671 C>G"]]["reason"]


def test_real_trio__parents_are_recognised_or_not_judged_but_never_refused(trio) -> None:
    results, _ = trio
    text = (results / "quality" / "AJ.quality.tsv").read_text()
    assert "\tFAIL\t" not in text
