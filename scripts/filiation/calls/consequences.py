"""Which genes does a record touch, and how? Reads BCSQ (bcftools csq), CSQ (VEP) and ANN (snpEff)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from filiation.errors import InputError
from filiation.model.consequence import ontology_term, severity, worst_term

ANNOTATORS = ("CSQ", "BCSQ", "ANN")


@dataclass(frozen=True)
class Consequence:
    """The most severe effect of one allele on one gene, with the transcript it was read from."""

    gene: str
    gene_id: str
    term: str
    transcript: str
    amino_acid_change: str
    dna_change: str


def find_annotator(header_info: set[str]) -> str | None:
    """The annotation field that a file carries, preferring VEP's, then bcftools csq, then snpEff."""
    return next((name for name in ANNOTATORS if name in header_info), None)


def csq_layout(description: str, where: str) -> list[str]:
    """Field names of a CSQ string, from its header description."""
    match = re.search(r"Format:\s*([^\"]+)", description)
    if not match:
        raise InputError(
            "INFO/CSQ has no 'Format:' in its header line", where=where, expected="the header that VEP writes"
        )
    return [name.strip() for name in match[1].strip().split("|")]


def _terms(text: str) -> list[str]:
    """Sequence Ontology terms of one annotation item."""
    return [ontology_term(word) for word in text.split("&") if word]


def _from_bcsq(item: str) -> Consequence | None:
    """One BCSQ item: consequence|gene|transcript|biotype[|strand|amino_acid_change|dna_change]."""
    if item.startswith("@"):
        # The effect is written at another record of the same haplotype block; that record carries the gene.
        return None
    parts = item.split("|")
    terms = _terms(parts[0])
    if not terms or len(parts) < 3:
        return None
    amino = parts[5] if len(parts) > 5 else ""
    dna = parts[6] if len(parts) > 6 else ""
    return Consequence(parts[1], "", worst_term(terms), parts[2], amino, dna)


def _from_csq(item: str, layout: list[str]) -> Consequence | None:
    """One VEP CSQ item, by the layout of the header."""
    values = dict(zip(layout, item.split("|"), strict=False))
    terms = _terms(values.get("Consequence", ""))
    if not terms:
        return None
    return Consequence(
        values.get("SYMBOL", ""),
        values.get("Gene", ""),
        worst_term(terms),
        values.get("Feature", ""),
        values.get("HGVSp", "") or values.get("Amino_acids", ""),
        values.get("HGVSc", "") or values.get("Codons", ""),
    )


def _from_ann(item: str) -> Consequence | None:
    """One snpEff ANN item: allele|effect|impact|gene|gene id|feature type|feature|…|HGVS.c|HGVS.p|…"""
    parts = item.split("|")
    if len(parts) < 11 or not (terms := _terms(parts[1])):
        return None
    return Consequence(parts[3], parts[4], worst_term(terms), parts[6], parts[10], parts[9])


def parse_consequences(values: object, annotator: str, layout: list[str] | None = None) -> list[Consequence]:
    """Most severe consequence for each gene, worst gene first; an empty list when nothing is annotated.

    A record may touch several genes; none is dropped for another's sake.
    """
    if values is None or values == "":
        return []
    items = [str(v) for v in values] if isinstance(values, tuple | list) else str(values).split(",")
    best: dict[str, Consequence] = {}
    for item in items:
        if annotator == "BCSQ":
            found = _from_bcsq(item)
        elif annotator == "CSQ":
            found = _from_csq(item, layout or [])
        else:
            found = _from_ann(item)
        if found is None:
            continue
        key = found.gene or found.gene_id
        if key not in best or severity(found.term) < severity(best[key].term):
            best[key] = found
    return sorted(best.values(), key=lambda consequence: (severity(consequence.term), consequence.gene))
