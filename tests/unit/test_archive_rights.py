"""Is a family gone when it is forgotten, and does research get no more than was agreed to?"""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from builders.archive import analysis, call, candidate, make_archive, trio
from filiation.__main__ import main
from filiation.archive import forget as forgetting
from filiation.archive.consents import consenting, current_consents, read_consents, record_consents
from filiation.archive.decisions import parse_classes, store_decisions
from filiation.archive.export import export
from filiation.archive.forget import certificate_text, forget
from filiation.archive.store import Archive, open_archive
from filiation.archive.verify import FAIL, verify
from filiation.archive.write import Link, add_analysis
from filiation.errors import ConfigError, FaultList, InputError

DAY = "2026-11-22"


def decision(pos: int, **changes: Any) -> dict[str, Any]:
    """A row of decisions/1."""
    row = {"chrom": "chr1", "pos": pos, "ref": "A", "alt": "C", "gene": "GENE1", "decision": "retained", "date": DAY}
    return {**row, "reason": None, "note": "seen by Dr Martin", "participants": "biologist", "run": "abc", **changes}


def everything_about(archive: Archive, word: str) -> list[str]:
    """Files whose name or bytes hold a word."""
    return [
        path.relative_to(archive.path).as_posix()
        for path in archive.path.rglob("*")
        if word in path.name or (path.is_file() and word.encode() in path.read_bytes())
    ]


def test_forget__nothing_of_the_family_is_left_but_its_pseudonym_in_the_certificate(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A") as archive:
        links = [Link("cram", "/data/FAM001-child.cram", "0" * 64, 10)]
        add_analysis(archive, analysis(trio(), [call(7)], links=links))
        store_decisions(archive, "FAM001", [decision(7)])
        record_consents(archive, "FAM001", {"research": True}, DAY, "biologist")
        assert everything_about(archive, "FAM001-child")
        certificate = forget(archive, "FAM001", requester="family", date=DAY)
        assert everything_about(archive, "FAM001-child") == []
        assert everything_about(archive, "FAM001") == ["archive.sqlite"]
        assert archive.names() == ["FAM002"]
        assert verify(archive) == []
        with pytest.raises(InputError, match="not in the archive"):
            archive.family("FAM001")
    assert certificate["analyses"] == 2
    assert certificate["not_erased_outside_the_archive"] == {"cram": 1}
    assert certificate["database_rows"]["decisions"] == 1
    text = certificate_text(certificate)
    assert "CERTIFICAT D'EFFACEMENT" in text
    assert "FAM001-child" not in text + json.dumps(certificate)
    assert all(entry["sha256"] in text for entry in certificate["files"])


def test_forget__a_number_of_a_family_is_not_given_again(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A") as archive:
        number = archive.family("FAM002").number
        forget(archive, "FAM002", requester="guardian", date=DAY)
        add_analysis(archive, analysis(trio("FAM003"), [call(7)]))
        assert archive.family("FAM003").number > number


def test_forget__what_was_stopped_is_said_by_verify_and_finished_by_the_same_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with make_archive(tmp_path / "A") as archive:
        with monkeypatch.context() as patched:
            patched.setattr(shutil, "rmtree", stopped)
            with pytest.raises(KeyboardInterrupt):
                forget(archive, "FAM001", requester="family", date=DAY)
        # From the first transaction on no reader sees the family.
        assert archive.names() == ["FAM002"]
        assert FAIL in {finding.verdict for finding in verify(archive)}
        first = forgetting._noted(archive, "FAM001", "begun")
        assert forget(archive, "FAM001", requester="family", date="2026-12-01") == first
        assert verify(archive) == []
        # Asked once more, after the end, the same certificate is given again.
        assert forget(archive, "FAM001", requester="family", date=DAY) == first
        with pytest.raises(InputError, match="not in the archive"):
            forget(archive, "FAM009", requester="family", date=DAY)


def test_forget__command_writes_both_certificates(tmp_path: Path) -> None:
    make_archive(tmp_path / "A").close()
    prefix = tmp_path / "out" / "erased"
    arguments = ["forget", str(tmp_path / "A"), "FAM001", "--requester", "family", "--date", DAY]
    assert main(["archive", *arguments, "--certificate", str(prefix)]) == 0
    assert json.loads(prefix.with_suffix(".json").read_text("utf-8"))["family"] == "FAM001"
    assert "la famille" in prefix.with_suffix(".txt").read_text("utf-8")


def test_consent__the_newest_answer_holds_and_none_is_no_consent(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A") as archive:
        record_consents(archive, "FAM001", {"research": True}, "2026-01-01", "biologist")
        record_consents(archive, "FAM001", {"research": False}, "2026-06-01", "biologist")
        assert current_consents(archive, "FAM001") == {"research": False, "incidental": None}
        # Recorded late, for an earlier day: the withdrawal of June still holds.
        record_consents(archive, "FAM001", {"research": True}, "2026-02-01", "biologist")
        assert consenting(archive, "research") == set()
        assert record_consents(archive, "FAM001", {"research": False}, "2026-06-01", "biologist") == 0


def test_consent__a_table_tells_all_its_faults(tmp_path: Path) -> None:
    table = tmp_path / "consents.tsv"
    table.write_text("family\tresearch\tincidental_findings\nF1\tyes\tunknown\nF2\toui\tno\nF3\tno\tnon\n", "utf-8")
    with pytest.raises(FaultList) as told:
        read_consents(table)
    assert [fault.found for fault in told.value.faults] == ["'oui'", "'non'"]
    table.write_text("family\tresearch\tincidental_findings\nF1\tyes\tunknown\n", "utf-8")
    assert read_consents(table) == {"F1": {"research": True}}


@pytest.fixture
def agreed(tmp_path: Path) -> Archive:
    """Three families; the first agreed to research, the second withdrew."""
    archive = make_archive(tmp_path / "A", ["FAM001", "FAM002", "FAM003"])
    family = trio(hpo=["HP:0001249", "comme son oncle Pierre"])
    add_analysis(archive, analysis(family, [call(7), call(1_000)], date="2026-05-17"))
    store_decisions(archive, "FAM001", [decision(7)])
    record_consents(archive, "FAM001", {"research": True}, "2026-05-17", "biologist")
    record_consents(archive, "FAM002", {"research": True}, "2026-05-17", "biologist")
    record_consents(archive, "FAM002", {"research": False}, "2026-05-18", "biologist")
    return archive


def test_export__only_consenting_families_leave_and_nothing_names_them(agreed: Archive, tmp_path: Path) -> None:
    done = export(agreed, tmp_path / "E", date=DAY)
    assert (done["families"], done["families_refused"], done["year"]) == (1, 2, 2026)
    variants = pq.read_table(tmp_path / "E" / "variants.parquet").to_pylist()
    assert [row["pos"] for row in variants] == [7, 1_000]
    assert "samples" not in variants[0]
    assert "info" not in variants[0]
    content = b"".join(path.read_bytes() for path in sorted((tmp_path / "E").iterdir()))
    for word in ("FAM00", "child", "Pierre", "Martin", "2026-05", "2026-11", "biologist"):
        assert word.encode() not in content, word
    assert b"HP:0001249" in content
    assert b"retained" in content
    left = dict(line.split("\t")[:2] for line in (tmp_path / "E" / "left_out.tsv").read_text("utf-8").splitlines()[3:])
    assert (left["families"], left["notes of decisions"], left["signs that are no HPO id"]) == ("2", "1", "1")


def test_export__pseudonyms_are_new_each_time_unless_a_secret_is_given(agreed: Archive, tmp_path: Path) -> None:
    names = []
    for number, key in enumerate([None, None, b"k" * 32, b"k" * 32]):
        export(agreed, tmp_path / f"E{number}", date=DAY, key=key)
        names.append(pq.read_table(tmp_path / f"E{number}" / "variants.parquet").column("family")[0].as_py())
    assert len(set(names[:3])) == 3
    assert names[2] == names[3]
    assert (tmp_path / "E2" / "variants.parquet").read_bytes() == (tmp_path / "E3" / "variants.parquet").read_bytes()


def test_export__without_any_consent_nothing_is_written(agreed: Archive, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none of 1 families has agreed"):
        export(agreed, tmp_path / "E", date=DAY, families=["FAM003"])
    assert not (tmp_path / "E").exists()
    (tmp_path / "E").mkdir()
    with pytest.raises(ConfigError, match="there already"):
        export(agreed, tmp_path / "E", date=DAY)


def test_decide__stored_with_the_analysis_that_was_decided_on(agreed: Archive) -> None:
    store_decisions(agreed, "FAM001", [decision(7, decision="set_aside", reason="phenotype", date="2026-11-23")])
    stored = agreed.decisions("FAM001")
    assert [(one.date, one.decision, one.reason, one.analysis) for one in stored] == [
        (DAY, "retained", "", 2),
        ("2026-11-23", "set_aside", "phenotype", 2),
    ]
    store_decisions(agreed, "FAM002", [decision(1_000)], classes=parse_classes(["chr1-1000-A-C=pathogenic"]))
    assert [(one.family, one.acmg_class) for one in agreed.decisions(variant="chr1-1000-A-C")] == [
        ("FAM002", "pathogenic")
    ]


def test_decide__what_is_not_there_is_refused_with_what_is_near_and_nothing_is_stored(agreed: Archive) -> None:
    rows = [decision(1_000), decision(1_001), decision(1_000, decision="rejected", gene="GENE1")]
    with pytest.raises(FaultList) as told:
        store_decisions(agreed, "FAM002", rows, classes={"chr1-9-A-C": "benign"})
    found = [fault.message() for fault in told.value.faults]
    assert len(found) == 3
    assert "chr1-1001-A-C in GENE1 is not among the candidates" in found[0]
    assert "did you mean 'chr1-" in found[0]
    assert agreed.decisions("FAM002") == []
    with pytest.raises(ConfigError, match="did you mean 'likely_benign'"):
        parse_classes(["chr1-1-A-C=likely_bening"])


def test_decide__command_keeps_the_table_and_the_archive_alike(agreed: Archive, tmp_path: Path) -> None:
    from filiation.model.columns import CANDIDATES
    from filiation.report.naming import run_name

    run = run_name("FAM002", agreed.table("FAM002", CANDIDATES))
    agreed.close()
    entry = {"variant": "chr1-1000-A-C", "gene": "GENE1", "decision": "to_confirm", "reason": "", "note": "Sanger"}
    document = {"schema": "filiation-decisions/1", "family": "FAM002", "run": run, "decisions": [entry]}
    (tmp_path / "d.json").write_text(json.dumps(document), "utf-8")
    arguments = ["--family", "FAM002", "--decisions", str(tmp_path / "d.json"), "--date", DAY]
    output = ["--output", str(tmp_path / "d.tsv")]
    assert main(["decide", *arguments, *output, "--archive", str(tmp_path / "A"), "--participant", "geneticist"]) == 0
    with open_archive(tmp_path / "A") as archive:
        stored = archive.decisions("FAM002")
    assert [(one.decision, one.note, one.participants, one.run) for one in stored] == [
        ("to_confirm", "Sanger", "geneticist", run)
    ]
    assert "to_confirm" in (tmp_path / "d.tsv").read_text("utf-8")
    assert main(["decide", *arguments, *output]) == 2


def test_database__no_deleted_text_stays_in_its_pages(agreed: Archive) -> None:
    assert sqlite3.sqlite_version_info >= (3, 37)
    forget(agreed, "FAM001", requester="family", date=DAY)
    assert b"Dr Martin" not in (agreed.path / "archive.sqlite").read_bytes()
    assert candidate(1)["gene"] == "GENE1"
