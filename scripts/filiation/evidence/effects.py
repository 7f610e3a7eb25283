"""What does an allele do to each gene it touches, told on the transcript that a clinician reads?

Shown is MANE Select, else MANE Plus Clinical, else the canonical transcript, else the one with the most severe effect.
The most severe effect over all transcripts stands beside it and decides whether a record is considered: the choice of
a transcript never hides an effect on another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filiation.errors import InputError
from filiation.evidence.fields import (
    CANONICAL,
    MANE_PLUS_CLINICAL,
    MANE_SELECT,
    OTHER,
    TRANSCRIPT_STATUSES,
    GeneEffect,
    TranscriptEffect,
    effects_by_severity,
)
from filiation.evidence.hgvs import Namer, Names, trimmed
from filiation.evidence.transcripts import Transcript, TranscriptIndex
from filiation.io.files import open_text, require_file
from filiation.model.consequence import severity, worst_term
from filiation.model.contigs import bare_name


@dataclass(frozen=True)
class TranscriptItem:
    """What an annotator says of one allele on one transcript; '' where it says nothing.

    transcript is '' where the annotator names only the gene (bcftools csq, for introns and non-coding RNA).
    protein_domain is None where the annotator does not speak of domains.
    """

    gene: str
    gene_id: str
    transcript: str
    terms: tuple[str, ...]
    status: str = OTHER
    hgvs_c: str = ""
    hgvs_p: str = ""
    exon: str = ""
    intron: str = ""
    protein_position: int | None = None
    protein_length: int | None = None
    protein_domain: str | None = None

    @property
    def term(self) -> str:
        """The most severe of its terms."""
        return worst_term(list(self.terms))

    @property
    def key(self) -> str:
        """Gene symbol, its id where it has no symbol."""
        return self.gene or self.gene_id


@dataclass
class _Candidate:
    """One transcript of a gene that the allele touches."""

    name: str
    status: str
    term: str
    item: TranscriptItem | None = None
    model: Transcript | None = None
    names: Names = field(default_factory=Names)

    @property
    def order(self) -> tuple[int, int, int, str]:
        """Smallest is shown."""
        length = self.model.coding_length if self.model else 0
        return TRANSCRIPT_STATUSES.index(self.status), severity(self.term), -length, self.name

    @property
    def hgvs(self) -> tuple[str, str]:
        """Names on the transcript and the protein: ours where they exist, else the annotator's."""
        item = self.item
        return (
            self.names.coding or (item.hgvs_c if item else ""),
            self.names.protein or (item.hgvs_p if item else ""),
        )


def gene_effects(
    items: Sequence[TranscriptItem],
    contig: str,
    position: int,
    ref: str,
    alt: str,
    *,
    index: TranscriptIndex | None = None,
    namer: Namer | None = None,
    noncoding_diseases: Mapping[str, str] | None = None,
) -> tuple[GeneEffect, ...]:
    """The effect on every gene that the annotator names, most severe first.

    position : 0-based, alleles as in VCF. index and namer : the laboratory's gene models, where there are any; without
    them the annotator's own words are all there is. noncoding_diseases : symbol → disease of genes whose RNA causes it.
    """
    by_gene: dict[str, list[TranscriptItem]] = {}
    for item in items:
        if item.key:
            by_gene.setdefault(item.key, []).append(item)
    start, trimmed_ref, _ = trimmed(position, ref, alt)
    end = start + max(len(trimmed_ref), 1)
    touched = index.touched(contig, start, end) if index else []
    effects = []
    for gene, found in by_gene.items():
        candidates = _candidates(gene, found, touched, start, end)
        worst = worst_term([item.term for item in found] + [candidate.term for candidate in candidates])
        effects.append(_effect(found, candidates, worst, position, ref, alt, namer, noncoding_diseases or {}))
    return effects_by_severity(effects)


def _candidates(
    gene: str, items: Sequence[TranscriptItem], touched: Sequence[Transcript], start: int, end: int
) -> list[_Candidate]:
    """The transcripts of a gene: those the annotator names, and those of the gene models that lie there."""
    models = {model.name: model for model in touched if gene in (model.gene, model.gene_id)}
    found: dict[str, _Candidate] = {}
    for item in items:
        if not item.transcript:
            continue
        base = item.transcript.split(".")[0]
        model = models.get(base)
        best = min(item.status, model.status if model else OTHER, key=TRANSCRIPT_STATUSES.index)
        name = model.accession if model else item.transcript
        candidate = _Candidate(name, best, item.term, item, model)
        if base not in found or severity(candidate.term) < severity(found[base].term):
            found[base] = candidate
    for base, model in models.items():
        if base not in found:
            found[base] = _Candidate(model.accession, model.status, model.term_at(start, end), None, model)
    return list(found.values())


def _effect(
    items: Sequence[TranscriptItem],
    candidates: list[_Candidate],
    worst: str,
    position: int,
    ref: str,
    alt: str,
    namer: Namer | None,
    noncoding_diseases: Mapping[str, str],
) -> GeneEffect:
    """One gene, told on the transcript that is shown."""
    first = min(items, key=lambda item: severity(item.term))
    if not candidates:
        disease = noncoding_diseases.get(first.gene, "")
        return GeneEffect(
            first.gene, first.gene_id, first.transcript, OTHER, first.term, worst, noncoding_disease=disease
        )
    shown = min(candidates, key=lambda candidate: candidate.order)
    others = [c for c in candidates if c.status == MANE_PLUS_CLINICAL and c is not shown]
    severest = min(candidates, key=lambda candidate: (severity(candidate.term), *candidate.order))
    if severity(severest.term) < severity(shown.term) and severest not in others:
        others.append(severest)
    for candidate in (shown, *others):
        if namer is not None and candidate.model is not None:
            candidate.names = namer.on_transcript(candidate.model, position, ref, alt)
    model, item, change = shown.model, shown.item, shown.names.change
    start, trimmed_ref, _ = trimmed(position, ref, alt)
    end = start + max(len(trimmed_ref), 1)
    exon, intron = model.number_of(start, end) if model else (item.exon, item.intron) if item else ("", "")
    if model is not None and bare_name(model.contig) == "MT" and change.name:
        # The annotator may have read the gene by the standard code.
        shown.term = worst = mitochondrial_term(change.name)
    coding, protein = shown.hgvs
    return GeneEffect(
        gene=first.gene,
        gene_id=(model.gene_id if model else "") or first.gene_id,
        transcript=shown.name,
        status=shown.status,
        term=shown.term,
        worst_term=worst,
        hgvs_c=coding,
        hgvs_p=protein,
        exon=exon,
        intron=intron,
        protein_position=change.position or (item.protein_position if item else None),
        protein_length=model.protein_length if model else item.protein_length if item else None,
        nmd=change.nmd,
        exon_coding_bases=coding_bases_at(model, start, end) if model else None,
        noncoding_disease=noncoding_diseases.get(first.gene, ""),
        protein_domain=item.protein_domain if item else None,
        others=tuple(TranscriptEffect(c.name, c.status, c.term, *c.hgvs) for c in others),
    )


def coding_bases_at(transcript: Transcript, start: int, end: int) -> int | None:
    """Coding bases of the exon that holds the interval, or that ends or begins at the splice site it touches."""
    for left, right in transcript.exons:
        if start < right + 2 and end > left - 2:
            inside = [(max(left, first), min(right, last)) for first, last in transcript.cds]
            total = sum(last - first for first, last in inside if last > first)
            return total or None
    return None


def mitochondrial_term(name: str) -> str:
    """Sequence Ontology term of a predicted protein name, for genes of the mitochondrial code."""
    if "Met1?" in name:
        return "start_lost"
    if name.endswith("=)"):
        return "synonymous_variant"
    if "ext" in name:
        return "stop_lost"
    if "fs" in name:
        return "frameshift_variant"
    if name.endswith("Ter)"):
        return "stop_gained"
    if "ins" in name or "dup" in name:
        return "inframe_insertion"
    return "inframe_deletion" if name.endswith("del)") else "missense_variant"


def load_noncoding_diseases(path: str | Path) -> dict[str, str]:
    """Symbol → disease, from resources/genes/noncoding_disease_genes.tsv: genes whose RNA, not a protein, acts."""
    source = require_file(path, "non-coding disease genes")
    found: dict[str, str] = {}
    names: list[str] = []
    with open_text(source) as handle:
        for number, line in enumerate(handle, 1):
            if line.startswith("#") or line.isspace():
                continue
            cells = line.rstrip("\r\n").split("\t")
            if not names:
                names = cells
                continue
            row = dict(zip(names, cells, strict=False))
            if len(cells) != len(names) or not row.get("symbol") or not row.get("disease"):
                raise InputError(
                    f"{len(cells)} cells, symbol {row.get('symbol', '')!r}",
                    where=f"{source}, line {number}",
                    expected="symbol, hgnc_id, other_names, rna, disease and source, separated by tabs",
                    repair="correct the row",
                )
            others = row.get("other_names", ".")
            for symbol in (row["symbol"], *(() if others == "." else others.split(","))):
                found[symbol] = row["disease"]
    return found


def vep_status(mane_select: str, mane_plus_clinical: str, canonical: str) -> str:
    """Status of a transcript from VEP's fields MANE_SELECT, MANE_PLUS_CLINICAL and CANONICAL."""
    if mane_select:
        return MANE_SELECT
    if mane_plus_clinical:
        return MANE_PLUS_CLINICAL
    return CANONICAL if canonical == "YES" else OTHER
