"""Which variants should the RCP d'aval discuss for this family, and how far can each be trusted?

Writes one self-contained HTML page (French and English, no network, printable) and, from the same data, a TSV, and
where asked for a PDF, a spreadsheet, JSON, a GA4GH phenopacket, a VCF and counts. The page is a work document: it
proposes an order of discussion and never concludes.

Stops with exit code 2, before anything is written, when a quality check is FAIL and no reason to continue is
given.

Examples:
  filiation report --family FAM1 --pedigree results/FAM1/FAM1.ped \\
      --candidates results/FAM1/prioritisation/FAM1.candidates.tsv \\
      --funnel results/FAM1/normalised/FAM1.funnel.tsv results/FAM1/prioritisation/FAM1.funnel.tsv \\
      --quality results/FAM1/quality/FAM1.quality.tsv --segments results/FAM1/quality/FAM1.segments.tsv \\
      --versions results/run/versions.tsv --panel resources/panels/deficience-intellectuelle.tsv \\
      --pre-indication deficience-intellectuelle --hpo-terms 'HP:0001249;HP:0001250' \\
      --output results/FAM1/report/FAM1.rcp.html --table results/FAM1/report/FAM1.rcp.tsv
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation report`."""
    parser.add_argument("--family", required=True, help="family id, as in the pedigree")
    parser.add_argument("--pedigree", required=True, metavar="PED", help="the family's PED file")
    parser.add_argument("--candidates", required=True, metavar="TSV", help="candidate table (prioritise)")
    parser.add_argument(
        "--funnel", required=True, nargs="+", metavar="TSV", help="funnel tables, in the order of the steps"
    )
    parser.add_argument("--quality", required=True, metavar="TSV", help="quality table (quality)")
    parser.add_argument("--segments", required=True, metavar="TSV", help="ROH and UPD segments (quality)")
    parser.add_argument(
        "--coverage", nargs="*", default=[], metavar="TSV", help="coverage tables, one per sample; none without reads"
    )
    parser.add_argument("--recheck", metavar="TSV", help="recheck table; none without reads")
    parser.add_argument("--read-views", metavar="TSV", help="packed reads around the candidates (read-views)")
    parser.add_argument("--gene-coverage", metavar="TSV", help="coverage of the panel's genes (panel-coverage)")
    parser.add_argument("--profile", metavar="TSV", help="depth and allele balance along the genome (quality)")
    parser.add_argument("--changes", metavar="TSV", help="changes since the last analysis (reanalyse)")
    parser.add_argument("--phenotype", metavar="TSV", help="labels of the HPO terms, absent signs (phenotype)")
    parser.add_argument("--versions", required=True, metavar="TSV", help="versions table (record-run)")
    parser.add_argument("--panel", metavar="TSV", help="gene panel that the candidates were tiered with")
    parser.add_argument("--removed", metavar="TSV", help="records removed last, with their reasons (prioritise)")
    parser.add_argument(
        "--panels", metavar="FOLDER", help="all panels, to show which hold a gene (default: the folder of --panel)"
    )
    parser.add_argument(
        "--scoring-model",
        metavar="YAML",
        help="model of the run, for the prior of a new mutation (default: that ships)",
    )
    parser.add_argument("--pre-indication", default="", help="pre-indication of the index case")
    parser.add_argument(
        "--hpo-terms", default="", metavar="HP:…;HP:…", help="HPO terms of the index case, separated by ;"
    )
    parser.add_argument(
        "--ages",
        nargs="*",
        default=[],
        metavar="SAMPLE=YEARS",
        help="age in years of members when their sample was taken; never a date of birth",
    )
    parser.add_argument(
        "--previous-tests",
        default="",
        metavar="TEST[:RESULT];…",
        help="earlier examinations of the index case, as in samples.tsv: microarray:normal;fragile_x:normal",
    )
    parser.add_argument(
        "--language",
        choices=("fr", "en"),
        default="fr",
        help="language the page opens in (default: fr; both are in it)",
    )
    parser.add_argument("--simulated", action="store_true", help="label everything « données simulées »")
    parser.add_argument(
        "--override-reason",
        default="",
        metavar="TEXT",
        help="why a FAIL of the quality checks does not stop the report",
    )
    parser.add_argument(
        "--no-stop-on-fail", action="store_true", help="write the report in spite of a FAIL, without a reason"
    )
    parser.add_argument(
        "--external-links",
        action="store_true",
        help="link to public databases (off: following a link tells a third party the variant)",
    )
    parser.add_argument("--output", required=True, metavar="HTML", help="the report")
    parser.add_argument("--table", required=True, metavar="TSV", help="the same candidates as a table")
    parser.add_argument("--pdf", metavar="PDF", help="the paper version, PDF/A-3 with the JSON attached")
    parser.add_argument("--xlsx", metavar="XLSX", help="the tables as a spreadsheet without formulas")
    parser.add_argument("--json", metavar="JSON", help="everything as one document (schema filiation-report/1)")
    parser.add_argument("--phenopacket", metavar="JSON", help="GA4GH Phenopacket v2, Family")
    parser.add_argument("--vcf", metavar="VCF", help="the candidates as VCF")
    parser.add_argument("--summary", metavar="JSON", help="counts alone, for comparing runs")
    parser.add_argument("--crate", metavar="JSON", help="RO-Crate of the files written, ro-crate-metadata.json")


def main(options: argparse.Namespace) -> None:
    """Read the family's tables, then write the page and the table from the same data."""
    from pathlib import Path

    from filiation.acmg.table import load_acmg_table
    from filiation.config import RESOURCES, acmg_table_path, scoring_model_path
    from filiation.prioritisation.report_facts import (
        blind_reasons,
        mutation_rates,
        omim_numbers,
        predictor_strengths,
    )
    from filiation.report.data import Options, parse_ages, parse_hpo_terms, parse_tests, read_report_data
    from filiation.report.exports import write_exports
    from filiation.scoring.model import load_scoring_model

    data = read_report_data(
        Options(
            family=options.family,
            pre_indication=options.pre_indication,
            hpo_terms=parse_hpo_terms(options.hpo_terms),
            language=options.language,
            simulated=options.simulated,
            override_reason=options.override_reason.strip(),
            external_links=options.external_links,
            ages=parse_ages(options.ages),
            previous_tests=parse_tests(options.previous_tests),
        ),
        pedigree=options.pedigree,
        candidates=options.candidates,
        funnel=options.funnel,
        quality=options.quality,
        segments=options.segments,
        versions=options.versions,
        coverage=options.coverage,
        panel=options.panel,
        recheck=options.recheck,
        read_views=options.read_views,
        gene_coverage=options.gene_coverage,
        profile=options.profile,
        changes=options.changes,
        phenotype=options.phenotype,
        removed=options.removed,
        panels=options.panels or (Path(options.panel).parent if options.panel else None),
        omim=omim_numbers(),
        blind=blind_reasons(RESOURCES / "blind_genes.tsv"),
        strengths=predictor_strengths(load_acmg_table(acmg_table_path())),
        mutation_rates=mutation_rates(load_scoring_model(options.scoring_model or scoring_model_path())),
        stop_on_fail=not options.no_stop_on_fail,
    )
    write_exports(
        data,
        html=options.output,
        table=options.table,
        pdf=options.pdf,
        xlsx=options.xlsx,
        json=options.json,
        phenopacket=options.phenopacket,
        vcf=options.vcf,
        summary_file=options.summary,
        crate_file=options.crate,
    )
