"""Tables of an imaginary family, as the steps before the report would write them; every test changes what it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from filiation.io.tables import funnel_rows, write_table
from filiation.model.columns import CANDIDATES, COVERAGE, FUNNEL, PANEL, QUALITY, SEGMENTS, VERSIONS
from filiation.report.data import Options, ReportData, read_report_data

Row = dict[str, Any]
PEDIGREES = {
    "solo": "FAM1\tIDX1\t0\t0\t2\t2\n",
    "duo": "FAM1\tIDX1\t0\tMOT1\t2\t2\nFAM1\tMOT1\t0\t0\t2\t1\n",
    "trio": "FAM1\tIDX1\tFAT1\tMOT1\t2\t2\nFAM1\tFAT1\t0\t0\t1\t1\nFAM1\tMOT1\t0\t0\t2\t1\n",
    "quartet": "FAM1\tIDX1\tFAT1\tMOT1\t2\t2\nFAM1\tFAT1\t0\t0\t1\t1\nFAM1\tMOT1\t0\t0\t2\t1\n"
    "FAM1\tSIB1\tFAT1\tMOT1\t1\t0\n",
}


def genotype(role: str, call: str | None, ref: int | None, alt: int | None, quality: int | None) -> Row:
    """The five evidence columns of one member."""
    depth = None if ref is None or alt is None else ref + alt
    return {
        f"{role}_genotype": call,
        f"{role}_ref_depth": ref,
        f"{role}_alt_depth": alt,
        f"{role}_depth": depth,
        f"{role}_genotype_quality": quality,
    }


def candidate(**changes: Any) -> Row:
    """A de novo stop_gained in SYNGAP1, with `changes` on top."""
    row: Row = {
        "rank": 1,
        "chrom": "chr6",
        "pos": 33440722,
        "ref": "C",
        "alt": "T",
        "gene": "SYNGAP1",
        "gene_id": "HGNC:11497",
        "consequence": "stop_gained",
        "transcript": "ENST00000646630",
        "amino_acid_change": "621R>621*",
        "dna_change": "33440722C>T",
        "inheritance": "de_novo",
        "inheritance_status": "supported",
        "inheritance_reason": "proband=carrier father=absent mother=absent de_novo_posterior=0.9998",
        "de_novo_posterior": 0.99982,
        "de_novo_log10_odds": 3.745,
        "evidence_rung": "PL",
        **genotype("proband", "0/1", 17, 18, 99),
        **genotype("father", "0/0", 31, 0, 93),
        **genotype("mother", "0/0", 35, 0, 99),
        "population_source": "not_found",
        "clinvar_significance": "Pathogenic/Likely_pathogenic",
        "clinvar_review": "criteria_provided,_multiple_submitters,_no_conflicts",
        "clinvar_id": "422436",
        "panel_tier": "core",
        "panel_inheritance": "AD",
        "score": 39.0,
        "score_components": "de_novo:supported=10;loss_of_function=8;absent_from_population=3;"
        "clinvar_pathogenic=10;panel_core=6;mode_matches_panel=2",
        "caller_filter": "PASS",
        "kept_because": "proband_alt_depth 18 >= 3 [min_proband_alt_depth];"
        "proband_genotype_quality 99 >= 5 [min_proband_genotype_quality];"
        "population_af not_found <= 0.01 [max_frequency_recessive];"
        "clinvar Pathogenic/Likely_pathogenic is not benign;consequence stop_gained (loss_of_function);"
        "de_novo_posterior 0.9998 against 0.5 [min_de_novo_posterior];inheritance de_novo supported",
    }
    row.update(changes)
    return row


def family_candidates() -> list[Row]:
    """A de novo, a compound pair, a weak call, an X-linked call, an off-panel call and an unannotated one."""
    pair: Row = {
        "rank": 2,
        "chrom": "chr1",
        "gene": "ASPM",
        "gene_id": "HGNC:19048",
        "transcript": "ENST00000367409",
        "inheritance": "compound_heterozygous",
        "de_novo_posterior": None,
        "de_novo_log10_odds": None,
        "score": 25.0,
        "panel_inheritance": "AR",
        "score_components": "compound_heterozygous:supported=8;loss_of_function=8;very_rare=2;panel_core=6",
        "kept_because": "proband_alt_depth 18 >= 3 [min_proband_alt_depth];"
        "population_af 1.2e-05 <= 0.01 [max_frequency_recessive];"
        "population_homozygotes 9 <= 10 [max_homozygotes_recessive];"
        "second variant in ASPM, trans_proven:parents;inheritance compound_heterozygous supported",
        "inheritance_reason": "proband=carrier father=carrier mother=absent",
    }
    return [
        candidate(),
        candidate(
            **pair | {"pos": 197101281, "ref": "C", "alt": "T", "compound_partner": "chr1-197112904-TGAAA-T"}
            | {"amino_acid_change": "3233R>3233*", "dna_change": "197101281C>T", "population_af": 1.2e-5}
            | {"population_source": "gnomAD-4.1", "population_homozygotes": 0}
            | genotype("father", "0/1", 18, 15, 99) | genotype("mother", "0/0", 33, 0, 99)
        ),
        candidate(
            **pair | {"pos": 197112904, "ref": "TGAAA", "alt": "T", "compound_partner": "chr1-197101281-C-T"}
            | {"consequence": "frameshift&splice_region", "amino_acid_change": "920ER>920G", "dna_change": None}
            | {"population_af": 0.00231, "population_source": "gnomAD-4.1", "population_homozygotes": 2}
            | {"clinvar_significance": "not_found", "clinvar_review": None, "clinvar_id": None}
            | genotype("father", "0/0", 31, 0, 99) | genotype("mother", "0/1", 17, 18, 99)
        ),
        candidate(
            rank=3, chrom="chr11", pos=118482081, ref="G", alt="A", gene="KMT2A", consequence="missense",
            amino_acid_change="1155C>1155Y", dna_change="118482081G>A", gene_id="HGNC:7132",
            inheritance_status="possible", de_novo_posterior=0.8641, score=21.0,
            kept_because="proband_alt_depth 4 >= 3 [min_proband_alt_depth];"
            "population_af not_covered <= 0.001 [max_frequency_dominant];"
            "de_novo_posterior 0.3 against 0.5 [min_de_novo_posterior]",
            **genotype("proband", "0/1", 9, 8, 97), **genotype("father", "0/0", 21, 0, 63),
            **genotype("mother", None, None, None, None),
            clinvar_significance="Uncertain_significance", clinvar_review="criteria_provided,_single_submitter",
            caller_filter="LowQual", flags="mother_without_data;low_genotype_quality_or_balance",
            score_components="de_novo:possible=5;missense_or_inframe=5;panel_core=6;flagged_quality=-3",
        ),
        candidate(
            rank=4, chrom="chrX", pos=41343218, ref="C", alt="T", gene="DDX3X", consequence="missense",
            amino_acid_change="376R>376C", dna_change="41343218C>T", gene_id="HGNC:2745", inheritance="x_linked",
            de_novo_posterior=None, score=17.0, panel_inheritance="XL", population_source="not_annotated",
            **genotype("father", "0", 17, 0, 99), **genotype("mother", "0/1", 6, 3, 14),
            clinvar_significance="not_annotated", clinvar_review=None, clinvar_id=None,
            score_components="x_linked:supported=8;missense_or_inframe=5",
        ),
        candidate(
            rank=5, chrom="chr2", pos=165310413, ref="A", alt="ACTTGGTTCACCAGGTTACTTCCA", gene="SCN2A-AS",
            consequence="inframe_insertion", amino_acid_change=None, dna_change=None, panel_tier="off_panel",
            inheritance="autosomal_recessive", panel_inheritance=None, gene_id=None, score=11.0,
            **genotype("proband", "1/1", 0, 34, 99), **genotype("father", "0/1", 17, 18, 99),
            **genotype("mother", "0/1", 15, 16, 99), de_novo_posterior=None,
            clinvar_significance="not_found", clinvar_review=None, clinvar_id=None,
            score_components="autosomal_recessive:supported=8;absent_from_population=3",
        ),
    ]  # fmt: skip


def family_funnel() -> list[tuple[str, dict[str, tuple[int, str]]]]:
    """Counts of a whole genome through the four steps."""
    return [
        ("normalise", {
            "records_in": (4912331, "records of the calls as given"),
            "added_by_splitting": (61240, "records added because several alternate alleles stood in one record"),
            "no_alternate_in_family": (2210, "no member of the family was called with the alternate allele"),
            "records_out": (4971361, "biallelic, left-aligned records of the family"),
        }),
        ("screen", {
            "records_in": (4971361, "normalised records of the family"),
            "proband_without_allele": (1203114, "the index case was called without the alternate allele"),
            "proband_few_alternate_reads": (20412, "fewer than 3 alternate reads in the index case"),
            "frequent_in_population": (3690120, "population frequency above 0.01 (max_frequency_recessive)"),
            "no_inheritance_pattern": (56911, "no inheritance pattern fits the family's genotypes"),
            "records_out": (804, "rare and informative records, to be annotated"),
        }),
        ("annotate", {
            "records_in": (804, "rare and informative records"),
            "in_clinvar": (61, "records that ClinVar has (for information; none is removed)"),
            "records_out": (804, "annotated records"),
        }),
        ("prioritise", {
            "records_in": (804, "annotated records"),
            "benign_in_clinvar": (31, "benign or likely benign in ClinVar with at least one star"),
            "outside_genes": (402, "no gene is touched (intergenic)"),
            "consequence_not_considered": (310, "synonymous, intronic, up- or downstream"),
            "compound_without_partner": (55, "the gene has no second variant in trans"),
            "records_out": (6, "candidate variants"),
        }),
    ]  # fmt: skip


def check(name: str, sample: str, observed: str, expected: str, verdict: str = "OK", meaning: str = "") -> Row:
    """One row of the quality table."""
    return {
        "check": name, "sample": sample, "observed": observed, "expected": expected, "verdict": verdict,
        "meaning": meaning or "as usual",
    }  # fmt: skip


def family_quality() -> list[Row]:
    """Checks with three of the four verdicts."""
    return [
        check("sex", "IDX1", "female: X heterozygous 81211, homozygous 40112; X depth 1.01", "female: at least 0.9"),
        check("sex", "FAT1", "male: X heterozygous 913, homozygous 71120; X depth 0.50", "male: at most 0.1"),
        check("sex", "MOT1", "female: X heterozygous 80102, homozygous 39907; X depth 1.00", "female: at least 0.9"),
        check("kinship", "IDX1+FAT1", "parent and child: opposite homozygotes 112 of 910233 (0.0001); relatedness 0.50",
              "parent and child: opposite homozygotes at most 0.005"),
        check("kinship", "IDX1+MOT1", "parent and child: opposite homozygotes 98 of 911006 (0.0001); relatedness 0.50",
              "parent and child: opposite homozygotes at most 0.005"),
        check("kinship", "FAT1+MOT1", "unrelated: relatedness 0.004 ± 0.01", "unrelated: relatedness at most 0.05"),
        check("mendelian_errors_snv", "FAM1", "1204 of 3910233 (0.0308 %)", "at most 0.1 %"),
        check("coverage", "IDX1", "97.9 % at 20x", "at least 95 % at 20x"),
        check("coverage", "MOT1", "91.2 % at 20x", "at least 95 % at 20x", "WARN", "the mother is below target"),
        check("contamination", "IDX1", "too few sites", "at most 2 %", "UNKNOWN", "too few sites to say"),
        check("uniparental_disomy", "IDX1", "no chromosome", "none"),
    ]  # fmt: skip


def family_segments() -> list[Row]:
    """A long ROH, a short one, and a maternal disomy."""
    names = ("sample", "kind", "chrom", "start", "end", "markers", "quality")
    values = [
        ("IDX1", "roh", "chr15", 22_000_000, 54_100_000, 8211, 61.2),
        ("IDX1", "roh", "chr3", 120_000_000, 121_400_000, 410, 22.0),
        ("IDX1", "upd_maternal", "chr15", 22_000_000, 101_900_000, 913, 88.0),
        ("FAT1", "roh", "chr9", 40_000_000, 43_000_000, 600, 30.5),
    ]
    return [dict(zip(names, value, strict=True)) for value in values]


def family_coverage(sample: str, mean_depth: float = 35.2) -> list[Row]:
    """Whole genome and two contigs of one sample."""
    return [
        {"sample": sample, "chrom": chrom, "length": length, "mean_depth": depth, "fraction_10x": 0.991,
         "fraction_20x": 0.9791}
        for chrom, length, depth in (
            ("chr1", 230_481_012, mean_depth), ("chrX", 154_893_029, mean_depth - 1.1),
            ("total", 2_937_639_396, mean_depth),
        )
    ]  # fmt: skip


def family_versions() -> list[Row]:
    """Three tools and two resources."""
    names = ("name", "kind", "version", "sha256")
    values = [
        ("filiation", "package", "0.1.0", None),
        ("bcftools", "tool", "1.21", None),
        ("deficience-intellectuelle", "panel", "0.1.0", "ab" * 32),
        ("reference.fasta: genome.fa", "resource", None, "cd" * 32),
    ]
    return [dict(zip(names, value, strict=True)) for value in values]


def write_family(
    folder: Path,
    *,
    structure: str = "trio",
    candidates: Sequence[Row] | None = None,
    candidates_header: Mapping[str, str] | None = None,
    funnel: Sequence[tuple[str, dict[str, tuple[int, str]]]] | None = None,
    quality: Sequence[Row] | None = None,
    segments: Sequence[Row] | None = None,
    coverage: bool = True,
    panel: bool = True,
    panel_header: Mapping[str, str] | None = None,
    versions: Sequence[Row] | None = None,
    settings: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Write every table of the family; returns the keyword arguments of `read_report_data`."""
    (folder / "FAM1.ped").write_text(PEDIGREES[structure])
    header = {"scoring_model": "model-1", "assembly": "GRCh38"} if candidates_header is None else candidates_header
    rows = family_candidates() if candidates is None else candidates
    write_table(folder / "candidates.tsv", CANDIDATES, rows, header)
    funnels = []
    for step, counts in family_funnel() if funnel is None else funnel:
        funnels.append(folder / f"{step}.funnel.tsv")
        write_table(funnels[-1], FUNNEL, funnel_rows(step, counts))
    write_table(folder / "quality.tsv", QUALITY, family_quality() if quality is None else quality)
    write_table(folder / "segments.tsv", SEGMENTS, family_segments() if segments is None else segments)
    lines = {"date": "2026-11-21", "caller": "bcftools", **(settings or {})}
    write_table(folder / "versions.tsv", VERSIONS, family_versions() if versions is None else versions, lines)
    coverages = []
    for sample, depth in (("IDX1", 35.2), ("FAT1", 34.1), ("MOT1", 31.7)) if coverage else ():
        coverages.append(folder / f"{sample}.coverage.tsv")
        write_table(coverages[-1], COVERAGE, family_coverage(sample, depth))
    if panel:
        lines = {
            "pre_indication": "deficience-intellectuelle", "name_fr": "Déficience intellectuelle",
            "name_en": "Intellectual disability", "version": "0.1.0", "date": "2026-11-21", "status": "draft",
        }  # fmt: skip
        genes = [
            {"gene": gene, "hgnc_id": hgnc, "tier": tier, "inheritance": mode}
            for gene, hgnc, tier, mode in (
                ("SYNGAP1", "HGNC:11497", "core", "AD"),
                ("ASPM", "HGNC:19048", "core", "AR"),
                ("KMT2A", "HGNC:7132", "hpo", "AD"),
            )
        ]
        write_table(folder / "panel.tsv", PANEL, genes, lines | dict(panel_header or {}))
    return {
        "pedigree": folder / "FAM1.ped",
        "candidates": folder / "candidates.tsv",
        "funnel": funnels,
        "quality": folder / "quality.tsv",
        "segments": folder / "segments.tsv",
        "versions": folder / "versions.tsv",
        "coverage": coverages,
        "panel": folder / "panel.tsv" if panel else None,
    }


def options(**changes: Any) -> Options:
    """Options of an ordinary report, with `changes` on top."""
    values: dict[str, Any] = {
        "family": "FAM1",
        "pre_indication": "deficience-intellectuelle",
        "hpo_terms": ("HP:0001249", "HP:0001250", "HP:0000252"),
    }
    return Options(**(values | changes))


def report_data(folder: Path, *, report_options: Options | None = None, **changes: Any) -> ReportData:
    """`ReportData` of the family, read back from its tables."""
    return read_report_data(report_options or options(), **write_family(folder, **changes))
