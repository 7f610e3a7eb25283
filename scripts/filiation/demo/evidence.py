"""What do the CADD-, REVEL-, SpliceAI- and constraint-like files of the simulated family say?

In the published formats, so that the whole way is seen. Values are invented: each is drawn around what such a score is
usually like for the consequence of the allele on the simulated gene, harmless for what many people carry. CADD knows
every substitution and length change of a gene; REVEL the missense changes; SpliceAI what lies in a gene. The
constraint table has a row for each gene: genes of the panel are drawn as intolerant of loss. The repeats that the
genome was given are the regions of low complexity.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from filiation.demo.annotation import LABEL, vcf_header
from filiation.demo.consequences import consequence
from filiation.demo.genes import Gene
from filiation.demo.genome import Genome
from filiation.demo.population import Family, Site
from filiation.demo.settings import Settings

# Consequence → usual CADD (phred) and REVEL of a rare allele; own choice, only to look like the real thing.
_CADD = {
    "stop_gained": 38.0,
    "frameshift_variant": 32.0,
    "splice_acceptor_variant": 33.0,
    "splice_donor_variant": 33.0,
    "start_lost": 24.0,
    "stop_lost": 20.0,
    "missense_variant": 26.0,
    "inframe_deletion": 20.0,
    "inframe_insertion": 19.0,
    "synonymous_variant": 8.0,
}
_CADD_ELSEWHERE = 4.0
_REVEL_RARE, _REVEL_COMMON = 0.82, 0.12
# From this frequency on an allele is drawn as harmless.
_COMMON = 0.001


def _sites_in_genes(family: Family, genes: list[Gene], genome: Genome) -> Iterator[tuple[Site, Gene, str, bool]]:
    """(site, gene, consequence, whether it is drawn as harmful) in the order of the genome."""
    for contig, sites in family.sites.items():
        local = [gene for gene in genes if gene.contig == contig]
        for site in sites:
            gene = next((item for item in local if item.start <= site.allele.position < item.end), None)
            if gene is None:
                continue
            benign = site.planted is not None and (site.planted.case.clinvar or ("",))[0] == "Benign"
            harmful = not benign and (site.frequency is None or site.frequency < _COMMON)
            yield site, gene, consequence(gene, genome.sequences[contig], site.allele), harmful


def cadd_table(family: Family, genes: list[Gene], genome: Genome, settings: Settings) -> Iterator[str]:
    """Lines of the CADD-like table: Chrom, Pos, Ref, Alt, RawScore, PHRED."""
    rng = settings.generator("cadd")
    yield f"## CADD-like scores, {LABEL}"
    yield "#Chrom\tPos\tRef\tAlt\tRawScore\tPHRED"
    for site, _, term, harmful in _sites_in_genes(family, genes, genome):
        usual = _CADD.get(term, _CADD_ELSEWHERE) * (1.0 if harmful else 0.5)
        phred = float(np.clip(rng.normal(usual, 2.0), 0.1, 60.0))
        allele = site.allele
        yield f"{allele.contig}\t{allele.position + 1}\t{allele.ref}\t{allele.alt}\t{phred / 6:.4f}\t{phred:.2f}"


def revel_table(family: Family, genes: list[Gene], genome: Genome, settings: Settings) -> Iterator[str]:
    """Lines of the REVEL-like table, missense changes only; the genome has no other build."""
    rng = settings.generator("revel")
    yield f"## REVEL-like scores, {LABEL}"
    yield "#chr\tpos\tref\talt\taaref\taaalt\tREVEL\tEnsembl_transcriptid"
    for site, gene, term, harmful in _sites_in_genes(family, genes, genome):
        if term != "missense_variant":
            continue
        value = float(np.clip(rng.normal(_REVEL_RARE if harmful else _REVEL_COMMON, 0.06), 0.0, 1.0))
        allele = site.allele
        cells = [allele.contig, str(allele.position + 1), allele.ref, allele.alt, ".", ".", f"{value:.3f}"]
        yield "\t".join([*cells, gene.stable_id("T")])


def spliceai_vcf(family: Family, genes: list[Gene], genome: Genome, settings: Settings) -> Iterator[str]:
    """Lines of the SpliceAI-like file: ALLELE|SYMBOL|four scores|four distances."""
    rng = settings.generator("spliceai")
    yield from vcf_header(
        genome,
        [
            '##INFO=<ID=SpliceAI,Number=.,Type=String,Description="SpliceAI-like scores (simulated). Format: '
            'ALLELE|SYMBOL|DS_AG|DS_AL|DS_DG|DS_DL|DP_AG|DP_AL|DP_DG|DP_DL">'
        ],
    )
    for site, gene, term, _ in _sites_in_genes(family, genes, genome):
        scores = np.round(np.abs(rng.normal(0.0, 0.015, 4)), 2)
        if term == "splice_acceptor_variant":
            scores[1] = 0.97
        elif term == "splice_donor_variant":
            scores[3] = 0.98
        places = rng.integers(-50, 51, 4)
        allele = site.allele
        text = "|".join([allele.alt, gene.symbol, *(f"{score:.2f}" for score in scores), *map(str, places)])
        yield "\t".join(
            [allele.contig, str(allele.position + 1), ".", allele.ref, allele.alt, ".", ".", f"SpliceAI={text}"]
        )


def constraint_table(genes: list[Gene], settings: Settings) -> Iterator[str]:
    """Lines of the table of constraint, with the columns of gnomAD 4.1 that are read."""
    rng = settings.generator("constraint")
    yield f"# constraint-like table, {LABEL}"
    yield "gene\tgene_id\ttranscript\tcanonical\tmane_select\tlof.pLI\tlof.oe_ci.upper\tmis.z_score"
    for gene in genes:
        upper = float(rng.uniform(0.15, 0.4) if gene.on_panel else rng.uniform(0.6, 1.4))
        pli = float(rng.uniform(0.95, 1.0) if gene.on_panel else rng.uniform(0.0, 0.2))
        z_score = float(rng.uniform(2.5, 5.0) if gene.on_panel else rng.uniform(-1.0, 2.0))
        cells = [gene.symbol, gene.stable_id("G"), gene.stable_id("T"), "true", "true"]
        yield "\t".join([*cells, f"{pli:.4f}", f"{upper:.3f}", f"{z_score:.3f}"])


def tandem_bed(genome: Genome) -> Iterator[str]:
    """Lines of a BED of the tandem repeats and homopolymers of the genome."""
    for contig, repeats in genome.tandem.items():
        for start, end, _ in sorted(repeats):
            yield f"{contig}\t{start}\t{end}"
