"""Do two engines give the same HGVS names, and how long does each take?

Alleles in every exon, at every splice site and beside it, of the transcripts of chromosome 21 below 10 Mb (Ensembl's
gene models, both strands, coding and not), named by the pipeline's own code and by hgvs-weaver. Needs ../shared/data.

    python benchmarks/hgvs_engines.py --per-exon 6 --json engines.json
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import pysam

from filiation.config import REPOSITORY
from filiation.evidence.hgvs import Namer
from filiation.evidence.hgvs_second import Named, SecondReading
from filiation.evidence.transcripts import Transcript, load_transcripts

DATA = REPOSITORY.parent / "shared" / "data" / "reference"
GENES, GENOME = DATA / "ensembl_chr21_GRCh38.gff3.gz", DATA / "grch38.chr20_and_21_10M.fa.gz"
# Places beside an exon's bounds: splice sites, and further into the introns.
LEFT, RIGHT = (-12, -2, -1, 0), (-1, 0, 1, 7)


def alleles(genome: str, models: list[Transcript], per_exon: int) -> list[tuple[Transcript, int, str, str]]:
    """Substitutions, insertions, deletions and both, in and beside every exon."""
    rng = np.random.default_rng(21)
    found = []
    for model in models:
        for left, right in model.exons:
            places = [int(place) for place in rng.integers(left, right, per_exon)]
            places += [left + offset for offset in LEFT] + [right + offset for offset in RIGHT]
            for place in places:
                ref = genome[place : place + 1 + int(rng.integers(0, 5))]
                alt = ref[0] + "".join(rng.choice(list("ACGT"), int(rng.integers(0, 5))))
                if len(ref) == len(alt) == 1:
                    alt = str(rng.choice([base for base in "ACGT" if base != ref]))
                if ref != alt and "N" not in ref + alt:
                    found.append((model, place, ref, alt))
    return found


def main() -> None:
    """Print names compared, names that differ, and the seconds of both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--per-exon", type=int, default=6, metavar="N", help="alleles within each exon")
    parser.add_argument("--quick", action="store_true", help="one allele within each exon")
    parser.add_argument("--json", metavar="FILE", help="write the figures there, too")
    options = parser.parse_args()
    if not GENES.is_file() or not GENOME.is_file():
        raise SystemExit(f"{DATA} is not there: this needs ../shared/data")
    with pysam.FastaFile(str(GENOME)) as fasta:
        genome = fasta.fetch("chr21").upper()
    loaded = load_transcripts(GENES, {"chr21": list(range(5_000_000, 9_900_000, 200))}, contigs=["chr21"])
    models = [model for model in loaded if model.complete and model.end < len(genome) - 5_000]
    asked = alleles(genome, models, 1 if options.quick else options.per_exon)
    namer = Namer(lambda contig, start, end: genome[start:end], "GRCh38")
    began = time.perf_counter()
    ours = [namer.on_transcript(*item) for item in asked]
    middle = time.perf_counter()
    named = [Named(*item, names.coding, names.protein) for item, names in zip(asked, ours, strict=True)]
    compared, differ = SecondReading(namer).compare(named)
    figures = {
        "transcripts": len(models),
        "alleles": len(asked),
        "names_of_ours": sum(bool(names.coding) + bool(names.protein) for names in ours),
        "names_compared": compared,
        "names_that_differ": len(differ),
        "seconds_ours": round(middle - began, 2),
        "seconds_second_engine": round(time.perf_counter() - middle, 2),
    }
    for name, value in figures.items():
        print(f"{name}\t{value}")
    for item in differ[:20]:
        print(f"{item.transcript} {item.allele}: {item.ours}, the second engine {item.theirs}")
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
