"""Which diseases belong to each gene, which HPO ids were withdrawn for which, and which words mean the same sign?

hpo3 holds terms and the signs of each disease, but not these three. They are extracted, unaltered, from two files of
an HPO release that the user names (hp.obo and genes_to_phenotype.txt), into resources/phenotype/:

- gene_diseases.tsv: for each gene, the OMIM and ORPHA diseases that HPO links to it;
- retired_terms.tsv: ids that were merged or withdrawn, with the term that replaced them or those to consider;
- synonyms.tsv: exact synonyms of each term.

Example:
  python scripts/make_phenotype_tables.py --ontology hp.obo --genes genes_to_phenotype.txt --output resources/phenotype
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from filiation.errors import InputError
from filiation.io.files import atomic_text

CREDIT = (
    "# Extracted, without alteration, from the Human Phenotype Ontology, release {release} "
    "(https://human-phenotype-ontology.org).\n"
    "# Licence: https://human-phenotype-ontology.org/license; cite Gargano et al., Nucleic Acids Res 2024;52:D1333.\n"
    "# Made by scripts/make_phenotype_tables.py.\n"
)
SYNONYM = re.compile(r'"((?:[^"\\]|\\.)*)" EXACT\b')


def read_terms(path: Path) -> tuple[str, list[dict[str, list[str]]]]:
    """(release, terms) of an OBO file; each term is {tag: values in order}."""
    release, terms = "", []
    term: dict[str, list[str]] | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            term = defaultdict(list) if line == "[Term]" else None
            if term is not None:
                terms.append(term)
        elif term is not None and ": " in line:
            tag, value = line.split(": ", 1)
            term[tag].append(value)
        elif line.startswith("data-version: "):
            release = line.rpartition("/")[2] if "/" in line else line.split(": ", 1)[1]
            release = next(iter(re.findall(r"\d{4}-\d{2}-\d{2}", line)), release)
    if not terms:
        raise InputError("no [Term] in it", where=str(path), expected="hp.obo of an HPO release")
    return release, terms


def retired_rows(terms: list[dict[str, list[str]]]) -> Iterator[str]:
    """id, replaced_by and consider of every id that must not be used any more."""
    rows: dict[str, tuple[str, str]] = {}
    for term in terms:
        for other in term["alt_id"]:
            rows[other] = (term["id"][0], "")
    for term in terms:
        if term["is_obsolete"]:
            replaced = [value for value in term["replaced_by"] if value.startswith("HP:")]
            consider = [value for value in (*replaced, *term["consider"]) if value.startswith("HP:")]
            if len(replaced) == 1:
                rows[term["id"][0]] = (replaced[0], "")
            elif term["id"][0] not in rows:
                rows[term["id"][0]] = ("", ";".join(dict.fromkeys(consider)))
    for retired, (replaced_by, choices) in sorted(rows.items()):
        yield f"{retired}\t{replaced_by or '.'}\t{choices or '.'}\n"


def synonym_rows(terms: list[dict[str, list[str]]]) -> Iterator[str]:
    """id and its exact synonyms, separated by |."""
    for term in sorted(terms, key=lambda term: term["id"][0]):
        found = [match.group(1).replace('\\"', '"') for match in map(SYNONYM.match, term["synonym"]) if match]
        words = [word.replace("|", "/").replace("\t", " ") for word in dict.fromkeys(found)]
        if words and not term["is_obsolete"]:
            yield f"{term['id'][0]}\t{'|'.join(words)}\n"


def gene_rows(path: Path) -> Iterator[str]:
    """NCBI gene id, symbol and diseases of every gene of genes_to_phenotype.txt."""
    diseases: dict[tuple[int, str], set[str]] = defaultdict(set)
    with open(path, encoding="utf-8") as handle:
        names = handle.readline().rstrip("\n").split("\t")
        if not {"ncbi_gene_id", "gene_symbol", "disease_id"} <= set(names):
            raise InputError(
                f"columns {', '.join(names)}",
                where=f"{path}, line 1",
                expected="ncbi_gene_id, gene_symbol and disease_id: genes_to_phenotype.txt of an HPO release",
            )
        number, symbol, disease = (names.index(name) for name in ("ncbi_gene_id", "gene_symbol", "disease_id"))
        for line in handle:
            cells = line.rstrip("\n").split("\t")
            diseases[int(cells[number]), cells[symbol]].add(cells[disease])
    for (gene_id, name), found in sorted(diseases.items()):
        yield f"{gene_id}\t{name}\t{';'.join(sorted(found))}\n"


def write(path: Path, release: str, columns: str, rows: Iterator[str]) -> None:
    """One table with its credit, whole or not at all."""
    with atomic_text(path) as handle:
        handle.write(CREDIT.format(release=release) + columns.replace(" ", "\t") + "\n")
        handle.writelines(rows)


def main() -> None:
    """Write the three tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ontology", type=Path, required=True, metavar="OBO", help="hp.obo")
    parser.add_argument("--genes", type=Path, required=True, metavar="TXT", help="genes_to_phenotype.txt, same release")
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="folder to write")
    options = parser.parse_args()
    release, terms = read_terms(options.ontology)
    options.output.mkdir(parents=True, exist_ok=True)
    write(options.output / "gene_diseases.tsv", release, "ncbi_gene_id symbol diseases", gene_rows(options.genes))
    write(options.output / "retired_terms.tsv", release, "hpo_id replaced_by consider", retired_rows(terms))
    write(options.output / "synonyms.tsv", release, "hpo_id exact_synonyms", synonym_rows(terms))


if __name__ == "__main__":
    main()
