"""Does the fast screen decide as the whole one, write what was read, and write it alike with any number of threads?"""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pysam
import pytest

from builders.genomes import trio
from builders.odd_calls import TEXT, write_as
from filiation.config import scoring_model_path
from filiation.io.vcf import read_batches
from filiation.scoring.model import load_scoring_model
from filiation.scoring.screen import KEPT, REASONS, decisions, screen_batch, screen_calls
from filiation.scoring.trio import family_codes

MODEL = load_scoring_model(scoring_model_path())
GENOTYPES = ("0/0", "0/1", "1/1", "./.", "0/.", "1")


def calls(folder: Path, form: str = "bcf", records: int = 4000) -> Path:
    """A trio whose members show every combination of genotypes at many depths."""
    generator = np.random.default_rng(5)
    lines = []
    for n in range(records):
        contig = "chr1" if n < records // 2 else "chrX"
        cells = []
        for _ in range(4):
            ref, alt = generator.integers(0, 25, 2)
            pl = ",".join(map(str, generator.integers(0, 300, 3)))
            genotype = GENOTYPES[generator.integers(0, len(GENOTYPES)) if generator.random() < 0.6 else 0]
            cells.append(f"{genotype}:{ref},{alt}:{ref + alt}:{generator.integers(0, 99)}:{pl}")
        info = "DP=3" if n % 3 else "."
        lines.append(
            "\t".join([contig, str(3_000_000 + n), ".", "A", "CT"[n % 2], "9", "PASS", info, "GT:AD:DP:GQ:PL"] + cells)
        )
    header = TEXT[: TEXT.index("chr1\t100")]
    return write_as(folder / f"calls.{form}", header + "\n".join(lines) + "\n", form)


def test_screen__each_record_has_the_reason_and_the_evidence_of_the_whole_decision(tmp_path: Path) -> None:
    path, family = calls(tmp_path), trio()
    codes = family_codes(family)
    names = set()
    for (batch, whole), again in zip(
        decisions(path, family, MODEL, []), read_batches(path, codes.samples), strict=True
    ):
        fast = screen_batch(again, codes, MODEL, [])
        assert list(fast.names()) == list(whole.reason)
        kept = np.flatnonzero(whole.reason == KEPT)
        assert list(fast.rows) == list(kept)
        assert fast.decision is not None
        for name, values in vars(fast.decision.scores).items():
            if isinstance(values, np.ndarray):
                np.testing.assert_array_equal(values, getattr(whole.scores, name)[kept], err_msg=name)
        names |= set(whole.reason)
        assert len(batch) == len(again)
    assert names >= {KEPT, "proband_without_data", "proband_without_allele", "no_inheritance_pattern"}
    assert names <= {KEPT, *REASONS}


@pytest.mark.parametrize("form", ["bcf", "vcf.gz", "vcf"])
def test_screen__survivors_keep_their_record_and_gain_the_evidence(tmp_path: Path, form: str) -> None:
    path, output = calls(tmp_path, form), tmp_path / "screened.bcf"
    result = screen_calls(path, trio(), MODEL, [], output, threads=2)
    with pysam.VariantFile(str(path)) as source:
        before = {(record.chrom, record.pos): str(record).rstrip("\n").split("\t") for record in source}
    with pysam.VariantFile(str(output)) as source:
        after = [(record.chrom, record.pos, str(record).rstrip("\n").split("\t")) for record in source]
    assert len(after) == result.counts["records_out"] > 100
    assert sum(result.counts[name] for name in REASONS) + len(after) == result.counts["records_in"] == 4000
    for chrom, pos, columns in after:
        old = before[chrom, pos]
        assert columns[:7] + columns[8:] == old[:7] + old[8:]
        added = columns[7].removeprefix("DP=3;") if old[7] != "." else columns[7]
        assert added.startswith("INHERITANCE=")
        assert "CARRIER_STATES=" in added
    again = tmp_path / "again.bcf"
    screen_calls(output, trio(), MODEL, [], again)
    texts = [
        subprocess.run(["bcftools", "view", "-H", p], capture_output=True, check=True).stdout for p in (output, again)
    ]
    assert texts[0] == texts[1]


def test_screen__the_same_bytes_with_one_and_more_threads(tmp_path: Path) -> None:
    path = calls(tmp_path)
    outputs = []
    for threads in (1, 2, 4):
        screen_calls(path, trio(), MODEL, [], tmp_path / f"{threads}.bcf", threads=threads)
        outputs.append((tmp_path / f"{threads}.bcf").read_bytes())
    assert outputs[0] == outputs[1] == outputs[2]
