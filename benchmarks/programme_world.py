"""Which families, alleles and public data does the simulated programme begin with?

Genes are real names: those of one panel, and genes that neither panel nor HPO knows, so that a later link is news.
Places are made up: every gene has its own stretch of a chromosome, every allele its own place, unless it is planted in
two families. Each trio has, beside what is planted, the rare variants that a real one brings to its candidates: single
copies from one parent, pairs, two copies, new ones inside introns, on the X of boys. No base comes from a person.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pysam

from filiation.config import RESOURCES, gene_table_path
from filiation.genes.table import load_gene_table
from filiation.panels.load import load_panel
from filiation.phenotype.diseases import shipped_gene_diseases

pysam.set_verbosity(0)
PRE_INDICATION = "deficience-intellectuelle"
PANEL = RESOURCES / "panels" / f"{PRE_INDICATION}.tsv"
HPO_TERMS = ("HP:0001249",)
CONTIGS = {"1": 248_956_422, "2": 242_193_529, "3": 198_295_559, "4": 190_214_555, "X": 156_040_895}
GENE_SPAN, FIRST_PLACE = 20_000, 5_000_000
FREQUENCY = "programme"
PHRED = 400
COLUMNS = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
COMMON_CARRIED = 40
# Rare variants of one trio: (what it is, how many, consequences). Numbers are our own choice; they give a candidates
# table of ten to twenty rows, as the real trio of the benchmark of the whole run has.
BACKGROUND = (
    ("paternal", 14, ("missense_variant", "synonymous_variant", "missense_variant", "splice_region_variant")),
    ("maternal", 14, ("missense_variant", "synonymous_variant", "missense_variant", "splice_region_variant")),
    ("pair", 4, ("missense_variant",)),
    ("two_copies", 3, ("missense_variant", "synonymous_variant")),
    ("new", 3, ("intron_variant", "synonymous_variant")),
    ("maternal_x", 2, ("missense_variant", "synonymous_variant")),
)
GENOTYPES = {
    "paternal": ("0/1", "0/1", "0/0"),
    "maternal": ("0/1", "0/0", "0/1"),
    "two_copies": ("1/1", "0/1", "0/1"),
    "new": ("0/1", "0/0", "0/0"),
    "maternal_x": ("1/1", "0/0", "0/1"),
}
VCF_LINES = (
    '##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequences from VEP. Format: '
    'Allele|Consequence|SYMBOL|Gene|Feature|HGVSc|HGVSp">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads of each allele">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
    '##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Phred-scaled likelihoods">',
)


@dataclass(frozen=True)
class Gene:
    """A gene as the calls name it, and its stretch."""

    symbol: str
    hgnc_id: str
    ensembl: str
    ncbi: str
    contig: str
    start: int


@dataclass(frozen=True)
class Variant:
    """One allele in a gene; `inheritance` is a key of GENOTYPES."""

    contig: str
    pos: int
    ref: str
    alt: str
    gene: Gene
    term: str
    inheritance: str

    @property
    def site(self) -> tuple[str, int, str, str]:
        """Contig, position, reference and alternate allele."""
        return self.contig, self.pos, self.ref, self.alt

    @property
    def key(self) -> str:
        """`chrom-pos-ref-alt`."""
        return "-".join(map(str, self.site))

    def info(self) -> str:
        """INFO of the normalised record: the consequence as VEP writes it."""
        gene = self.gene
        return f"CSQ={self.alt}|{self.term}|{gene.symbol}|{gene.ensembl}|ENST_{gene.symbol}.1||"


@dataclass
class Trio:
    """An affected girl with healthy parents and what they carry."""

    name: str
    variants: list[Variant] = field(default_factory=list)

    @property
    def samples(self) -> tuple[str, str, str]:
        """Child, father, mother."""
        return f"{self.name}-C", f"{self.name}-F", f"{self.name}-M"


@dataclass
class PublicData:
    """What the public knows at one date: site → ClinVar (significance, review), site → frequency, gene lists."""

    clinvar: dict[tuple[str, int, str, str], tuple[str, str]] = field(default_factory=dict)
    frequency: dict[tuple[str, int, str, str], float] = field(default_factory=dict)
    panel_added: list[Gene] = field(default_factory=list)
    diseases: list[tuple[Gene, str]] = field(default_factory=list)


class Book:
    """Genes in turn and free places in them."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self._taken: dict[str, int] = {}
        panel = load_panel(PANEL)
        linked = shipped_gene_diseases().by_symbol
        entries = [
            gene
            for gene in load_gene_table(gene_table_path()).genes.values()
            if gene.locus_group == "protein-coding gene" and gene.ensembl_gene_id and gene.ncbi_gene_id
        ]
        found: dict[str, list[Gene]] = {"dominant": [], "recessive": [], "unknown": [], "x": []}
        autosomes = [name for name in CONTIGS if name != "X"]
        for number, entry in enumerate(sorted(entries, key=lambda entry: entry.symbol)):
            on_panel = panel.genes.get(entry.symbol)
            # A made-up place: a panel gene of the X is left out, an unknown one may stand anywhere.
            kind = "unknown"
            if on_panel is not None:
                modes = set(on_panel.inheritance.replace(";", ",").split(","))
                one = {"AD": "dominant", "AR": "recessive"}.get("".join(modes), "")
                if not one or on_panel.tier != "core":
                    continue
                kind = one
            elif entry.symbol in linked:
                continue
            elif number % 40 == 0:
                kind = "x"
            contig = "X" if kind == "x" else autosomes[number % len(autosomes)]
            place = FIRST_PLACE + (number // len(autosomes)) * GENE_SPAN
            gene = Gene(entry.symbol, entry.hgnc_id, str(entry.ensembl_gene_id), str(entry.ncbi_gene_id), contig, place)
            found[kind].append(gene)
        self.genes = {kind: [genes[i] for i in self.random.permutation(len(genes))] for kind, genes in found.items()}
        self._next = dict.fromkeys(self.genes, 0)

    def gene(self, kind: str) -> Gene:
        """The next gene of a kind: dominant or recessive (of the panel), unknown (of no disease), x."""
        genes = self.genes[kind]
        self._next[kind] += 1
        return genes[(self._next[kind] - 1) % len(genes)]

    def reserve(self, kind: str) -> Gene:
        """A gene that no background variant will fall in."""
        gene = self.gene(kind)
        self.genes[kind].remove(gene)
        self._next[kind] -= 1
        return gene

    def variant(self, gene: Gene, term: str, inheritance: str) -> Variant:
        """A new allele at a free place of a gene."""
        number = self._taken.get(gene.symbol, 0)
        self._taken[gene.symbol] = number + 1
        ref, alt = "ACGT"[number % 4], "ACGT"[(number + 1 + number // 4 % 3) % 4]
        return Variant(gene.contig, gene.start + 11 * number, ref, alt, gene, term, inheritance)

    def common(self, data: PublicData, count: int = 400) -> list[Variant]:
        """Variants that everybody may carry, which the screen removes; frequent in the population."""
        found = [self.variant(self.gene("unknown"), "missense_variant", "paternal") for _ in range(count)]
        data.frequency |= {variant.site: float(self.random.uniform(0.05, 0.5)) for variant in found}
        return found

    def background(self, trio: Trio, data: PublicData, common: Sequence[Variant] = ()) -> None:
        """Give a trio its rare variants, half of them known to the population at most 1 in 2,000, and common ones."""
        for number in sorted(self.random.choice(len(common), COMMON_CARRIED, replace=False)) if common else ():
            shape = ("paternal", "maternal", "two_copies")[number % 3]
            trio.variants.append(replace(common[number], inheritance=shape))
        for kind, count, terms in BACKGROUND:
            for number in range(count):
                gene = self.gene("x" if kind.endswith("_x") else "unknown")
                term = terms[number % len(terms)]
                kinds = ("paternal", "maternal") if kind == "pair" else (kind,)
                for inheritance in kinds:
                    variant = self.variant(gene, term, inheritance)
                    trio.variants.append(variant)
                    if inheritance != "new" and self.random.random() < 0.5:
                        data.frequency[variant.site] = float(self.random.uniform(1e-6, 5e-4))


def cell_of(genotype: str) -> str:
    """One member's column with thirty reads."""
    copies = genotype.count("1")
    reads = {0: "30,0", 1: "15,15", 2: "0,30"}[copies]
    phred = ",".join(str(PHRED * abs(copies - other)) for other in range(3))
    return f"{genotype}:{reads}:30:99:{phred}"


def write_calls(path: Path, trio: Trio) -> None:
    """The normalised calls of a trio, BCF with index."""
    lines = ["##fileformat=VCFv4.2", '##FILTER=<ID=PASS,Description="All filters passed">']
    lines += [f"##contig=<ID={name},length={length}>" for name, length in CONTIGS.items()]
    lines += [*VCF_LINES, "\t".join([*COLUMNS, *trio.samples])]
    order = list(CONTIGS)
    for variant in sorted(trio.variants, key=lambda v: (order.index(v.contig), *v.site[1:])):
        cells = [cell_of(genotype) for genotype in GENOTYPES[variant.inheritance]]
        fixed = [variant.contig, str(variant.pos), ".", variant.ref, variant.alt, "50", "PASS", variant.info()]
        lines.append("\t".join([*fixed, "GT:AD:DP:GQ:PL", *cells]))
    text = path.with_suffix(".vcf")
    text.write_text("\n".join(lines) + "\n", "utf-8")
    with pysam.VariantFile(str(text)) as source, pysam.VariantFile(str(path), "wb", header=source.header) as sink:
        for record in source:
            sink.write(record)
    text.unlink()
    pysam.tabix_index(str(path), preset="bcf", force=True, keep_original=True, csi=True)


def write_gene_models(path: Path, trios: Iterable[Trio]) -> None:
    """Every gene of some trios as one coding stretch: what the archive takes for near a gene."""
    genes = {variant.gene for trio in trios for variant in trio.variants}
    lines = ["##gff-version 3"]
    for gene in sorted(genes, key=lambda gene: (gene.contig, gene.start)):
        place = f"{gene.contig}\tprogramme\tCDS\t{gene.start}\t{gene.start + GENE_SPAN - 1}\t.\t+\t0"
        lines.append(f"{place}\tID=CDS:{gene.symbol};Parent=transcript:ENST_{gene.symbol}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.GzipFile(path, "wb", mtime=0) as handle:
        handle.write(("\n".join(lines) + "\n").encode())


def _write_vcf(path: Path, head: Sequence[str], rows: Iterable[tuple[tuple[str, int, str, str], str, str]]) -> None:
    """A sorted VCF without samples, BGZF with .tbi; rows are (site, id, INFO)."""
    order = list(CONTIGS)
    lines = ["##fileformat=VCFv4.2", *head, *(f"##contig=<ID={name}>" for name in CONTIGS)]
    lines.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
    for (contig, pos, ref, alt), name, info in sorted(rows, key=lambda row: (order.index(row[0][0]), *row[0][1:])):
        lines.append("\t".join([contig, str(pos), name, ref, alt, ".", ".", info]))
    with pysam.BGZFile(str(path), "wb", None) as handle:
        handle.write(("\n".join(lines) + "\n").encode())
    pysam.tabix_index(str(path), preset="vcf", force=True)


def write_public_data(folder: Path, data: PublicData, date: str, version: str) -> dict[str, Path]:
    """clinvar, frequency, panels (folder) and hpo_gene_diseases of one release, as their sources publish them."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {
        "clinvar": folder / "clinvar.vcf.gz",
        "frequency": folder / "frequency.vcf.gz",
        "panels": folder / "panels",
        "hpo_gene_diseases": folder / "genes_to_disease.txt",
    }
    head = [f"##fileDate={date}", "##source=ClinVar", '##INFO=<ID=CLNSIG,Number=.,Type=String,Description="s">']
    head.append('##INFO=<ID=CLNREVSTAT,Number=.,Type=String,Description="r">')
    numbers = {site: str(1000 + number) for number, site in enumerate(sorted(data.clinvar))}
    _write_vcf(
        paths["clinvar"],
        head,
        ((site, numbers[site], f"CLNSIG={word};CLNREVSTAT={review}") for site, (word, review) in data.clinvar.items()),
    )
    head = [
        '##INFO=<ID=AF,Number=A,Type=Float,Description="f">',
        '##INFO=<ID=nhomalt,Number=A,Type=Integer,Description="h">',
    ]
    _write_vcf(
        paths["frequency"],
        head,
        ((site, ".", f"AF={value:.3g};nhomalt=0") for site, value in data.frequency.items()),
    )
    paths["panels"].mkdir(exist_ok=True)
    (paths["panels"] / PANEL.name).write_text(_panel_text(data, date, version), "utf-8")
    rows = [(str(number), links) for number, links in shipped_gene_diseases().by_ncbi_gene_id.items()]
    names = {int(gene.ncbi): gene.symbol for gene, _ in data.diseases}
    added = [(gene.ncbi, (disease,)) for gene, disease in data.diseases]
    symbols = _symbols_by_number() | names
    with open(paths["hpo_gene_diseases"], "w", encoding="utf-8") as handle:
        handle.write("ncbi_gene_id\tgene_symbol\tassociation_type\tdisease_id\tsource\n")
        for number, diseases in sorted([*rows, *added], key=lambda row: int(row[0])):
            for disease in diseases:
                handle.write(f"NCBIGene:{number}\t{symbols[int(number)]}\tMENDELIAN\t{disease}\tprogramme\n")
    return paths


def _symbols_by_number() -> dict[int, str]:
    """Symbols of the genes that HPO links, by their NCBI number."""
    path = RESOURCES / "phenotype" / "gene_diseases.tsv"
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {int(number): symbol for number, symbol, *_ in rows[1:]}


def _panel_text(data: PublicData, date: str, version: str) -> str:
    """The panel that ships, with genes added."""
    kept = []
    for line in PANEL.read_text("utf-8").splitlines():
        if not line.startswith("##body_sha256"):
            kept.append(f"##version={version}" if line.startswith("##version=") else line)
    kept = [f"##date={date}" if line.startswith("##date=") else line for line in kept]
    kept += [f"{gene.symbol}\t{gene.hgnc_id}\tcore\tAD\tprogramme\tprogramme" for gene in data.panel_added]
    return "\n".join(kept) + "\n"
