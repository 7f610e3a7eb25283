"""Which files does the demonstration consist of, and under which names?

Everything lies under one folder; paths in the configuration are relative to it, so that it can be moved.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from filiation.demo.annotation import LABEL, clinvar_vcf, population_vcf, truth_vcf
from filiation.demo.evidence import cadd_table, constraint_table, revel_table, spliceai_vcf, tandem_bed
from filiation.demo.genes import Gene
from filiation.demo.genome import Genome
from filiation.demo.planted import Planted
from filiation.demo.population import Family
from filiation.demo.reads import LANES, fastq_name
from filiation.demo.settings import FATHER, MEMBERS, MOTHER, PROBAND, SIMULATOR_VERSION, Settings
from filiation.io.files import atomic_text
from filiation.io.indexed import write_indexed_table, write_indexed_vcf
from filiation.io.tables import write_table
from filiation.model.columns import TRUTH

FAMILY = "DEMO"
PRE_INDICATION = "deficience-intellectuelle"
# Intellectual disability; Global developmental delay.
HPO_TERMS = "HP:0001249;HP:0001263"
WRITTEN_BY = "# Written by `filiation demo`, which writes it again: copy the folder before you edit.\n"
LINE_WIDTH = 60

FASTA = "data/reference/genome.fa"
GFF3 = "data/reference/genes.gff3"
PSEUDOAUTOSOMAL_BED = "data/reference/pseudoautosomal.bed"
POPULATION = "data/annotation/population.vcf.gz"
CLINVAR = "data/annotation/clinvar.vcf.gz"
CLINVAR_LATER = "data/release/clinvar.vcf.gz"
CADD = "data/annotation/cadd.tsv.gz"
REVEL = "data/annotation/revel.tsv.gz"
SPLICEAI = "data/annotation/spliceai.vcf.gz"
CONSTRAINT = "data/annotation/constraint.tsv"
LOW_COMPLEXITY = "data/annotation/low_complexity.bed"
TRUTH_TABLE = "data/truth.tsv"
TRUTH_VCF = "data/truth.vcf.gz"
FASTQ_FOLDER = "data/fastq"
CONFIG = "config/config.yaml"
SAMPLES = "config/samples.tsv"
UNITS = "config/units.tsv"
RELEASE = "config/release.yaml"
ARCHIVE = "archive"
# Days of the analysis and of the release, the same whenever the demonstration is run.
ARCHIVED, RELEASED = "2025-12-01", "2026-12-01"


def _write_fasta(path: Path, genome: Genome) -> None:
    """The reference, 60 bases a line."""
    with atomic_text(path) as handle:
        for contig, sequence in genome.sequences.items():
            text = sequence.tobytes().decode()
            handle.write(f">{contig} {LABEL}\n")
            handle.writelines(f"{text[i : i + LINE_WIDTH]}\n" for i in range(0, len(text), LINE_WIDTH))


def _feature(gene: Gene, kind: str, start: int, end: int, phase: str, attributes: str) -> str:
    columns = [
        gene.contig,
        "filiation_demo",
        kind,
        str(start + 1),
        str(end),
        ".",
        gene.strand,
        phase,
        attributes,
    ]
    return "\t".join(columns)


def gene_features(gene: Gene) -> list[str]:
    """GFF3 lines of one gene, Ensembl style: gene, mRNA, exons, CDS with phase, untranslated regions."""
    gene_id, transcript, protein = (gene.stable_id(letter) for letter in "GTP")
    parent = f"Parent=transcript:{transcript}"
    lines = [
        _feature(
            gene,
            "gene",
            gene.start,
            gene.end,
            ".",
            f"ID=gene:{gene_id};Name={gene.symbol};biotype=protein_coding;description=simulated sequence;"
            f"gene_id={gene_id};logic_name=filiation_demo;version=1",
        ),
        _feature(
            gene,
            "mRNA",
            gene.start,
            gene.end,
            ".",
            f"ID=transcript:{transcript};Parent=gene:{gene_id};Name={gene.symbol}-901;biotype=protein_coding;"
            f"tag=basic,Ensembl_canonical,MANE_Select;transcript_id={transcript};version=1",
        ),
    ]
    ranked = gene.exons if gene.strand == "+" else gene.exons[::-1]
    coding = gene.cds if gene.strand == "+" else gene.cds[::-1]
    translated = 0
    for rank, ((start, end), (first, last)) in enumerate(zip(ranked, coding, strict=True), 1):
        exon = f"{transcript.replace('ENST', 'ENSE')}{rank:02d}"
        lines.append(_feature(gene, "exon", start, end, ".", f"{parent};Name={exon};exon_id={exon};rank={rank}"))
        phase = str(-translated % 3)
        lines.append(_feature(gene, "CDS", first, last, phase, f"ID=CDS:{protein};{parent};protein_id={protein}"))
        translated += last - first
        for left, right, low in ((start, first, True), (last, end, False)):
            if right > left:
                side = "five" if low == (gene.strand == "+") else "three"
                lines.append(_feature(gene, f"{side}_prime_UTR", left, right, ".", parent))
    return lines


def _write_gff3(path: Path, genes: Iterable[Gene], genome: Genome) -> None:
    """Gene models, by contig and position."""
    with atomic_text(path) as handle:
        handle.write("##gff-version 3\n")
        handle.writelines(f"##sequence-region {c} 1 {len(bases)}\n" for c, bases in genome.sequences.items())
        handle.write(f"#!{LABEL}\n")
        order = list(genome.sequences)
        for gene in sorted(genes, key=lambda gene: (order.index(gene.contig), gene.start)):
            handle.writelines(f"{line}\n" for line in gene_features(gene))
            handle.write("###\n")


def truth_rows(planted: Iterable[Planted]) -> list[dict[str, Any]]:
    """Rows of the truth table, in the order of the cases."""
    return [
        {
            "id": item.case.id,
            "chrom": item.allele.contig,
            "pos": item.allele.position + 1,
            "ref": item.allele.ref,
            "alt": item.allele.alt,
            "gene": item.gene.symbol,
            "consequence": item.case.consequence,
            "expected_class": str(item.case.expected_class),
            "expected_status": item.case.expected_status,
            "on_panel": item.gene.on_panel,
            "description_fr": item.case.description_fr,
            "description_en": item.case.description_en,
        }
        for item in planted
    ]


def write_data(
    directory: Path,
    genome: Genome,
    genes: list[Gene],
    planted: list[Planted],
    family: Family,
    settings: Settings,
) -> list[Path]:
    """Write everything under data/ but the reads; returns the files."""
    _write_fasta(directory / FASTA, genome)
    _write_gff3(directory / GFF3, genes, genome)
    with atomic_text(directory / PSEUDOAUTOSOMAL_BED) as handle:
        handle.writelines(f"{contig}\t0\t{genome.pseudoautosomal_length}\n" for contig in "XY")
    write_indexed_vcf(directory / POPULATION, population_vcf(family, genome))
    write_indexed_vcf(directory / CLINVAR, clinvar_vcf(family, genes, genome, settings))
    write_indexed_vcf(directory / TRUTH_VCF, truth_vcf(family, genome))
    later = clinvar_vcf(family, genes, genome, settings, later=True)
    write_indexed_vcf(directory / CLINVAR_LATER, later)
    write_indexed_table(directory / CADD, cadd_table(family, genes, genome, settings))
    write_indexed_table(directory / REVEL, revel_table(family, genes, genome, settings))
    write_indexed_vcf(directory / SPLICEAI, spliceai_vcf(family, genes, genome, settings))
    for name, lines in ((CONSTRAINT, constraint_table(genes, settings)), (LOW_COMPLEXITY, tandem_bed(genome))):
        with atomic_text(directory / name) as handle:
            handle.writelines(f"{line}\n" for line in lines)
    header = {
        "simulated": LABEL,
        "simulator": SIMULATOR_VERSION,
        "seed": str(settings.seed),
        "family": FAMILY,
    }
    write_table(directory / TRUTH_TABLE, TRUTH, truth_rows(planted), header)
    names = [FASTA, GFF3, PSEUDOAUTOSOMAL_BED, TRUTH_TABLE, CONSTRAINT, LOW_COMPLEXITY]
    for indexed in (POPULATION, CLINVAR, CLINVAR_LATER, TRUTH_VCF, CADD, REVEL, SPLICEAI):
        names += [indexed, f"{indexed}.tbi"]
    return [directory / name for name in names]


def configuration(caller: str) -> dict[str, Any]:
    """config.yaml of the demonstration; keys are those of `config.RunConfig`."""
    return {
        "samples": SAMPLES,
        "units": UNITS,
        "simulated": True,
        "reference": {
            "fasta": FASTA,
            "assembly": "other",
            "pseudoautosomal_bed": PSEUDOAUTOSOMAL_BED,
            "genes_gff3": GFF3,
        },
        "calling": {"caller": caller, "intervals": 2},
        "frequencies": [{"name": "simulated_population", "vcf": POPULATION, "af": "AF", "homozygotes": "nhomalt"}],
        "annotation": {
            "consequences": "csq",
            "clinvar_vcf": CLINVAR,
            "scores": [
                {"name": f"simulated_{kind}", "kind": kind, "path": path}
                for kind, path in (("cadd", CADD), ("revel", REVEL), ("spliceai", SPLICEAI))
            ],
            "regions": [{"name": "simulated_repeats", "kind": "low_complexity", "path": LOW_COMPLEXITY}],
            "gene_facts": [{"kind": "gnomad_constraint", "path": CONSTRAINT}],
        },
        "report": {"language": "fr"},
        "archive": {"path": ARCHIVE, "date": ARCHIVED},
    }


def _sheet(columns: list[str], rows: list[list[str]]) -> str:
    return "".join("\t".join(row) + "\n" for row in [columns, *rows])


def sample_sheet() -> str:
    """samples.tsv: the boy is affected, his parents are not."""
    columns = ["family", "sample", "role", "sex", "affected", "pre_indication", "hpo_terms"]
    columns += ["age_at_sampling", "previous_tests"]
    rows = [
        [
            FAMILY,
            PROBAND,
            "proband",
            "male",
            "yes",
            PRE_INDICATION,
            HPO_TERMS,
            "4.5",
            "microarray:normal;fragile_x:normal",
        ],
        [FAMILY, FATHER, "father", "male", "no", "", "", "36", ""],
        [FAMILY, MOTHER, "mother", "female", "no", "", "", "34", ""],
    ]
    return _sheet(columns, rows)


def unit_sheet() -> str:
    """units.tsv: two lanes per member, of one library."""
    rows = [
        [
            member,
            f"L{lane:03d}",
            *(f"{FASTQ_FOLDER}/{fastq_name(member, lane, mate)}" for mate in (1, 2)),
            member,
        ]
        for member in MEMBERS
        for lane in LANES
    ]
    return _sheet(["sample", "unit", "fastq_1", "fastq_2", "library"], rows)


def write_config(directory: Path, caller: str) -> Path:
    """Write configuration and sheets; an unchanged file keeps its date, so that nothing runs again."""
    text = yaml.safe_dump(configuration(caller), sort_keys=False, allow_unicode=True)
    clinvar = os.path.relpath(CLINVAR_LATER, Path(RELEASE).parent)
    release = {
        "schema": "filiation-release/1",
        "name": "a-year-later",
        "date": RELEASED,
        "clinvar": {"path": clinvar, "version": RELEASED},
    }
    contents = {
        CONFIG: f"{WRITTEN_BY}# {LABEL}\n{text}",
        SAMPLES: sample_sheet(),
        UNITS: unit_sheet(),
        RELEASE: f"{WRITTEN_BY}# {LABEL}\n{yaml.safe_dump(release, sort_keys=False)}",
    }
    for name, content in contents.items():
        path = directory / name
        if not path.is_file() or path.read_text(encoding="utf-8") != content:
            with atomic_text(path) as handle:
                handle.write(content)
    return directory / CONFIG
