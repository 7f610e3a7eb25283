"""A trio's joint calls of realistic shape, of any size, with de novo variants planted: data for the benchmarks.

Allele frequencies are a mixture of common and rare; parents follow Hardy–Weinberg proportions, the child inherits.
Reads are Poisson in depth and binomial in allele, likelihoods come from the reads, and genotypes are the likeliest:
errors of genotyping are those of the reads. A share of sites are artefacts with few alternate reads in everybody.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

SAMPLES = ("child", "father", "mother")
SEED = 20_261_121
DEPTH = 32
RARE_SHARE = 0.03
ARTEFACT_SHARE = 0.01
MISSING_SHARE = 0.004
INDEL_SHARE = 0.15
CONSEQUENCE_SHARE = 0.3
ERROR = 0.004
RECORDS_PER_DE_NOVO = 60_000
_SLICE = 100_000
CONTIGS = {
    "chr1": 248956422, "chr2": 242193529, "chr3": 198295559, "chr4": 190214555, "chr5": 181538259, "chr6": 170805979,
    "chr7": 159345973, "chr8": 145138636, "chr9": 138394717, "chr10": 133797422, "chr11": 135086622,
    "chr12": 133275309, "chr13": 114364328, "chr14": 107043718, "chr15": 101991189, "chr16": 90338345,
    "chr17": 83257441, "chr18": 80373285, "chr19": 58617616, "chr20": 64444167, "chr21": 46709983, "chr22": 50818468,
    "chrX": 156040895,
}  # fmt: skip
HEADER = [
    "##fileformat=VCFv4.2",
    '##FILTER=<ID=PASS,Description="All filters passed">',
    *(f"##contig=<ID={name},length={length}>" for name, length in CONTIGS.items()),
    '##INFO=<ID=AC,Number=A,Type=Integer,Description="Alternate alleles">',
    '##INFO=<ID=AF,Number=A,Type=Float,Description="Share of alternate alleles">',
    '##INFO=<ID=AN,Number=1,Type=Integer,Description="Alleles called">',
    '##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">',
    '##INFO=<ID=FS,Number=1,Type=Float,Description="Strand bias">',
    '##INFO=<ID=MQ,Number=1,Type=Float,Description="Mapping quality">',
    '##INFO=<ID=QD,Number=1,Type=Float,Description="Quality by depth">',
    '##INFO=<ID=SOR,Number=1,Type=Float,Description="Strand odds ratio">',
    '##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequences: Allele|Consequence|IMPACT|SYMBOL|Feature">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Allelic depths">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
    '##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Phred-scaled likelihoods">',
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(SAMPLES),
]
FREQUENCY_HEADER = [
    *HEADER[: 2 + len(CONTIGS)],
    '##INFO=<ID=AF,Number=A,Type=Float,Description="Population allele frequency">',
    '##INFO=<ID=nhomalt,Number=A,Type=Integer,Description="Homozygotes">',
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
]
_TEXT = {0: "0/0", 1: "0/1", 2: "1/1", -1: "./."}


@dataclass
class Trio:
    """Files of one generated trio."""

    vcf: Path
    bcf: Path
    frequencies: Path
    pedigree: Path
    de_novo: Path
    records: int

    def planted(self) -> set[tuple[str, int]]:
        """Contig and position of the planted de novo variants."""
        lines = self.de_novo.read_text(encoding="utf-8").splitlines()
        return {(line.split("\t")[0], int(line.split("\t")[1])) for line in lines}


def _members(
    generator: np.random.Generator, frequency: npt.NDArray[np.float64], is_x: bool
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int64]]:
    """Alternate alleles and copies of child, father and mother; on X the boy and his father have one copy."""
    n = len(frequency)
    father = (generator.random((n, 2)) < frequency[:, None]).astype(np.int8)
    mother = (generator.random((n, 2)) < frequency[:, None]).astype(np.int8)
    rows = np.arange(n)
    from_mother = mother[rows, generator.integers(0, 2, n)]
    if is_x:
        return np.stack([from_mother, father[:, 0], mother.sum(axis=1)], axis=1), np.array([1, 1, 2])
    child = from_mother + father[rows, generator.integers(0, 2, n)]
    return np.stack([child, father.sum(axis=1), mother.sum(axis=1)], axis=1), np.array([2, 2, 2])


def _slice(
    generator: np.random.Generator, contig: str, pos: npt.NDArray[np.int64]
) -> tuple[list[str], list[str], list[str]]:
    """Record lines, frequency lines and planted lines of consecutive positions."""
    n = len(pos)
    rare = generator.random(n) < RARE_SHARE
    frequency = np.where(rare, 10 ** generator.uniform(-5, -2, n), generator.beta(0.9, 1.6, n) * 0.93 + 0.02)
    alternate, copies = _members(generator, np.where(rare, 0.25, frequency), contig == "chrX")
    planted = generator.random(n) < 1 / RECORDS_PER_DE_NOVO
    alternate[planted] = (1, 0, 0)
    artefact = (generator.random(n) < ARTEFACT_SHARE) & ~planted
    empty = (alternate.sum(axis=1) == 0) & ~artefact
    alternate[empty, generator.integers(1, 3, empty.sum())] = 1
    share = np.clip(alternate / copies, ERROR, 1 - ERROR)
    share[artefact] = np.clip(share[artefact], generator.uniform(0.03, 0.25, (artefact.sum(), 1)), 1 - ERROR)
    depth = generator.poisson(DEPTH * copies / 2, (n, 3))
    alt_depth = generator.binomial(depth, share)
    ref_depth = depth - alt_depth
    log_error, log_right = -np.log10(ERROR), -np.log10(1 - ERROR)
    phred = np.stack(
        [
            ref_depth * log_right + alt_depth * log_error,
            depth * np.log10(2.0),
            ref_depth * log_error + alt_depth * log_right,
        ],
        axis=2,
    )
    phred = np.rint(10 * (phred - phred.min(axis=2, keepdims=True))).astype(np.int64)
    quality = np.minimum(99, np.sort(phred, axis=2)[:, :, 1])
    genotype = np.argmin(phred, axis=2)
    genotype[(generator.random((n, 3)) < MISSING_SHARE) | (depth == 0)] = -1
    ref, alt = _alleles(generator, n)
    consequence = np.where(generator.random(n) < CONSEQUENCE_SHARE, generator.integers(1, 5, n), 0)
    info = _info(generator, genotype, depth, consequence, alt)
    members = [
        [
            f"{_TEXT[g]}:{r},{a}:{d}:{q}:{p[0]},{p[1]},{p[2]}" if g >= 0 else f"./.:{r},{a}:{d}:.:."
            for g, r, a, d, q, p in zip(
                *(values[:, s].tolist() for values in (genotype, ref_depth, alt_depth, depth, quality, phred)),
                strict=True,
            )
        ]
        for s in range(3)
    ]
    columns: Any = zip(pos.tolist(), ref, alt, generator.integers(40, 3000, n).tolist(), info, *members, strict=True)
    lines = [
        f"{contig}\t{p}\t.\t{r}\t{a}\t{q}\tPASS\t{i}\tGT:AD:DP:GQ:PL\t{x}\t{y}\t{z}"
        for p, r, a, q, i, x, y, z in columns
    ]
    known = ~planted & (generator.random(n) > 0.2 * rare)
    frequencies = [
        f"{contig}\t{pos[v]}\t.\t{ref[v]}\t{alt[v]}\t.\t.\t"
        f"AF={frequency[v]:.5g};nhomalt={int(frequency[v] ** 2 * 70_000)}"
        for v in np.flatnonzero(known)
    ]
    return lines, frequencies, [f"{contig}\t{pos[v]}\t{ref[v]}\t{alt[v]}" for v in np.flatnonzero(planted)]


def _alleles(generator: np.random.Generator, n: int) -> tuple[list[str], list[str]]:
    """REF and ALT: mostly single bases, some insertions and deletions."""
    first = generator.integers(0, 4, n)
    second = (first + generator.integers(1, 4, n)) % 4
    ref = ["ACGT"[base] for base in first]
    alt = ["ACGT"[base] for base in second]
    lengths = generator.geometric(0.35, n)
    for v in np.flatnonzero(generator.random(n) < INDEL_SHARE):
        longer = ref[v] + "".join("ACGT"[base] for base in generator.integers(0, 4, lengths[v]))
        ref[v], alt[v] = (longer, ref[v]) if v % 2 else (ref[v], longer)
    return ref, alt


def _info(
    generator: np.random.Generator,
    genotype: npt.NDArray[Any],
    depth: npt.NDArray[Any],
    consequence: Any,
    alt: list[str],
) -> list[str]:
    """An INFO column as GATK and VEP write it."""
    n = len(genotype)
    called = np.maximum(2 * (genotype >= 0).sum(axis=1), 1)
    count = np.maximum(genotype, 0).sum(axis=1)
    bias, mapping, by_depth, odds = (
        np.round(generator.uniform(*span, n), 3) for span in ((0, 9), (50, 60), (5, 33), (0, 3))
    )
    text = "missense_variant|MODERATE|GENE{0}|ENST00000{1}", "intron_variant|MODIFIER|GENE{0}|ENST00000{1}"
    out = []
    for v, (k, c, d, f, m, q, s) in enumerate(
        zip(called.tolist(), count.tolist(), depth.sum(axis=1).tolist(), bias.tolist(), mapping.tolist(),
            by_depth.tolist(), odds.tolist(), strict=True)
    ):  # fmt: skip
        line = f"AC={c};AF={c / k:.3g};AN={k};DP={d};FS={f};MQ={m};QD={q};SOR={s}"
        if consequence[v]:
            parts = (f"{alt[v]}|" + text[t > 0].format(v % 20_000, 100_000 + v + t) for t in range(consequence[v]))
            line += ";CSQ=" + ",".join(parts)
        out.append(line)
    return out


def _slices(records: int, generator: np.random.Generator) -> Iterator[tuple[str, npt.NDArray[np.int64]]]:
    """Contig and positions, in order, spread over the genome by length."""
    genome = sum(CONTIGS.values())
    for contig, length in CONTIGS.items():
        wanted = max(1, round(records * length / genome))
        pos = np.sort(generator.choice(length - 20_000, size=int(wanted * 1.001) + 1) + 10_000)
        pos = np.unique(pos)[:wanted]
        for start in range(0, len(pos), _SLICE):
            yield contig, pos[start : start + _SLICE]


def generate(folder: Path, records: int) -> Trio:
    """Write the trio once; later calls find it. Needs bcftools."""
    stem = folder / f"trio-{records}"
    trio = Trio(
        Path(f"{stem}.vcf.gz"), Path(f"{stem}.bcf"), Path(f"{stem}.frequencies.vcf.gz"), Path(f"{stem}.ped"),
        Path(f"{stem}.de_novo.tsv"), records,
    )  # fmt: skip
    done = Path(f"{stem}.done")
    if done.is_file():
        trio.records = int(done.read_text(encoding="utf-8"))
        return trio
    folder.mkdir(parents=True, exist_ok=True)
    trio.pedigree.write_text(
        "FAM\tchild\tfather\tmother\t1\t2\nFAM\tfather\t0\t0\t1\t1\nFAM\tmother\t0\t0\t2\t1\n", encoding="utf-8"
    )
    generator = np.random.default_rng(SEED)
    view = ["bcftools", "view", "--no-version", "--threads", "1"]
    written = 0
    with (
        subprocess.Popen([*view, "-Ob", "-o", trio.bcf, "-"], stdin=subprocess.PIPE, text=True) as calls,
        subprocess.Popen([*view, "-Oz", "-o", trio.frequencies, "-"], stdin=subprocess.PIPE, text=True) as sites,
        trio.de_novo.open("w", encoding="utf-8") as truth,
    ):
        assert calls.stdin is not None
        assert sites.stdin is not None
        calls.stdin.write("\n".join(HEADER) + "\n")
        sites.stdin.write("\n".join(FREQUENCY_HEADER) + "\n")
        for contig, pos in _slices(records, generator):
            lines, frequencies, planted = _slice(generator, contig, pos)
            calls.stdin.write("".join(f"{line}\n" for line in lines))
            sites.stdin.write("".join(f"{line}\n" for line in frequencies))
            truth.write("".join(f"{line}\n" for line in planted))
            written += len(lines)
    subprocess.run([*view, "-Oz", "-o", trio.vcf, trio.bcf], check=True)
    for path in (trio.bcf, trio.vcf, trio.frequencies):
        subprocess.run(["bcftools", "index", "-f", path], check=True)
    done.write_text(f"{written}\n", encoding="utf-8")
    trio.records = written
    return trio
