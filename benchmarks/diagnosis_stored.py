"""Diagnoses planted among the real calls of real trios: are they shown there too?

Three trios of ../shared/data: the Ashkenazi one (HG002; GATK, b37, chromosome 1, bcftools csq), a family of CEPH 1463
(NA12882; GATK, GRCh38, chromosome 20, snpEff) and the CEU one of Strelka's tests (hg19, chromosome 1, no consequences).
Planted are disease genes of the chromosome at their RefSeq Select bounds, with reads drawn as in the made-up trios. The
stored calls have no population frequency, predictor or ClinVar, and none is made up for them: the planted alleles have
none either (`plain`), or only they have ClinVar, predictors and absence (`told`, which flatters). All variants of the
trio, common ones too, compete.

    python benchmarks/diagnosis_stored.py --cases 40
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from diagnosis_cases import AFFECTED_PARENT, MOSAIC, REDUCED, Case, panel_tiers, plan_cases, plant
from diagnosis_families import CLINVAR_LINES, FORMAT, FactsWriter
from diagnosis_genes import SHARED
from diagnosis_genome import Allele, Places, write_reads
from diagnosis_run import ranking_of

from filiation.config import RESOURCES, scoring_model_path
from filiation.evidence.fields import HEADER_LINES
from filiation.io.ped import read_pedigree
from filiation.prioritisation.candidates import prioritise
from filiation.scoring.model import load_scoring_model
from filiation.scoring.screen import screen_calls


@dataclass(frozen=True)
class StoredTrio:
    """A stored trio: its file, the chromosome it covers, and the samples of child, father and mother.

    contig : name of the chromosome in the file. annotator : field of its consequences, BCSQ also where it has none.
    """

    name: str
    path: Path
    chromosome: str
    contig: str
    bounds: str
    annotator: str
    members: tuple[str, str, str]
    boy: bool

    @property
    def pedigree(self) -> str:
        """The stored pedigrees leave health open; here the parents are healthy, and the child is ill."""
        child, father, mother = self.members
        return (
            f"T\t{child}\t{father}\t{mother}\t{1 if self.boy else 2}\t2\n"
            f"T\t{father}\t0\t0\t1\t1\nT\t{mother}\t0\t0\t2\t1\n"
        )


VCF = SHARED.parent / "vcf"
TRIOS = (
    StoredTrio(
        *("Ashkenazi", VCF / "aj_trio_gatk_b37_chr1" / "ashk-trio.vcf.gz", "chr1", "1", "hg37", "BCSQ"),
        *(("HG002", "HG003", "HG004"), True),
    ),
    StoredTrio(
        *("CEPH 1463", VCF / "ceph1463_trio_gatk_grch38_chr20" / "trio.filtered.snpeff.vcf", "chr20", "chr20", "hg38"),
        *("ANN", ("son", "father", "mother"), True),
    ),
    StoredTrio(
        *("CEU", VCF / "ceu_trio_strelka_chr1_200snv" / "denovo-chr1-200-snv.vcf.gz", "chr1", "chr1", "hg37", "BCSQ"),
        *(("PROBAND", "PARENT2", "PARENT1"), True),
    ),
)
BCSQ = {"frameshift_variant": "frameshift", "missense_variant": "missense", "splice_region_variant": "splice_region"}
# Declared where a file has no consequences, or lacks a field of the planted reads.
DECLARED = {
    "BCSQ": '##INFO=<ID=BCSQ,Number=.,Type=String,Description="Consequence annotation from BCFtools/csq">',
}


class _Free:
    """Stands for a background when alleles are placed."""

    def __init__(self) -> None:
        self.places = Places()


def cases_on(trio: StoredTrio, count: int) -> list[Case]:
    """Planted cases whose gene has bounds on the trio's chromosome, at these bounds."""
    bounds = {}
    path = SHARED / "genes" / f"ncbiRefSeqSelect.{trio.bounds}.txt"
    for line in path.read_text(encoding="utf-8").splitlines():
        _, chrom, start, end, symbol = line.split("\t")
        if chrom == trio.chromosome:
            bounds.setdefault(symbol, (int(start) + 1, int(end)))
    left_out = (AFFECTED_PARENT, REDUCED, MOSAIC)
    planned = plan_cases(panel_tiers(RESOURCES / "panels"))
    usable = [case for case in planned if case.gene.symbol in bounds and case.route not in left_out]
    found = []
    for case in usable[:: max(1, len(usable) // count)][:count]:
        start, end = bounds[case.gene.symbol]
        gene = replace(case.gene, chrom=trio.chromosome, start=start, end=end)
        found.append(plant(replace(case, gene=gene), _Free()))  # type: ignore[arg-type]
    return found


def _line(allele: Allele, writer: FactsWriter, trio: StoredTrio, columns: Sequence[int], *, told: bool) -> str:
    """The record of a planted allele in the trio's naming; columns : member of each sample of the file."""
    if trio.annotator == "ANN":
        cells = [allele.alt, allele.term, "HIGH", allele.gene, allele.gene, "transcript", f"{allele.gene}.1"]
        info = f"ANN={'|'.join([*cells, 'protein_coding', '1/1', 'c.1', 'p.?', '', '', '', '', ''])}"
    else:
        term = BCSQ.get(allele.term, allele.term.removesuffix("_variant"))
        info = f"BCSQ={term}|{allele.gene}|{allele.gene}.1|protein_coding"
    if told:
        info += ";" + ";".join(part for part in writer.info(allele).split(";") if not part.startswith("CSQ="))
    cells_of = "\t".join(allele.cells[member] for member in columns)
    fixed = f"{trio.contig}\t{allele.pos}\t{allele.case}\t{allele.ref}\t{allele.alt}\t500\tPASS"
    return f"{fixed}\t{info}\t{FORMAT}\t{cells_of}"


def merged(trio: StoredTrio, cases: Sequence[Case], folder: Path, *, told: bool) -> Path:
    """The stored calls, split by allele, with the alleles of all cases, as BCF."""
    stored = subprocess.run(
        ["bcftools", "norm", "--no-version", "-m-any", str(trio.path)], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    header = [line for line in stored if line.startswith("##")]
    if not any(f"ID={trio.annotator}," in line for line in header):
        header.append(DECLARED[trio.annotator])
    names = next(line for line in stored if line.startswith("#CHROM"))
    columns = [trio.members.index(sample) for sample in names.split("\t")[9:]]
    records = [line for line in stored if not line.startswith("#")]
    alleles = [allele for case in cases for allele in case.alleles]
    write_reads(np.random.default_rng(7), alleles, boy=trio.boy)
    writer = FactsWriter()
    records += [_line(allele, writer, trio, columns, told=told) for allele in alleles]
    order = {name: number for number, name in enumerate(map(str, range(1, 23)))}
    records.sort(
        key=lambda line: (order.get(line.split("\t", 1)[0].removeprefix("chr"), 99), int(line.split("\t", 2)[1]))
    )
    path = folder / "merged.vcf"
    path.write_text("\n".join([*header, *HEADER_LINES, *CLINVAR_LINES, names, *records]) + "\n", encoding="utf-8")
    output = folder / "merged.bcf"
    subprocess.run(["bcftools", "view", "--no-version", "-Ob", "-o", str(output), str(path)], check=True)
    subprocess.run(["bcftools", "index", str(output)], check=True)
    return output


def outcomes(trio: StoredTrio, cases: Sequence[Case], *, told: bool) -> list[tuple[str, int | None, int]]:
    """(shelf, rank, size of A and B) of each case."""
    import pysam

    model = load_scoring_model(scoring_model_path())
    found: list[tuple[str, int | None, int]] = []
    with tempfile.TemporaryDirectory(prefix="stored") as name:
        folder = Path(name)
        screened, one = folder / "screened.bcf", folder / "case.bcf"
        (folder / "trio.ped").write_text(trio.pedigree, encoding="utf-8")
        family = read_pedigree(folder / "trio.ped")
        screen_calls(merged(trio, cases, folder, told=told), family, model, [], screened)
        for case in cases:
            with (
                pysam.VariantFile(str(screened)) as source,
                pysam.VariantFile(str(one), "wb", header=source.header) as sink,
            ):
                for record in source:
                    if record.id is None or ":" not in record.id or record.id == case.id:
                        sink.write(record)
            found.append(_place(prioritise(one, family, model, ranking_of(case, True)).candidates, case))
    return found


def _place(rows: Sequence[Any], case: Case) -> tuple[str, int | None, int]:
    own = {allele.pos for allele in case.alleles}
    mine = [row for row in rows if row["pos"] in own and row["gene"] == case.gene.symbol]
    size = sum(row["shelf"] in "AB" for row in rows)
    if {row["pos"] for row in mine} != own:
        return "-", None, size
    return max(row["shelf"] for row in mine), min(row["rank"] for row in mine), size


def main() -> None:
    """Print shares for both ways."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=40, metavar="N")
    options = parser.parse_args()
    if not VCF.is_dir():
        raise SystemExit(f"{VCF} is not there: this needs ../shared/data")
    for trio in TRIOS:
        cases = cases_on(trio, options.cases)
        for told in (False, True):
            found = outcomes(trio, cases, told=told)
            shown = sum(shelf in "AB" for shelf, _, _ in found)
            ranks = [rank for _, rank, _ in found if rank is not None]
            print(
                f"{trio.name}, {'told' if told else 'plain'}: {len(found)} cases, on A or B {shown}, top 5 "
                f"{sum(rank <= 5 for rank in ranks)}, first {sum(rank == 1 for rank in ranks)}, size of A+B at most "
                f"{max(size for _, _, size in found)}",
                flush=True,
            )


if __name__ == "__main__":
    main()
