"""Which records does a user mean who names an allele, a gene, or a change in a gene?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filiation.errors import ConfigError, InputError, nearest
from filiation.io.files import private_directory, require_file
from filiation.io.genes import Genes
from filiation.io.tools import run_tool
from filiation.io.vcf import header_contigs
from filiation.model.contigs import bare_name
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
        if (
            len(parts) == 4
            and parts[0]
            and parts[1].isdecimal()
            and re.fullmatch(r"[ACGTNacgtn]+", parts[2] + parts[3])
        ):
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
    """A change without its transcript, spaces and the brackets of a predicted protein: `ENSP1:p.(Ser2Ile)` →
    `p.ser2ile`."""
    return text.rpartition(":")[2].translate(str.maketrans("", "", " ()")).lower()


def _without_version(name: str) -> str:
    """A gene, or a transcript without its version: `ENST1.2` → `ENST1`."""
    return re.sub(r"\.\d+$", "", name.upper())


def _genomic(question: str, records: Sequence[Evidence]) -> list[Site]:
    """Sites of a genomic HGVS name (`chr1:g.151309C>A`): as annotated; a substitution also where nothing is."""
    contig, _, change = question.partition(":")
    found = [
        Site(record.chrom, record.pos, record.ref, record.alt)
        for record in records
        if _change(record.facts.hgvs_g) == _change(change)
        and (record.facts.hgvs_g.partition(":")[0] == contig or bare_name(record.chrom) == bare_name(contig))
    ]
    written = re.fullmatch(r"g\.(\d+)([acgt])>([acgt])", _change(change))
    if not found and written:
        return [Site(contig, int(written[1]), written[2].upper(), written[3].upper())]
    return found


def calls_in_genes(genes: Genes, variants: str | Path) -> Callable[[str], list[Site]]:
    """A function that gives every allele that was called in a gene, kept or not, first to last; [] for no gene.

    variants : the calls of the family, of which whole records are listed, each alternate allele by itself.
    """

    def called(name: str) -> list[Site]:
        found = genes.named(name)
        if not found:
            return []
        styles = {bare_name(contig): contig for contig in header_contigs(variants)}
        regions = [f"{styles[gene.contig]}\t{gene.start - 1}\t{gene.end}\n" for gene in found if gene.contig in styles]
        with private_directory("gene") as folder:
            bed = folder / "gene.bed"
            bed.write_text("".join(regions), encoding="utf-8")
            if not regions:
                return []
            lines = run_tool(
                ["bcftools", "query", "-f", "%CHROM\t%POS\t%REF\t%ALT\n", "-T", bed, variants],
                purpose=f"list the calls in {name}",
                where=str(variants),
            )
        rows = [line.split("\t") for line in lines.splitlines()]
        return [Site(chrom, int(pos), ref, alt) for chrom, pos, ref, alts in rows for alt in alts.split(",")]

    return called


def sites_asked(
    questions: Sequence[str],
    records: Sequence[Evidence],
    removed: Sequence[Mapping[str, Any]],
    called: Callable[[str], list[Site]] | None = None,
) -> list[Site]:
    """The sites that the questions name, in the order asked, each once.

    A question is an allele (`chr1-100-A-C`), a gene symbol, `GENE:change` (gene, transcript or protein, with or without
    version, then a change as the annotation or the report writes it: `PTPN11:c.922A>G`, `PTPN11:p.Asn308Asp`,
    `PTPN11:308N>308D`), or a genomic name (`chr12:g.112450406A>G`). For a gene: every annotated record in it, every
    row of the removed table, and with `called` (see calls_in_genes) every allele between its ends.
    Only records that the screen kept are annotated; without `called`, what it removed must be asked for by its allele.
    """
    found: dict[Site, None] = {}
    for question in questions:
        if site := find_site(question):
            found[site] = None
            continue
        named = _genomic(question, records) if ":g." in question else _in_gene(question, records, removed)
        if called is not None and ":" not in question:
            named = list(dict.fromkeys([*named, *called(question)]))
        if not named:
            _nothing_found(question, records)
        found.update(dict.fromkeys(named))
    return list(found)


def _in_gene(question: str, records: Sequence[Evidence], removed: Sequence[Mapping[str, Any]]) -> list[Site]:
    """Sites of a gene, or of one change in it."""
    gene, colon, change = question.partition(":")
    wanted, asked = _without_version(gene), _change(change)
    sites = []
    for record in records:
        for names, changes in _names_and_changes(record):
            if wanted in map(_without_version, names) and (not colon or asked in map(_change, changes)):
                sites.append(Site(record.chrom, record.pos, record.ref, record.alt))
    if not colon:
        rows = [row for row in removed if str(row["gene"] or "").upper() == gene.upper()]
        sites += [Site(str(row["chrom"]), int(row["pos"]), str(row["ref"]), str(row["alt"])) for row in rows]
    return list(dict.fromkeys(sites))


def _names_and_changes(record: Evidence) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """By transcript: its names, those of gene and protein too, and the change as annotator and report write it."""
    for consequence in record.consequences:
        names = (consequence.gene, consequence.gene_id, consequence.transcript)
        yield names, (consequence.dna_change, consequence.amino_acid_change)
    for gene in record.facts.genes:
        shown = [(gene.transcript, gene.hgvs_c, gene.hgvs_p)]
        for transcript, coding, protein in shown + [(one.transcript, one.hgvs_c, one.hgvs_p) for one in gene.others]:
            yield (gene.gene, gene.gene_id, transcript, protein.rpartition(":")[0]), (coding, protein)


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
        expected="CHROM-POS-REF-ALT, a gene, GENE:change, or CHROM:g.change",
        repair=nearest(gene, genes)
        or "ask for an allele by CHROM-POS-REF-ALT: what the screen removed is not annotated with its gene",
    )
