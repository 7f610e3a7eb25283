"""Which external programs does Filiation call, what for, how old may they be, and where do they come from?

The one list behind `filiation doctor`, the run record and the test that compares it with environment.yml and
setup/apt.txt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Need = Literal["always", "advised", "option"]


@dataclass(frozen=True)
class Tool:
    """One external program.

    `minimum` is the oldest version whose options and output were tried; `need` says whether every run needs
    it, some step is slower or impossible without it (advised), or one option of config.yaml calls it; `conda`
    and `apt` are package names, '' when the package does not exist there.
    """

    name: str
    minimum: str
    purpose: str
    need: Need
    conda: str
    apt: str
    instead: str = ""


TOOLS: tuple[Tool, ...] = (
    Tool("bwa", "0.7.17", "align reads", "always", "bwa", "bwa", instead="bwa-mem2"),
    Tool("bwa-mem2", "2.2.1", "align reads, faster", "option", "bwa-mem2", ""),
    Tool("samtools", "1.16", "sort reads, mark duplicates, write CRAM", "always", "samtools", "samtools"),
    Tool("bcftools", "1.16", "call, normalise and annotate variants", "always", "bcftools", "bcftools"),
    Tool("bgzip", "1.16", "compress tables and references by block", "always", "htslib", "tabix"),
    Tool("tabix", "1.16", "index compressed files", "always", "htslib", "tabix"),
    Tool("mosdepth", "0.3.3", "measure coverage (else pysam counts, slower)", "advised", "mosdepth", "mosdepth"),
    Tool(
        "freebayes",
        "1.3.6",
        "call variants with calling.caller: freebayes",
        "option",
        "freebayes",
        "freebayes",
    ),
    Tool(
        "art_illumina",
        "2.5.8",
        "simulate the reads of `filiation demo`",
        "advised",
        "art",
        "art-nextgen-simulation-tools",
    ),
    Tool("vep", "113", "annotate with annotation.consequences: vep", "option", "ensembl-vep", ""),
)

# Python packages whose version can change a result, as named on installation.
PACKAGES: tuple[str, ...] = (
    "cyvcf2",
    "jinja2",
    "numba",
    "numpy",
    "pandas",
    "pydantic",
    "pyranges",
    "pysam",
    "pyyaml",
    "snakemake",
)

# First version of each line of htslib in which CVE-2026-31962 to -31971 are repaired (htslib release notes).
_REPAIRED_HTSLIB = ((1, 21, 1), (1, 22, 2), (1, 23, 1))


def version_numbers(text: str) -> tuple[int, ...]:
    """The leading numbers of a version: `0.7.17-r1188` → (0, 7, 17); () when there are none."""
    found = re.match(r"v?(\d+(?:\.\d+)*)", text.strip())
    return tuple(int(part) for part in found.group(1).split(".")) if found else ()


def is_older(version: str, minimum: str) -> bool:
    """Whether a version is known and lies below a minimum; missing digits count as zero."""
    have, want = version_numbers(version), version_numbers(minimum)
    length = max(len(have), len(want))
    return bool(have) and have + (0,) * (length - len(have)) < want + (0,) * (length - len(want))


def htslib_is_vulnerable(version: str) -> bool:
    """Whether a hostile CRAM file can corrupt the memory of programs with this htslib.

    Repaired in 1.23.1 and later, in 1.22.2 and 1.21.1 of the older lines; a version we cannot read counts as
    vulnerable.
    """
    numbers = (*version_numbers(version), 0, 0, 0)[:3]
    if numbers[:2] > (1, 23):
        return False
    return not any(numbers[:2] == repaired[:2] and numbers >= repaired for repaired in _REPAIRED_HTSLIB)
