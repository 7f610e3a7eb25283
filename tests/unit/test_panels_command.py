"""Do the actions of `filiation panels` say what is there, what changed, and what is wrong?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builders.archive import analysis, call, candidate, make_archive, trio
from builders.panel import write_panel
from builders.panel_sources import (
    panelapp_gene,
    write_classification,
    write_gene_table,
    write_hpo_folder,
    write_orphanet_csv,
    write_panelapp_json,
)
from filiation.__main__ import main
from filiation.archive.write import add_analysis
from filiation.panels.diff import compare, touched_families
from filiation.panels.load import load_panel
from filiation.panels.save import save_panel


def row(symbol: str, hgnc_id: str, tier: str = "core", mode: str = "AR") -> dict[str, str]:
    """One row of a panel."""
    return {"gene": symbol, "hgnc_id": hgnc_id, "tier": tier, "inheritance": mode, "evidence": "e", "source": "s"}


def panel_file(path: Path, *rows: dict[str, str]) -> Path:
    """A sound panel file named for its pre-indication."""
    header = {"pre_indication": path.stem, "version": "1", "date": "2026-01-01", "status": "x"}
    save_panel(path, list(rows), header)
    return path


def test_list__67_entries_and_the_scope_of_the_cancers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["panels", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 67
    assert sum(item["genes"] == "out of scope" for item in rows) == 8
    assert all(item["genes"] > 0 for item in rows if item["kind"] != "cancer")


def test_show__facts_with_their_source_and_the_header_of_the_panel(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["panels", "show", "NBIA", "--genes"]) == 0
    shown = capsys.readouterr().out
    for text in ("Neurodégénérescence par accumulation", "PLA2G6: copy_number", "memory", "non validé", "HGNC:15894"):
        assert text in shown, text
    assert "Nothing known, or nothing published: valid_to, required_documents, notes" in shown


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("cancers-rares", "somatic, out of scope"),
        ("nbai", "did you mean 'nbia'"),
        ("autisme", "did you mean 'tsa-trouble-neurodeveloppement-sans-di'"),
        ("intellectual disabilty", "did you mean 'deficience-intellectuelle'"),
        ("cancer-du-sein", "oncogenetique-antecedents-familiaux-severes"),
        ("xyz", "repair: filiation panels list"),
    ],
)
def test_show__a_cancer_and_an_unknown_one_exit_2(name: str, word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["panels", "show", name]) == 2
    assert word in capsys.readouterr().err


def build(folder: Path, output: Path) -> int:
    """Build the NBIA panel from the builders' files."""
    core = folder / "core.tsv"
    core.write_text(
        "##schema=core_genes/1\npre_indication\tgene\tinheritance\tsource\tconfidence\nnbia\tPANK2\tAR\tx\tmemory\n"
    )
    return main(
        [
            "panels",
            "build",
            f"--orphanet-genes={write_orphanet_csv(folder / 'genes.csv')}",
            f"--orphanet-classification={write_classification(folder / 'c.xml', {'385': ['157850', '329284']}, '385')}",
            f"--hpo={write_hpo_folder(folder / 'hpo')}",
            f"--gene-table={write_gene_table(folder / 'table.tsv')}",
            f"--core-genes={core}",
            "--pre-indication=nbia",
            f"--output-dir={output}",
        ]
    )


def test_build__is_reproducible_and_its_header_tells_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(tmp_path, tmp_path / "a") == 0
    assert build(tmp_path, tmp_path / "b") == 0
    first, second = ((tmp_path / name / "nbia.tsv").read_bytes() for name in "ab")
    assert first == second
    assert str(tmp_path).encode() not in first, "no path of this machine"
    panel = load_panel(tmp_path / "a" / "nbia.tsv")
    assert {symbol: gene.tier for symbol, gene in panel.genes.items()} == {
        "PANK2": "core",
        "WDR45": "core",
        "PLA2G6": "hpo",
        "FTL": "hpo",
        "TWO": "hpo",
    }
    assert panel.header["status"] == "panel par défaut non validé"
    assert panel.header["orphanet_groups"] == "ORPHA:385"
    assert panel.header["names_left_out"] == "SHARED"
    assert "CC BY 4.0" in panel.header["licence"]
    assert "1 not assessed and 1 of another kind left out" in capsys.readouterr().err


def test_import__writes_a_panel_that_check_finds_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write_panelapp_json(tmp_path / "p.json", [panelapp_gene("PANK2", "HGNC:15804")])
    table = write_gene_table(tmp_path / "table.tsv")
    output = tmp_path / "panels" / "nbia.tsv"
    output.parent.mkdir()
    common = [f"--gene-table={table}", "--date=2026-11-22"]
    assert main(["panels", "import", str(source), "--pre-indication=NBIA", f"--output={output}", *common]) == 0
    panel = load_panel(output)
    assert panel.header["status"] == "panel importé non validé"
    assert panel.header["sources"].startswith("PanelApp panel 180")
    overlay = tmp_path / "o.tsv"
    overlay.write_text("action\tgene\ttier\tinheritance\treason\tauthor\tdate\nadd\tFTL\t\tAD\tseen\tAB\t\n")
    changed = tmp_path / "changed" / "nbia.tsv"
    changed.parent.mkdir()
    assert main(["panels", "import", f"--overlay={overlay}", f"--panel={output}", f"--output={changed}", *common]) == 0
    assert load_panel(changed).header["overlay"] == "add FTL: seen (AB)"
    assert load_panel(changed).header["version"] == "1+lab.1"
    core = tmp_path / "core.tsv"
    core.write_text("##schema=core_genes/1\npre_indication\tgene\tinheritance\tsource\tconfidence\n")
    capsys.readouterr()
    check = ["panels", "check", f"--panels={changed.parent}", f"--gene-table={table}", f"--core-genes={core}"]
    assert main(check) == 0
    assert "sound: 67 pre-indications, 0 curated genes, 1 panels, 2 rows" in capsys.readouterr().out


@pytest.mark.parametrize("options", [[], ["list.txt", "--overlay=o.tsv", "--panel=p.tsv"], ["--overlay=o.tsv"]])
def test_import__nothing_or_two_things_exit_2(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["panels", "import", *options, "--date=2026-01-01", "--output=x.tsv"]) == 2
    assert "nothing to import, or two things at once" in capsys.readouterr().err


def test_import__a_date_of_another_form_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["panels", "import", "x", "--pre-indication=nbia", "--date=22/11/2026", "--output=x.tsv"]) == 2
    assert "a day as YYYY-MM-DD" in capsys.readouterr().err


def test_check__lists_every_fault_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = write_gene_table(tmp_path / "table.tsv")
    folder = tmp_path / "panels"
    folder.mkdir()
    panel_file(folder / "nbia.tsv", row("C5orf42", "HGNC:25801"), row("FTL", "HGNC:3999", mode="dominant"))
    panel_file(folder / "cancers-rares.tsv", row("PANK2", "HGNC:15804"))
    panel_file(folder / "myopathies.tsv", row("TWO", "."))
    write_panel(folder / "leucodystrophies.tsv", {"ONE": ("green", "AR")})
    core = tmp_path / "core.tsv"
    core.write_text(
        "##schema=core_genes/1\npre_indication\tgene\tinheritance\tsource\tconfidence\nnbai\tFTL\t.\tx\tmemory\n"
    )
    check = ["panels", "check", f"--panels={folder}", f"--gene-table={table}", f"--core-genes={core}"]
    assert main(check) == 2
    told = capsys.readouterr().err
    for text in (
        "6 faults found",
        "expected: CPLANE1, the approved symbol",
        "mode 'dominant'",
        "somatic, out of scope",
        "write the id: TWO (HGNC:2)",
        "tier 'green'",
        "did you mean 'nbia'",
    ):
        assert text in told, text


def test_check__roots_are_proven_against_the_ontology(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hpo = write_hpo_folder(tmp_path / "hpo")
    assert main(["panels", "check", f"--hpo={hpo}"]) == 2
    told = capsys.readouterr().err
    assert "HP:0001249: not a term of today" in told
    assert "entry nbia, HP:0012675" not in told


def test_check__what_ships_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["panels", "check"]) == 0
    assert "67 pre-indications" in capsys.readouterr().out


def test_diff__came_went_moved_changed_and_a_renaming_is_none_of_these(tmp_path: Path) -> None:
    old = load_panel(
        panel_file(
            tmp_path / "nbia.tsv",
            row("C5orf42", "HGNC:25801"),
            row("FTL", "HGNC:3999", "hpo", "AD"),
            row("ONE", "HGNC:1"),
            row("OLD", "."),
        )
    )
    (tmp_path / "new").mkdir()
    new = load_panel(
        panel_file(
            tmp_path / "new" / "nbia.tsv",
            row("CPLANE1", "HGNC:25801"),
            row("FTL", "HGNC:3999", "core", "AD/AR"),
            row("PANK2", "HGNC:15804"),
            row("OLD", "."),
        )
    )
    changes = [(change.change, change.symbol, change.before, change.after) for change in compare(old, new)]
    assert changes == [
        ("came", "PANK2", "", "core AR"),
        ("went", "ONE", "core AR", ""),
        ("moved_tier", "FTL", "hpo", "core"),
        ("changed_mode", "FTL", "AD", "AD/AR"),
        ("renamed", "CPLANE1", "C5orf42", "CPLANE1"),
    ]
    assert compare(old, old) == []


def test_diff__names_the_archived_families_that_a_change_touches(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = panel_file(tmp_path / "nbia.tsv", row("FTL", "HGNC:3999"), row("ONE", "HGNC:1"))
    (tmp_path / "new").mkdir()
    new = panel_file(tmp_path / "new" / "nbia.tsv", row("ONE", "HGNC:1"))
    old = load_panel(path)
    texts = {
        "FAM1": f"##schema=candidates/1\n##panel={old.label} x sha256={old.checksum}\nrank\tgene\n1\tFTL\n2\tONE\n",
        "FAM2": "##schema=candidates/2\n##panel=nbia 0.9 (2025) x sha256=0\nrank\tgene\thgnc_id\n1\tOTHER\tHGNC:3999\n",
        "FAM3": "##panel=myopathies 1 (2026) x sha256=1\nrank\tgene\n1\tFTL\n",
        "FAM4": "##panel_note=none\nrank\tgene\n1\tFTL\n",
    }
    for family, text in texts.items():
        folder = tmp_path / "results" / family / "prioritisation"
        folder.mkdir(parents=True)
        (folder / f"{family}.candidates.tsv").write_text(text)
    (tmp_path / "results" / "FAM1" / "prioritisation" / "before_recheck").mkdir()
    before = tmp_path / "results" / "FAM1" / "prioritisation" / "before_recheck" / "FAM1.candidates.tsv"
    before.write_text(texts["FAM1"])
    families, without = touched_families(tmp_path / "results", old, compare(old, load_panel(new)), {"FTL"})
    assert [(item.family, item.same_file, item.genes) for item in families] == [
        ("FAM1", True, ("FTL",)),
        ("FAM2", False, ("OTHER",)),
    ]
    assert len(without) == 1
    assert main(["panels", "diff", str(path), str(new), "--archive", str(tmp_path / "results")]) == 0
    shown, warned = capsys.readouterr()
    assert "same version and date, but their genes differ" in warned
    assert "1 changes" in shown
    assert "went    FTL" in shown
    assert "FAM2    another version" in shown
    assert main(["panels", "diff", str(path), str(new), "--archive", str(tmp_path / "absent")]) == 2


def test_diff__asks_the_archive_which_families_had_the_panel_and_a_candidate_in_a_changed_gene(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = panel_file(tmp_path / "nbia.tsv", row("GENE1", "HGNC:3999"), row("ONE", "HGNC:1"))
    (tmp_path / "new").mkdir()
    new = panel_file(tmp_path / "new" / "nbia.tsv", row("ONE", "HGNC:1"))
    with make_archive(tmp_path / "archive", ("FAM001",)) as archive:
        had = [{"name": "panel", "kind": "input", "version": "1.0.0", "sha256": load_panel(path).checksum}]
        calls = [call(9_000)]
        add_analysis(archive, analysis(trio("FAM002"), calls, candidates=[candidate(9_000, gene="ONE")], resources=had))
        add_analysis(archive, analysis(trio("FAM003"), calls, panel="myopathies"))
    assert main(["panels", "diff", str(path), str(new), "--json", "--archive", str(tmp_path / "archive")]) == 0
    assert json.loads(capsys.readouterr().out)["families"] == [
        {
            "family": "FAM001",
            "same_file": "another version",
            "panel": "nbia 1.0.0",
            "candidate_genes_changed": "GENE1",
        },
        {
            "family": "FAM002",
            "same_file": "yes",
            "panel": "nbia 1.0.0",
            "candidate_genes_changed": "none of its candidates",
        },
    ]


def test_diff__finds_a_changed_gene_in_the_archive_under_its_former_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = panel_file(tmp_path / "nbia.tsv", row("CPLANE1", "HGNC:25801"))
    (tmp_path / "new").mkdir()
    new = panel_file(tmp_path / "new" / "nbia.tsv", row("CPLANE1", "HGNC:25801", tier="hpo"))
    with make_archive(tmp_path / "archive", ()) as archive:
        add_analysis(archive, analysis(trio("OLD"), [call(9_000)], candidates=[candidate(9_000, gene="C5orf42")]))
    assert main(["panels", "diff", str(path), str(new), "--json", "--archive", str(tmp_path / "archive")]) == 0
    found = json.loads(capsys.readouterr().out)["families"]
    assert [(item["family"], item["candidate_genes_changed"]) for item in found] == [("OLD", "C5orf42")]
