"""A family's calls with consequences, as normalised calls that already carry BCSQ, taken through screen and rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pysam

from builders.vcf import header_lines, write_vcf
from filiation.__main__ import main
from filiation.io.tables import read_table
from filiation.model.columns import CANDIDATES, REMOVED

CONTIGS = {"chr1": 248956422, "chr15": 101991189, "chrX": 156040895, "chrY": 57227415, "chrM": 16569}
TRIO = {"IDX": ("FAT", "MOT", 2, 2), "FAT": ("0", "0", 1, 1), "MOT": ("0", "0", 2, 1)}
FORMATS = [
    '##INFO=<ID=BCSQ,Number=.,Type=String,Description="Consequences. Format: Consequence|gene|transcript|biotype">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads by allele">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
    '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="Phase set">',
    '##FORMAT=<ID=PGT,Number=1,Type=String,Description="Phased genotype">',
    '##FORMAT=<ID=PID,Number=1,Type=String,Description="Phase set of GATK">',
]
READS = {
    "0/0": (30, 0), "0/1": (15, 15), "1/1": (0, 30), "./.": (0, 0), "0|1": (15, 15), "1|0": (15, 15),
    "0": (15, 0), "1": (0, 15),
}  # fmt: skip


def call(genotype: str, *, reads: tuple[int, int] | None = None, ps: str = ".", pgt: str = ".", pid: str = ".") -> str:
    """One member's FORMAT cell; reads that suit the genotype unless given."""
    ref, alt = READS[genotype] if reads is None else reads
    quality = "0" if genotype == "./." else "99"
    return f"{genotype}:{ref},{alt}:{ref + alt}:{quality}:{ps}:{pgt}:{pid}"


@dataclass(frozen=True)
class Site:
    """One record; cells in the order of the pedigree, a bare genotype stands for usual reads."""

    pos: int
    cells: Sequence[str]
    gene: str = "GENE1"
    chrom: str = "chr1"
    consequence: str = "missense"

    def line(self) -> str:
        """The record's text."""
        cells = [cell if ":" in cell else call(cell) for cell in self.cells]
        info = f"BCSQ={self.consequence}|{self.gene}|ENST1|protein_coding" if self.gene else "."
        return "\t".join(
            [self.chrom, str(self.pos), ".", "A", "C", "50", "PASS", info, "GT:AD:DP:GQ:PS:PGT:PID", *cells]
        )


def write_family(
    folder: Path, sites: Sequence[Site], people: Mapping[str, tuple[str, str, int, int]] = TRIO, name: str = "FAM"
) -> None:
    """FAM.ped and FAM.bcf in a folder; people: sample → father, mother, sex, phenotype of the PED file."""
    ped = "".join(f"{name}\t{sample}\t{f}\t{m}\t{sex}\t{ill}\n" for sample, (f, m, sex, ill) in people.items())
    (folder / f"{name}.ped").write_text(ped, "utf-8")
    order = list(CONTIGS)
    ordered = sorted(sites, key=lambda site: (order.index(site.chrom), site.pos))
    lines = header_lines(CONTIGS, list(people), FORMATS) + [site.line() for site in ordered]
    text = write_vcf(folder / f"{name}.vcf", lines)
    with (
        pysam.VariantFile(str(text)) as source,
        pysam.VariantFile(str(folder / f"{name}.bcf"), "wb", header=source.header) as sink,
    ):
        for entry in source:
            sink.write(entry)


def prioritised(
    folder: Path,
    sites: Sequence[Site],
    people: Mapping[str, tuple[str, str, int, int]] = TRIO,
    *options: str,
    penetrance: Sequence[str] = (),
) -> tuple[dict[int, dict[str, Any]], dict[int, dict[str, Any]]]:
    """Candidates and removed rows by position, after `screen` and `prioritise`."""
    write_family(folder, sites, people)
    extra = ["--reduced-penetrance", *penetrance] if penetrance else []
    common = ["--pedigree", str(folder / "FAM.ped"), *extra]
    screened = ["--variants", str(folder / "FAM.bcf"), "--output", str(folder / "s.bcf")]
    assert main(["screen", *common, *screened, "--funnel", str(folder / "s.tsv")]) == 0
    outputs = ["--candidates", str(folder / "c.tsv"), "--removed", str(folder / "r.tsv"), "--funnel", str(folder / "f")]
    assert main(["prioritise", *common, "--variants", str(folder / "s.bcf"), *outputs, *options]) == 0
    tables = [read_table(folder / "c.tsv", CANDIDATES).rows, read_table(folder / "r.tsv", REMOVED).rows]
    return tuple({row["pos"]: row for row in rows} for rows in tables)  # type: ignore[return-value]
