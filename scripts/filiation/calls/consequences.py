"""Which genes does a record touch, and how? Reads BCSQ (bcftools csq), CSQ (VEP) and ANN (snpEff)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from filiation.errors import InputError
from filiation.evidence.effects import TranscriptItem, vep_status
from filiation.model.consequence import ontology_term, severity, worst_term

ANNOTATORS = ("CSQ", "BCSQ", "ANN")
# Databases of domains in the order shown: curated families first.
_DOMAIN_DATABASES = (
    *("Pfam", "SMART", "PROSITE_profiles", "CDD", "TIGRFAM", "NCBIFAM", "PROSITE_patterns", "PRINTS", "Prints"),
    *("Superfamily", "SuperFamily", "Gene3D", "PANTHER", "PIRSF"),
)
# Header key under which `annotate` says which of them it used; `none` when nothing was to be used.
USED_HEADER = "filiation_consequences"


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


def used_annotator(header: Any) -> str | None:
    """The annotation field that `annotate` used, by its own header line; else the one that the file carries."""
    said = [line.value for line in header.records if line.key == USED_HEADER]
    if said:
        return said[-1] if said[-1] in ANNOTATORS else None
    return find_annotator(set(header.info))


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
        # The effect stands at another record of the haplotype, which may not be there any more: on a gene, unknown
        # which, and shown for that.
        return Consequence("", "", "coding_sequence_variant", "", "", item)
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


def _of_this_allele(items: list[str], annotator: str, layout: list[str], ref: str, alt: str) -> list[str]:
    """The items of one allele of a record that was split after its annotation; all, when none names the allele.

    VEP and snpEff write the allele into every item: as in ALT, or, VEP, without the first base of an indel.
    """
    if annotator == "BCSQ" or not alt:
        return items
    position = 0 if annotator == "ANN" else layout.index("Allele") if "Allele" in layout else None
    if position is None:
        return items
    names = {alt}
    if annotator == "CSQ" and len(ref) != len(alt) and ref[:1] == alt[:1]:
        names.add(alt[1:] or "-")
    own = [item for item in items if (item.split("|") + [""] * position)[position] in names]
    return own or items


def parse_consequences(
    values: object, annotator: str, layout: list[str] | None = None, *, ref: str = "", alt: str = ""
) -> list[Consequence]:
    """Most severe consequence for each gene, worst gene first; an empty list when nothing is annotated.

    A record may touch several genes; none is dropped for another's sake. ref, alt: the allele that is asked about.
    """
    if values is None or values == "":
        return []
    items = [str(v) for v in values] if isinstance(values, tuple | list) else str(values).split(",")
    best: dict[str, Consequence] = {}
    for item in _of_this_allele(items, annotator, layout or [], ref, alt):
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


def transcript_items(
    values: object, annotator: str, layout: list[str] | None = None, *, ref: str = "", alt: str = ""
) -> list[TranscriptItem]:
    """Every item of the annotation of one allele, transcript by transcript, in the order of the file."""
    if values is None or values == "":
        return []
    items = [str(v) for v in values] if isinstance(values, tuple | list) else str(values).split(",")
    read = {"BCSQ": _item_of_bcsq, "CSQ": _item_of_csq, "ANN": _item_of_ann}[annotator]
    found = (read(item, layout or []) for item in _of_this_allele(items, annotator, layout or [], ref, alt))
    return [item for item in found if item is not None]


def items_by_field(values: object, layout: list[str], *, ref: str, alt: str) -> list[dict[str, str]]:
    """Every item that VEP wrote of one allele, by the names of its header."""
    if values is None or values == "":
        return []
    items = [str(v) for v in values] if isinstance(values, tuple | list) else str(values).split(",")
    own = _of_this_allele(items, "CSQ", layout, ref, alt)
    return [dict(zip(layout, item.split("|"), strict=False)) for item in own]


def _item_of_bcsq(text: str, _layout: list[str]) -> TranscriptItem | None:
    """bcftools csq names a transcript only where it is coding or its untranslated part is hit."""
    parts = text.split("|")
    if text.startswith("@") or len(parts) < 3 or not (terms := _terms(parts[0])):
        return None
    return TranscriptItem(parts[1], "", parts[2], tuple(terms))


def _item_of_csq(text: str, layout: list[str]) -> TranscriptItem | None:
    """VEP, with the fields of --symbol --hgvs --mane --canonical --numbers --total_length where they are there."""
    values = dict(zip(layout, text.split("|"), strict=False))
    terms = _terms(values.get("Consequence", ""))
    if not terms or values.get("Feature_type", "Transcript") not in ("Transcript", ""):
        return None
    place, _, length = values.get("Protein_position", "").partition("/")
    return TranscriptItem(
        values.get("SYMBOL", ""),
        values.get("Gene", ""),
        values.get("Feature", ""),
        tuple(terms),
        vep_status(values.get("MANE_SELECT", ""), values.get("MANE_PLUS_CLINICAL", ""), values.get("CANONICAL", "")),
        unquote(values.get("HGVSc", "")),
        in_parentheses(unquote(values.get("HGVSp", ""))),
        values.get("EXON", ""),
        values.get("INTRON", ""),
        _first_number(place),
        _first_number(length),
        domains(values["DOMAINS"]) if "DOMAINS" in values else None,
    )


def domains(text: str) -> str:
    """The families and domains of VEP's DOMAINS (`Pfam:PF00069&SMART:SM00220`), best known database first.

    Structures, low complexity and coiled coils, which VEP lists in the same field, are no domains.
    """
    found = [item.partition(":") for item in text.split("&") if ":" in item]
    known = [(_DOMAIN_DATABASES.index(name), name, number) for name, _, number in found if name in _DOMAIN_DATABASES]
    return "&".join(dict.fromkeys(f"{name}:{number}" for _, name, number in sorted(known)))


def _item_of_ann(text: str, _layout: list[str]) -> TranscriptItem | None:
    """snpEff: …|rank/total|HGVS.c|HGVS.p|cDNA.pos/length|CDS.pos/length|AA.pos/length|…"""
    parts = text.split("|")
    if len(parts) < 11 or parts[5] not in ("transcript", "") or not (terms := _terms(parts[1])):
        return None
    place, _, length = (parts[13] if len(parts) > 13 else "").partition("/")
    transcript = parts[6]
    coding = f"{transcript}:{parts[9]}" if parts[9] and transcript else parts[9]
    rank = parts[8]
    inside = any("intron" in term or "splice_donor" in term or "splice_acceptor" in term for term in terms)
    return TranscriptItem(
        parts[3],
        parts[4],
        transcript,
        tuple(terms),
        hgvs_c=coding,
        hgvs_p=in_parentheses(parts[10]),
        exon="" if inside else rank,
        intron=rank if inside else "",
        protein_position=_first_number(place),
        protein_length=_first_number(length),
    )


def _first_number(text: str) -> int | None:
    """`12` of `12-14` or `?-14`: the first number there is."""
    found = re.search(r"\d+", text)
    return int(found[0]) if found else None


def in_parentheses(name: str) -> str:
    """A protein name as a prediction: p.Lys2Glu → p.(Lys2Glu); names in parentheses, and p.?, stay."""
    head, sign, change = name.rpartition("p.")
    if not sign or not change or change.startswith(("(", "?")):
        return name
    return f"{head}p.({change})"
