"""Stand-ins for programs that are too large for a test: they record what they are called with and answer with a
minimal valid file.

Put the folder first on PATH. Each call adds one JSON line to calls.jsonl of the folder: program, arguments and
working directory.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_RECORD = """#!{python}
import json, os, pathlib, sys
here = pathlib.Path(__file__).resolve().parent
call = {{"program": pathlib.Path(__file__).name, "arguments": sys.argv[1:], "cwd": os.getcwd()}}
with open(here / "calls.jsonl", "a", encoding="utf-8") as handle:
    handle.write(json.dumps(call) + "\\n")
def after(flag):
    return sys.argv[sys.argv.index(flag) + 1]
"""

# A gVCF of one person: one called site and one block of reference confidence.
RUN_DEEPVARIANT = """
import gzip
sample = after("--sample_name")
header = "##fileformat=VCFv4.2\\n##contig=<ID=1,length=2000>\\n"
header += '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\\n'
header += "#CHROM\\tPOS\\tID\\tREF\\tALT\\tQUAL\\tFILTER\\tINFO\\tFORMAT\\t" + sample + "\\n"
for flag in ("--output_vcf", "--output_gvcf"):
    with gzip.open(after(flag), "wt") as handle:
        handle.write(header)
"""

# Joint calls of the persons named by the gVCFs: one heterozygous site; the second person has no read there.
GLNEXUS_CLI = """
import gzip, pysam
samples = []
for name in sys.argv[1:]:
    if name.endswith(".g.vcf.gz"):
        with gzip.open(name, "rt") as handle:
            samples += [line.split()[9] for line in handle if line.startswith("#CHROM")]
reference = {reference!r}
os.makedirs(after("--dir"))
header = pysam.VariantHeader()
header.add_line("##contig=<ID=1,length=2000>")
for key, number, kind in (("GT", 1, "String"), ("AD", "R", "Integer"), ("DP", 1, "Integer"),
                          ("GQ", 1, "Integer"), ("PL", "G", "Integer")):
    header.add_line(f'##FORMAT=<ID={{key}},Number={{number}},Type={{kind}},Description="{{key}}">')
for sample in samples:
    header.add_sample(sample)
with pysam.VariantFile("-", "wb", header=header) as output:
    record = header.new_record(contig="1", start=999, alleles=(reference, "G" if reference != "G" else "A"))
    for number, sample in enumerate(samples):
        values = dict(GT=(0, 1), AD=(14, 16), DP=30, GQ=50, PL=(300, 0, 280)) if number == 0 else dict(
            GT=(0, 0), AD=(30, 0), DP=30, GQ=50, PL=(0, 90, 900))
        if number == 1:
            values = dict(GT=(None, None), AD=(0, 0), DP=0, GQ=0)
        record.samples[sample].update(values)
    output.write(record)
"""

# Every record with the consequence a missense variant has, in the fields that VEP writes.
VEP = """
import pysam
fields = "Allele|Consequence|IMPACT|SYMBOL|Gene|Feature_type|Feature|BIOTYPE|HGVSc|HGVSp|CANONICAL|MANE_SELECT"
text = sys.stdin.read().splitlines()
lines = []
for line in text:
    if line.startswith("#CHROM"):
        lines.append('##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequence annotations from Ensembl VEP. '
                     'Format: ' + fields + '">')
    if not line.startswith("#"):
        columns = line.split("\\t")
        csq = "|".join([columns[4], "missense_variant", "MODERATE", "SCN2A", "ENSG1", "Transcript", "ENST1",
                        "protein_coding", "ENST1:c.1A>G", "ENSP1:p.Met1Val", "YES", "NM_1.1"])
        columns[7] = ("" if columns[7] == "." else columns[7] + ";") + "CSQ=" + csq
        line = "\\t".join(columns)
    lines.append(line)
with pysam.BGZFile(after("--output_file"), "w") as handle:
    handle.write(("\\n".join(lines) + "\\n").encode())
"""


@dataclass(frozen=True)
class Call:
    """One recorded call."""

    program: str
    arguments: list[str]
    cwd: str

    def after(self, flag: str) -> str:
        """The argument that follows a flag."""
        return self.arguments[self.arguments.index(flag) + 1]


def write_standin(folder: Path, program: str, body: str, **values: Any) -> None:
    """An executable of this name; `values` are put into the body."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / program
    text = _RECORD.format(python=sys.executable) + (body.format(**values) if values else body)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def recorded(folder: Path, program: str) -> list[Call]:
    """The calls of one program, in the order in which they were made."""
    path = folder / "calls.jsonl"
    if not path.exists():
        return []
    calls = [Call(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    return [call for call in calls if call.program == program]
