"""`filiation reanalyse` on an archive: who is judged, what is written, what is told, and what stops it?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from builders.panel import write_panel
from builders.reanalysis import BENIGN, PATHOGENIC, UNCERTAIN, archived, write_release
from builders.trio import Trio, trio, write_clinvar, write_frequencies, write_resource
from filiation.__main__ import main
from filiation.archive.parts import read_part
from filiation.archive.store import create_archive, open_archive
from filiation.archive.verify import verify
from filiation.io.files import sha256
from filiation.io.tables import read_table
from filiation.model.archive_tables import ARCHIVE_GENOTYPES
from filiation.model.columns import CANDIDATES
from filiation.model.report_tables import CHANGES, WORK_LIST
from filiation.reanalysis import programme

MISSENSE, INTRON = "missense_variant", "intron_variant"


def carrier() -> Trio:
    """A new missense change at 100, a new intronic one at 5000, and a homozygous missense in another gene."""
    calls = trio("0/1", "0/0", "0/0").at("1", 100, "A", "G", consequence=MISSENSE)
    calls = calls.at("1", 5000, "C", "T", consequence=INTRON, gene="GENE2")
    return calls.then("1/1", "0/1", "0/1").at("2", 900, "A", "G", consequence=MISSENSE, gene="GENE4")


def other() -> Trio:
    """A family that shares nothing with the carrier's."""
    return trio("0/1", "0/0", "0/0").at("1", 777, "A", "G", consequence=MISSENSE, gene="GENE7")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """FAM1 carries what the releases touch, FAM2 does not; both were judged with the ClinVar `old`."""
    folder = tmp_path_factory.mktemp("template")
    old = write_clinvar(folder / "old.vcf.gz", [f"1 100 11 A G {UNCERTAIN}"])
    panel = write_panel(folder / "panel.tsv", {"GENE9": ("core", "AD")})
    with create_archive(folder / "archive", "GRCh38") as opened:
        archived(opened, "FAM1", carrier(), folder / "one", clinvar=old, panel=panel)
        archived(opened, "FAM2", other(), folder / "two", clinvar=old, panel=panel)
    return folder / "archive"


@pytest.fixture
def archive(template: Path, tmp_path: Path) -> Path:
    """An archive of its own for each test."""
    return Path(shutil.copytree(template, tmp_path / "archive"))


def clinvar(folder: Path, *records: str) -> Path:
    """The new ClinVar."""
    return write_clinvar(folder / "new.vcf.gz", list(records))


def reanalyse(archive: Path, release: Path, *options: str) -> int:
    """Run the command over all families."""
    chosen = [] if "--family" in options else ["--all"]
    output = ["--output-dir", str(archive.parent / "list")]
    return main(["reanalyse", str(archive), "--release", str(release), *output, *chosen, *options])


def work_list(archive: Path, release: Path) -> list[dict[str, Any]]:
    """Rows of the work list of a release."""
    return read_table(archive.parent / "list" / f"{release.stem}.tsv", WORK_LIST).rows


def upgrade(folder: Path) -> Path:
    """A release whose ClinVar calls the carrier's missense change pathogenic."""
    new = clinvar(folder, f"1 100 11 A G {PATHOGENIC}")
    return write_release(folder / "r1.yaml", clinvar={"path": str(new), "version": "2026-11-30"})


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of an archive."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_reanalyse__an_upgrade_writes_one_family_and_makes_one_alert(archive: Path, tmp_path: Path) -> None:
    release = upgrade(tmp_path)
    assert reanalyse(archive, release) == 0
    with open_archive(archive) as opened:
        assert {name: opened.family(name).latest for name in ("FAM1", "FAM2")} == {"FAM1": 2, "FAM2": 1}
        changes = {row["pos"]: row for row in opened.table("FAM1", CHANGES)}
        candidates = {row["pos"]: row for row in opened.table("FAM1", CANDIDATES)}
        assert len(opened.query("SELECT * FROM alerts")) == 1
        assert opened.analysis("FAM1").inputs["clinvar"]["version"] == "2026-11-30"
    assert (changes[100]["change"], changes[100]["cause"], changes[100]["first_seen"]) == (
        "upgraded", "clinvar", "2026-01-15",
    )  # fmt: skip
    assert changes[900]["change"] == "unchanged"
    assert candidates[100]["clinvar_significance"] == "Pathogenic"
    (row,) = work_list(archive, release)
    assert (row["family"], row["alert"], row["place"]) == ("FAM1", "known_pathogenic", 1)
    report = (tmp_path / "list" / "reports" / "FAM1" / "FAM1.rcp.html").read_text("utf-8")
    assert "Uncertain_significance -&gt; Pathogenic" in report
    page = (tmp_path / "list" / "r1.html").read_text("utf-8")
    assert "FAM1" in page
    assert "<script" not in page


def test_reanalyse__the_second_run_writes_nothing_and_says_so(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release = upgrade(tmp_path)
    reanalyse(archive, release)
    before, listed = tree(archive), tree(tmp_path / "list")
    capsys.readouterr()
    assert reanalyse(archive, release) == 0
    assert tree(archive) == before
    assert "nothing was written" in capsys.readouterr().err
    assert work_list(archive, release) == [row for row in work_list(archive, release) if row["family"] == "FAM1"]
    assert tree(tmp_path / "list")["r1.tsv"] == listed["r1.tsv"]


def test_reanalyse__families_that_are_not_chosen_have_no_change(archive: Path, tmp_path: Path) -> None:
    new = clinvar(tmp_path, f"1 100 11 A G {BENIGN}", f"1 5000 12 C T {PATHOGENIC}")
    release = write_release(tmp_path / "r1.yaml", clinvar=str(new))
    reanalyse(archive, release, "--dry-run")
    chosen = work_list(archive, release)
    reanalyse(archive, release, "--dry-run", "--every-record")
    assert work_list(archive, release) == chosen
    assert {(row["pos"], row["change"]) for row in chosen} == {(100, "vanished"), (5000, "new")}


def test_reanalyse__a_release_that_touches_nobody_leaves_every_byte(archive: Path, tmp_path: Path) -> None:
    before = tree(archive)
    new = clinvar(tmp_path, f"1 100 11 A G {UNCERTAIN}", f"1 4242 12 C T {PATHOGENIC}")
    assert reanalyse(archive, write_release(tmp_path / "r1.yaml", clinvar=str(new))) == 0
    after = tree(archive)
    changed = {name for name in after if after[name] != before.get(name)}
    # What families were compared with is remembered.
    assert {name for name in changed if not name.startswith("releases/clinvar/")} == {"archive.sqlite"}
    assert len(changed) == 2


def test_reanalyse__a_panel_that_takes_a_gene_in_is_the_cause(archive: Path, tmp_path: Path) -> None:
    panel = write_panel(tmp_path / "nbia.tsv", {"GENE9": ("core", "AD"), "GENE4": ("core", "AR")})
    release = write_release(tmp_path / "r1.yaml", panels={"nbia": {"path": str(panel), "version": "2"}})
    assert reanalyse(archive, release) == 0
    rows = work_list(archive, release)
    assert {row["cause"] for row in rows} <= {"panel"}
    with open_archive(archive) as opened:
        latest = opened.family("FAM1").latest
        found = {row["pos"]: row["panel_tier"] for row in opened.table("FAM1", CANDIDATES)}
    assert (latest == 2) == bool(rows)
    assert not rows or found[900] == "core"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--family", "FAM11"], "did you mean 'FAM1'?"),
        (["--family", "FAM1", "NOBODY"], "family 'NOBODY' is not in the archive"),
    ],
)
def test_reanalyse__an_unknown_family_is_named_with_the_nearest(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], told: str
) -> None:
    before = tree(archive)
    assert reanalyse(archive, upgrade(tmp_path), *options) == 2
    assert told in capsys.readouterr().err
    assert tree(archive) == before


def test_reanalyse__a_resource_of_another_build_stops_before_anything_is_touched(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(archive)
    foreign = write_clinvar(tmp_path / "new.vcf.gz", [f"1 100 11 A G {PATHOGENIC}"])
    release = write_release(tmp_path / "r1.yaml", clinvar=str(foreign), assembly="GRCh37")
    assert reanalyse(archive, release) == 2
    assert "GRCh38, the build of the archive" in capsys.readouterr().err
    assert tree(archive) == before


def test_reanalyse__a_file_that_is_not_what_its_checksum_says_stops(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = clinvar(tmp_path, f"1 100 11 A G {PATHOGENIC}")
    assert sha256(new) != "0" * 64
    release = write_release(tmp_path / "r1.yaml", clinvar={"path": str(new), "sha256": "0" * 64})
    assert reanalyse(archive, release) == 2
    assert "as the release states" in capsys.readouterr().err


def test_reanalyse__a_damaged_family_is_told_and_stops_no_other(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (part,) = archive.glob("families/*/FAM1/0001/calls.parquet")
    part.write_bytes(part.read_bytes()[:-20])
    release = upgrade(tmp_path)
    assert reanalyse(archive, release) == 1
    told = capsys.readouterr().err
    assert "FAM1 was not judged" in told
    assert "calls.parquet" in told


def test_reanalyse__a_name_that_was_used_for_other_files_is_refused(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reanalyse(archive, upgrade(tmp_path))
    new = write_clinvar(tmp_path / "newer.vcf.gz", [f"1 100 11 A G {BENIGN}"])
    assert reanalyse(archive, write_release(tmp_path / "r1.yaml", clinvar=str(new))) == 2
    assert "was judged on 2026-12-01 with other files" in capsys.readouterr().err


def decide(archive: Path, family: str, word: str, reason: str = "") -> None:
    """Enter a decision of the RCP on the variant at 100, as `filiation decide` does."""
    with open_archive(archive, write=True) as opened:
        number = opened.family(family).number
        opened.connection.execute(
            "INSERT INTO decisions (family_number, variant, gene, date, number, decision, reason)"
            " VALUES (?, '1-100-A-G', 'GENE1', '2026-03-01', 1, ?, ?)",
            [number, word, reason],
        )


def test_decision__of_the_same_family_is_carried_and_of_others_only_counted(archive: Path, tmp_path: Path) -> None:
    decide(archive, "FAM1", "to_rediscuss")
    decide(archive, "FAM2", "set_aside", "artefact")
    reanalyse(archive, upgrade(tmp_path))
    with open_archive(archive) as opened:
        row = next(row for row in opened.table("FAM1", CHANGES) if row["pos"] == 100)
    assert row["decision"] == "to_rediscuss:2026-03-01"
    assert row["decisions_elsewhere"] == "set_aside:1"
    report = (tmp_path / "list" / "reports" / "FAM1" / "FAM1.rcp.html").read_text("utf-8")
    assert "FAM2" not in report
    assert "2026-03-01" in report


def test_alert__what_an_rcp_set_aside_is_silent_until_clinvar_speaks(archive: Path, tmp_path: Path) -> None:
    decide(archive, "FAM1", "set_aside", "phenotype")
    release = upgrade(tmp_path)
    reanalyse(archive, release)
    (row,) = work_list(archive, release)
    assert row["alert"] == "known_pathogenic"


def test_alert__a_retained_variant_that_vanishes_is_told_to_a_human(archive: Path, tmp_path: Path) -> None:
    decide(archive, "FAM1", "retained")
    release = write_release(tmp_path / "r1.yaml", clinvar=str(clinvar(tmp_path, f"1 100 11 A G {BENIGN}")))
    reanalyse(archive, release)
    (row,) = work_list(archive, release)
    assert (row["change"], row["alert"]) == ("vanished", "told_diagnosis_at_stake")


def test_reanalyse__several_processes_give_what_one_gives(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = upgrade(tmp_path)
    reanalyse(archive, release, "--dry-run", "--every-record")
    one = work_list(archive, release)
    monkeypatch.setattr(programme, "_AT_ONCE", 1)
    reanalyse(archive, release, "--dry-run", "--every-record", "--jobs", "2")
    assert work_list(archive, release) == one


def test_reanalyse__a_killed_run_goes_on_where_it_stood(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    release = upgrade(tmp_path)
    reanalyse(archive, release, "--dry-run", "--every-record")
    whole = work_list(archive, release)
    judged = programme.reanalyse_family

    def killed(opened: Any, name: str, *others: Any) -> Any:
        if name == "FAM2":
            raise KeyboardInterrupt
        return judged(opened, name, *others)

    monkeypatch.setattr(programme, "reanalyse_family", killed)
    assert reanalyse(archive, release, "--every-record") != 0
    assert len(list((tmp_path / "list").glob(".reanalysis-*.jsonl"))) == 1
    monkeypatch.setattr(programme, "reanalyse_family", judged)
    capsys.readouterr()
    assert reanalyse(archive, release, "--every-record") == 0
    assert "1 families were judged before" in capsys.readouterr().err
    assert work_list(archive, release) == whole
    assert list((tmp_path / "list").glob(".reanalysis-*.jsonl")) == []


def test_reanalyse__a_family_that_another_node_writes_is_told_and_stops_no_other(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = {"host": "node7", "pid": 4711, "process_start": 1.0, "role": "", "since": "2026-11-30T10:00:00"}
    (archive / "locks" / "FAM1.lock").write_text(json.dumps(content), "utf-8")
    assert reanalyse(archive, upgrade(tmp_path)) == 1
    told = capsys.readouterr().err
    assert "FAM1 was not judged" in told
    assert "node7" in told
    with open_archive(archive) as opened:
        assert opened.family("FAM1").latest == 1


def frequencies(folder: Path, name: str, af: float) -> Path:
    """A source of population frequencies that knows the carrier's missense change."""
    return write_frequencies(folder / f"{name}.vcf.gz", [f"1 100 . A G AF={af};nhomalt=0"])


def test_reanalyse__a_frequency_that_was_wrong_removes_the_candidate_and_its_correction_brings_it_back(
    archive: Path, tmp_path: Path
) -> None:
    def judged(name: str, af: float) -> dict[str, Any]:
        sources = [{"name": "population", "path": str(frequencies(tmp_path, name, af)), "version": name}]
        release = write_release(tmp_path / f"{name}.yaml", frequencies=sources)
        assert reanalyse(archive, release) == 0
        (row,) = work_list(archive, release)
        return row

    gone = judged("wrong", 0.2)
    assert (gone["pos"], gone["change"], gone["cause"]) == (100, "vanished", "frequency")
    with open_archive(archive) as opened:
        kept = opened.part_path("FAM1", "genotypes")
        assert kept is not None
        assert "frequent_in_population" in read_part(kept, ARCHIVE_GENOTYPES).column("reason").to_pylist()
    back = judged("right", 1e-6)
    assert (back["pos"], back["change"], back["cause"]) == (100, "new", "frequency")
    assert back["first_seen"] == "2026-01-15", "it was seen before it went"
    with open_archive(archive) as opened:
        assert verify(opened) == []


def test_reanalyse__a_new_link_of_gene_and_disease_is_the_cause(archive: Path, tmp_path: Path) -> None:
    links = tmp_path / "genes_to_disease.txt"
    links.write_text("ncbi_gene_id\tgene_symbol\tassociation_type\tdisease_id\tsource\n", "utf-8")
    release = write_release(tmp_path / "r1.yaml", hpo_gene_diseases={"path": str(links), "version": "2026-11-01"})
    assert reanalyse(archive, release) == 0
    assert {row["cause"] for row in work_list(archive, release)} <= {"hpo"}


def test_reanalyse__counts_of_the_laboratory_choose_the_carriers_and_leave_an_archive_that_verifies(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    info = [
        'ID=AF,Number=A,Type=Float,Description="Frequency"',
        'ID=CARRIERS,Number=A,Type=Integer,Description="Carriers"',
        'ID=FAMILIES,Number=.,Type=String,Description="Families"',
    ]
    counts = write_resource(tmp_path / "counts.vcf.gz", ["1"], info, ["1 100 . A G AF=0.1;CARRIERS=40;FAMILIES=FAM1"])
    release = write_release(tmp_path / "r1.yaml", in_house=str(counts))
    assert reanalyse(archive, release) == 0
    assert "chosen: 1 for cohort" in capsys.readouterr().err
    assert reanalyse(archive, release) == 0
    assert "chosen: 0 for cohort" in capsys.readouterr().err, "the same counts matter to nobody"
    with open_archive(archive) as opened:
        assert verify(opened) == []
