"""Calls in every form that the specification allows, and their reading by pysam: the twin of the raw reader."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pysam

SAMPLES = ("other", "child", "father", "mother")
HEADER = [
    "##fileformat=VCFv4.2",
    '##FILTER=<ID=PASS,Description="All filters passed">',
    '##FILTER=<ID=LowQual,Description="Comma, and \\"quotes\\" = odd">',
    "##contig=<ID=chr1,length=248956422>",
    "##contig=<ID=chr2>",
    "##contig=<ID=chrX,length=156040895>",
    '##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth, all members">',
    '##INFO=<ID=CSQ,Number=.,Type=String,Description="Text">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=FT,Number=1,Type=String,Description="Filter">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Depths">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">',
    '##FORMAT=<ID=GQ,Number=1,Type=Float,Description="Quality">',
    '##FORMAT=<ID=PGT,Number=1,Type=String,Description="Phase">',
    '##FORMAT=<ID=SB,Number=4,Type=Integer,Description="Strands">',
    '##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Phred">',
    '##FORMAT=<ID=GL,Number=G,Type=Float,Description="Log10">',
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(SAMPLES),
]
RECORDS = [
    "chr1 100 . A G 50 PASS DP=3 GT:AD:DP:GQ:PL "
    "0/0:9,0:9:27:0,27,300 0/1:5,6:11:99:80,0,90 0/0:8,0:8:24.5:0,24,280 0|0:.:.:.:.",
    "chr1 100 rs1;rs2 A T . . . GT 0/0 0|1 1|0 ./.",
    "chr1 101 . AT A 1e3 LowQual CSQ=a|b,c|d GT:PL:GQ:AD:DP "
    "0/0:0,3,30:3:1,0:1 ./.:.:.:.:. 1/1:300,30,0:1e2:0,9:9 ./1:1,2,3:0.5:.,4:.",
    "chr1 102 . A <DEL> . PASS . GT:DP:FT 0/1:3:PASS .:.:LowQual 1/.:40000:. 0/.:300",
    "chr1 103 . A * . PASS . GT:AD:DP:GQ:PGT:SB:PL 0/0 0/1:3,4 0|0:1,2:. .:.:.:.:.:.:.",
    "chr1 104 . A C . PASS . AD:DP 1,2:3 .,.:. 7:. .",
    "chr1 105 . A C . PASS . GT:GL:GQ 0/1:-1.5,-0.25,-3e1:3.25 0/0:0,-1,-2:1 1/1:.,.,.:. 0/1:-7.125,0:9",
    "chr1 106 . A C . PASS . GT:AD 1/1:2147483000,70000 0/0:129,127 0/1:126,128 0/1:32767,32768",
    "chr1 107 . A C . PASS . GT:DP 0/0/1:1 0/1/1:120 1/1/1:121 ././1:122",
    "chr2 1 . N A . PASS . GT . . . .",
    "chr2 2 . G GTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT . PASS . GT:PL 0/1:1,2,3 0:0,5 1:9,0 .:.",
    "chrX 2781480 . C T . PASS . GT:AD:GQ:PL 0/1:4,4:9:9,0,9 1:0,8:60:250,0 0:7,0:60:0,250 0/1:9,9:99:99,0,99",
    "chrX 2781480 . C A . PASS . GT:PL:AD 0/1:99,0,99,1:1,2,3 1/1:1:5 .|.:. .:.,.",
]
LINES = [line.replace(" ", "\t") for line in RECORDS]
TEXT = "\n".join([*HEADER, *LINES]) + "\n"


def write_as(path: Path, text: str, form: str) -> Path:
    """Text as one of: vcf, crlf, gzip (plain), vcf.gz (BGZF), bcf, raw_bcf (not compressed)."""
    if form == "vcf":
        path.write_bytes(text.encode())
    elif form == "crlf":
        path.write_bytes(text.replace("\n", "\r\n").encode())
    elif form == "gzip":
        middle = len(text) // 2
        path.write_bytes(gzip.compress(text[:middle].encode()) + gzip.compress(text[middle:].encode()))
    elif form == "vcf.gz":
        with pysam.BGZFile(str(path), "wb") as handle:
            handle.write(text.encode())
    else:
        plain = path.with_name(path.name + ".source.vcf")
        plain.write_bytes(text.encode())
        level = "-Ob" if form == "bcf" else "-Ou"
        subprocess.run(
            ["bcftools", "view", "--no-version", level, "-o", path, plain], check=True, stderr=subprocess.DEVNULL
        )
        if form == "raw_bcf" and path.read_bytes()[:2] == b"\x1f\x8b":
            path.write_bytes(gzip.decompress(path.read_bytes()))
    return path


def _numbers(value: Any, width: int) -> list[float]:
    """The first values of a FORMAT field, NaN for what is missing."""
    values = list(value) if isinstance(value, tuple) else [value]
    found = [np.nan if item is None or isinstance(item, str) else float(item) for item in values[:width]]
    return found + [np.nan] * (width - len(found))


def _genotype(alleles: Sequence[int | None] | None) -> tuple[int, int]:
    """Genotype code and called alleles, as io.vcf defines them."""
    known = [allele for allele in alleles or () if allele is not None]
    alternate = sum(allele == 1 for allele in known)
    if alleles is not None and len(alleles) == 1:
        return (2 * alternate if known else -1), len(known)
    if len(known) == 2:
        return alternate, 2
    return (1 if alternate else -1), len(known)


def read_with_pysam(path: Path, samples: Sequence[str]) -> dict[str, Any]:
    """Every column of a TrioBatch for a whole file, from pysam's objects."""
    columns: dict[str, list[Any]] = {}

    def add(name: str, value: Any) -> None:
        columns.setdefault(name, []).append(value)

    with pysam.VariantFile(str(path)) as source:
        contigs = {name: number for number, name in enumerate(source.header.contigs)}
        for record in source:
            assert record.alts is not None
            assert record.ref is not None
            members = [record.samples[name] if name else {} for name in samples]
            present = set(record.format.keys())

            def field(name: str, width: int, members: Any = members, present: Any = present) -> Any:
                return np.array([_numbers(m.get(name) if m and name in present else None, width) for m in members])

            genotypes = [_genotype(m.get("GT") if m and "GT" in present else None) for m in members]
            add("contig_index", contigs[record.chrom])
            add("pos", record.pos)
            add("ref", record.ref)
            add("alt", record.alts[0])
            add("is_snv", len(record.ref) == 1 and len(record.alts[0]) == 1)
            add("genotype", [genotype for genotype, _ in genotypes])
            add("alleles_called", [called for _, called in genotypes])
            depths = field("AD", 2)
            for name, values in (
                ("ref_depth", depths[:, 0]),
                ("alt_depth", depths[:, 1]),
                ("depth", field("DP", 1)[:, 0]),
            ):
                add(name, np.where(np.isnan(values) | (values < 0), -1, values).astype(np.int64))
            add("genotype_quality", field("GQ", 1)[:, 0].astype(np.float32))
            for name, key in (("phred", "PL"), ("log10_likelihood", "GL")):
                values = field(key, 3)
                haploid = ~np.isnan(values[:, 1]) & np.isnan(values[:, 2])
                values[haploid, 2] = values[haploid, 1]
                values[haploid, 1] = np.nan
                add(name, values)
    return {
        name: np.array(values, dtype=object if name in ("ref", "alt") else None) for name, values in columns.items()
    }


def joined(batches: Sequence[Any]) -> dict[str, Any]:
    """Columns of several batches as one."""
    names = ("contig_index", "pos", "is_snv", "genotype", "alleles_called", "ref_depth", "alt_depth", "depth")
    names += ("genotype_quality", "phred", "log10_likelihood")
    out = {name: np.concatenate([getattr(batch, name) for batch in batches]) for name in names}
    for name in ("ref", "alt"):
        out[name] = np.array([allele for batch in batches for allele in getattr(batch, name)], dtype=object)
    return out


def assert_same(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Every column equal, missing values included."""
    assert set(found) == set(wanted)
    for name, values in wanted.items():
        assert found[name].shape == values.shape, name
        if values.dtype == object:
            assert list(found[name]) == list(values), name
        else:
            np.testing.assert_array_equal(found[name], values, err_msg=name)
