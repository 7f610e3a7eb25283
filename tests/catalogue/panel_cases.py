"""Group E: gene lists, panels, signs of HPO, and public data."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from builders.panel import write_panel
from builders.panel_sources import panelapp_gene, write_gene_table, write_panelapp_json
from builders.vcf import header_lines, record, write_indexed
from catalogue.calls import GENOME, screen_command, sound_lines, write_calls
from catalogue.case import Case
from catalogue.sheet_cases import CHECK, lay, sound_rows

Text = str | bytes


def import_of(text: Text, name: str = "genes.txt") -> Callable[[], Sequence[str]]:
    """`filiation panels import` of a list of the laboratory."""

    def make() -> Sequence[str]:
        write_gene_table(Path("hgnc.tsv"))
        Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
        options = ["--gene-table", "hgnc.tsv", "--pre-indication", "nbia", "--date", "2026-11-22"]
        return ["panels", "import", name, *options, "--output", "out/panel.tsv"]

    return make


def panel_of(edit: Callable[[str], str]) -> Callable[[], Sequence[str]]:
    """`filiation genes --panel` on an edited panel file."""

    def make() -> Sequence[str]:
        path = write_panel(Path("panel.tsv"), {"PANK2": ("core", "AR"), "FTL": ("hpo", "AD"), "WDR45": ("lab", "XL")})
        path.write_text(edit(path.read_text()))
        Path("genes.gff3").write_text(GFF3)
        return ["genes", "--panel", "panel.tsv", "--gff3", "genes.gff3"]

    return make


def signs(text: str) -> Callable[[], Sequence[str]]:
    """`filiation check` of a sheet with these HPO terms."""

    def make() -> Sequence[str]:
        lay(sound_rows(hpo_terms=text))
        return CHECK

    return make


def configured(**config: object) -> Callable[[], Sequence[str]]:
    """`filiation check` with these sections of the configuration."""

    def make() -> Sequence[str]:
        lay(None, **config)
        return CHECK

    return make


def with_file(name: str, text: Text, **config: object) -> Callable[[], Sequence[str]]:
    """`filiation check` with a public file that the configuration names."""

    def make() -> Sequence[str]:
        Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
        lay(None, **config)
        return CHECK

    return make


def frequencies(
    records: Sequence[str], command: str = "check", extra: Sequence[str] = ()
) -> Callable[[], Sequence[str]]:
    """Population frequencies given to `check` or `screen`."""

    def make() -> Sequence[str]:
        lay(None, frequencies=[{"name": "gnomAD", "vcf": "af.vcf.gz"}])
        write_indexed(
            Path("af.vcf.gz"), [*header_lines({name: len(text) for name, text in GENOME.items()}, [], extra), *records]
        )
        return CHECK if command == "check" else [*screen_command("joint.vcf.gz"), "--frequency", "gnomAD=af.vcf.gz"]

    return make


def site(pos: int, info: str, contig: str = "chr1") -> str:
    """A record of population frequencies at one of the sound calls."""
    cells = next(line for line in sound_lines() if line.startswith(f"{contig}\t{pos}\t")).split("\t")
    return record(contig, pos, cells[3], cells[4], info=info)


def _kept_not_annotated(told: str) -> None:
    """A frequency that is no number is missing: the record stays, and is not taken for rare or for frequent."""
    rows = Path("out/screen.tsv").read_text()
    assert "\tfrequent_in_population\t0\t" in rows
    assert "\trecords_out\t40\t" in rows


GFF3 = "##gff-version 3\n" + "".join(
    f"chr1\tx\tgene\t{n * 100 + 1}\t{n * 100 + 90}\t.\t+\t.\t"
    f"ID=gene:ENSG{n};gene_id=ENSG{n};Name={name};biotype=protein_coding\n"
    for n, name in enumerate(("PANK2", "FTL"))
)
DATES = ("1-Sep", "44805", "Sep-01", "2026-09-01", "01/09/2026", "sept-01", "01-sept")
REFUSED_GENES = (
    ("E8", "ambiguous alias", "SHARED", "several genes"),
    ("E8", "lower case", "pank2", "not a name"),
    ("E8", "mistyped", "PANKK2", "not a name"),
    ("E8", "Ensembl id of nothing", "ENSG00000000000", "not a name"),
    ("E9", "withdrawn entry", "GONE", "withdrawn"),
    ("E9", "withdrawn id", "HGNC:3", "withdrawn"),
    ("E9", "id that never was", "HGNC:9999999", "not a name"),
)
FREQUENCY_FAULTS = (
    ("C16", "decimal comma", "AF=0,001", "2 values for 1 alternate"),
    ("C16", "three values", "AF=0.1,0.2,0.3", "3 values for 1 alternate"),
)


def cases() -> list[Case]:
    """Every case of this module."""
    return [
        *(
            Case(
                "E7",
                f"gene written as {text}",
                import_of(f"PANK2\n{text}\n"),
                "panels",
                ("spreadsheet",),
                "genes.txt",
                "line 2",
            )
            for text in DATES
        ),
        *(
            Case(row, f"gene: {name}", import_of(f"PANK2\n{text}\n"), "panels", (found,), "genes.txt", "line 2")
            for row, name, text, found in REFUSED_GENES
        ),
        Case("E8", "former symbol", import_of("C5orf42\tAR\n"), "panels", code=0, proves=_holds("CPLANE1\tHGNC:25801")),
        Case("E8", "alias of one gene", import_of("HARP\tAR\n"), "panels", code=0, proves=_holds("PANK2\tHGNC:15804")),
        Case(
            "E8",
            "two modes of one gene",
            import_of("PANK2\tAR\nHARP\tAD\n"),
            "panels",
            ("two modes",),
            "genes.txt",
            "line",
        ),
        Case("E8", "list of nothing", import_of("# only a comment\n"), "panels", ("",), "genes.txt"),
        Case("E8", "list in UTF-16", import_of("PANK2\n".encode("utf-16")), "panels", ("",), "genes.txt"),
        Case(
            "E8",
            "list with Latin-1 accents",
            import_of("PANK2 # vérifié\n".encode("latin-1")),
            "panels",
            code=0,
            proves=_holds("PANK2\tHGNC:15804"),
        ),
        Case(
            "E9",
            "HGNC id of another gene",
            _panelapp([panelapp_gene("PANK2", "HGNC:3999")]),
            "panels",
            ("HGNC:3999 is FTL, but the row says PANK2",),
            "p.json",
            "gene 1",
        ),
        Case(
            "E11",
            "regions and repeats in a panel",
            import_of(REGIONS, "p.tsv"),
            "panels",
            ("1 regions and repeats left out",),
            code=0,
        ),
        Case(
            "E10",
            "gene that the gene models do not hold",
            panel_of(lambda text: text),
            "genes",
            ("not in the gene models",),
            code=0,
        ),
        Case(
            "E13",
            "mode of inheritance of a new kind",
            import_of("PANK2\tdigenic\n"),
            "panels",
            ("digenic",),
            "genes.txt",
            "line 1",
        ),
        *(
            Case(row, f"panel: {name}", panel_of(edit), "genes", (found,), "panel.tsv", place)
            for row, name, edit, found, place in (
                ("E6", "a cell too few", lambda text: text.replace("FTL\t", "FTL ", 1), "cells", r"line \d+"),
                ("E6", "tier of a word", lambda text: text.replace("\tcore\t", "\tgreen\t"), "tier 'green'", "gene 1"),
                ("E6", "a gene twice", lambda text: text.replace("FTL", "PANK2"), "stands twice", "gene 2"),
                ("E9", "id without its prefix", lambda text: text.replace("HGNC:100", "100"), "'100'", "gene 1"),
                (
                    "E6",
                    "columns exchanged",
                    lambda text: text.replace("gene\thgnc_id", "hgnc_id\tgene"),
                    "columns differ",
                    "",
                ),
                (
                    "E6",
                    "another table",
                    lambda text: text.replace("schema=panel", "schema=funnel"),
                    "schema 'funnel/1'",
                    "",
                ),
                (
                    "E6",
                    "no header",
                    lambda text: "".join(line for line in text.splitlines(True) if not line.startswith("##")),
                    "schema",
                    "",
                ),
                (
                    "E14",
                    "rows that are not those of its checksum",
                    lambda text: text.replace("##version=1", "##version=1\n##body_sha256=" + "0" * 64),
                    "not those that the panel was written with",
                    "",
                ),
                ("E14", "cut in the middle of a row", lambda text: text[:-20], "cells", r"line \d+"),
                ("E6", "nothing but NUL bytes", lambda text: "\0" * 60, "schema", ""),
            )
        ),
        *(
            Case("E12", f"sign {name}", signs(text), "check", (found,), "samples.tsv", "", "")
            for name, text, found in (
                ("that never was", "HP:9999999", "HP:9999999"),
                ("of five digits", "HP:00125", "HP:00125"),
                ("mistyped", "Seizzure", "Seizzure"),
                ("withdrawn without a replacement", "HP:0001726", "HP:0001654"),
                ("of another ontology", "ORPHA:558", "ORPHA:558"),
                ("beside another's label", "HP:0001250 Macrocephaly", "HP:0001250"),
            )
        ),
        Case("E12", "sign withdrawn for one other", signs("HP:0000038"), "check", ("HP:0000054", "3 members"), code=0),
        *(
            Case(
                "E15",
                f"gene models: {name}",
                with_file(
                    "genes.gff3",
                    text,
                    reference={"fasta": "genome.fa", "genes_gff3": "genes.gff3"},
                    annotation={"consequences": "csq"},
                ),
                "check",
                ("",),
                "genes.gff3",
                place,
            )
            for name, text, place in (
                ("empty", "", ""),
                ("no gene", "##gff-version 3\n", ""),
                ("of another genome", GFF3.replace("chr1", "chr7"), ""),
                ("a web page", "<html>Not found</html>\n", ""),
                ("eight columns", GFF3.replace("\t.\t+\t", "\t+\t", 1), ""),
                ("start of a word", GFF3.replace("\t1\t", "\tone\t", 1), ""),
                ("cut gzip", __import__("gzip").compress(GFF3.encode() * 50)[:-30], ""),
            )
        ),
        *(
            Case(
                row,
                f"frequency: {name}",
                frequencies([site(6, info)]),
                "check",
                (found,),
                "af.vcf.gz",
                r"chr1:6|line \d+",
            )
            for row, name, info, found in FREQUENCY_FAULTS
        ),
        *(
            Case(row, f"frequency: {name}", frequencies([site(6, info)], "screen"), "screen", (found,), "", "chr1:6")
            for row, name, info, found in FREQUENCY_FAULTS
        ),
        *(
            Case(
                "C17",
                f"frequency {text}",
                frequencies([site(6, f"AF={text}")], "screen"),
                "screen",
                code=0,
                proves=_kept_not_annotated,
            )
            for text in ("nan", ".", "-0.1", "-nan")
        ),
        Case(
            "C17",
            "frequency that is a percentage",
            frequencies([site(6, "AF=40")], "screen"),
            "screen",
            ("not a frequency",),
            "",
            "chr1:6",
        ),
        Case(
            "E15",
            "frequencies of another build",
            frequencies([record("chr1", 6, _other("chr1", 6), "N", info="AF=0.1")]),
            "check",
            ("REF differs",),
            "af.vcf.gz",
            "chr1:6",
        ),
        Case("E15", "frequencies of other contig lengths", _other_lengths, "screen", ("build",), "af.vcf.gz"),
        Case(
            "E16",
            "calls annotated by nothing where an annotation is expected",
            configured(annotation={"consequences": "existing"}),
            "check",
            ("carry no annotation",),
            "joint.vcf.gz",
            "FAM",
        ),
    ]


def _other(contig: str, pos: int) -> str:
    return "ACGT"["ACGT".index(GENOME[contig][pos - 1]) - 2]


def _other_lengths() -> Sequence[str]:
    write_calls(Path("joint.vcf.gz"), sound_lines())
    write_indexed(Path("af.vcf.gz"), [*header_lines({"chr1": 249_250_621}, []), site(6, "AF=0.1")])
    return [*screen_command("joint.vcf.gz"), "--frequency", "gnomAD=af.vcf.gz"]


def _holds(words: str) -> Callable[[str], None]:
    def proves(told: str) -> None:
        assert words in Path("out/panel.tsv").read_text()

    return proves


def _panelapp(genes: list[dict[str, object]]) -> Callable[[], Sequence[str]]:
    def make() -> Sequence[str]:
        arguments = import_of("", "p.json")()
        write_panelapp_json(Path("p.json"), genes)
        assert json.loads(Path("p.json").read_text())
        return arguments

    return make


REGIONS = "\n".join(
    (
        "Entity Name\tEntity type\tGene Symbol\tModel_Of_Inheritance\tGEL_Status\tLevel4\tversion\tHGNC",
        "PANK2\tgene\tPANK2\tBIALLELIC, autosomal\t3\tNBIA\t1.2\tHGNC:15804",
        "ATXN1_CAG\tstr\tATXN1\tMONOALLELIC\t3\tNBIA\t1.2\t",
        "",
    )
)
