"""Is every source read in the very form in which it is published? Headers and rows as their makers write them.

The headers are those of the releases named beside them; the rows are made, in the same notation.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pysam
import pytest

from filiation.acmg.evidence import VariantEvidence
from filiation.calls.annotate import annotate_calls
from filiation.calls.clinvar import open_clinvar
from filiation.calls.consequences import csq_layout, transcript_items
from filiation.calls.vep_scores import declared_kinds, plugin_scores
from filiation.config import REPOSITORY
from filiation.errors import InputError
from filiation.evidence.fields import read_variant_facts
from filiation.evidence.gene_facts import GeneFactFile, load_gene_facts
from filiation.evidence.populations import CountSource, open_count_sources
from filiation.evidence.scores import ScoreFile, open_scores
from filiation.evidence.shares import compare_shares, require_no_loss
from filiation.frequencies.source import Fields, SourceReader, declared_fields
from filiation.io.indexed import write_indexed_table, write_indexed_vcf
from filiation.resources.prepare import prepare_coverage, prepare_revel

# --- VEP 115, --everything, plugins CADD, REVEL, AlphaMissense, SpliceAI and LoF -----------------------------------

CSQ = (
    "Allele|Consequence|IMPACT|SYMBOL|Gene|Feature_type|Feature|BIOTYPE|EXON|INTRON|HGVSc|HGVSp|cDNA_position|"
    "CDS_position|Protein_position|Amino_acids|Codons|Existing_variation|DISTANCE|STRAND|FLAGS|VARIANT_CLASS|"
    "SYMBOL_SOURCE|HGNC_ID|CANONICAL|MANE|MANE_SELECT|MANE_PLUS_CLINICAL|TSL|APPRIS|CCDS|ENSP|SWISSPROT|TREMBL|UNIPARC|"
    "UNIPROT_ISOFORM|GENE_PHENO|SIFT|PolyPhen|DOMAINS|miRNA|HGVS_OFFSET|AF|AFR_AF|AMR_AF|EAS_AF|EUR_AF|SAS_AF|"
    "gnomADe_AF|gnomADe_AFR_AF|gnomADe_AMR_AF|gnomADe_ASJ_AF|gnomADe_EAS_AF|gnomADe_FIN_AF|gnomADe_MID_AF|"
    "gnomADe_NFE_AF|gnomADe_REMAINING_AF|gnomADe_SAS_AF|gnomADg_AF|gnomADg_AFR_AF|gnomADg_AMI_AF|gnomADg_AMR_AF|"
    "gnomADg_ASJ_AF|gnomADg_EAS_AF|gnomADg_FIN_AF|gnomADg_MID_AF|gnomADg_NFE_AF|gnomADg_REMAINING_AF|gnomADg_SAS_AF|"
    "MAX_AF|MAX_AF_POPS|CLIN_SIG|SOMATIC|PHENO|PUBMED|MOTIF_NAME|MOTIF_POS|HIGH_INF_POS|MOTIF_SCORE_CHANGE|"
    "TRANSCRIPTION_FACTORS|CADD_PHRED|CADD_RAW|REVEL|am_class|am_pathogenicity|SpliceAI_pred_DP_AG|"
    "SpliceAI_pred_DP_AL|SpliceAI_pred_DP_DG|SpliceAI_pred_DP_DL|SpliceAI_pred_DS_AG|SpliceAI_pred_DS_AL|"
    "SpliceAI_pred_DS_DG|SpliceAI_pred_DS_DL|SpliceAI_pred_SYMBOL|LoF|LoF_filter|LoF_flags|LoF_info"
)
DESCRIPTION = f"Consequence annotations from Ensembl VEP. Format: {CSQ}"
NAMES = CSQ.split("|")
ON_MANE = {
    "Allele": "A", "Consequence": "missense_variant&splice_region_variant", "IMPACT": "MODERATE", "SYMBOL": "FGFR2",
    "Gene": "ENSG00000066468", "Feature_type": "Transcript", "Feature": "ENST00000358487", "BIOTYPE": "protein_coding",
    "EXON": "8/18", "HGVSc": "ENST00000358487.10:c.755C>A", "HGVSp": "ENSP00000351276.6:p.Ser252Tyr",
    "Protein_position": "252/821", "Existing_variation": "rs79184941&CM950460", "CANONICAL": "YES",
    "MANE": "MANE_Select", "MANE_SELECT": "NM_000141.5", "gnomADe_AF": "6.84e-07", "CLIN_SIG": "pathogenic",
    "CADD_PHRED": "29.4", "CADD_RAW": "4.43", "REVEL": "0.964", "am_class": "likely_pathogenic",
    "am_pathogenicity": "0.9975", "SpliceAI_pred_DP_AG": "2", "SpliceAI_pred_DP_AL": "-8", "SpliceAI_pred_DP_DG": "31",
    "SpliceAI_pred_DP_DL": "9", "SpliceAI_pred_DS_AG": "0.00", "SpliceAI_pred_DS_AL": "0.07",
    "SpliceAI_pred_DS_DG": "0.01", "SpliceAI_pred_DS_DL": "0.00", "SpliceAI_pred_SYMBOL": "FGFR2",
}  # fmt: skip


def csq(**values: str) -> str:
    """One item of CSQ."""
    return "|".join((ON_MANE | values).get(name, "") for name in NAMES)


def test_vep__everything_with_five_plugins_is_read_by_name() -> None:
    layout = csq_layout(DESCRIPTION, "calls.vcf")
    items = (csq(), csq(Feature="ENST00000457416", MANE="", MANE_SELECT="", CANONICAL="", HGVSp="", REVEL="0.9&0.97"))
    first, second = transcript_items(items, "CSQ", layout, ref="G", alt="A")
    assert (first.gene, first.status, second.status) == ("FGFR2", "MANE_Select", "other")
    assert (first.hgvs_p, first.protein_position, first.protein_length) == (
        "ENSP00000351276.6:p.(Ser252Tyr)", 252, 821,
    )  # fmt: skip
    assert declared_kinds(layout) == {"cadd", "revel", "alphamissense", "spliceai"}
    scores = plugin_scores(items, layout, ref="G", alt="A", where="10:1")
    assert {kind: score.value for kind, score in scores.items()} == {
        "cadd": 29.4, "revel": 0.97, "alphamissense": 0.9975, "spliceai": 0.07,
    }  # fmt: skip
    assert scores["spliceai"].detail == "0.00@2/0.07@-8/0.01@31/0.00@9"


def test_vep__domains_are_those_of_databases_of_domains_and_of_the_shown_transcript(tmp_path: Path) -> None:
    told = "PDB-ENSP_mappings:1e0o.E&Gene3D:2.60.40.10&Pfam:PF07679&SMART:SM00409&Low_complexity_(Seg):seg"
    layout = csq_layout(DESCRIPTION, "calls.vcf")
    (item,) = transcript_items((csq(DOMAINS=told),), "CSQ", layout, ref="G", alt="A")
    assert item.protein_domain == "Pfam:PF07679&SMART:SM00409&Gene3D:2.60.40.10"
    bare = [name for name in layout if name != "DOMAINS"]
    (item,) = transcript_items((csq(),), "CSQ", bare, ref="G", alt="A")
    assert item.protein_domain is None, "an annotator that was not asked has not said that there is none"


def test_vep__a_plugin_without_a_value_gives_none_and_a_faulty_one_stops() -> None:
    layout = csq_layout(DESCRIPTION, "calls.vcf")
    empty = dict.fromkeys((name for name in NAMES if name.startswith(("CADD", "REVEL", "am_", "SpliceAI"))), "")
    assert plugin_scores((csq(**empty),), layout, ref="G", alt="A", where="10:1") == {}
    assert plugin_scores((csq(REVEL="."),), layout, ref="G", alt="A", where="10:1").keys() >= {"cadd"}
    for field, value in (("CADD_PHRED", "29,4"), ("REVEL", "1.2"), ("SpliceAI_pred_DS_AG", "nan")):
        with pytest.raises(InputError, match="10:1"):
            plugin_scores((csq(**{field: value}),), layout, ref="G", alt="A", where="10:1")


def test_vep__plugin_scores_reach_the_record_and_say_when_they_have_none(tmp_path: Path) -> None:
    source = tmp_path / "screened.vcf.gz"
    header = [
        "##fileformat=VCFv4.2",
        "##contig=<ID=chr10,length=133797422>",
        f'##INFO=<ID=CSQ,Number=.,Type=String,Description="{DESCRIPTION}">',
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tCHILD",
    ]
    intronic = csq(Consequence="intron_variant", REVEL="", am_pathogenicity="", CADD_PHRED="")
    rows = [
        f"chr10\t121520160\t.\tG\tA\t50\tPASS\tCSQ={csq()}\tGT\t0/1",
        f"chr10\t121520200\t.\tG\tA\t50\tPASS\tCSQ={intronic}\tGT\t0/1",
    ]
    write_indexed_vcf(source, [*header, *rows])
    output = tmp_path / "annotated.bcf"
    annotate_calls(source, output, consequences="existing")
    with pysam.VariantFile(str(output)) as calls:
        missense, intron = (read_variant_facts(record) for record in calls)
    assert (missense.cadd_phred, missense.revel, missense.alphamissense) == (29.4, 0.964, 0.9975)
    assert (missense.spliceai_max, missense.state("revel")) == (0.07, "found")
    assert (intron.cadd_phred, intron.state("cadd"), intron.state("revel")) == (None, "not_found", "not_applicable")


@pytest.mark.parametrize(("gone", "why"), [("field", "not configured any more"), ("values", "no record has it now")])
def test_vep__a_plugin_that_the_earlier_run_had_is_missed(tmp_path: Path, gone: str, why: str) -> None:
    def shares(name: str, description: str, item: str) -> list[dict[str, object]]:
        source = tmp_path / f"{name}.vcf.gz"
        header = [
            "##fileformat=VCFv4.2",
            "##contig=<ID=chr10,length=133797422>",
            f'##INFO=<ID=CSQ,Number=.,Type=String,Description="{description}">',
            '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
            "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tCHILD",
        ]
        rows = [f"chr10\t{121520160 + n}\t.\tG\tA\t50\tPASS\tCSQ={item}\tGT\t0/1" for n in range(50)]
        write_indexed_vcf(source, [*header, *rows])
        return annotate_calls(source, tmp_path / f"{name}.bcf", consequences="existing").shares

    before = shares("before", DESCRIPTION, csq())
    assert compare_shares(shares("same", DESCRIPTION, csq()), before) == []
    if gone == "field":
        now = shares("now", DESCRIPTION.replace("|REVEL|", "|other|"), csq())
    else:
        now = shares("now", DESCRIPTION, csq(REVEL=""))
    (told,) = compare_shares(now, before)
    assert told.startswith("FAIL revel")
    assert why in told
    with pytest.raises(InputError, match="are gone: revel"):
        require_no_loss(now, "child.vcf.gz")


# --- gnomAD 4.1, joint sites --------------------------------------------------------------------------------------

POPULATIONS = ("afr", "ami", "amr", "asj", "eas", "fin", "mid", "nfe", "remaining", "sas")


def gnomad_header() -> list[str]:
    """INFO fields of gnomad.joint.v4.1.sites, those of the joint frequencies."""
    lines = ["##fileformat=VCFv4.2", "##hailversion=0.2.128-eead8100a1c1", "##contig=<ID=chrX,length=156040895>"]
    kinds = (("AC", "A", "Integer"), ("AN", "1", "Integer"), ("AF", "A", "Float"), ("nhomalt", "A", "Integer"))
    groups = ["", *(f"_{sex}" for sex in ("XX", "XY"))]
    groups += [f"_{name}{sex}" for name in POPULATIONS for sex in ("", "_XX", "_XY")]
    for name, number, kind in kinds:
        lines += [
            f'##INFO=<ID={name}_joint{group},Number={number},Type={kind},Description="as published">'
            for group in groups
        ]
    lines += [
        '##INFO=<ID=grpmax_joint,Number=A,Type=String,Description="as published">',
        '##INFO=<ID=AF_grpmax_joint,Number=A,Type=Float,Description="as published">',
        '##INFO=<ID=fafmax_faf95_max_joint,Number=A,Type=Float,Description="as published">',
        '##INFO=<ID=fafmax_faf95_max_gen_anc_joint,Number=A,Type=String,Description="as published">',
        '##INFO=<ID=not_called_in_exomes,Number=0,Type=Flag,Description="as published">',
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
    ]
    return lines


def gnomad(folder: Path) -> Path:
    """Two alleles of one site, each on its own line as gnomAD writes them."""
    frequencies = ";".join(f"AF_joint_{name}={0.00025 if name == 'nfe' else 0.0:.5e}" for name in POPULATIONS)
    rows = [
        "chrX\t31496400\trs1800280;rs5\tC\tT\t.\tPASS\tAC_joint=300;AN_joint=1613998;AF_joint=1.85874e-04;"
        "nhomalt_joint=2;AC_joint_XY=85;grpmax_joint=nfe;AF_grpmax_joint=2.50000e-04;"
        f"fafmax_faf95_max_joint=2.21000e-04;fafmax_faf95_max_gen_anc_joint=nfe;{frequencies}",
        "chrX\t31496400\t.\tC\tG\t.\tAC0\tAC_joint=0;AN_joint=1613990;AF_joint=0.00000;nhomalt_joint=0;AC_joint_XY=0",
    ]
    path = folder / "gnomad.joint.v4.1.sites.chrX.vcf.gz"
    write_indexed_vcf(path, [*gnomad_header(), *rows])
    return path


def test_gnomad__frequency_faf_groups_and_chromosomes_are_those_of_the_joint_fields(tmp_path: Path) -> None:
    path = gnomad(tmp_path)
    wanted = Fields("AF_joint", "nhomalt_joint", "AC_joint_XY")
    reader = SourceReader(declared_fields(path, wanted, optional_homozygotes=False))
    ((contig, alleles),) = reader.positions(path)
    entry = alleles[31496400, "C", "T"]
    assert (contig, entry.homozygotes, entry.hemizygotes) == ("chrX", 2, 85)
    assert entry.af == pytest.approx(1.85874e-4)
    source = CountSource("gnomAD-4.1", str(path), faf="fafmax_faf95_max_joint", groups="AF_joint_*", alleles="AN_joint")
    with open_count_sources([source]) as sources:
        found, rare = sources.find("X", 31496400, "C", "T"), sources.find("X", 31496400, "C", "G")
    assert found is not None
    assert rare is not None
    assert (found.faf, found.alleles, found.dbsnp) == (2.21e-4, 1613998, ("rs1800280", "rs5"))
    assert dict(found.groups)["nfe"] == 2.5e-4
    assert [name for name, _ in found.groups] == [
        "nfe", "fin", "asj", "mid", "amr", "afr", "sas", "eas", "ami", "remaining",
    ]  # fmt: skip
    assert (rare.faf, rare.groups, rare.dbsnp) == (None, (), ()), "a field that is not there is unknown, not zero"


def test_gnomad__groups_that_the_source_does_not_have_stop(tmp_path: Path) -> None:
    wanted = CountSource("gnomAD-4.1", str(gnomad(tmp_path)), groups="AF_*_joint")
    with pytest.raises(InputError, match=r"INFO/AF_\*_joint is not declared"), open_count_sources([wanted]):
        pass


def test_gnomad__the_first_records_of_version_4_are_read() -> None:
    path = REPOSITORY.parent / "shared" / "data" / "annotation" / "gnomad" / "gnomad-genomes.v4.0.first_records.vcf"
    if not path.is_file():
        pytest.skip("needs ../shared")
    reader = SourceReader(declared_fields(path, Fields("AF", "nhomalt", "AC_XY"), optional_homozygotes=False))
    entries = [entry for _, alleles in reader.positions(path) for entry in alleles.values()]
    assert len(entries) == reader.counts.alleles > 5
    assert all(0 <= entry.af <= 1 for entry in entries)


def test_gnomad__depth_at_every_site_is_looked_up_after_it_was_prepared(tmp_path: Path) -> None:
    names = ("locus", "mean", "median_approx", "total_DP", *(f"over_{depth}" for depth in (1, 5, 10, 15, 20, 25, 30)))
    rows = [
        "chr1:11819\t4.1e-02\t0\t2.3e+04\t3e-02\t0\t0\t0\t0.0\t0\t0",
        "chr1:11820\t31.2\t32\t9\t1\t1\t1\t1\t0.981\t1\t0",
    ]
    raw, ready = tmp_path / "coverage.tsv", tmp_path / "coverage.tsv.gz"
    raw.write_text("\n".join(["\t".join(names), *rows]) + "\n")
    assert prepare_coverage(raw, ready).rows == 2
    source = CountSource("gnomAD-4.1", str(gnomad(tmp_path)), coverage=str(ready))
    with open_count_sources([source]) as sources:
        assert sources.coverage("1", 11819) == "median=0;over_20=0"
        assert sources.coverage("chr1", 11820) == "median=32;over_20=0.981"
        assert sources.coverage("1", 11821) == ""
    raw.write_text("\t".join(names) + "\nchr1\t1\t2\n")
    with pytest.raises(InputError, match="line 2"):
        prepare_coverage(raw, ready)


# --- computed scores ----------------------------------------------------------------------------------------------

CADD = [
    "## CADD GRCh38-v1.7 (c) University of Washington, Hudson-Alpha Institute for Biotechnology and Berlin Institute "
    "of Health at Charité - Universitätsmedizin Berlin 2013-2023. All rights reserved.",
    "#Chrom\tPos\tRef\tAlt\tRawScore\tPHRED",
    "1\t10001\tT\tA\t0.767991\t7.993",
    "1\t10001\tT\tC\t0.797137\t8.215",
]
ALPHAMISSENSE = [
    "# Copyright 2023 DeepMind Technologies Limited",
    "#",
    "# Licensed under CC BY-NC-SA 4.0 license",
    "#CHROM\tPOS\tREF\tALT\tgenome\tuniprot_id\ttranscript_id\tprotein_variant\tam_pathogenicity\tam_class",
    "chr1\t69094\tG\tT\thg38\tQ8NH21\tENST00000335137.4\tV2L\t0.2937\tlikely_benign",
]
SPLICEAI = [
    "##fileformat=VCFv4.2",
    "##fileDate=20191004",
    "##reference=GRCh38/hg38",
    "##contig=<ID=1,length=248956422>",
    '##INFO=<ID=SpliceAI,Number=.,Type=String,Description="SpliceAIv1.3 variant annotation. These include delta scores '
    "(DS) and delta positions (DP) for acceptor gain (AG), acceptor loss (AL), donor gain (DG), and donor loss (DL). "
    'Format: ALLELE|SYMBOL|DS_AG|DS_AL|DS_DG|DS_DL|DP_AG|DP_AL|DP_DG|DP_DL">',
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
    "1\t69091\t.\tA\tC\t.\t.\tSpliceAI=C|OR4F5|0.01|0.00|0.91|0.00|42|25|24|2",
]
REVEL = (
    "chr,hg19_pos,grch38_pos,ref,alt,aaref,aaalt,REVEL,Ensembl_transcriptid\n"
    "1,35142,35142,G,A,T,M,0.027,ENST00000417324\n1,35142,.,G,C,T,R,0.035,ENST00000417324\n"
)


def test_scores__of_each_published_table(tmp_path: Path) -> None:
    archive = tmp_path / "revel.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("revel_with_transcript_ids", REVEL)
    prepare_revel(archive, tmp_path / "revel.tsv.gz", "GRCh38")
    write_indexed_table(tmp_path / "cadd.tsv.gz", CADD)
    write_indexed_table(tmp_path / "am.tsv.gz", ALPHAMISSENSE)
    write_indexed_vcf(tmp_path / "splice.vcf.gz", SPLICEAI)
    files = {"cadd": "cadd.tsv.gz", "revel": "revel.tsv.gz", "alphamissense": "am.tsv.gz", "spliceai": "splice.vcf.gz"}
    sources = [ScoreFile(kind, kind, str(tmp_path / name)) for kind, name in files.items()]
    with open_scores(sources, "GRCh38") as scores:
        found = {
            "cadd": scores.find("cadd", "chr1", 10001, "T", "C"),
            "revel": scores.find("revel", "chr1", 35142, "G", "A"),
            "alphamissense": scores.find("alphamissense", "1", 69094, "G", "T"),
            "spliceai": scores.find("spliceai", "chr1", 69091, "A", "C"),
        }
        assert scores.find("revel", "1", 35142, "G", "C") is None, "without a position on this build"
    assert {kind: score.value for kind, score in found.items() if score} == {
        "cadd": 8.215, "revel": 0.027, "alphamissense": 0.2937, "spliceai": 0.91,
    }  # fmt: skip
    for kind in ("cadd", "alphamissense", "spliceai"):
        with (
            pytest.raises(InputError, match="GRCh38"),
            open_scores([ScoreFile(kind, kind, str(tmp_path / files[kind]))], "GRCh37"),
        ):
            pass


# --- ClinVar ------------------------------------------------------------------------------------------------------

CLINVAR = [
    "##fileformat=VCFv4.1",
    "##fileDate=2025-09-28",
    "##source=ClinVar",
    "##reference=GRCh38",
    "##contig=<ID=1>",
    '##INFO=<ID=ALLELEID,Number=1,Type=Integer,Description="the ClinVar Allele ID">',
    '##INFO=<ID=CLNREVSTAT,Number=.,Type=String,Description="ClinVar review status of germline classification">',
    '##INFO=<ID=CLNSIG,Number=.,Type=String,Description="Aggregate germline classification for this single variant; '
    'multiple values are separated by a vertical bar">',
    '##INFO=<ID=CLNSIGCONF,Number=.,Type=String,Description="Conflicting germline classification for this single '
    'variant; multiple values are separated by a vertical bar">',
    '##INFO=<ID=ONC,Number=.,Type=String,Description="Aggregate oncogenicity classification">',
    '##INFO=<ID=RS,Number=.,Type=String,Description="dbSNP ID (i.e. rs number)">',
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
    "1\t100\t4242\tC\tT\t.\t.\tALLELEID=1;CLNREVSTAT=criteria_provided,_conflicting_classifications;"
    "CLNSIG=Conflicting_classifications_of_pathogenicity;"
    "CLNSIGCONF=Pathogenic(1)|Likely_pathogenic(2)|Uncertain_significance(3);RS=1553638909",
    "1\t200\t4343\tC\tT\t.\t.\tALLELEID=2;CLNREVSTAT=criteria_provided,_multiple_submitters,_no_conflicts;"
    "CLNSIG=Pathogenic/Likely_pathogenic|risk_factor",
    "1\t300\t4444\tC\tT\t.\t.\tALLELEID=3;CLNREVSTAT=no_classification_for_the_single_variant",
]


def test_clinvar__conflicts_are_told_and_count_as_neither(tmp_path: Path) -> None:
    path = tmp_path / "clinvar.vcf.gz"
    write_indexed_vcf(path, CLINVAR)
    with open_clinvar(path) as clinvar:
        conflict, both, none = (clinvar.find("chr1", pos, "C", "T") for pos in (100, 200, 300))
        assert clinvar.date == "2025-09-28"
    assert conflict is not None
    assert (conflict.pathogenic, conflict.benign, conflict.stars) == (False, False, 1)
    assert conflict.conflict == "Pathogenic(1)|Likely_pathogenic(2)|Uncertain_significance(3)"
    assert conflict.dbsnp == ("rs1553638909",)
    assert both is not None
    assert (both.pathogenic, both.stars, both.conflict, both.dbsnp) == (True, 2, "", ())
    assert none is not None
    assert (none.significance, none.pathogenic, none.stars) == ("", False, 0)


# --- facts of genes -----------------------------------------------------------------------------------------------


def fact(folder: Path, kind: str, text: str, gene: str, hgnc_id: str | None) -> dict[str, object]:
    """What one file says of a gene."""
    path = folder / kind
    path.write_text(text, encoding="utf-8")
    return load_gene_facts([GeneFactFile(kind, str(path))]).of(hgnc_id, gene)


def test_gencc__its_quoted_export_with_line_breaks_in_notes(tmp_path: Path) -> None:
    names = (
        "uuid gene_curie gene_symbol disease_curie disease_title disease_original_curie disease_original_title "
        "classification_curie classification_title moi_curie moi_title submitter_curie submitter_title "
        "submitted_as_hgnc_id submitted_as_hgnc_symbol submitted_as_disease_id submitted_as_disease_name "
        "submitted_as_moi_id submitted_as_moi_name submitted_as_submitter_id submitted_as_submitter_name "
        "submitted_as_classification_id submitted_as_classification_name submitted_as_date "
        "submitted_as_public_report_url submitted_as_notes submitted_as_pmids submitted_as_assertion_criteria_url "
        "submitted_as_submission_id submitted_run_date"
    )
    values = dict.fromkeys(names.split(), "") | {
        "uuid": "GENCC_000101-HGNC_10896-OMIM_182212-HP_0000006-GENCC_100001", "gene_curie": "HGNC:10896",
        "gene_symbol": "SKI", "disease_curie": "MONDO:0008426", "disease_title": "Shprintzen-Goldberg syndrome",
        "classification_title": "Definitive", "moi_title": "Autosomal dominant", "submitter_title": "Ambry Genetics",
        "submitted_as_notes": "first line\nsecond line",
    }  # fmt: skip
    text = (
        "\t".join(f'"{name}"' for name in values) + "\n" + "\t".join(f'"{value}"' for value in values.values()) + "\n"
    )
    assert fact(tmp_path, "gencc", text, "SKI", "HGNC:10896")["gene_disease_validity"] == (
        "MONDO:0008426:Shprintzen-Goldberg syndrome:AD:definitive:GenCC Ambry Genetics"
    )


def test_clingen_validity__its_csv_with_a_preamble(tmp_path: Path) -> None:
    text = (
        '"CLINGEN GENE DISEASE VALIDITY CURATIONS","","","","","","","","",""\n'
        '"FILE CREATED: 2025-09-30","","","","","","","","",""\n'
        '"WEBPAGE: https://search.clinicalgenome.org/kb/gene-validity","","","","","","","","",""\n'
        '"+++++++++++","++++++++++++++","+++++++++++++","++++++++++++++++++","+++++++++","+++++++++","++++++++++++++",'
        '"+++++++++++++","+++++++++++++++++++","+++++++++++++++++++"\n'
        '"GENE SYMBOL","GENE ID (HGNC)","DISEASE LABEL","DISEASE ID (MONDO)","MOI","SOP","CLASSIFICATION",'
        '"ONLINE REPORT","CLASSIFICATION DATE","GCEP"\n'
        '"+++++++++++","++++++++++++++","+++++++++++++","++++++++++++++++++","+++++++++","+++++++++","++++++++++++++",'
        '"+++++++++++++","+++++++++++++++++++","+++++++++++++++++++"\n'
        '"A2ML1","HGNC:23336","Noonan syndrome with multiple lentigines","MONDO:0007893","AD","SOP5",'
        '"No Known Disease Relationship","https://search.clinicalgenome.org/x","2018-06-07T14:37:47.175Z","RASopathy"\n'
    )
    assert fact(tmp_path, "clingen_validity", text, "A2ML1", "HGNC:23336")["gene_disease_validity"] == (
        "MONDO:0007893:Noonan syndrome with multiple lentigines:AD:no known disease relationship:ClinGen"
    )


def test_clingen_dosage__its_list_with_disease_columns(tmp_path: Path) -> None:
    pmids = "\t".join(f"Haploinsufficiency PMID{number}" for number in range(1, 7))
    more = "\t".join(f"Triplosensitivity PMID{number}" for number in range(1, 7))
    text = (
        "#ClinGen Gene Curation List\n#30 Sep,2025\n"
        "#Genomic Locations are reported on GRCh38 (hg38): GCF_000001405.36\n"
        "#https://www.ncbi.nlm.nih.gov/projects/dbvar/clingen\n"
        "#to create link: https://www.ncbi.nlm.nih.gov/projects/dbvar/clingen/clingen_gene.cgi?sym=Gene Symbol\n"
        "#Gene Symbol\tGene ID\tcytoBand\tGenomic Location\tHaploinsufficiency Score\tHaploinsufficiency Description\t"
        f"{pmids}\tTriplosensitivity Score\tTriplosensitivity Description\t{more}\tDate Last Evaluated\t"
        "Haploinsufficiency Disease ID\tTriplosensitivity Disease ID\n"
        "A4GALT\t53947\t22q13.2\tchr22:42692121-42721298\t30\tGene associated with autosomal recessive phenotype"
        + "\t" * 7 + "0\tNo evidence for dosage pathogenicity" + "\t" * 7 + "2014-12-11\tMONDO:0008000\t\n"
    )  # fmt: skip
    found = fact(tmp_path, "clingen_dosage", text, "A4GALT", None)
    assert (found["clingen_haploinsufficiency"], found["clingen_triplosensitivity"]) == ("30", "0")


def test_gnomad_constraint__the_table_of_version_4_1() -> None:
    path = (
        REPOSITORY.parent / "shared" / "data" / "annotation" / "gnomad" / "gnomad.v4.1.constraint_metrics_reduced.tsv"
    )
    if not path.is_file():
        pytest.skip("needs ../shared")
    facts = load_gene_facts([GeneFactFile("gnomad_constraint", str(path))])
    known = [facts.of(None, symbol) for symbol in facts.symbols_and_ids]
    assert len(known) > 100
    assert all(item["pli"] is None or 0 <= item["pli"] <= 1 for item in known)


def test_evidence__starts_out_unknown() -> None:
    assert VariantEvidence().population_alleles is None
