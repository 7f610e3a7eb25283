"""Can a file name, a folder name or a sentence of the configuration reach the shell as a command?"""

from __future__ import annotations

from pathlib import Path

import pysam
import pytest

from builders.reads import random_genome, read_pairs, write_fasta, write_pairs
from builders.sheets import member, unit, write_run
from builders.snakemake_run import shell_commands, snakemake

pytestmark = pytest.mark.workflow
FOLDER = "dir with space"
HOSTILE = 'it\'s $(touch owned) `touch owned`; touch owned & "x" #'
REASON = 'la mère l\'a confirmé; $(touch owned) "vu" {family} & {input} | > owned'


@pytest.mark.tools
def test_paths__with_spaces_quotes_and_commands_are_only_paths(tmp_path: Path) -> None:
    run = tmp_path / "my run"
    reads = run / FOLDER
    reads.mkdir(parents=True)
    genome = random_genome({"1": 4000})
    write_fasta(reads / "the genome's $(touch owned).fa", genome)
    first, second = write_pairs(run, "CHILD", list(read_pairs(genome, [], 10, 1)))
    names = [f"{FOLDER}/{HOSTILE} it's.{mate}.fastq.gz" for mate in (1, 2)]
    for source, name in zip((first, second), names, strict=True):
        source.rename(run / name)
    write_run(
        run,
        [member("CHILD", "proband", "female")],
        [unit("CHILD", fastq_1=names[0], fastq_2=names[1])],
        reference={"fasta": f"{FOLDER}/the genome's $(touch owned).fa"},
    )
    cram = "results/FAM/alignment/CHILD.cram"
    done = snakemake(run, "--", cram)
    assert done.returncode == 0, done.stdout + done.stderr
    with pysam.AlignmentFile(str(run / cram), reference_filename=str(run / "results/reference/genome.fa")) as handle:
        mapped = sum(not read.is_unmapped for read in handle)
    assert mapped > 300
    assert list(tmp_path.rglob("owned*")) == []


def test_sentences__of_the_configuration_arrive_as_one_word(tmp_path: Path) -> None:
    (tmp_path / "family.vcf").touch()
    write_run(
        tmp_path,
        [member("CHILD", "proband", "female", vcf="family.vcf")],
        quality={"override_reason": REASON},
    )
    done = snakemake(tmp_path, "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
    (report,) = [words for words in shell_commands(done.stdout + done.stderr) if words[1] == "report"]
    assert report[report.index("--override-reason") + 1] == REASON
    assert list(tmp_path.rglob("owned*")) == []
