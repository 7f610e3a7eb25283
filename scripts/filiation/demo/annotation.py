"""What do the population and ClinVar-like files of the simulated family say?

Population file: every site with a frequency, whether the family carries it or not; AN as if 76,156 genomes
had been read (half of them men: three quarters of the copies on X, one quarter on Y, half on MT), AC =
round(AF x AN), the homozygote count that Hardy-Weinberg expects (0 where there is one copy). ClinVar-like
file: the entries of the planted cases and, on a share of the other coding sites, benign, likely benign and
uncertain ones. Ids and conditions are invented (VariationID from 90000001).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from filiation.demo.consequences import consequence
from filiation.demo.genes import Gene
from filiation.demo.genome import Genome
from filiation.demo.planted import ONE_SUBMITTER, TWO_SUBMITTERS
from filiation.demo.population import Family, Site
from filiation.demo.settings import FATHER, MEMBERS, PROBAND, SIMULATOR_VERSION, Settings

GENOMES = 76_156
FIRST_VARIATION_ID = 90_000_001
LABEL = "simulated data, from no person / données simulées"


def vcf_header(genome: Genome, lines: list[str], samples: tuple[str, ...] = ()) -> list[str]:
    """Header of a simulated VCF: contigs in the order of the FASTA, our lines, the column names."""
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]
    if samples:
        columns += ["FORMAT", *samples]
    contigs = [f"##contig=<ID={name},length={len(bases)}>" for name, bases in genome.sequences.items()]
    source = f'##source=filiation demo, simulator {SIMULATOR_VERSION}: "{LABEL}"'
    return ["##fileformat=VCFv4.2", source, *contigs, *lines, "\t".join(columns)]


def _record(site: Site, name: str, info: str, *more: str) -> str:
    allele = site.allele
    fields = [allele.contig, str(allele.position + 1), name, allele.ref, allele.alt, ".", "PASS", info, *more]
    return "\t".join(fields)


def _copies(site: Site, pseudoautosomal_length: int) -> tuple[int, bool]:
    """Chromosome copies in the population at a site, and whether women and men both have two."""
    contig, total = site.allele.contig, 2 * GENOMES
    if contig == "MT":
        return total // 2, False
    if contig == "Y":
        return total // 4, False
    if contig == "X" and site.allele.position >= pseudoautosomal_length:
        return total * 3 // 4, False
    return total, True


def population_vcf(family: Family, genome: Genome) -> Iterator[str]:
    """Lines of the population file."""
    yield from vcf_header(
        genome,
        [
            '##INFO=<ID=AC,Number=A,Type=Integer,Description="Alternate allele count (simulated)">',
            '##INFO=<ID=AN,Number=1,Type=Integer,Description="Allele number (simulated)">',
            '##INFO=<ID=AF,Number=A,Type=Float,Description="Alternate allele frequency (simulated)">',
            '##INFO=<ID=nhomalt,Number=A,Type=Integer,Description="Homozygous individuals (simulated)">',
        ],
    )
    for sites in family.sites.values():
        for site in sites:
            if site.frequency is None:
                continue
            number, diploid = _copies(site, genome.pseudoautosomal_length)
            count = max(1, round(site.frequency * number))
            frequency = count / number
            homozygotes = round(frequency**2 * number / 2) if diploid else 0
            yield _record(site, ".", f"AC={count};AN={number};AF={frequency:.6g};nhomalt={homozygotes}")


def _clinvar_entry(
    site: Site, genes: list[Gene], genome: Genome, rng: np.random.Generator, *, later: bool
) -> tuple[str, str] | None:
    """Significance and review status of a site, None when the file does not hold it."""
    if site.planted:
        case = site.planted.case
        return (later and case.clinvar_later) or case.clinvar
    if site.frequency is None:
        return None
    sequence = genome.sequences[site.allele.contig]
    terms = {consequence(gene, sequence, site.allele) for gene in genes if gene.contig == site.allele.contig}
    if not terms & {"missense_variant", "synonymous_variant"} or rng.random() < 0.4:
        return None
    if site.frequency > 0.2 or "missense_variant" not in terms:
        return "Benign", TWO_SUBMITTERS
    return ("Likely_benign", ONE_SUBMITTER) if rng.random() < 0.7 else ("Uncertain_significance", ONE_SUBMITTER)


def clinvar_vcf(
    family: Family, genes: list[Gene], genome: Genome, settings: Settings, *, later: bool = False
) -> Iterator[str]:
    """Lines of the ClinVar-like file; later: of the release of a year later, in which some cases are judged anew."""
    rng = settings.generator("clinvar")
    yield from vcf_header(
        genome,
        [
            '##INFO=<ID=ALLELEID,Number=1,Type=Integer,Description="ClinVar Allele ID (simulated)">',
            '##INFO=<ID=CLNDN,Number=.,Type=String,Description="Disease name (simulated)">',
            '##INFO=<ID=CLNREVSTAT,Number=.,Type=String,Description="Review status (simulated)">',
            '##INFO=<ID=CLNSIG,Number=.,Type=String,Description="Clinical significance (simulated)">',
            '##INFO=<ID=GENEINFO,Number=1,Type=String,Description="Gene (simulated)">',
        ],
    )
    variation = FIRST_VARIATION_ID
    for contig, sites in family.sites.items():
        local = [gene for gene in genes if gene.contig == contig]
        for site in sites:
            entry = _clinvar_entry(site, local, genome, rng, later=later)
            if entry is None:
                continue
            position = site.allele.position
            symbol, number = next((g.symbol, g.number) for g in local if g.start <= position < g.end)
            info = f"ALLELEID={variation + 10_000};CLNDN=Simulated_disorder;CLNREVSTAT={entry[1]}"
            yield _record(site, str(variation), f"{info};CLNSIG={entry[0]};GENEINFO={symbol}:9{number:04d}")
            variation += 1


def _genotype(family: Family, member: str, site: Site, index: int, pseudoautosomal_length: int) -> str:
    """Phased genotype, copies in the order of `Haplotypes`; haploid for one copy, `.` for none."""
    contig = site.allele.contig
    copies = [int(copy[index]) for copy in family.haplotypes[member][contig]]
    male = member in (PROBAND, FATHER)
    if contig == "X" and male and site.allele.position >= pseudoautosomal_length:
        copies = copies[:1]
    return "|".join(map(str, copies)) or "."


def truth_vcf(family: Family, genome: Genome) -> Iterator[str]:
    """Lines of the true genotypes: every site that a member carries, planted ones named."""
    yield from vcf_header(
        genome,
        [
            '##INFO=<ID=PLANTED,Number=1,Type=String,Description="Planted case, see truth.tsv">',
            '##INFO=<ID=MOSAIC,Number=1,Type=String,Description="Member with a low mosaic">',
            '##FORMAT=<ID=GT,Number=1,Type=String,Description="True genotype; child: paternal|maternal">',
        ],
        MEMBERS,
    )
    for sites in family.sites.values():
        for index, site in enumerate(sites):
            genotypes = [_genotype(family, member, site, index, genome.pseudoautosomal_length) for member in MEMBERS]
            if not any("1" in genotype for genotype in genotypes):
                continue
            info = f"PLANTED={site.planted.case.id}" if site.planted else "."
            if site.planted and site.planted.case.mosaic_in:
                info += f";MOSAIC={site.planted.case.mosaic_in}"
            yield _record(site, ".", info, "GT", *genotypes)
