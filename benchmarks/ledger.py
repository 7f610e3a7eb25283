"""How much does the ledger cost: bytes hashed, reads and records counted in a second of one processor?

    python benchmarks/ledger.py [--quick] [--json FILE]

Makes FASTQ, BAM and BCF of random content and times the functions that every step calls.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from filiation.io.files import sha256
from filiation.ledger.content import Content, count_content


def write_reads(folder: Path, number: int) -> tuple[Path, Path]:
    """A FASTQ of reads of 150 bases, and the same reads as an unaligned BAM."""
    generator = random.Random(1)
    bases = ["".join(generator.choices("ACGT", k=150)) for _ in range(1000)]
    quality = "".join(generator.choices("FF:,", k=150))
    text = folder / "reads.fastq"
    with open(text, "w", encoding="ascii") as handle:
        for index in range(number):
            handle.write(f"@A00123:45:HSIMDSX7:1:{index}\n{bases[index % 1000]}\n+\n{quality}\n")
    bam = folder / "reads.bam"
    subprocess.run(["samtools", "import", "-0", str(text), "-o", str(bam)], check=True, capture_output=True)
    subprocess.run(["bgzip", "-f", str(text)], check=True)
    return folder / "reads.fastq.gz", bam


def write_calls(folder: Path, number: int) -> Path:
    """A BCF of a trio."""
    text = folder / "calls.vcf"
    with open(text, "w", encoding="ascii") as handle:
        handle.write("##fileformat=VCFv4.2\n##contig=<ID=1,length=200000000>\n")
        handle.write('##FORMAT=<ID=GT,Number=1,Type=String,Description="x">\n')
        handle.write('##FORMAT=<ID=AD,Number=R,Type=Integer,Description="x">\n')
        handle.write("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tC\tF\tM\n")
        for index in range(number):
            handle.write(f"1\t{index * 20 + 1}\t.\tA\tC\t50\t.\t.\tGT:AD\t0/1:15,15\t0/0:30,0\t0/1:14,16\n")
    target = folder / "calls.bcf"
    subprocess.run(["bcftools", "view", "-Ob", "-o", str(target), str(text)], check=True)
    return target


def timed(call: Callable[[], object]) -> float:
    """Processor-seconds of one call, of this process and the tools it starts; compiled before."""
    call()
    before = _processor_seconds()
    call()
    return _processor_seconds() - before


def _processor_seconds() -> float:
    """Time that this process and its ended children computed: the same on a busy machine."""
    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    reads, records = (100_000, 200_000) if options.quick else (1_000_000, 2_000_000)
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fastq, bam = write_reads(folder, reads)
        calls = write_calls(folder, records)
        made: dict[str, Content] = {}

        def count(path: Path, mate: int = 0) -> None:
            made[path.name] = count_content(path, mate=mate)

        figures["sha256_megabytes_per_second"] = bam.stat().st_size / 1e6 / timed(lambda: sha256(bam))
        figures["fastq_reads_per_second"] = reads / timed(lambda: count(fastq))
        figures["bam_reads_per_second"] = reads / timed(lambda: count(bam))
        figures["bcf_records_per_second"] = records / timed(lambda: count(calls))
        if made[fastq.name]["checksum"] != made[bam.name]["checksum"]:
            raise SystemExit("FASTQ and BAM of the same reads have different checksums")
    for key, value in figures.items():
        print(f"{key.replace('_', ' ')}: {value:,.0f}")
    # 600 million reads a member at 30x; 45 GB of CRAM and BCF in all (assumed).
    minutes = {
        "FASTQ of a member": 600e6 / figures["fastq_reads_per_second"] / 60,
        "BAM of a member": 600e6 / figures["bam_reads_per_second"] / 60,
        "45 GB hashed by verify": 45e3 / figures["sha256_megabytes_per_second"] / 60,
    }
    print("at 30x, processor-minutes: " + ", ".join(f"{name} {value:.1f}" for name, value in minutes.items()))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
