"""Say what became of given variants: every rule in order, with its value, its threshold and the key that sets it.

Ask for an allele, a gene, a change in a gene as annotation or report name it, or a genomic name; kept or not, any
record of the input. With --results the family's own files are found by their place, and the run's configuration gives
frequencies, model and panel. The rules are run again on the records asked for; the tables of `prioritise` say what came
after the screen. For each variant: from whom the allele comes, what each rule says (pass, fail or unknown), the one
that removed it, or why nothing was called (the reference is N, the same change is written otherwise, no evidence). With
gene models (those of the run are found) a gene answers for every allele called between its ends, also for what the
screen removed.

Examples:
  filiation explain FAM001 chr1-155036260-C-T
  filiation explain --results results --family FAM001 SYNGAP1 MAN1B1:c.1000C>T chr1:g.155036260C>T
  filiation explain --pedigree FAM.ped --variants FAM.bcf --site 1-15752321-TCTGA-T 1-155036260-C-T
  filiation explain --pedigree FAM.ped --variants results/FAM/normalised/FAM.bcf --sites candidates.vcf.gz \\
      --candidates results/FAM/prioritisation/FAM.candidates.tsv \\
      --removed results/FAM/prioritisation/FAM.removed.tsv \\
      --reference results/reference/genome.fa --output explained.tsv
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filiation.cli.screen import add_screen_arguments

if TYPE_CHECKING:
    from filiation.config import RunConfig
    from filiation.prioritisation.draft import Context
    from filiation.prioritisation.evidence import Evidence
    from filiation.prioritisation.explain import Site


# Alleles of which every rule is printed unless asked otherwise; a large gene holds thousands.
MOST_IN_FULL = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation explain`."""
    parser.add_argument(
        "question",
        nargs="*",
        metavar="[FAMILY] CHROM-POS-REF-ALT|GENE|GENE:CHANGE|CHROM:g.CHANGE",
        help="what to explain; the family comes first when neither --family nor --pedigree names it",
    )
    parser.add_argument("--results", default="results", help="folder of the run (default: results)")
    parser.add_argument("--family", help="family whose files under --results are read")
    add_screen_arguments(parser, required=False)
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument("--site", nargs="+", default=[], metavar="CHROM-POS-REF-ALT", help="sites to explain")
    asked.add_argument("--sites", metavar="VCF", help="sites to explain, as a VCF")
    parser.add_argument("--annotated", help="annotated BCF of the family, for genes and for the rules after the screen")
    parser.add_argument(
        "--gene-models",
        metavar="GFF3",
        help="genes, so that a gene answers for every allele called between its ends: GFF3, or BED with names",
    )
    parser.add_argument("--panel", help="panel file of the pre-indication")
    parser.add_argument("--candidates", help="candidates table of the family")
    parser.add_argument("--removed", help="removed table of the family")
    parser.add_argument(
        "--reference", help="FASTA, to tell N from an unremarkable base, and for the context of de novo candidates"
    )
    parser.add_argument(
        "--reads",
        nargs="*",
        default=[],
        metavar="CRAM",
        help="reads of proband, father, mother, counted where uncalled",
    )
    parser.add_argument(
        "--form",
        choices=["rules", "table"],
        help="what is printed: every rule of each variant, or one line each; default: rules for a question that names "
        f"no more than {MOST_IN_FULL} alleles, table for more and for --site and --sites",
    )
    parser.add_argument("--output", help="explanation table to write")


def _find_files(options: argparse.Namespace) -> RunConfig | None:
    """Fill the paths that were not given from the layout under --results; the configuration of the run, if any."""
    from filiation.config import load_config
    from filiation.errors import ConfigError

    if not options.family and not options.pedigree and options.question:
        options.family, *options.question = options.question
    if not options.family:
        if not (options.pedigree and options.variants):
            raise ConfigError(
                "neither a family nor its files are named",
                expected="FAMILY and what to explain, or --pedigree and --variants",
                repair="filiation explain FAM001 chr1-155036260-C-T",
            )
        return None
    name, folder = options.family, Path(options.results) / options.family
    if not folder.is_dir():
        families = sorted(path.parent.name for path in Path(options.results).glob("*/*.ped"))
        raise ConfigError(
            f"no family {name!r} under {options.results}",
            expected=f"one of {', '.join(families) or '(the folder holds none)'}",
            repair="give --results FOLDER, or --pedigree and --variants",
        )
    places = {
        "pedigree": folder / f"{name}.ped",
        "variants": folder / "normalised" / f"{name}.bcf",
        "annotated": folder / "annotated" / f"{name}.bcf",
        "candidates": folder / "prioritisation" / f"{name}.candidates.tsv",
        "removed": folder / "prioritisation" / f"{name}.removed.tsv",
        "reference": Path(options.results) / "reference" / "genome.fa",
        "gene_models": Path(options.results) / "reference" / "genes.gff3.gz",
    }
    for option, path in places.items():
        if getattr(options, option) is None and (path.is_file() or option in ("pedigree", "variants")):
            setattr(options, option, str(path))
    recorded = Path(options.results) / "run" / "config.yaml"
    return load_config(recorded) if recorded.is_file() else None


def _take_configuration(options: argparse.Namespace, config: RunConfig) -> None:
    """Fill what was not given from the configuration of the run."""
    from filiation.config import panels_folder, scoring_model_path
    from filiation.io.tables import read_table
    from filiation.model.columns import CANDIDATES
    from filiation.panels.load import panel_path

    options.scoring_model = options.scoring_model or str(scoring_model_path(config))
    options.reduced_penetrance = options.reduced_penetrance or config.prioritisation.reduced_penetrance
    if options.assembly == "auto":
        options.assembly = config.reference.assembly
    options.pseudoautosomal_bed = options.pseudoautosomal_bed or config.reference.pseudoautosomal_bed
    if not options.frequency:
        options.frequency = [
            f"{source.name}={source.vcf},af={source.af},homozygotes={source.homozygotes}"
            + (f",hemizygotes={source.hemizygotes}" if source.hemizygotes else "")
            for source in config.frequencies
        ]
    if options.panel is None and options.candidates:
        label = read_table(options.candidates, CANDIDATES).header.get("panel", "").split()
        options.panel = str(panel_path(panels_folder(config), label[0])) if label else None


def _context_was_read(options: argparse.Namespace) -> bool:
    """Whether the screen of this family was given the reference; without its funnel, what is given here was."""
    from filiation.io.tables import read_table
    from filiation.model.columns import FUNNEL

    funnel = Path(options.results) / (options.family or "") / "screened" / f"{options.family}.funnel.tsv"
    if not (options.family and funnel.is_file()):
        return True
    return read_table(funnel, FUNNEL).header.get("mutation_context") == "from the reference"


def _sites(options: argparse.Namespace, annotated: list[Evidence]) -> list[Site]:
    """The sites asked for, in whichever way."""
    from filiation.errors import ConfigError
    from filiation.io.tables import read_table
    from filiation.model.columns import REMOVED
    from filiation.prioritisation.questions import calls_in_genes, parse_site, read_sites, sites_asked

    sites = [parse_site(text) for text in options.site] + (read_sites(options.sites) if options.sites else [])
    removed = read_table(options.removed, REMOVED).rows if options.removed else []
    called = None
    if options.gene_models and options.question:
        from filiation.io.genes import load_genes

        called = calls_in_genes(load_genes(options.gene_models), options.variants)
    sites += sites_asked(options.question, annotated, removed, called)
    if not sites:
        raise ConfigError("nothing is asked for", expected="CHROM-POS-REF-ALT, a gene, or GENE:change")
    return sites


def _context(options: argparse.Namespace) -> Context:
    """Family, model, panel and penetrance."""
    from filiation.config import gene_table_path, scoring_model_path
    from filiation.genes.table import load_gene_table
    from filiation.io.ped import read_pedigree
    from filiation.panels.load import load_panel
    from filiation.prioritisation.draft import Context
    from filiation.prioritisation.known_genes import GeneBook
    from filiation.prioritisation.penetrance import Penetrance, screen_model
    from filiation.scoring.model import load_scoring_model

    panel = load_panel(options.panel) if options.panel else None
    penetrance = Penetrance.of(options.reduced_penetrance).with_panel(panel)
    model = screen_model(load_scoring_model(options.scoring_model or scoring_model_path()), penetrance)
    genes = GeneBook(panel, load_gene_table(gene_table_path()))
    return Context(read_pedigree(options.pedigree), model, panel, penetrance, genes=genes)


def main(options: argparse.Namespace) -> int:
    """Explain the sites."""
    from filiation.calls.frequencies import parse_source
    from filiation.io.tables import write_table
    from filiation.io.vcf import header_contigs, pseudoautosomal_intervals
    from filiation.model.columns import EXPLANATION
    from filiation.prioritisation.evidence import read_evidence
    from filiation.prioritisation.explain import explain
    from filiation.prioritisation.told import rules_text

    config = _find_files(options)
    if config is not None:
        _take_configuration(options, config)
    context = _context(options)
    annotated = []
    if options.annotated:
        regions = pseudoautosomal_intervals(
            options.assembly, header_contigs(options.annotated), options.pseudoautosomal_bed
        )
        annotated = list(read_evidence(options.annotated, context.family, regions))
    found = explain(
        _sites(options, annotated),
        options.variants,
        context,
        [parse_source(text) for text in options.frequency],
        annotated=annotated,
        candidates=options.candidates,
        removed=options.removed,
        reference=options.reference,
        context_reference=options.reference if _context_was_read(options) else None,
        reads=options.reads,
        assembly=options.assembly,
        pseudoautosomal_bed=options.pseudoautosomal_bed,
    )
    rows: list[dict[str, Any]] = [explanation.row for explanation in found]
    if options.output:
        write_table(options.output, EXPLANATION, rows)
    short = options.question and len(found) <= MOST_IN_FULL
    form = options.form or ("rules" if short else "table")
    if form == "rules":
        print("\n\n".join(rules_text(one.site.text, one.row, one.rules, context.family) for one in found))
    elif not options.output:
        print("\t".join(EXPLANATION.names))
        for row in rows:
            print("\t".join("." if row.get(name) in (None, "") else str(row[name]) for name in EXPLANATION.names))
    counts = {status: sum(row["status"] == status for row in rows) for status in {row["status"] for row in rows}}
    print("explain: " + ", ".join(f"{count} {status}" for status, count in sorted(counts.items())), file=sys.stderr)
    return 0
