"""Do all forms of a report say the same, for programs and people, and is none of them a way in for hostile text?"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import jsonschema
import openpyxl
import pytest

from builders.report import candidate, options
from builders.report_rich import change_rows, many_candidates, rich_candidates, rich_data, write_rich_family
from filiation.__main__ import main
from filiation.config import REPOSITORY
from filiation.io.tables import read_table, write_table
from filiation.model.columns import CANDIDATES
from filiation.model.report_tables import CHANGES, DECISIONS
from filiation.report.document import document, json_schema, summary
from filiation.report.exports import write_exports
from filiation.report.html import render
from filiation.report.naming import run_name
from filiation.report.pdf import print_page
from filiation.report.phenopacket import family_packet

HOSTILE = (
    "<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "=HYPERLINK(\"http://x\",\"y\")",
    "+1+cmd|' /C calc'!A0", "@SUM(1)",
    "-2+3", "{{ 7*7 }}", "${jndi:ldap://x}", "\u2028alert(1)", "a\tb\nc", "'; DROP TABLE x;--",
    "javascript:alert(1)",
)  # fmt: skip


def written(folder: Path, rows: list[dict[str, object]] | None = None, **changes: object) -> dict[str, Path]:
    """Every form of the report in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    data = rich_data(folder, rows, options(**changes))
    paths = {
        "html": folder / "r.html", "table": folder / "r.tsv", "pdf": folder / "r.pdf", "xlsx": folder / "r.xlsx",
        "json": folder / "r.json", "phenopacket": folder / "p.json", "vcf": folder / "r.vcf",
        "summary_file": folder / "s.json",
    }  # fmt: skip
    write_exports(data, **paths)
    return paths


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return written(tmp_path_factory.mktemp("exports"))


def variants_of(rows: list[dict[str, object]]) -> set[tuple[object, ...]]:
    return {(row["chrom"], row["pos"], row["ref"], row["alt"], row["hgvs_c"], row["rank"]) for row in rows}


def test_exports__every_form_holds_the_same_variants_names_and_ranks(exports: dict[str, Path]) -> None:
    expected = variants_of(rich_candidates_with_columns())
    assert variants_of(read_table(exports["table"], CANDIDATES).rows) == expected
    assert variants_of(json.loads(exports["json"].read_text())["candidates"]) == expected
    sheet = openpyxl.load_workbook(exports["xlsx"])["Candidats"]
    lines = list(sheet.iter_rows(values_only=True))
    assert variants_of([dict(zip(lines[0], line, strict=True)) for line in lines[1:]]) == expected
    packet = json.loads(exports["phenopacket"].read_text())
    interpretations = packet["proband"]["interpretations"][0]["diagnosis"]["genomicInterpretations"]
    descriptors = [item["variantInterpretation"]["variationDescriptor"] for item in interpretations]
    assert {item["id"] for item in descriptors} == {"-".join(map(str, key[:4])) for key in expected}
    named = {expression["value"] for item in descriptors for expression in item["expressions"]}
    assert {key[4] for key in expected if key[4]} <= named
    records = [line.split("\t") for line in exports["vcf"].read_text().splitlines() if not line.startswith("#")]
    assert {(line[0], int(line[1]), line[3], line[4]) for line in records} == {key[:4] for key in expected}
    page = exports["html"].read_text()
    fields = json.loads(re.search(r'id="fields">(.*?)</script>', page)[1])  # type: ignore[index]
    assert len(fields["rows"]) == len(expected)
    assert all("-".join(map(str, key[:4])) in page for key in expected)


def rich_candidates_with_columns() -> list[dict[str, object]]:
    """The rows with every column, as a table gives them back."""
    return [{name: row.get(name) for name in CANDIDATES.names} for row in rich_candidates()]


def test_exports__same_data_same_bytes(tmp_path: Path, exports: dict[str, Path]) -> None:
    again = written(tmp_path)
    assert [name for name, path in exports.items() if path.read_bytes() != again[name].read_bytes()] == []


def test_json__document_follows_the_published_schema(exports: dict[str, Path]) -> None:
    published = json.loads((REPOSITORY / "workflow" / "schemas" / "report.schema.json").read_text())
    assert published == json_schema()
    jsonschema.Draft202012Validator(published).validate(json.loads(exports["json"].read_text()))


def test_phenopacket__is_read_by_the_standards_own_library(exports: dict[str, Path]) -> None:
    json_format = pytest.importorskip("google.protobuf.json_format")
    packets = pytest.importorskip("phenopackets.schema.v2.phenopackets_pb2")
    family = json_format.Parse(exports["phenopacket"].read_text(), packets.Family())
    assert [person.individual_id for person in family.pedigree.persons] == ["IDX1", "FAT1", "MOT1"]
    assert any(feature.excluded for feature in family.proband.phenotypic_features)
    interpretation = family.proband.interpretations[0]
    # Nothing is concluded: the meeting does that.
    assert interpretation.progress_status == 1
    assert {item.interpretation_status for item in interpretation.diagnosis.genomic_interpretations} == {0}


def test_exports__name_the_allele_by_its_public_numbers(exports: dict[str, Path]) -> None:
    lines = [line.split("\t") for line in exports["vcf"].read_text().splitlines() if not line.startswith("#")]
    assert [line[2] for line in lines if line[1] == "33440722"] == ["rs1057519546"]
    packet = json.loads(exports["phenopacket"].read_text())
    found = packet["proband"]["interpretations"][0]["diagnosis"]["genomicInterpretations"]
    descriptor = found[0]["variantInterpretation"]["variationDescriptor"]
    assert descriptor["xrefs"] == ["ga4gh:VA.dsdfa8ns9WnT2ib9e4Kw1l4bYLyJSuSA", "dbSNP:rs1057519546"]


def test_phenopacket__a_relative_has_no_variant_of_its_own(exports: dict[str, Path]) -> None:
    packet = json.loads(exports["phenopacket"].read_text())
    assert all("interpretations" not in relative for relative in packet["relatives"])


@pytest.mark.tools
def test_vcf__is_read_by_bcftools(exports: dict[str, Path]) -> None:
    command = ["bcftools", "query", "-f", "%CHROM-%POS-%INFO/RANK[ %GT]\\n", str(exports["vcf"])]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "chrX-41343218-4 0/1 0 0/1"


def test_pdf__has_the_document_attached_and_every_candidate_of_the_shelves_a_and_b(exports: dict[str, Path]) -> None:
    content = exports["pdf"].read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"/EmbeddedFile" in content
    page = print_page(rich_data(exports["pdf"].parent))
    shown = re.findall(r'<span class="title">\d+\. ([^<]+)</span>', page)
    assert shown == ["SYNGAP1", "ASPM", "ASPM", "KMT2A", "DDX3X"]
    assert "SCN2A-AS" not in page.split("4 Changements")[0].split("candidate-head", 1)[1]
    assert 'lang="en"' not in page
    assert "lang=en>" not in page


def test_summary__counts_without_a_variant_or_a_gene(tmp_path: Path) -> None:
    text = json.dumps(summary(rich_data(tmp_path)))
    assert json.loads(text)["by_shelf"] == {"A": 3, "B": 2, "C": 1}
    assert "SYNGAP1" not in text
    assert "33440722" not in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text__is_shown_and_never_executed(tmp_path: Path, hostile: str) -> None:
    row = candidate(
        gene=hostile, hgvs_c=hostile, hgvs_p=hostile, hpo_disease=f"OMIM:1:{hostile}", hpo_score=0.5, flags=hostile,
        hpo_matches=f"HP:0001249>HP:0001249:1;{hostile}", acmg_criteria=f"PVS1:met:8:{hostile}", acmg_class=hostile,
        gene_disease_validity=f"OMIM:1:{hostile}:AD:strong:x", region_flags=hostile, recurrent_artefact=hostile,
        other_transcripts=f"{hostile}:other:missense:{hostile}:.", shelf="A", annotation_states=f"cadd:{hostile}",
    )  # fmt: skip
    paths = written(tmp_path, [row])
    page = paths["html"].read_text()
    assert len(re.findall(r"<script\b", page)) == 3
    assert "<img" not in page
    for line in paths["table"].read_text().splitlines():
        assert not any(cell.startswith(("=", "+", "@", "-2")) for cell in line.split("\t"))
    for sheet in openpyxl.load_workbook(paths["xlsx"]):
        assert all(cell.data_type != "f" and cell.hyperlink is None for line in sheet.iter_rows() for cell in line)
    assert "<img" not in print_page(rich_data(tmp_path, [row]))
    assert json.loads(paths["json"].read_text())["candidates"][0]["chrom"] == "chr6"
    lines = paths["vcf"].read_text().splitlines()
    assert all(line.count("\t") == 11 for line in lines if not line.startswith("##"))


def test_page__vanished_variant_stands_among_the_changes_with_its_cause(tmp_path: Path) -> None:
    page = render(rich_data(tmp_path))
    changes = page.split('aria-labelledby="changes"')[1].split("</section>")[0]
    assert "chr22-38120867-G-A" in changes
    assert "disparu" in changes
    assert "gnomAD-4.1: 41 alleles" in changes


def test_page__without_an_earlier_analysis_says_that_there_is_nothing_to_compare(tmp_path: Path) -> None:
    tables = write_rich_family(tmp_path)
    del tables["changes"]
    from filiation.report.data import read_report_data

    page = render(read_report_data(options(), **tables))
    assert "rien à comparer" in page.split('aria-labelledby="changes"')[1].split("</section>")[0]


def test_page__source_that_was_not_configured_is_not_annotated_never_zero(tmp_path: Path) -> None:
    page = render(rich_data(tmp_path, [candidate(shelf="A")]))
    predictors = page.split('<td class="predictors">')[1].split("</td>")[0]
    assert predictors.count("non annoté") == 4
    assert not re.search(r">0<|> 0 ", predictors)


def test_page__two_hundred_candidates_stay_under_five_megabytes_and_fifty_under_one_and_a_half(tmp_path: Path) -> None:
    for count, limit in ((200, 5_000_000), (50, 1_500_000)):
        folder = tmp_path / str(count)
        folder.mkdir()
        assert len(render(rich_data(folder, many_candidates(count))).encode()) <= limit


def saved(folder: Path, **changes: object) -> list[str]:
    """Arguments of `filiation decide` on a file that the page saved, with `changes` in its first decision."""
    rows = rich_candidates()
    tables = write_rich_family(folder, rows)
    read = read_table(tables["candidates"], CANDIDATES).rows
    entry = {
        "variant": "chr6-33440722-C-T",
        "gene": "SYNGAP1",
        "decision": "retained",
        "reason": "",
        "note": "à confirmer\nSanger",
    }
    content = {"schema": "filiation-decisions/1", "family": "FAM1", "run": run_name("FAM1", read)}
    content |= {key: changes.pop(key) for key in ("family", "run", "schema") if key in changes}
    (folder / "d.json").write_text(json.dumps(content | {"decisions": [entry | changes]}))
    return [
        "decide", "--family", "FAM1", "--candidates", str(tables["candidates"]), "--decisions", str(folder / "d.json"),
        "--date", "2026-11-21", "--participant", "biologist", "--output", str(folder / "d.tsv"),
    ]  # fmt: skip


def test_decide__writes_what_the_page_saved(tmp_path: Path) -> None:
    assert main(saved(tmp_path)) == 0
    row = read_table(tmp_path / "d.tsv", DECISIONS).rows[0]
    assert (row["gene"], row["decision"], row["note"]) == ("SYNGAP1", "retained", "à confirmer Sanger")
    assert (row["date"], row["participants"]) == ("2026-11-21", "biologist")


@pytest.mark.parametrize("change, message", [
    ({"variant": "chr6-33440723-C-T"}, "not in the report"),
    ({"decision": "sure"}, "decision 'sure'"),
    ({"decision": "set_aside"}, "reason ''"),
    ({"reason": "bored"}, "reason 'bored'"),
    ({"family": "FAM2"}, "family 'FAM2'"),
    ({"run": "0" * 12}, "report '000000000000'"),
    ({"schema": "x/1"}, "schema 'x/1'"),
])  # fmt: skip
def test_decide__refuses_what_cannot_be_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, object], message: str
) -> None:
    assert main(saved(tmp_path, **change)) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "d.tsv").exists()


def test_changes__unchanged_ones_are_counted_not_listed(tmp_path: Path) -> None:
    tables = write_rich_family(tmp_path)
    write_table(
        tables["changes"], CHANGES, [row for row in change_rows(rich_candidates()) if row["change"] == "unchanged"]
    )
    from filiation.report.data import read_report_data

    data = read_report_data(options(), **tables)
    assert "4 variants inchangés" in render(data)
    assert document(data)["changes"][0]["change"] == "unchanged"
    assert family_packet(data)["id"] == "FAM1"


def test_signs__of_a_disease_are_named_and_never_shown_as_the_patients(tmp_path: Path) -> None:
    rows = [candidate(shelf="A", hpo_score=0.8, hpo_matches="HP:0001250>HP:0002133:0.820")]
    tables = write_rich_family(tmp_path, rows)
    arguments = [
        "phenotype",
        "--terms",
        "HP:0001250",
        "--absent",
        "HP:0001627",
        "--candidates",
        str(tables["candidates"]),
    ]
    assert main([*arguments, "--output", str(tables["phenotype"])]) == 0
    from filiation.report.data import read_report_data

    data = read_report_data(options(hpo_terms=("HP:0001250",)), **tables)
    assert {row["term"]: row["status"] for row in data.phenotype} == {
        "HP:0001250": "present",
        "HP:0001627": "absent",
        "HP:0002133": "label",
    }
    page = render(data)
    signs = page.split('<ul class="hpo">')[1].split("</ul>")[0]
    assert re.findall(r"HP:\d{7}", signs) == ["HP:0001250", "HP:0001627"]
    assert "Status epilepticus" in page
    features = family_packet(data)["proband"]["phenotypicFeatures"]
    assert [feature.get("excluded", False) for feature in features] == [False, True]


def test_limits__name_the_known_blind_spots_of_the_pre_indication(tmp_path: Path) -> None:
    ataxia = rich_data(tmp_path, report_options=options(pre_indication="ataxies-hereditaires-sujet-jeune"))
    limits = render(ataxia).split('aria-labelledby="limits"')[1].split("</section>")[0]
    assert "Expansions de répétitions" in limits
    assert "RFC1" in limits


def test_limits__every_mechanism_of_the_catalogue_has_its_words() -> None:
    from filiation.panels.catalogue import MECHANISMS
    from filiation.report.catalogue import known

    assert [name for name in MECHANISMS if not known("blind_spot", name)] == []
