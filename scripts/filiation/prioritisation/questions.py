"""Which records does a user mean who names an allele, a gene, or a change in a gene?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filiation.errors import ConfigError, InputError, nearest
from filiation.io.files import require_file
from filiation.prioritisation.evidence import Evidence


@dataclass(frozen=True)
class Site:
    """One allele that is asked about; 1-based position."""

    chrom: str
    pos: int
    ref: str
    alt: str

    @property
    def key(self) -> tuple[str, int, str, str]:
        """Identity of the allele."""
        return self.chrom, self.pos, self.ref, self.alt

    @property
    def text(self) -> str:
        """`chrom-pos-ref-alt`."""
        return f"{self.chrom}-{self.pos}-{self.ref}-{self.alt}"


def find_site(text: str) -> Site | None:
    """`chr-pos-ref-alt` or `chr:pos:ref:alt` as a site, None for another form; contig names may hold the separator."""
    for sign in ("-", ":"):
        parts = text.rsplit(sign, 3)
        if len(parts) == 4 and parts[0] and parts[1].isdigit() and re.fullmatch(r"[ACGTNacgtn]+", parts[2] + parts[3]):
            return Site(parts[0], int(parts[1]), parts[2].upper(), parts[3].upper())
    return None


def parse_site(text: str) -> Site:
    """A site, or an error that shows the form."""
    if site := find_site(text):
        return site
    raise ConfigError(f"--site {text!r}", expected="CHROM-POS-REF-ALT", repair="for example 1-15752321-TCTGA-T")


def read_sites(path: str | Path) -> list[Site]:
    """The alleles of a VCF, each by itself."""
    import pysam

    with pysam.VariantFile(str(require_file(path, "sites"))) as handle:
        return [Site(record.chrom, record.pos, record.ref or "", alt) for record in handle for alt in record.alts or ()]


def _change(text: str) -> str:
    """A change without its transcript and spaces: `ENST1:c.35G>A` → `c.35g>a`."""
    return text.rpartition(":")[2].replace(" ", "").lower()


def sites_asked(
    questions: Sequence[str], records: Sequence[Evidence], removed: Sequence[Mapping[str, Any]]
) -> list[Site]:
    """The sites that the questions name, in the order asked, each once.

    A question is an allele (`chr1-100-A-C`), a gene symbol, or `GENE:change` (gene or transcript, then a change as the
    annotation writes it: `PTPN11:c.922A>G`, `PTPN11:p.Asn308Asp`, `PTPN11:308N>308D`). For a gene: every annotated
    record in it, and every row of the removed table. Only records that the screen kept are annotated; what it
    removed must be asked for by its allele.
    """
    found: dict[Site, None] = {}
    for question in questions:
        if site := find_site(question):
            found[site] = None
            continue
        named = _in_gene(question, records, removed)
        if not named:
            _nothing_found(question, records)
        found.update(dict.fromkeys(named))
    return list(found)


def _in_gene(question: str, records: Sequence[Evidence], removed: Sequence[Mapping[str, Any]]) -> list[Site]:
    """Sites of a gene, or of one change in it."""
    gene, colon, change = question.partition(":")
    wanted, asked = gene.upper(), _change(change)
    sites = []
    for record in records:
        for consequence in record.consequences:
            names = {consequence.gene.upper(), consequence.gene_id.upper(), consequence.transcript.upper()}
            changes = {_change(consequence.dna_change), _change(consequence.amino_acid_change)}
            if wanted in names and (not colon or asked in changes):
                sites.append(Site(record.chrom, record.pos, record.ref, record.alt))
    if not colon:
        rows = [row for row in removed if str(row["gene"] or "").upper() == wanted]
        sites += [Site(str(row["chrom"]), int(row["pos"]), str(row["ref"]), str(row["alt"])) for row in rows]
    return list(dict.fromkeys(sites))


def _nothing_found(question: str, records: Sequence[Evidence]) -> None:
    """Stop, with the genes or the changes that there are."""
    gene, colon, _ = question.partition(":")
    genes = sorted({consequence.gene for record in records for consequence in record.consequences if consequence.gene})
    changes = [
        change
        for record in records
        for consequence in record.consequences
        if colon and consequence.gene.upper() == gene.upper()
        for change in (consequence.dna_change, consequence.amino_acid_change)
        if change
    ]
    if changes:
        shown = ", ".join(dict.fromkeys(changes[:20]))
        raise InputError(f"no change {question!r} among the annotated records", expected=f"one of {shown}")
    raise InputError(
        f"no annotated record in {gene!r}",
        expected="CHROM-POS-REF-ALT, a gene, or GENE:change",
        repair=nearest(gene, genes)
        or "ask for an allele by CHROM-POS-REF-ALT: what the screen removed is not annotated with its gene",
    )
