"""Small files of the Human Phenotype Ontology: French labels and links between genes and diseases."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

COLUMNS = "subject_id source_language translation_language predicate_id comment source_value translation_status"


def french_labels(path: Path, rows: Iterable[tuple[str, str, str]], language: str = "fr") -> Path:
    """A babelon table of (id, French label, status)."""
    lines = ["\t".join([*COLUMNS.split(), "translation_value"])]
    lines += ["\t".join((term, "en", language, "rdfs:label", "", "", status, label)) for term, label, status in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def gene_diseases(path: Path, rows: Iterable[tuple[str, str, str]]) -> Path:
    """genes_to_disease.txt of (NCBI number, symbol, disease)."""
    lines = ["ncbi_gene_id\tgene_symbol\tassociation_type\tdisease_id\tsource"]
    lines += [f"NCBIGene:{number}\t{symbol}\tMENDELIAN\t{disease}\t-" for number, symbol, disease in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
