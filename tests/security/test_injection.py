"""Does any of two hundred hostile texts become more than text: in page, table, spreadsheet, log, path or shell?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from builders.hostile import hostile_texts
from builders.panel_sources import write_gene_table
from builders.report import candidate, options
from builders.report_rich import rich_data
from builders.sheets import trio, write_run
from filiation.__main__ import main
from filiation.config import ID_PATTERN
from filiation.io.tools import run_pipeline, run_tool
from filiation.report.exports import write_exports
from filiation.report.pdf import print_page

TEXTS = hostile_texts()


class Tags(HTMLParser):
    """Every element of a page with its attributes, as a browser splits them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def count(self, name: str) -> int:
        """Elements of a name."""
        return sum(tag == name for tag, _ in self.tags)


COLUMNS = (
    "gene", "hgvs_c", "hgvs_p", "consequence", "flags", "hpo_disease", "clinvar_significance", "clinvar_review",
    "kept_because", "caller_filter", "inheritance_reason", "panel_tier", "region_flags", "recurrent_artefact",
)  # fmt: skip
# Letters that a terminal obeys, or that turn the direction of what is read.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def test_texts__are_two_hundred_at_least() -> None:
    assert len(TEXTS) >= 200


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every form of a report in which each text stands in a candidate of its own, in every column of text."""
    folder = tmp_path_factory.mktemp("hostile")
    rows = [
        candidate(rank=number, pos=1000 + number, shelf="A", **dict.fromkeys(COLUMNS, text))
        for number, text in enumerate(TEXTS, 1)
    ]
    data = rich_data(folder, rows, options())
    paths = {name: folder / f"r.{ending}" for name, ending in (("html", "html"), ("table", "tsv"), ("xlsx", "xlsx"))}
    paths |= {"json": folder / "r.json", "vcf": folder / "r.vcf"}
    write_exports(data, **paths)
    (folder / "print.html").write_text(print_page(data), encoding="utf-8")
    return {**paths, "print": folder / "print.html", "folder": folder}


def test_outputs__hostile_text_stays_text(
    written: dict[str, Path], record_property: Callable[[str, object], None]
) -> None:
    # In page, print page, table, spreadsheet, JSON and VCF.
    record_property("strings", 6 * len(TEXTS))
    for name in ("html", "print"):
        page = Tags(written[name].read_text(encoding="utf-8"))
        assert page.count("script") == (3 if name == "html" else 0)
        assert not {tag for tag, _ in page.tags} & {"img", "iframe", "base", "object", "embed", "math"}
        for tag, attributes in page.tags:
            for attribute, value in attributes:
                assert not attribute.startswith("on"), (tag, attribute)
                outside = attribute in ("href", "src", "action", "xlink:href") and not (value or "").startswith("#")
                assert not outside or not re.match(r"\s*(javascript|file|data:text|//)", value or "", re.IGNORECASE)
        assert sum(tag == "meta" and ("http-equiv" in dict(attributes)) for tag, attributes in page.tags) <= 1
    for line in written["table"].read_text(encoding="utf-8").splitlines():
        assert not any(cell.lstrip().startswith(("=", "+", "@")) for cell in line.split("\t")), line
        assert not any(cell.startswith("-") and not re.fullmatch(r"-?[\d.e+-]+", cell) for cell in line.split("\t"))
    for sheet in openpyxl.load_workbook(written["xlsx"]):
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" and cell.hyperlink is None for cell in row)
    assert len(json.loads(written["json"].read_text(encoding="utf-8"))["candidates"]) == len(TEXTS)
    records = [line for line in written["vcf"].read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert all(line.count("\t") == 11 for line in records)
    assert not list(written["folder"].rglob("*PWNED*"))


@pytest.mark.parametrize("column", ["sample", "family", "pre_indication"])
def test_paths__no_text_leaves_its_folder_or_is_taken_as_a_name(
    column: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    work = tmp_path / "a" / "b"
    work.mkdir(parents=True)
    monkeypatch.chdir(work)
    refused = 0
    for text in TEXTS:
        if re.fullmatch(ID_PATTERN, text):
            continue
        rows = trio(vcf="joint.vcf.gz")
        rows[0][column] = text
        try:
            write_run(work, rows)
        except UnicodeEncodeError:
            continue
        assert main(["check", "--config", "config.yaml"]) == 2, text
        told = capsys.readouterr().err
        assert not CONTROL.search(told), repr(told)
        refused += 1
    assert refused >= 195
    assert {path.name for path in work.iterdir()} <= {"config.yaml", "samples.tsv"}
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_log__a_text_from_a_list_is_shown_and_never_obeyed_by_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_gene_table(Path("hgnc.tsv"))
    told = 0
    options = ["--pre-indication=nbia", "--date=2026-01-01", "--gene-table=hgnc.tsv", "--output=panel.tsv"]
    for text in TEXTS:
        Path("genes.txt").write_text(f"PANK2\n{text}\n", encoding="utf-8", errors="surrogatepass", newline="")
        code = main(["panels", "import", "genes.txt", *options])
        printed = capsys.readouterr()
        assert code in (0, 2), text
        assert not CONTROL.search(printed.err + printed.out), repr(text)
        told += code == 2
    assert told > 150
    assert {path.name for path in tmp_path.iterdir()} <= {"genes.txt", "panel.tsv", "hgnc.tsv", "withdrawn.txt"}


def test_shell__every_text_is_one_argument_and_nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for text in TEXTS:
        if "\0" in text:
            with pytest.raises(ValueError, match="null byte"):
                run_tool(["printf", "%s", text], purpose="print")
            continue
        assert run_tool(["printf", "%s", text], purpose="print") == text.encode(errors="surrogateescape").decode()
        run_pipeline([["printf", "%s", text], ["cat"]], purpose="print", output="out.txt")
        assert Path("out.txt").read_bytes() == text.encode()
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]
