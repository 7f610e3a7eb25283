"""Does `annotate` write what every source says, leave nothing for zero, and stop where a source vanished?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pysam
import pytest

from builders.gene_models import gff3, put, sequence, transcript, write_cadd, write_counts
from builders.sheets import trio as family_rows
from builders.sheets import write_run
from builders.trio import Trio, trio, write_fasta
from filiation.__main__ import main
from filiation.calls.annotate import AnnotateCounts, annotate_calls
from filiation.config import load_config, parse_config
from filiation.evidence.collect import EvidenceSources
from filiation.evidence.fields import VariantFacts, read_variant_facts
from filiation.evidence.populations import CountSource
from filiation.evidence.regions import RegionFile
from filiation.evidence.scores import ScoreFile
from filiation.io.indexed import write_indexed_table, write_indexed_vcf
from filiation.io.sheet import SampleSheet
from filiation.io.tables import read_table
from filiation.model.columns import ANNOTATION_SHARES
from filiation.run_record import resource_rows
from filiation.workflow_inputs import WorkflowInputs

CODING_START = 1000  # 0-based
GENOME = put(sequence(3000, 5), CODING_START, "ATG" + "GCT" * 60 + "TAA")
MODEL = replace(transcript([(900, 1300)], [(CODING_START, 1186)]), version="4")
SITE = 1005  # 1-based: the second base of the second codon, GCT


def other(base: str) -> str:
    """Another base."""
    return "ACGT"["ACGT".index(base) - 1]


def calls_at(*positions: int) -> Trio:
    """De novo substitutions."""
    family = replace(trio(), contigs={"1": 3000})
    for pos in positions:
        family = family.at("1", pos, GENOME[pos - 1], other(GENOME[pos - 1]))
    return family


def annotated(
    folder: Path, family: Trio, sources: EvidenceSources | None = None, clinvar: Path | None = None
) -> tuple[list[VariantFacts], AnnotateCounts, Path]:
    """Screened and annotated with gene models whose transcript is MANE Select."""
    models = folder / "genes.gff3"
    models.write_text(gff3([MODEL], tags={"ENST1": "basic,MANE_Select"}))
    reference = write_fasta(folder / "genome.fa", {"1": GENOME})
    screened, _ = family.screened(folder)
    output = folder / "annotated.bcf"
    counts = annotate_calls(
        screened,
        output,
        consequences="csq",
        reference=reference,
        genes_gff3=models,
        clinvar_vcf=clinvar,
        sources=sources,
    )
    with pysam.VariantFile(str(output)) as calls:
        return [read_variant_facts(record) for record in calls], counts, output


def test_annotate__names_the_variant_on_mane_select(tmp_path: Path) -> None:
    (facts,), counts, _ = annotated(tmp_path, calls_at(SITE))
    (gene,) = facts.genes
    assert (gene.gene, gene.gene_id, gene.transcript, gene.status) == ("GENE1", "ENSG1", "ENST1.4", "MANE_Select")
    assert gene.hgvs_c == "ENST1.4:c.5C>A"
    assert gene.hgvs_p == "ENSP1.2:p.(Ala2Asp)"
    assert (gene.exon, gene.protein_position, gene.protein_length) == ("1/1", 2, 61)
    assert facts.hgvs_g == f"1:g.{SITE}C>A"
    assert (counts.counts["hgvs_read_twice"], counts.counts["hgvs_engines_differ"]) == (2, 0)


def test_annotate__with_nothing_configured_says_so_of_every_source(tmp_path: Path) -> None:
    (facts,), _, _ = annotated(tmp_path, calls_at(SITE))
    states = {**facts.states}
    assert states.pop("hgvs") == "found"
    assert set(states.values()) == {"not_annotated"}
    assert (facts.cadd_phred, facts.revel, facts.inhouse_carriers, facts.population_faf) == (None, None, None, None)


def test_annotate__each_source_is_found_not_found_or_not_applicable(tmp_path: Path) -> None:
    alt = other(GENOME[SITE - 1])
    cadd = write_cadd(tmp_path / "cadd.tsv.gz", [("1", SITE, GENOME[SITE - 1], alt, "27.1")])
    bed = tmp_path / "low.bed"
    bed.write_text("1\t1000\t1010\n")
    artefacts = tmp_path / "artefacts.tsv"
    artefacts.write_text(
        f"chrom\tpos\tref\talt\tentry\nchr1\t2500\t{GENOME[2499]}\t{other(GENOME[2499])}\tin 9 of 10\n"
    )
    lab = tmp_path / "lab.vcf.gz"
    fields = {"AF": "A,Float", "Obs": "1,Integer", "faf95": "A,Float"}
    write_counts(lab, [("1", SITE, GENOME[SITE - 1], alt, "AF=0.02;Obs=2;faf95=0.001")], fields)
    sources = EvidenceSources(
        scores=[ScoreFile("c", "cadd", str(cadd)), ScoreFile("r", "alphamissense", str(alphamissense(tmp_path)))],
        regions=[RegionFile("l", "low_complexity", str(bed))],
        artefacts=artefacts,
        inhouse=[CountSource("lab", str(lab), af="AF", carriers="Obs")],
        faf=[CountSource("pop", str(lab), faf="faf95")],
    )
    (coding, elsewhere), counts, _ = annotated(tmp_path, calls_at(SITE, 2500), sources)
    assert (coding.cadd_phred, coding.state("cadd")) == (27.1, "found")
    assert (elsewhere.cadd_phred, elsewhere.state("cadd")) == (None, "not_found")
    assert coding.state("alphamissense") == "not_found"
    assert elsewhere.state("alphamissense") == "not_applicable", "no missense change"
    assert (coding.region_flags, elsewhere.region_flags) == (("low_complexity",), ())
    assert coding.state("segmental_duplication") == "not_annotated"
    assert (elsewhere.recurrent_artefact, coding.state("recurrent_artefact")) == ("in 9 of 10", "not_found")
    assert (coding.inhouse_af, coding.inhouse_carriers, coding.population_faf) == (0.02, 2, 0.001)
    assert elsewhere.state("inhouse") == "not_found"
    share = {row["source"]: row["share"] for row in counts.shares}
    assert (share["cadd"], share["alphamissense"], share["revel"]) == (0.5, 0.0, None)


def alphamissense(folder: Path) -> Path:
    """AlphaMissense with one allele that nobody here carries."""
    path = folder / "am.tsv.gz"
    write_indexed_table(
        path,
        [
            "# Copyright",
            "#CHROM\tPOS\tREF\tALT\tgenome\tuniprot_id\ttranscript_id\tprotein_variant\tam_pathogenicity\tam_class",
            "chr1\t50\tA\tC\thg38\tP1\tENST1.1\tA1C\t0.5\tambiguous",
        ],
    )
    return path


def test_annotate__clinvar_gives_stars_and_the_date_of_its_release(tmp_path: Path) -> None:
    clinvar = tmp_path / "clinvar.vcf.gz"
    lines = ["##fileformat=VCFv4.1", "##fileDate=2026-03-01", "##contig=<ID=1>"]
    lines += [f'##INFO=<ID={name},Number=.,Type=String,Description="{name}">' for name in ("CLNSIG", "CLNREVSTAT")]
    lines.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
    lines.append(f"1\t{SITE}\t17\tC\tA\t.\t.\tCLNSIG=Pathogenic;CLNREVSTAT=reviewed_by_expert_panel")
    write_indexed_vcf(clinvar, lines)
    (facts,), _, _ = annotated(tmp_path, calls_at(SITE), clinvar=clinvar)
    assert (facts.clinvar_stars, facts.clinvar_date, facts.state("clinvar")) == (3, "2026-03-01", "found")


def test_annotate__what_another_program_wrote_under_our_names_is_not_believed(tmp_path: Path) -> None:
    family = calls_at(SITE)
    screened, _ = family.screened(tmp_path)
    foreign = tmp_path / "foreign.bcf"
    with pysam.VariantFile(str(screened)) as source:
        source.header.add_line('##INFO=<ID=REVEL,Number=.,Type=String,Description="of another program">')
        with pysam.VariantFile(str(foreign), "wb", header=source.header) as sink:
            for record in source:
                record.info["REVEL"] = ("0,99",)
                sink.write(record)
    output = tmp_path / "annotated.bcf"
    annotate_calls(foreign, output, consequences="none")
    with pysam.VariantFile(str(output)) as calls:
        (facts,) = (read_variant_facts(record) for record in calls)
    assert (facts.revel, facts.state("revel")) == (None, "not_annotated")


def test_annotate__again_gives_the_same_records(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        annotated(folder, calls_at(SITE, 2500))
    # The header of csq names its files; the records must be the same.
    assert lines_of(first / "annotated.bcf") == lines_of(second / "annotated.bcf")


def lines_of(path: Path) -> list[str]:
    """The records as text."""
    with pysam.VariantFile(str(path)) as calls:
        return [str(record) for record in calls]


def test_command__a_source_of_the_earlier_run_that_vanished_stops_this_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alt = other(GENOME[SITE - 1])
    cadd = write_cadd(tmp_path / "cadd.tsv.gz", [("1", SITE, GENOME[SITE - 1], alt, "27.1")])
    screened, _ = calls_at(SITE).screened(tmp_path)
    common = ["annotate", "--variants", str(screened), "--consequences", "none", "--output", str(tmp_path / "a.bcf")]
    common += ["--funnel", str(tmp_path / "f.tsv")]
    shares = tmp_path / "shares.tsv"
    assert main([*common, "--score", f"CADD-1.7=cadd,{cadd}", "--shares", str(shares)]) == 0
    rows = {row["source"]: row for row in read_table(shares, ANNOTATION_SHARES).rows}
    assert (rows["cadd"]["share"], rows["cadd"]["verdict"]) == (1.0, "UNKNOWN")
    assert main([*common, "--previous-shares", str(shares)]) == 2
    told = capsys.readouterr().err
    assert "cadd" in told
    assert "previous_shares" in told


def test_workflow__every_source_reaches_its_step_and_own_families_never_filter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    frequencies = [
        {"name": "gnomAD-4.1", "vcf": "g.filfreq", "faf": "faf95", "faf_vcf": "g.vcf.gz"},
        {"name": "lab", "vcf": "lab.vcf.gz", "kind": "in-house", "af": "Frq", "carriers": "Obs", "families": "Fam"},
    ]
    annotation = {
        "consequences": "none",
        "mane_summary": "mane.txt",
        "previous_shares": "last.tsv",
        "scores": [{"name": "CADD-1.7", "kind": "cadd", "path": "c.tsv.gz"}],
        "gene_facts": [{"kind": "gencc", "path": "g.tsv"}],
    }
    config = write_run(tmp_path, family_rows(vcf="f.vcf.gz"), frequencies=frequencies, annotation=annotation)
    run = WorkflowInputs(load_config(config))
    assert run.frequency_files() == ["g.filfreq"], "the screen removes what is frequent: never by the own families"
    assert not any("lab.vcf.gz" in option for option in run.frequency_options())
    assert set(run.annotation_files()) == {"mane.txt", "last.tsv", "c.tsv.gz", "g.vcf.gz", "lab.vcf.gz"}
    options = run.annotate_options()
    assert options[options.index("--score") + 1] == "CADD-1.7=cadd,c.tsv.gz"
    assert options[options.index("--faf") + 1] == "gnomAD-4.1=g.vcf.gz,faf=faf95"
    assert options[options.index("--in-house") + 1] == "lab=lab.vcf.gz,af=Frq,carriers=Obs,families=Fam"
    assert run.gene_fact_options() == ["--gene-facts", "gencc=g.tsv"]


def test_record__every_source_of_evidence_is_in_the_versions_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "samples.tsv").write_text("family\tsample\n")
    cadd = write_cadd(tmp_path / "cadd.tsv.gz", [("1", 5, "A", "C", "1")])
    (tmp_path / "gencc.tsv").write_text("x\n")
    sources = {
        "scores": [{"name": "CADD-1.7", "kind": "cadd", "path": cadd.name}],
        "gene_facts": [{"kind": "gencc", "path": "gencc.tsv"}],
    }
    config = parse_config({"annotation": {"consequences": "none", **sources}}, "config.yaml")
    names = {str(row["name"]) for row in resource_rows(config, SampleSheet(), tmp_path)}
    assert {"annotation.scores.CADD-1.7: cadd.tsv.gz", "annotation.gene_facts.gencc: gencc.tsv"} <= names
