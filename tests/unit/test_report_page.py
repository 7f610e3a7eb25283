"""The page as a reader gets it: complete, honest about what is missing, harmless, the same every time."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from builders.report import (
    candidate,
    check,
    family_candidates,
    family_funnel,
    family_quality,
    genotype,
    options,
    report_data,
)
from filiation.errors import ConfigError, InputError
from filiation.report.data import parse_hpo_terms
from filiation.report.html import MAX_CANDIDATES, render
from filiation.report.quality_view import brief

HOSTILE = "<script>alert(1)</script>\"'&\u2028<img src=x onerror=alert(2)>"
FAILED = check("kinship", "IDX1+FAT1", "unrelated: opposite homozygotes 91233 of 910233", "parent and child", "FAIL")


class Page(HTMLParser):
    """Elements with their attributes, and the text of a page outside style and script."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self._open):
            self.text += data


def page_text(source: str) -> str:
    """The text of a page; ordinary spaces collapsed, no-break spaces kept."""
    return re.sub(r"[ \n]+", " ", Page(source).text)


def row_of(source: str, number: int) -> str:
    """HTML of the main row of candidate `number`."""
    body = source.split(f'id="candidate-{number}"')[1]
    return body.split("</tr>")[0]


def test_every_candidate_is_in_the_page_with_its_detail(tmp_path: Path) -> None:
    rows = family_candidates()
    source = render(report_data(tmp_path))
    assert source.count('<tbody class="candidate') == len(rows)
    assert source.count('<div class="detail">') == len(rows)
    for row in rows:
        key = "-".join(str(row[name]) for name in ("chrom", "pos", "ref", "alt"))
        assert key in source
        assert row["gene"] in source


def test_both_languages_are_in_one_file_and_the_option_chooses_the_first(tmp_path: Path) -> None:
    french = render(report_data(tmp_path))
    english = render(report_data(tmp_path, report_options=options(language="en")))
    for source in (french, english):
        assert "Variants candidats" in source
        assert "Candidate variants" in source
    assert '<html lang="fr">' in french
    assert re.search(r'id="language-fr" value="fr" checked', french)
    assert '<html lang="en">' in english
    assert re.search(r'id="language-en" value="en" checked', english)


def test_no_key_of_the_catalogue_is_shown_to_the_reader(tmp_path: Path) -> None:
    shown = page_text(render(report_data(tmp_path)))
    assert not re.search(r"\b(band|brief|section|column|detail|limits|inheritance)\.[a-z]", shown)


def test_the_page_asks_for_nothing(tmp_path: Path) -> None:
    source = render(report_data(tmp_path))
    page = Page(source)
    for tag, attributes in page.elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "form", "base", "audio", "video")
        for name in ("src", "srcset", "data", "action", "poster", "background", "xlink:href"):
            assert name not in attributes, (tag, name)
        if "href" in attributes:
            assert str(attributes["href"]).startswith("#")
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
    assert not re.search(r"url\(\s*['\"]?(?!#)", source)
    assert "@import" not in source
    assert "http:" not in source
    assert "https:" not in source


def test_links_appear_only_when_asked_for_and_only_from_valid_ids(tmp_path: Path) -> None:
    rows = [candidate(), candidate(rank=2, pos=5, gene_id='HGNC:1"><script>', clinvar_id="12;x")]
    source = render(report_data(tmp_path, candidates=rows, report_options=options(external_links=True)))
    addresses = {
        str(attributes["href"]): attributes
        for tag, attributes in Page(source).elements
        if tag == "a" and not str(attributes["href"]).startswith("#")
    }
    assert set(addresses) == {
        "https://www.genenames.org/data/gene-symbol-report/#!/hgnc_id/HGNC:11497",
        "https://www.ncbi.nlm.nih.gov/clinvar/variation/422436/",
        *(f"https://hpo.jax.org/browse/term/HP:{number}" for number in ("0001249", "0001250", "0000252")),
    }
    assert all(attributes["rel"] == "noopener noreferrer" for attributes in addresses.values())


def test_the_policy_names_exactly_the_inline_script_and_style(tmp_path: Path) -> None:
    source = render(report_data(tmp_path))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', source)
    assert policy
    content = html.unescape(policy.group(1))
    for tag in ("script", "style"):
        inline = re.findall(rf"<{tag}>(.*?)</{tag}>", source, re.DOTALL)
        assert len(inline) == 1
        digest = base64.b64encode(hashlib.sha256(inline[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in content
    for rule in ("default-src 'none'", "connect-src 'none'", "form-action 'none'", "base-uri 'none'"):
        assert rule in content
    assert "unsafe" not in content


def test_hostile_text_is_shown_and_never_run(tmp_path: Path) -> None:
    text_columns = ("gene", "gene_id", "consequence", "transcript", "amino_acid_change", "dna_change", "inheritance",
                    "inheritance_status", "inheritance_reason", "compound_partner", "evidence_rung", "siblings",
                    "population_source", "clinvar_significance", "clinvar_review", "clinvar_id", "panel_tier",
                    "panel_inheritance", "score_components", "caller_filter", "flags", "kept_because")  # fmt: skip
    row = candidate(**dict.fromkeys(text_columns, HOSTILE), population_af=0.1)
    funnel = [("screen", {"records_in": (2, HOSTILE), HOSTILE: (1, HOSTILE), "records_out": (1, "")})]
    data = report_data(
        tmp_path,
        candidates=[row],
        candidates_header={"note": HOSTILE},
        funnel=funnel,
        quality=[check(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)],
        segments=[dict.fromkeys(("sample", "kind", "chrom"), HOSTILE) | {"start": 1, "end": 9}],
        versions=[dict.fromkeys(("name", "kind", "version", "sha256"), HOSTILE)],
        panel_header={"name_fr": HOSTILE, "name_en": HOSTILE, "version": HOSTILE, "status": HOSTILE},
        report_options=options(pre_indication=HOSTILE, override_reason=HOSTILE, external_links=True),
    )
    source = render(data)
    assert source.count("<script>") == 1
    assert "<img" not in source
    page = Page(source)
    assert "<script>alert(1)</script>" in page.text
    for _, attributes in page.elements:
        assert "onerror" not in attributes


def test_a_formula_in_a_gene_name_is_text(tmp_path: Path) -> None:
    formula = '=HYPERLINK("x","y")'
    source = render(report_data(tmp_path, candidates=[candidate(gene=formula)]))
    assert formula in Page(source).text
    assert "href=x" not in source


def test_a_father_without_data_is_no_data_and_never_reference(tmp_path: Path) -> None:
    for number, evidence in enumerate([
        genotype("father", None, None, None, None),
        genotype("father", "./.", None, None, None),
        genotype("father", "./.", 0, 0, None),
        genotype("father", "0/0", 0, 0, 0),
    ]):  # fmt: skip
        folder = tmp_path / str(number)
        folder.mkdir()
        row = row_of(render(report_data(folder, candidates=[candidate(**evidence)])), 1)
        assert "pas de données" in row
        assert "no data" in row
        assert row.count('<span class="gt">0/0</span>') == 1  # the mother's


def test_reads_without_a_genotype_are_shown_as_not_genotyped(tmp_path: Path) -> None:
    row = row_of(render(report_data(tmp_path, candidates=[candidate(**genotype("father", "./.", 12, 2, None))])), 1)
    assert '<span class="gt">./.</span><span>12,2</span>' in row
    assert "pas de données" not in row


@pytest.mark.parametrize("structure,absent", [("solo", 2), ("duo", 1)])
def test_members_who_were_not_sequenced_keep_a_line_that_says_so(tmp_path: Path, structure: str, absent: int) -> None:
    rows = [candidate(**genotype("father", None, None, None, None), **genotype("mother", None, None, None, None))]
    source = render(report_data(tmp_path, structure=structure, candidates=rows))
    assert row_of(source, 1).count("<i lang=fr>non séquencé</i>") == absent
    assert source.count('<g class="person absent">') == absent
    assert page_text(source).count("aucun de novo n’est prouvé") == absent


def test_siblings_are_shown_with_their_reads(tmp_path: Path) -> None:
    row = candidate(siblings="SIB1:0/1:11,9:88")
    shown = row_of(render(report_data(tmp_path, structure="quartet", candidates=[row])), 1)
    assert '<span class="gt">0/1</span><span>11,9</span>' in shown


def test_absent_and_not_annotated_are_different_for_frequency_and_clinvar(tmp_path: Path) -> None:
    rows = [
        candidate(population_af=1.2e-5, population_source="gnomAD-4.1", population_homozygotes=0),
        candidate(rank=2, pos=2, population_source="not_found", clinvar_significance="not_found", clinvar_id=None),
        candidate(rank=3, pos=3, population_source="not_annotated", clinvar_significance="not_annotated"),
        candidate(rank=4, pos=4, population_source=None, clinvar_significance=None),
    ]
    source = render(report_data(tmp_path, candidates=rows))
    cells = [re.findall(r'evidence evidence-(\w+)"', row_of(source, number)) for number in (1, 2, 3, 4)]
    assert cells == [["found"] * 2, ["not_found"] * 2, ["not_annotated"] * 2, ["not_annotated"] * 2]
    assert "1,2\u202f×\u202f10⁻⁵" in row_of(source, 1)
    assert "0 homozygote" in row_of(source, 1)
    for number, words in ((2, "absent"), (3, "non annoté"), (4, "non annoté")):
        assert len(re.findall(rf'class="evidence-value">(?:<i lang=fr>)?{words}', row_of(source, number))) == 2


def test_partners_of_a_compound_pair_stand_together_under_one_heading(tmp_path: Path) -> None:
    first = candidate(rank=1, gene="ASPM", pos=10, inheritance="compound_heterozygous", compound_partner="chr6-30-C-T")
    other = candidate(rank=1, gene="SYNGAP1", pos=20)
    second = candidate(rank=2, gene="ASPM", pos=30, inheritance="compound_heterozygous", compound_partner="chr6-10-C-T")
    source = render(report_data(tmp_path, candidates=[first, other, second]))
    assert re.findall(r'id="(candidate-\d)"', source) == ["candidate-1", "candidate-2", "candidate-3"]
    assert "chr6-10-C-T" in row_of(source, 1)
    assert "chr6-30-C-T" in row_of(source, 2)
    assert source.count('<tbody class="pair-heading rail">') == 1
    assert '<a class="mono" href="#candidate-2">chr6-30-C-T</a>' in source


def test_a_partner_that_is_not_in_the_table_is_said_to_be_missing(tmp_path: Path) -> None:
    row = candidate(inheritance="compound_heterozygous", compound_partner="chr6-99-A-G,chr6-98-A-G")
    shown = page_text(render(report_data(tmp_path, candidates=[row])))
    assert shown.count("(absent de cette table)") == 2


def test_off_panel_is_visible_in_words(tmp_path: Path) -> None:
    row = row_of(render(report_data(tmp_path, candidates=[candidate(panel_tier="off_panel")])), 1)
    assert '<span class="chip chip-warn"><i lang=fr>hors panel</i>' in row


def test_a_hemizygous_call_is_explained(tmp_path: Path) -> None:
    rows = [candidate(chrom="chrX", **genotype("proband", "1", 0, 21, 99))]
    shown = page_text(render(report_data(tmp_path, candidates=rows)))
    assert "hémizygote" in shown


def test_the_funnel_gives_every_count_and_every_reason(tmp_path: Path) -> None:
    source = render(report_data(tmp_path))
    shown = page_text(source)
    for _, counts in family_funnel():
        for reason, (count, meaning) in counts.items():
            assert f"{count:,}".replace(",", "\u202f") in shown
            if not reason.startswith("records_"):
                assert reason in shown
                assert meaning in shown
    assert "de plus que ces règles" not in shown


def test_a_step_that_loses_records_without_a_reason_is_told(tmp_path: Path) -> None:
    funnel = [("screen", {"records_in": (10, ""), "frequent_in_population": (3, ""), "records_out": (5, "")})]
    assert "2 de moins que ces règles n’en expliquent" in page_text(render(report_data(tmp_path, funnel=funnel)))


def test_without_a_candidate_the_page_says_why_and_shows_the_rest(tmp_path: Path) -> None:
    source = render(report_data(tmp_path, candidates=[]))
    shown = page_text(source)
    assert "Aucun variant du cas index n’a franchi toutes les règles" in shown
    assert "Criblage\u00a0: Fréquent en population (3\u202f690\u202f120)" in shown
    assert "Priorisation\u00a0: Hors des gènes (402)" in shown
    for part in ("funnel", "quality", "limits", "methods", "decisions"):
        assert f'<h2 id="{part}">' in source
    assert "n’exclut pas une cause génétique" in shown


def test_inputs_that_are_missing_are_named_among_the_limits(tmp_path: Path) -> None:
    rows = [candidate(population_source="not_annotated", clinvar_significance="not_annotated", panel_tier=None)]
    data = report_data(
        tmp_path, candidates=rows, coverage=False, panel=False, segments=[], quality=[], report_options=options(
            hpo_terms=(), pre_indication="")
    )  # fmt: skip
    shown = page_text(render(data))
    for sentence in ("Aucune lecture n’a été mesurée", "Aucune fréquence de population",
                     "ClinVar n’a pas été interrogé",
                     "Aucun terme HPO", "Aucun panel", "aucun contrôle", "Aucun segment"):  # fmt: skip
        assert sentence in shown


def test_limits_say_whether_indels_could_be_left_aligned(tmp_path: Path) -> None:
    with_reference, without, unknown = (tmp_path / name for name in ("with", "without", "unknown"))
    for folder in (with_reference, without, unknown):
        folder.mkdir()
    assert "ont été alignées à gauche avant" in page_text(render(report_data(with_reference)))
    tool = {"name": "bcftools", "kind": "tool", "version": "1.21"}
    assert "n’ont pas pu être alignées à gauche" in page_text(render(report_data(without, versions=[tool])))
    assert "ne disent pas si" in page_text(render(report_data(unknown, versions=[])))


def test_simulated_data_are_labelled_everywhere(tmp_path: Path) -> None:
    source = render(report_data(tmp_path, report_options=options(simulated=True)))
    assert "<title>données simulées — " in source
    assert '<p class="strip">' in source
    assert source.count('class="simulated-mark"') == source.count("<h2 id=")
    assert 'simulated-mark"' not in render(report_data(tmp_path))


def test_a_failed_check_stops_the_report_and_names_the_repair(tmp_path: Path) -> None:
    with pytest.raises(InputError) as stopped:
        report_data(tmp_path, quality=[*family_quality(), FAILED])
    message = stopped.value.message()
    for part in ("kinship", "IDX1+FAT1", "91233 of 910233", "parent and child", "quality.override_reason"):
        assert part in message
    assert stopped.value.exit_code == 2


def test_a_blank_reason_is_no_reason(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        report_data(tmp_path, quality=[FAILED], report_options=options(override_reason="  "))


def test_an_overridden_failure_stands_in_the_red_strip_with_its_reason(tmp_path: Path) -> None:
    source = render(report_data(tmp_path, quality=[FAILED], report_options=options(override_reason="père vérifié")))
    strip = source.split('role="alert"')[1].split("</div>")[0]
    assert "Parenté" in strip
    assert "père vérifié" in strip
    assert "verdict-FAIL" in source


def test_a_verdict_we_do_not_know_is_never_shown_as_passed(tmp_path: Path) -> None:
    source = render(report_data(tmp_path, quality=[check("sex", "IDX1", "?", "?", "FINE")]))
    assert 'class="tile verdict-UNKNOWN"' in source


def test_a_variant_that_the_index_does_not_carry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not carried by the index case"):
        report_data(tmp_path, candidates=[candidate(**genotype("proband", "0/0", 31, 0, 99))])


def test_another_familys_pedigree_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="FAM1"):
        report_data(tmp_path, report_options=options(family="OTHER"))


def test_hpo_terms_are_read_and_a_wrong_one_is_named() -> None:
    assert parse_hpo_terms("HP:0001249; HP:0001250;") == ("HP:0001249", "HP:0001250")
    with pytest.raises(ConfigError, match="HP:12"):
        parse_hpo_terms("HP:0001249;HP:12")


def test_an_unvalidated_panel_is_labelled_and_a_validated_one_is_not(tmp_path: Path) -> None:
    words = "panel par défaut non validé"
    assert words in render(report_data(tmp_path))
    assert words not in render(report_data(tmp_path, panel_header={"status": "validated"}))


def test_same_tables_same_bytes(tmp_path: Path) -> None:
    data = report_data(tmp_path)
    assert render(data) == render(report_data(tmp_path))
    assert "2026-11-21" in render(data)
    assert str(tmp_path) not in render(data)


def test_every_table_has_headers_and_every_figure_a_caption(tmp_path: Path) -> None:
    source = render(report_data(tmp_path))
    for table in re.findall(r"<table.*?</table>", source, re.DOTALL):
        assert re.search(r"<th [^>]*scope=", table)
    assert source.count("<svg") == source.count("<figcaption")
    ids = re.findall(r' id="([^"]+)"', source)
    assert len(ids) == len(set(ids))


def test_nothing_is_concluded_for_the_reader(tmp_path: Path) -> None:
    source = render(report_data(tmp_path))
    assert not re.search(r"diagnos", page_text(source), re.IGNORECASE)
    assert '<div class="blank blank-tall"></div>' in source


@pytest.mark.parametrize("value,short", [
    ("3 of 1918 (0.156 %)", "0.156% (3 of 1918)"),
    ("2165 of 2166 (100 %) autosomal records called", "100% (2165 of 2166)"),
    ("2.14 (888 transitions, 415 transversions)", "2.14"),
    ("parent and child: opposite homozygotes 112 of 910233 (0.0001); relatedness 0.50", "parent and child (0.0001)"),
    ("male: X heterozygous 0, homozygous or hemizygous 112; X depth 0.59 of autosomes", "male"),
    ("mean 30.4; 99.0 % at 10x; 87.5 % at 20x", "mean 30.4; 99.0% at 10x; 87.5% at 20x"),
])  # fmt: skip
def test_a_tile_says_a_check_in_a_few_words(value: str, short: str) -> None:
    assert brief(value).en == short


def test_the_evidence_of_each_member_is_put_into_words(tmp_path: Path) -> None:
    reason = "proband=carrier father=no_data mother=absent de_novo_posterior=0.0072 also=de_novo:possible"
    row = candidate(inheritance_reason=reason, flags="father_without_data;off_panel")
    shown = page_text(render(report_data(tmp_path, candidates=[row])))
    for words in ("porteur", "de novo (possible)", "père sans données ici"):
        assert words in shown
    assert "no_data" not in row_of(render(report_data(tmp_path, candidates=[row])), 1)


def test_a_frameshift_of_many_residues_is_shortened_in_the_row_and_whole_in_the_detail(tmp_path: Path) -> None:
    change = "216" + "DDVMLCSDSQ" * 9 + "*>216VM*"
    source = render(report_data(tmp_path, candidates=[candidate(amino_acid_change=change)]))
    assert html.escape(change) not in row_of(source, 1)
    assert html.escape(change) in source


def many_candidates(number: int) -> list[dict[str, Any]]:
    """De novo candidates at successive positions."""
    return [candidate(rank=place, pos=1000 + place) for place in range(1, number + 1)]


def test_two_hundred_candidates_fit_in_five_megabytes_and_thirty_seconds(tmp_path: Path) -> None:
    data = report_data(tmp_path, candidates=many_candidates(200))
    start = time.monotonic()
    source = render(data)
    assert time.monotonic() - start < 30
    assert len(source.encode()) < 5_000_000
    assert source.count('<tbody class="candidate') == 200


def test_beyond_the_limit_the_page_says_what_it_leaves_to_the_tsv(tmp_path: Path) -> None:
    source = render(report_data(tmp_path, candidates=many_candidates(MAX_CANDIDATES + 5)))
    assert source.count('<tbody class="candidate') == MAX_CANDIDATES
    assert "les 200 premiers variants sur 205" in source
