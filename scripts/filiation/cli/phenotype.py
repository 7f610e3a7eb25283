"""Name the patient's HPO terms, and show which genes and diseases they fit best.

Terms may be ids, English labels or exact synonyms, or French labels when --french-labels (or the configuration's
resources.hpo_french_labels) names the official translation. An id that HPO has withdrawn is replaced, and said; what
is unsure stops with the choices. The last line printed is what the column hpo_terms of samples.tsv takes.
With --genes each term is shown with its nearest term in the best disease of the gene. Scores run from 0 to 1;
see docs/phenotype.md. Needs no network and no configuration.

Examples:
  filiation phenotype --terms 'HP:0001363; Broad thumb; Toe syndactyly'
  filiation phenotype --terms 'Large pouce; HP:0000057' --french-labels hp-fr.babelon.tsv --genes FGFR2 TWIST1
  filiation phenotype --terms 'Seizure; HP:0001263' --config config/config.yaml --top 50
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from filiation.genes.table import GeneTable
    from filiation.phenotype.match import GeneMatch, PhenotypeMatcher
    from filiation.phenotype.terms import ResolvedTerms

TOP = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation phenotype`."""
    parser.add_argument(
        "--terms",
        required=True,
        nargs="+",
        metavar="TERM",
        help="HPO ids or labels, separated by ;",
    )
    parser.add_argument("--genes", nargs="+", default=[], metavar="GENE", help="show these genes term by term")
    parser.add_argument("--top", type=int, default=TOP, metavar="N", help=f"genes to list without --genes ({TOP})")
    parser.add_argument("--french-labels", metavar="TSV", help="hp-fr.babelon.tsv, the French translation of HPO")
    parser.add_argument(
        "--gene-diseases", metavar="TXT", help="genes_to_disease.txt of an HPO release, newer than the one that ships"
    )
    parser.add_argument("--config", metavar="YAML", help="configuration whose resources are taken")
    parser.add_argument("--absent", nargs="+", default=[], metavar="TERM", help="signs looked for and not there")
    parser.add_argument("--candidates", metavar="TSV", help="candidates whose diseases' signs are to be named too")
    parser.add_argument(
        "--orphanet-names", metavar="XML", help="fr_product1.xml, for French names of the candidates' ORPHA diseases"
    )
    parser.add_argument("--output", metavar="TSV", help="table phenotype_terms/1 for the report, instead of a ranking")


def _resources(options: argparse.Namespace) -> tuple[str | None, str | None, GeneTable]:
    """French labels, gene-disease links and gene table: the option, else the configuration, else what ships."""
    from filiation.config import gene_table_path, load_config
    from filiation.genes.table import load_gene_table

    config = load_config(options.config) if options.config else None
    resources = config.resources if config else None
    return (
        options.french_labels or (resources.hpo_french_labels if resources else None),
        options.gene_diseases or (resources.hpo_gene_diseases if resources else None),
        load_gene_table(gene_table_path(config)),
    )


def _print_terms(terms: ResolvedTerms) -> None:
    from filiation.phenotype.ontology import load_ontology
    from filiation.phenotype.terms import BY_ID

    ontology = load_ontology()
    print(f"Terms (HPO {terms.release}; information content in nats: the higher, the rarer the sign):")
    for term in terms.terms:
        french = f" / {term.label_fr}" if term.label_fr else ""
        written = "" if term.how == BY_ID else f"   <- {term.written} ({term.how})"
        print(f"  {term.id}  {ontology.information(term.id):4.1f}  {term.label}{french}{written}")
    for note in terms.notes:
        print(f"  note: {note}")


def _print_gene(gene: str, match: GeneMatch, terms: ResolvedTerms) -> None:
    from filiation.phenotype.ontology import load_ontology

    ontology = load_ontology()
    labels = {term.id: term.label for term in terms.terms}
    print(f"\n{gene}  {match.score:.3f}  {match.disease_id} {match.disease_name}".rstrip())
    for found in match.matches:
        nearest = "nothing near" if found.disease_term is None else ontology.label(found.disease_term)
        print(f"  {found.similarity:4.2f}  {labels[found.patient_term]}  ->  {nearest}")


def _print_ranking(matcher: PhenotypeMatcher, top: int) -> None:
    found = [(match, gene) for gene in matcher.links().by_symbol if (match := matcher.of_gene(gene)) is not None]
    found.sort(key=lambda item: (-item[0].score, item[1]))
    print(f"\nBest of {len(found)} genes:")
    for match, gene in found[:top]:
        print(f"  {match.score:.3f}  {gene}  {match.disease_id} {match.disease_name}")


def _write_terms(options: argparse.Namespace, terms: ResolvedTerms, absent: ResolvedTerms, french: str | None) -> None:
    """The table of labels: signs present, signs absent, and the signs of diseases that candidates are compared with."""
    import re

    from filiation.io.tables import read_table, write_table
    from filiation.model.columns import CANDIDATES
    from filiation.model.report_tables import PHENOTYPE_TERMS
    from filiation.phenotype.ontology import load_ontology
    from filiation.phenotype.terms import resolve_terms

    candidates = read_table(options.candidates, CANDIDATES).rows if options.candidates else []
    own = {*terms.ids, *absent.ids}
    of_diseases = {term for row in candidates for term in re.findall(r"HP:\d{7}", row["hpo_matches"] or "")}
    named = resolve_terms(sorted(of_diseases - own), french_labels=french, where="hpo_matches")
    ontology = load_ontology()
    in_table = {*own, *named.ids}
    rows = [
        {
            "term": term.id,
            "label_en": term.label,
            "label_fr": term.label_fr or None,
            "status": status,
            "information": ontology.information(term.id),
            "kind_of": ";".join(sorted((ontology.ancestors(term.id) & in_table) - {term.id})),
        }
        for status, group in (("present", terms), ("absent", absent), ("label", named))
        for term in group.terms
    ]
    if options.orphanet_names:
        rows += _disease_rows(candidates, options.orphanet_names)
    write_table(options.output, PHENOTYPE_TERMS, rows, {"hpo": terms.release})


def _disease_rows(candidates: list[dict[str, Any]], path: str) -> list[dict[str, Any]]:
    """The ORPHA diseases of the candidates that Orphanet names in French."""
    import re

    from filiation.phenotype.orphanet_names import read_orphanet_names

    names = read_orphanet_names(path)
    cells = (row[column] or "" for row in candidates for column in ("hpo_disease", "gene_disease_validity"))
    english = {
        f"ORPHA:{number}": words
        for cell in cells
        for item in cell.split("|")
        for number, words in re.findall(r"^\s*(?:ORPHA|Orphanet):(\d+):([^:|]*)", item)
    }
    return [
        {"term": identifier, "label_en": words or None, "label_fr": names[identifier], "status": "label"}
        for identifier, words in sorted(english.items())
        if identifier in names
    ]


def main(options: argparse.Namespace) -> int:
    """Run the step."""
    from filiation.phenotype.match import PhenotypeMatcher
    from filiation.phenotype.terms import resolve_terms, split_terms

    french, links, table = _resources(options)
    genes = [table.require(name, "--genes") for name in options.genes]
    written = [term for text in options.terms for term in split_terms(text)]
    terms = resolve_terms(written, french_labels=french, where="--terms")
    if not terms.terms and not options.output:
        print("no HPO terms were given: nothing to compare")
        return 0
    if options.output:
        absent = resolve_terms(
            [term for text in options.absent for term in split_terms(text)], french_labels=french, where="--absent"
        )
        _write_terms(options, terms, absent, french)
        return 0
    _print_terms(terms)
    if not french:
        print("  English labels: give --french-labels (hp-fr.babelon.tsv) for French ones", file=sys.stderr)
    matcher = PhenotypeMatcher(terms, gene_diseases=links, genes=table)
    if not terms.compared:
        print(f"\n{matcher.note}")
    elif genes:
        for gene in genes:
            match = matcher.of_gene(gene.symbol, gene.hgnc_id)
            if match is None:
                print(f"\n{gene.symbol}  HPO knows no disease of this gene with signs: no score, which is not 0")
            else:
                _print_gene(gene.symbol, match, terms)
    else:
        _print_ranking(matcher, options.top)
    print(f"\nhpo_terms: {';'.join(terms.ids)}")
    return 0
