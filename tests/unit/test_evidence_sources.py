"""Does each source say found, not found or nothing at all, never zero; and does a faulty file stop with its place?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pysam
import pytest

from builders.gene_models import write_cadd, write_counts, write_spliceai
from filiation.errors import ConfigError, InputError
from filiation.evidence.artefacts import load_artefacts
from filiation.evidence.fields import (
    SOURCES,
    GeneEffect,
    TranscriptEffect,
    VariantFacts,
    declare,
    read_variant_facts,
    write_facts,
)
from filiation.evidence.gene_facts import COLUMNS, GeneFactFile, load_gene_facts, parse_gene_fact_file
from filiation.evidence.populations import CountSource, open_count_sources, parse_count_source
from filiation.evidence.regions import RegionFile, Regions, parse_region_file
from filiation.evidence.scores import ScoreFile, check_score_file, open_scores, parse_score_file
from filiation.evidence.shares import ShareCounter, compare_shares, require_no_loss
from filiation.io.indexed import write_indexed_table

ROWS = [("1", 100, "A", "C", "23.4"), ("1", 100, "A", "G", "0.05"), ("1", 200, "C", "T", ".")]


# --- the record --------------------------------------------------------------------------------------------------


def record(*, foreign: str = ""):  # type: ignore[no-untyped-def]
    """A record of a file whose header declares our fields."""
    header = pysam.VariantHeader()
    header.add_line("##contig=<ID=1,length=1000>")
    if foreign:
        header.add_line(foreign)
    declare(header)
    return header.new_record(contig="1", start=9, alleles=("A", "T"))


def test_facts__survive_the_record_with_every_separator_in_them() -> None:
    effect = GeneEffect(
        "RNU4-2", "ENSG1", "ENST1.2", "MANE_Select", "missense_variant", "stop_gained", "NM_1.2:c.4_5del",
        "NP_1.1:p.(=)", "1/3", "", 2, 100, "expected", 30, "a, b; c|d=e&f/g",
        (TranscriptEffect("T2.1", "other", "stop_gained", "T2.1:c.*4A>T", "p.(Lys2Ter)"),),
    )  # fmt: skip
    facts = VariantFacts(
        hgvs_g="NC_000001.11:g.10A>T", genes=(effect, replace(effect, gene="X", others=())), revel=0.05,
        cadd_phred=23.4, spliceai_max=0.0, spliceai_detail="0.00@1/0.00@2/0.00@-3/0.00@4", inhouse_carriers=0,
        recurrent_artefact="seen in 41; 60", region_flags=("low_complexity",), states={"revel": "found"},
    )  # fmt: skip
    one = record(foreign='##INFO=<ID=REVEL,Number=.,Type=String,Description="of another program">')
    write_facts(one, facts)
    found = read_variant_facts(one)
    assert found.genes == facts.genes
    assert (found.revel, found.cadd_phred, found.spliceai_max) == (0.05, 23.4, 0.0)
    assert found.inhouse_carriers == 0, "none seen is not unknown"
    assert found.recurrent_artefact == facts.recurrent_artefact
    assert found.alphamissense is None
    assert found.state("revel") == "found"
    assert found.state("cadd") == "not_annotated"
    assert found.of_gene("ENSG1") == effect


def test_facts__of_a_file_that_was_never_annotated_are_unknown() -> None:
    header = pysam.VariantHeader()
    header.add_line("##contig=<ID=1,length=1000>")
    found = read_variant_facts(header.new_record(contig="1", start=9, alleles=("A", "T")))
    assert found == VariantFacts()
    assert set(found.states_text.split(";")) == {f"{source}:not_annotated" for source in SOURCES}


# --- scores ------------------------------------------------------------------------------------------------------


def test_score__is_of_exactly_this_allele_in_either_contig_style(tmp_path: Path) -> None:
    path = write_cadd(tmp_path / "cadd.tsv.gz", ROWS)
    with open_scores([ScoreFile("c", "cadd", str(path))], "GRCh38") as scores:
        found = scores.find("cadd", "chr1", 100, "A", "C")
        assert found is not None
        assert found.value == 23.4
        assert scores.find("cadd", "1", 100, "A", "T") is None
        assert scores.find("cadd", "1", 200, "C", "T") is None, "a dot is no score"
        assert scores.find("cadd", "2", 100, "A", "C") is None
        assert scores.find("revel", "1", 100, "A", "C") is None


def test_score__revel_takes_the_position_of_the_build(tmp_path: Path) -> None:
    path = tmp_path / "revel.tsv.gz"
    lines = ["#chr\thg19_pos\tgrch38_pos\tref\talt\taaref\taaalt\tREVEL\tEnsembl_transcriptid"]
    lines += ["1\t90\t100\tA\tC\tK\tN\t0.7\tENST1", "1\t90\t100\tA\tC\tK\tT\t0.8\tENST2"]
    write_indexed_table(path, lines, position=2)
    with open_scores([ScoreFile("r", "revel", str(path))], "GRCh38") as scores:
        found = scores.find("revel", "1", 100, "A", "C")
        assert found is not None
        assert found.value == 0.8, "the largest over the transcripts"


def test_score__spliceai_gives_the_largest_delta_and_all_four(tmp_path: Path) -> None:
    item = "C|GENE1|0.01|0.91|0.00|0.02|-5|2|7|-12"
    path = write_spliceai(tmp_path / "s.vcf.gz", [("1", 100, "A", "C", f"G|GENE1|1|1|1|1|1|1|1|1,{item}")])
    with open_scores([ScoreFile("s", "spliceai", str(path))], "other") as scores:
        found = scores.find("spliceai", "1", 100, "A", "C")
        assert found is not None
        assert (found.value, found.detail) == (0.91, "0.01@-5/0.91@2/0.00@7/0.02@-12")


@pytest.mark.parametrize("value", ["23,4", "nan", "-1", "1000"])
def test_score__that_is_no_number_of_its_scale_stops(tmp_path: Path, value: str) -> None:
    path = write_cadd(tmp_path / "cadd.tsv.gz", [("1", 100, "A", "C", value)])
    file = ScoreFile("c", "cadd", str(path))
    with open_scores([file], "GRCh38") as scores, pytest.raises(InputError, match="1:100"):
        scores.find("cadd", "1", 100, "A", "C")
    with pytest.raises(InputError, match="line 3"):
        check_score_file(file, "GRCh38")


def test_score__of_another_build_stops(tmp_path: Path) -> None:
    path = write_cadd(tmp_path / "cadd.tsv.gz", ROWS, build="GRCh37")
    with (
        pytest.raises(InputError, match="GRCh37 for calls of GRCh38"),
        open_scores([ScoreFile("c", "cadd", str(path))], "GRCh38"),
    ):
        pass


def test_score__whose_reference_alleles_are_not_the_references_stops_with_its_line(tmp_path: Path) -> None:
    fasta = tmp_path / "genome.fa"
    fasta.write_text(">1\n" + "G" * 300 + "\n")
    pysam.faidx(str(fasta))
    path = write_cadd(tmp_path / "cadd.tsv.gz", ROWS)
    with pytest.raises(InputError, match=r"line 3: 1:100 A, where the reference has G"):
        check_score_file(ScoreFile("c", "cadd", str(path)), "other", reference=fasta)


def test_score__without_index_cut_or_of_another_kind_stops(tmp_path: Path) -> None:
    path = write_cadd(tmp_path / "cadd.tsv.gz", ROWS)
    with (
        pytest.raises(InputError, match="no column ref, alt, revel"),
        open_scores([ScoreFile("r", "revel", str(path))], "other"),
    ):
        pass
    (tmp_path / "cadd.tsv.gz.tbi").unlink()
    with pytest.raises(InputError, match="no index"), open_scores([ScoreFile("c", "cadd", str(path))], "other"):
        pass
    cut = tmp_path / "cut.tsv.gz"
    cut.write_bytes(path.read_bytes()[:-28])
    with pytest.raises(InputError, match="truncated"), open_scores([ScoreFile("c", "cadd", str(cut))], "other"):
        pass


# --- regions and artefacts ---------------------------------------------------------------------------------------


def test_regions__flag_what_lies_in_them_and_stop_at_a_faulty_line(tmp_path: Path) -> None:
    bed = tmp_path / "low.bed"
    bed.write_text("#comment\nchr1\t90\t100\nchr1\t200\t300\n")
    files = [RegionFile("l", "low_complexity", str(bed))]
    regions = Regions(files, {"1": [89, 90, 99, 100]})
    assert [regions.at("1", place) for place in (89, 90, 99, 100)] == [(), ("low_complexity",), ("low_complexity",), ()]
    bed.write_text("chr1\t90\t100\nchr1\t100\t90\n")
    with pytest.raises(InputError, match="line 2"):
        Regions(files, {"1": [5]})
    bed.write_text("#only a comment\n")
    with pytest.raises(InputError, match="no interval"):
        Regions(files, {"1": [5]})


def test_artefacts__are_listed_by_allele_and_a_faulty_row_stops(tmp_path: Path) -> None:
    path = tmp_path / "artefacts.tsv"
    header = "chrom\tpos\tref\talt\tentry\n"
    path.write_text(f"## ours\n#{header}chr1\t100\tA\tC\tseen in 41 of 60 families\n")
    assert load_artefacts(path) == {("1", 100, "A", "C"): "seen in 41 of 60 families"}
    path.write_text(header + "1\t100\tA\tC\tx\n1\t100\tA\tC\ty\n")
    with pytest.raises(InputError, match=r"line 3.*twice"):
        load_artefacts(path)
    path.write_text(header + "1\t1e5\tA\tC\tx\n")
    with pytest.raises(InputError, match="line 2"):
        load_artefacts(path)


# --- counts ------------------------------------------------------------------------------------------------------


FIELDS = {"AF": "A,Float", "Obs": "1,Integer", "Families": ".,String", "faf95": "A,Float"}


def test_counts__leave_the_own_family_out_where_the_source_lists_families(tmp_path: Path) -> None:
    path = tmp_path / "lab.vcf.gz"
    write_counts(path, [("1", 100, "A", "C,G", "AF=0.1,0.2;Obs=3;Families=F1,F2,F3")], FIELDS)
    source = CountSource("lab", str(path), af="AF", carriers="Obs", families="Families")
    with open_count_sources([source]) as sources:
        other, own = (sources.find("chr1", 100, "A", "G", family) for family in ("F9", "F2"))
        assert other is not None
        assert own is not None
        assert (other.af, other.carriers) == (pytest.approx(0.2), 3)
        assert own.carriers == 2
        assert sources.find("1", 101, "A", "G", "F1") is None
    with open_count_sources([replace(source, families="")]) as sources:
        assert (found := sources.find("1", 100, "A", "C", "F1")) is not None
        assert found.carriers == 3


def test_counts__are_the_same_through_either_index(tmp_path: Path) -> None:
    path = tmp_path / "lab.vcf.gz"
    write_counts(
        path, [("1", 100, "A", "C,G", "AF=0.1,0.2;Obs=3;Families=F1,F2"), ("1", 100, "AT", "A", "Obs=1")], FIELDS
    )
    source = CountSource("lab", str(path), af="AF", carriers="Obs", families="Families")
    answers = []
    for ending in (".tbi", ".csi"):
        if ending == ".csi":
            Path(f"{path}.tbi").unlink()
            pysam.tabix_index(str(path), preset="vcf", force=True, csi=True)
        with open_count_sources([source]) as sources:
            alleles = [("A", "C"), ("A", "G"), ("AT", "A"), ("A", "T")]
            answers.append([sources.find("1", 100, ref, alt, "F1") for ref, alt in alleles])
    assert [(c.af, c.carriers) if c else None for c in answers[0]] == [(0.1, 2), (0.2, 2), (None, 1), None]
    assert [c and c.carriers for c in answers[1]] == [2, 2, 1, None]


def test_counts__that_are_no_frequency_stop(tmp_path: Path) -> None:
    path = tmp_path / "lab.vcf.gz"
    write_counts(path, [("1", 100, "A", "C", "AF=nan"), ("1", 200, "A", "C", "AF=2")], FIELDS)
    with open_count_sources([CountSource("lab", str(path), af="AF")]) as sources:
        for position in (100, 200):
            with pytest.raises(InputError, match=f"1:{position}"):
                sources.find("1", position, "A", "C")
    with (
        pytest.raises(InputError, match="INFO/AFF is not declared"),
        open_count_sources([CountSource("lab", str(path), af="AFF")]),
    ):
        pass


# --- gene facts --------------------------------------------------------------------------------------------------


CONSTRAINT = "gene\tgene_id\ttranscript\tcanonical\tmane_select\tlof.pLI\tlof.oe_ci.upper\tmis.z_score\n"
DOSAGE = (
    "#ClinGen Gene Curation List\n#01 Jan,2026\n#Gene Symbol\tGene ID\tcytoBand\tHaploinsufficiency Score\t"
    "Triplosensitivity Score\n"
)
VALIDITY = (
    '"CLINGEN GENE DISEASE VALIDITY CURATIONS","","","","","",""\n"FILE CREATED: 2026-01-01","","","","","",""\n'
    '"GENE SYMBOL","GENE ID (HGNC)","DISEASE LABEL","DISEASE ID (MONDO)","MOI","SOP","CLASSIFICATION"\n'
    '"+++","+++","+++","+++","+++","+++","+++"\n'
)


def facts_of(tmp_path: Path, kind: str, text: str, symbol: str = "GENE1", hgnc_id: str | None = "HGNC:1"):  # type: ignore[no-untyped-def]
    """Facts of one gene from one file."""
    path = tmp_path / f"{kind}.txt"
    path.write_text(text)
    return load_gene_facts([GeneFactFile(kind, str(path))]).of(hgnc_id, symbol)


def test_constraint__is_that_of_mane_select(tmp_path: Path) -> None:
    rows = (
        "GENE1\t1\tNM_2.1\tfalse\tfalse\t0.1\t1.5\t0.1\n"
        "GENE1\t1\tNM_1.1\tfalse\ttrue\t0.98\t0.3\tNA\n"
        "GENE1\tE\tENST1\ttrue\ttrue\t0.99\t0.25\t3.5\n"
        "GENE2\tE\tENST9\tfalse\tfalse\t0.99\t0.25\t3.5\n"
    )
    found = facts_of(tmp_path, "gnomad_constraint", CONSTRAINT + rows)
    assert (found["pli"], found["loeuf"], found["missense_z"]) == (0.99, 0.25, 3.5)
    assert facts_of(tmp_path, "gnomad_constraint", CONSTRAINT + rows, "GENE2")["pli"] is None, "unknown, not zero"
    with pytest.raises(InputError, match="line 2"):
        facts_of(tmp_path, "gnomad_constraint", CONSTRAINT + rows.splitlines()[1].replace("0.98", "0,98") + "\n")


def test_dosage__not_yet_evaluated_is_unknown(tmp_path: Path) -> None:
    text = DOSAGE + "GENE1\t1\t1p1\t3\tNot yet evaluated\nGENE2\t2\t1p1\t30\t0\n"
    found = facts_of(tmp_path, "clingen_dosage", text)
    assert (found["clingen_haploinsufficiency"], found["clingen_triplosensitivity"]) == ("3", None)
    with pytest.raises(InputError, match="line 4"):
        facts_of(tmp_path, "clingen_dosage", DOSAGE + "GENE1\t1\t1p1\tthree\t0\n")


def test_validity__links_of_all_sources_stand_together(tmp_path: Path) -> None:
    clingen, ddg2p = tmp_path / "clingen.csv", tmp_path / "ddg2p.csv"
    clingen.write_text(VALIDITY + '"GENE1","HGNC:1","disease one","MONDO:0000001","AD","SOP10","Definitive"\n')
    ddg2p.write_text(
        '"gene symbol","disease name","disease mim","DDD category","allelic requirement","hgnc id"\n'
        'OLDNAME,"DISEASE TWO",600001,confirmed,biallelic,1\n'
    )
    facts = load_gene_facts([GeneFactFile("clingen_validity", str(clingen)), GeneFactFile("ddg2p", str(ddg2p))])
    assert facts.of("HGNC:1", "GENE1")["gene_disease_validity"] == (
        "MONDO:0000001:disease one:AD:definitive:ClinGen|OMIM:600001:DISEASE TWO:AR:definitive:DDG2P"
    )
    assert facts.of(None, "OTHER") == dict.fromkeys(COLUMNS)


def test_gene_facts__of_another_kind_or_cut_stop(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no line with the columns"):
        facts_of(tmp_path, "clingen_dosage", VALIDITY)
    with pytest.raises(InputError, match="line 4"):
        facts_of(tmp_path, "clingen_dosage", DOSAGE + "GENE1\t1\n")


# --- command line ------------------------------------------------------------------------------------------------


def test_options__are_read_or_refused_with_what_is_allowed() -> None:
    assert parse_score_file("CADD-1.7=cadd,a/b.tsv.gz") == ScoreFile("CADD-1.7", "cadd", "a/b.tsv.gz")
    assert parse_region_file("LCR=low_complexity,l.bed").kind == "low_complexity"
    assert parse_gene_fact_file("gencc=g.tsv").path == "g.tsv"
    assert parse_count_source("lab=l.vcf.gz,af=AF,carriers=Obs", "--in-house").carriers == "Obs"
    for parse, text in (
        (parse_score_file, "CADD=cad,f"),
        (parse_region_file, "f.bed"),
        (parse_gene_fact_file, "gnomad=f"),
    ):
        with pytest.raises(ConfigError):
            parse(text)
    with pytest.raises(ConfigError, match="af, faf, carriers, families"):
        parse_count_source("lab=l.vcf.gz,frequency=AF", "--in-house")


# --- shares ------------------------------------------------------------------------------------------------------


def shares(found: int, records: int, *, configured: bool = True) -> list[dict[str, object]]:
    """Rows of a run in which CADD knew some of the records."""
    counter = ShareCounter()
    for number in range(records):
        state = "not_annotated" if not configured else "found" if number < found else "not_found"
        counter.add(VariantFacts(states={"cadd": state}))
    return counter.rows()


def row(rows: list[dict[str, object]], source: str = "cadd") -> dict[str, object]:
    """The row of one source."""
    return next(item for item in rows if item["source"] == source)


def test_shares__a_source_that_vanished_stops_the_run() -> None:
    for now in (shares(0, 1000), shares(0, 1000, configured=False)):
        told = compare_shares(now, shares(990, 1000))
        assert row(now)["verdict"] == "FAIL"
        assert told[0].startswith("FAIL cadd")
        with pytest.raises(InputError, match="cadd"):
            require_no_loss(now, "calls.bcf")


def test_shares__a_change_beyond_chance_is_told_and_one_within_it_is_not() -> None:
    now = shares(900, 1000)
    compare_shares(now, shares(990, 1000))
    assert row(now)["verdict"] == "WARN"
    require_no_loss(now, "calls.bcf")
    small = shares(9, 10)
    compare_shares(small, shares(990, 1000))
    assert row(small)["verdict"] == "OK", "ten records cannot say more"


def test_shares__a_new_source_is_no_fault_and_without_an_earlier_run_nothing_is_said() -> None:
    now = shares(900, 1000)
    assert row(now)["verdict"] == "UNKNOWN"
    compare_shares(now, shares(0, 1000, configured=False))
    assert row(now)["verdict"] == "OK"
    assert row(now, "revel")["share"] is None
