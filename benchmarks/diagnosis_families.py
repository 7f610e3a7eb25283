"""How do planted diagnoses and their backgrounds become what `filiation prioritise` reads?

Each group is one made-up family: its background and every diagnosis that is planted in it stand in one VCF, already
annotated, with reads, frequencies and scores. It goes through `filiation screen` once; a case is then the screened
background with the case's own alleles. Records of the background that no rule could keep (introns and the space
between genes without a word of SpliceAI or ClinVar) are left out of the single cases to save time; the benchmark
compares some cases with the whole genome through the command line.
"""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pysam
from diagnosis_cases import REDUCED, Case, plant
from diagnosis_genes import all_genes, stable
from diagnosis_genome import MEMBERS, RARE_RECORDS, Allele, Background, write_reads
from generated_trio import CONTIGS

from filiation.calls.frequencies import Source
from filiation.config import scoring_model_path
from filiation.evidence.fields import (
    FOUND,
    HEADER_LINES,
    MANE_SELECT,
    NOT_APPLICABLE,
    NOT_FOUND,
    GeneEffect,
    VariantFacts,
    declare,
    write_facts,
)
from filiation.io.ped import read_pedigree
from filiation.model.pedigree import Family
from filiation.prioritisation.penetrance import Penetrance, screen_model
from filiation.scoring.model import load_scoring_model
from filiation.scoring.screen import screen_calls

# Files of one case are written and read once; htslib would tell of each that it has no index.
pysam.set_verbosity(0)
# Families of each kind: children of healthy parents need more genomes, as most cases are theirs.
REPLICATES = {"": 3, "FATHER": 1, "MOTHER": 1}
SOURCE = "made-up"
NEVER_KEPT = ("intron_variant", "intergenic_variant", "synonymous_variant")
LEAST_SPLICING = 0.1
FORMAT = "GT:AD:DP:GQ:PL"
REVIEW = {0: "no_assertion_criteria_provided", 1: "criteria_provided,_single_submitter"}
REVIEW[2] = "criteria_provided,_multiple_submitters,_no_conflicts"
CLINVAR_LINES = (
    '##INFO=<ID=CLINVAR_SIGNIFICANCE,Number=1,Type=String,Description="CLNSIG of exactly this allele, or not_found">',
    '##INFO=<ID=CLINVAR_REVIEW,Number=1,Type=String,Description="CLNREVSTAT of it">',
    '##INFO=<ID=CLINVAR_ID,Number=1,Type=String,Description="VariationID of it">',
    '##INFO=<ID=CLINVAR_STARS,Number=1,Type=Integer,Description="Review stars, 0-4">',
)
HEADER = [
    "##fileformat=VCFv4.2",
    '##FILTER=<ID=PASS,Description="All filters passed">',
    *(f"##contig=<ID={name},length={length}>" for name, length in CONTIGS.items()),
    '##INFO=<ID=CSQ,Number=.,Type=String,Description="Made up. Format: Consequence|SYMBOL|Gene|Feature">',
    *HEADER_LINES,
    *CLINVAR_LINES,
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads by allele">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
    '##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Phred-scaled likelihoods">',
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(MEMBERS),
]
FREQUENCIES = [
    *HEADER[: 2 + len(CONTIGS)],
    '##INFO=<ID=AF,Number=A,Type=Float,Description="Allele frequency">',
    '##INFO=<ID=nhomalt,Number=A,Type=Integer,Description="Homozygotes">',
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
]


class FactsWriter:
    """INFO of an allele as `annotate` writes it."""

    def __init__(self) -> None:
        self._header = pysam.VariantHeader()
        for name, length in CONTIGS.items():
            self._header.contigs.add(name, length=length)
        declare(self._header)

    def info(self, allele: Allele) -> str:
        """The INFO cell."""
        gene = all_genes().get(allele.gene)
        parts = [f"CSQ={allele.term}|{allele.gene}||{f'{allele.gene}.1' if allele.gene else ''}"]
        if allele.detailed:
            alleles = (allele.ref, allele.alt)
            record = self._header.new_record(contig=allele.chrom, start=allele.pos - 1, alleles=alleles)
            write_facts(record, _facts(allele, gene is not None))
            parts.append(str(record).rstrip("\n").split("\t")[7])
        word = allele.clinvar or "not_found"
        parts.append(f"CLINVAR_SIGNIFICANCE={word}")
        if allele.clinvar:
            review = REVIEW[allele.stars].replace(",", "&")
            parts.append(f"CLINVAR_REVIEW={review};CLINVAR_ID={allele.pos};CLINVAR_STARS={allele.stars}")
        return ";".join(parts)


def _facts(allele: Allele, in_gene: bool) -> VariantFacts:
    """Scores, region flags and the effect on the gene's one transcript."""
    states = dict.fromkeys(("population", "clinvar", "low_complexity", "segmental_duplication"), NOT_FOUND)
    for name, value in (("cadd", allele.cadd), ("spliceai", allele.spliceai)):
        states[name] = NOT_FOUND if value is None else FOUND
    for name, value in (("revel", allele.revel), ("alphamissense", allele.alphamissense)):
        states[name] = NOT_APPLICABLE if value is None else FOUND
    rng = stable(f"protein {allele.chrom}:{allele.pos}")
    length = 600
    position = rng.randint(1, length)
    stop = allele.term in ("stop_gained", "frameshift_variant")
    effect = GeneEffect(
        gene=allele.gene,
        gene_id="",
        transcript=f"{allele.gene}.1",
        status=MANE_SELECT,
        term=allele.term,
        worst_term=allele.term,
        exon=f"{1 + position * 10 // (length + 1)}/10",
        protein_position=position if stop or allele.term == "missense_variant" else None,
        protein_length=length,
        nmd=("escapes" if position > 0.92 * length and allele.case == "." else "expected") if stop else "",
    )
    return VariantFacts(
        genes=(effect,) if in_gene else (),
        cadd_phred=allele.cadd,
        revel=allele.revel,
        spliceai_max=allele.spliceai,
        alphamissense=allele.alphamissense,
        region_flags=allele.flags,
        states=states,
    )


@dataclass
class Group:
    """One family with its cases, and what the screen kept; alleles: those of which more than the place is known."""

    name: str
    boy: bool
    affected: str
    folder: Path
    cases: list[Case]
    family: Family
    screened: Path
    alleles: list[Allele]
    penetrance: tuple[str, ...] = ()

    def write_core(self, background: Path, planted: Path) -> None:
        """Two BCFs: the records of the background that a rule could keep, and every planted record."""
        with (
            pysam.VariantFile(str(self.screened)) as source,
            pysam.VariantFile(str(background), "wb", header=source.header) as kept,
            pysam.VariantFile(str(planted), "wb", header=source.header) as own,
        ):
            for record in source:
                if record.id:
                    own.write(record)
                elif _could_be_kept(record):
                    kept.write(record)

    def write_whole(self, case: str, path: Path) -> None:
        """BCF of one case with every record that the screen kept, for the command line."""
        with (
            pysam.VariantFile(str(self.screened)) as source,
            pysam.VariantFile(str(path), "wb", header=source.header) as sink,
        ):
            for record in source:
                if record.id in (None, case):
                    sink.write(record)


def _could_be_kept(record: Any) -> bool:
    """Whether any panel, phenotype or pattern could make a candidate of a record of the background."""
    term = record.info["CSQ"][0].partition("|")[0]
    spliceai = record.info.get("SPLICEAI_MAX") or 0.0
    pathogenic = "athogenic" in record.info["CLINVAR_SIGNIFICANCE"]
    return term not in NEVER_KEPT or pathogenic or spliceai >= LEAST_SPLICING


@dataclass(frozen=True)
class GroupPlan:
    """A family to make: its children's sex, the affected parent, and the cases to plant in it."""

    name: str
    boy: bool
    affected: str
    cases: tuple[Case, ...]


def plan_groups(cases: Sequence[Case], *, one_of_each: bool = False) -> list[GroupPlan]:
    """Families of every kind that the cases need; `one_of_each`: all cases of a kind share one genome."""
    wanted: dict[tuple[bool, str, int], list[Case]] = defaultdict(list)
    for number, case in enumerate(cases):
        replicate = 0 if one_of_each else number % REPLICATES[case.affected]
        wanted[case.boy, case.affected, replicate].append(case)
    return [
        GroupPlan(f"{'boy' if boy else 'girl'}_{(affected or 'healthy').lower()}_{replicate}", boy, affected, tuple(of))
        for (boy, affected, replicate), of in sorted(wanted.items())
    ]


def reduced_penetrance_genes(cases: Iterable[Case]) -> tuple[str, ...]:
    """Genes that the laboratory lists: those planted so, and as many other dominant genes."""
    planted = {case.gene.symbol for case in cases if case.route == REDUCED}
    dominant = sorted(symbol for symbol, gene in all_genes().items() if gene.modes == {"AD"})
    others = stable("listed genes").sample(dominant, min(len(dominant), len(planted) + 30))
    return tuple(sorted(planted | set(others)))


def make_group(wanted: GroupPlan, folder: Path, rare_records: int = RARE_RECORDS) -> Group:
    """One family with its calls, screened."""
    name, boy, affected, cases = wanted.name, wanted.boy, wanted.affected, wanted.cases
    seed = stable(f"background {name}").getrandbits(48)
    background = Background(seed, boy, rare_records)
    planted = [plant(case, background) for case in cases]
    planted = [replace(case, group=name) for case in planted]
    alleles = [*background.alleles, *(allele for case in planted for allele in case.alleles)]
    order = {contig: number for number, contig in enumerate(CONTIGS)}
    alleles.sort(key=lambda allele: (order[allele.chrom], allele.pos))
    write_reads(np.random.default_rng(seed + 1), alleles, boy)
    folder = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    ill = {parent: 2 if parent == affected else 1 for parent in MEMBERS[1:]}
    pedigree = folder / "FAM.ped"
    pedigree.write_text(
        f"FAM\tCHILD\tFATHER\tMOTHER\t{1 if boy else 2}\t2\n"
        f"FAM\tFATHER\t0\t0\t1\t{ill['FATHER']}\nFAM\tMOTHER\t0\t0\t2\t{ill['MOTHER']}\n",
        encoding="utf-8",
    )
    calls, frequencies = _write(alleles, folder)
    family = read_pedigree(pedigree)
    listed = reduced_penetrance_genes(planted)
    screened = folder / "screened.bcf"
    model = screen_model(load_scoring_model(scoring_model_path()), Penetrance.of(list(listed)))
    screen_calls(calls, family, model, [Source(SOURCE, str(frequencies))], screened)
    told = [allele for allele in alleles if allele.detailed]
    return Group(name, boy, affected, folder, planted, family, screened, told, listed)


def _write(alleles: Sequence[Allele], folder: Path) -> tuple[Path, Path]:
    """Calls as BCF and frequencies as indexed VCF."""
    writer = FactsWriter()
    calls, frequencies = folder / "calls.vcf", folder / "frequencies.vcf"
    with open(calls, "w", encoding="utf-8") as handle:
        handle.write("\n".join(HEADER) + "\n")
        for a in alleles:
            cells = "\t".join(a.cells)
            place = f"{a.chrom}\t{a.pos}\t{a.case}\t{a.ref}\t{a.alt}"
            handle.write(f"{place}\t200\tPASS\t{writer.info(a)}\t{FORMAT}\t{cells}\n")
    with open(frequencies, "w", encoding="utf-8") as handle:
        handle.write("\n".join(FREQUENCIES) + "\n")
        for a in alleles:
            if a.af is not None:
                handle.write(f"{a.chrom}\t{a.pos}\t.\t{a.ref}\t{a.alt}\t.\t.\tAF={a.af:.3g};nhomalt={a.homozygotes}\n")
    return _compressed(calls, "b", "bcf"), _compressed(frequencies, "z", "vcf.gz")


def _compressed(path: Path, kind: str, suffix: str) -> Path:
    """The file in its compressed form, with an index; the text is removed."""
    output = path.with_name(f"{path.stem}.{suffix}")
    subprocess.run(["bcftools", "view", "--no-version", f"-O{kind}", "-o", str(output), str(path)], check=True)
    subprocess.run(["bcftools", "index", "-f", str(output)], check=True)
    path.unlink()
    return output
