"""The genome in our own folder: checked, indexed, nothing written beside the user's file."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from builders.reads import mask, random_genome, write_fasta
from filiation.errors import ConfigError, InputError
from filiation.io.tools import run_tool
from filiation.reads.alignment import index_reference
from filiation.reads.reference import INDEX_SUFFIXES, known_base_runs, prepare_genome, read_contigs

pytestmark = pytest.mark.tools

GENOME = random_genome({"chr1": 3000, "chr2": 1000})


def test_prepare_genome__plain_fasta_is_linked_and_nothing_is_written_beside_it(tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    fasta = write_fasta(tmp_path / "lab" / "g.fa", GENOME)
    prepared = prepare_genome(fasta, "auto", tmp_path / "ours")
    assert prepared.lengths == {"chr1": 3000, "chr2": 1000}
    assert prepared.assembly == "other"
    assert os.path.samefile(tmp_path / "ours" / "genome.fa", fasta)
    assert os.listdir(tmp_path / "lab") == ["g.fa"]
    assert read_contigs(prepared.fasta) == prepared.lengths


def test_prepare_genome__compressed_fasta_gives_the_same_dictionary_without_any_path(tmp_path: Path) -> None:
    fasta = write_fasta(tmp_path / "g.fa", GENOME)
    (tmp_path / "g.fa.gz").write_bytes(gzip.compress(fasta.read_bytes()))
    prepare_genome(fasta, "auto", tmp_path / "a")
    prepare_genome(tmp_path / "g.fa.gz", "auto", tmp_path / "b")
    for name in ("genome.fa", "genome.fa.fai", "genome.dict"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert "UR:" not in (tmp_path / "a" / "genome.dict").read_text()


def test_prepare_genome__truncated_compressed_fasta_stops_and_leaves_no_genome(tmp_path: Path) -> None:
    packed = gzip.compress(write_fasta(tmp_path / "g.fa", GENOME).read_bytes())
    (tmp_path / "g.fa.gz").write_bytes(packed[:-100])
    with pytest.raises(InputError, match="cannot be inflated"):
        prepare_genome(tmp_path / "g.fa.gz", "auto", tmp_path / "ours")
    assert not (tmp_path / "ours" / "genome.fa").exists()


def test_prepare_genome__contig_named_twice_stops(tmp_path: Path) -> None:
    fasta = write_fasta(tmp_path / "g.fa", GENOME)
    fasta.write_text(fasta.read_text() + ">chr2 again\nACGTACGT\n")
    with pytest.raises(InputError, match="twice"):
        prepare_genome(fasta, "auto", tmp_path / "ours")


def test_prepare_genome__two_styles_of_contig_names_stop(tmp_path: Path) -> None:
    fasta = write_fasta(tmp_path / "g.fa", {"chr1": "ACGT" * 9, "2": "ACGT" * 9})
    with pytest.raises(InputError, match="two styles"):
        prepare_genome(fasta, "auto", tmp_path / "ours")


def test_prepare_genome__configured_build_that_a_length_contradicts_stops(tmp_path: Path) -> None:
    fasta = write_fasta(tmp_path / "g.fa", {"chr20": "ACGT" * 9})
    with pytest.raises(ConfigError, match="chromosome 20 has 36 bases"):
        prepare_genome(fasta, "GRCh38", tmp_path / "ours")


def lab_index(fasta: Path) -> None:
    """The index that a laboratory built beside its own FASTA."""
    run_tool(["bwa", "index", fasta], purpose="index the genome")


def test_prepare_genome__complete_newer_index_of_the_user_is_linked_and_not_built_again(tmp_path: Path) -> None:
    fasta = write_fasta(tmp_path / "g.fa", GENOME)
    lab_index(fasta)
    prepared = prepare_genome(fasta, "auto", tmp_path / "ours")
    assert prepared.reused_indexes == ["bwa"]
    assert index_reference(prepared.fasta, "bwa", tmp_path / "aligner.txt") == "bwa"
    assert all(Path(f"{prepared.fasta}{suffix}").is_symlink() for suffix in INDEX_SUFFIXES["bwa"])


def test_prepare_genome__index_of_other_contigs_is_not_linked(tmp_path: Path) -> None:
    lab_index(write_fasta(tmp_path / "g.fa", {"chr1": GENOME["chr1"]}))
    fasta = write_fasta(tmp_path / "g.fa", GENOME)
    os.utime(fasta, (1, 1))
    assert prepare_genome(fasta, "auto", tmp_path / "ours").reused_indexes == []


def test_prepare_genome__another_genome_in_the_same_folder_does_not_keep_the_old_index(tmp_path: Path) -> None:
    first = prepare_genome(write_fasta(tmp_path / "a.fa", GENOME), "auto", tmp_path / "ours").fasta
    index_reference(first, "bwa", tmp_path / "aligner.txt")
    before = Path(f"{first}.pac").read_bytes()
    masked = write_fasta(tmp_path / "b.fa", {**GENOME, "chr1": mask(GENOME["chr1"], 100, 900)})
    os.utime(masked, (1, 1))
    prepare_genome(masked, "auto", tmp_path / "ours")
    assert not Path(f"{first}.pac").exists()
    index_reference(first, "bwa", tmp_path / "aligner.txt")
    assert Path(f"{first}.pac").read_bytes() != before


def test_prepare_genome__prepared_genome_is_not_linked_to_itself(tmp_path: Path) -> None:
    prepared = prepare_genome(write_fasta(tmp_path / "g.fa", GENOME), "auto", tmp_path / "ours")
    with pytest.raises(ConfigError, match="replace itself"):
        prepare_genome(prepared.fasta, "auto", tmp_path / "ours")
    assert read_contigs(prepared.fasta) == prepared.lengths


def test_prepare_genome__index_older_than_the_fasta_is_not_trusted(tmp_path: Path) -> None:
    fasta = write_fasta(tmp_path / "g.fa", GENOME)
    for suffix in INDEX_SUFFIXES["bwa"]:
        index = Path(f"{fasta}{suffix}")
        index.write_text("made from another genome")
        os.utime(index, (1, 1))
    prepared = prepare_genome(fasta, "auto", tmp_path / "ours")
    assert prepared.reused_indexes == []
    index_reference(prepared.fasta, "bwa", tmp_path / "aligner.txt")
    assert (tmp_path / "aligner.txt").read_text() == "bwa\n"
    assert Path(f"{fasta}.bwt").read_text() == "made from another genome"


def test_known_base_runs__are_the_bases_that_are_not_n(tmp_path: Path) -> None:
    sequence = mask(mask(GENOME["chr1"], 0, 100), 500, 700)
    fasta = write_fasta(tmp_path / "g.fa", {"chr1": sequence, "chr2": "N" * 50})
    prepared = prepare_genome(fasta, "auto", tmp_path / "ours")
    assert known_base_runs(prepared.fasta) == {"chr1": [(100, 500), (700, 3000)], "chr2": []}
