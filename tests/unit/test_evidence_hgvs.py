"""Are alleles named as the HGVS recommendations (version 21) want it, on either strand, in every part of a gene?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pysam
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.gene_models import put, sequence, transcript
from filiation.config import REPOSITORY
from filiation.evidence.hgvs import Namer, genomic_accession, genomic_name, trimmed
from filiation.evidence.hgvs_second import Named, SecondReading
from filiation.evidence.protein import protein_change
from filiation.evidence.transcripts import Transcript, load_transcripts
from reference import hgvs as slow

CHR21_GENES = REPOSITORY.parent / "shared" / "data" / "reference" / "ensembl_chr21_GRCh38.gff3.gz"
CHR21 = REPOSITORY.parent / "shared" / "data" / "reference" / "grch38.chr20_and_21_10M.fa.gz"

# Met Lys Ala Leu Gly Cys His Trp Asp Glu Phe stop; behind it Pro and another stop.
CODING = "ATGAAAGCTCTGGGATGCCATTGGGACGAATTTTGA"
UTR = "CCTTAAGGTACC"


def make(strand: str = "+") -> tuple[str, Transcript]:
    """A genome with one gene of two exons: UTR 6, coding 20 | intron 60 | coding 16, UTR 12."""
    intron = "GTAAGT" + sequence(40, 3).replace("G", "A") + "TTTCTTTTCTGCAG"
    gene = "ACCTCC" + CODING[:20] + intron + CODING[20:] + UTR
    start = 500
    size = len(gene)
    exons = [(0, 26), (26 + len(intron), size)]
    cds = [(6, 26), (26 + len(intron), size - len(UTR))]
    if strand == "-":
        gene = gene.translate(str.maketrans("ACGT", "TGCA"))[::-1]
        exons = [(size - right, size - left) for left, right in exons]
        cds = [(size - right, size - left) for left, right in cds]
    genome = put(sequence(1200, 11), start, gene)
    shift = [[(left + start, right + start) for left, right in part] for part in (exons, cds)]
    return genome, transcript(shift[0], shift[1], strand=strand)


def fetcher(genome: str):  # type: ignore[no-untyped-def]
    """Bases of the only contig."""
    return lambda contig, start, end: genome[start:end]


def names(strand: str, offset: int, removed: int, added: str) -> tuple[str, str]:
    """Names of a change given in the direction of the gene: offset from the first base of the transcript."""
    genome, model = make(strand)
    size = model.end - model.start
    if strand == "+":
        position = model.start + offset
        ref, alt = genome[position : position + removed], added
    else:
        position = model.start + size - offset - removed
        ref = genome[position : position + removed]
        alt = added.translate(str.maketrans("ACGT", "TGCA"))[::-1]
    # As VCF writes it: with the base before.
    anchor = genome[position - 1]
    found = Namer(fetcher(genome)).on_transcript(model, position - 1, anchor + ref, anchor + alt)
    return found.coding.removeprefix("ENST1.2:"), found.protein.removeprefix("ENSP1.2:")


C = 6  # bases before the start codon


@pytest.mark.parametrize("strand", ["+", "-"])
@pytest.mark.parametrize(
    ("offset", "removed", "added", "coding", "protein"),
    [
        (C + 6, 1, "A", "c.7G>A", "p.(Ala3Thr)"),
        (C + 8, 1, "C", "c.9T>C", "p.(Ala3=)"),
        (C + 3, 1, "T", "c.4A>T", "p.(Lys2Ter)"),
        (C + 3, 1, "", "c.6del", "p.(Ala3LeufsTer?)"),
        (C + 3, 3, "", "c.4_6del", "p.(Lys2del)"),
        (C + 3, 0, "A", "c.6dup", "p.(Ala3SerfsTer?)"),
        (C + 9, 0, "CTG", "c.10_12dup", "p.(Leu4dup)"),
        (C + 9, 0, "AAC", "c.9_10insAAC", "p.(Ala3_Leu4insAsn)"),
        (C + 9, 0, "TAA", "c.9_10insTAA", "p.(Leu4Ter)"),
        (C + 9, 2, "GA", "c.10_11delinsGA", "p.(Leu4Glu)"),
        (C + 12, 6, "AAA", "c.13_18delinsAAA", "p.(Gly5_Cys6delinsLys)"),
        (C + 0, 1, "G", "c.1A>G", "p.(Met1?)"),
        (C + 2, 1, "A", "c.3G>A", "p.(Met1?)"),
        (0, 1, "G", "c.-6A>G", ""),
        (C + 20, 1, "T", "c.20+1G>T", ""),
        (C + 20 + 59, 1, "A", "c.21-1G>A", ""),
        (C + 20 + 2, 1, "G", "c.20+3A>G", ""),
        (C + 20 + 60 + 16, 1, "T", "c.*1C>T", ""),
        (C + 20 + 60 + 14, 1, "C", "c.35G>C", "p.(Ter12SerextTer2)"),
    ],
)
def test_names__follow_the_recommendations_on_either_strand(
    strand: str, offset: int, removed: int, added: str, coding: str, protein: str
) -> None:
    assert names(strand, offset, removed, added) == (coding, protein)


@pytest.mark.parametrize("strand", ["+", "-"])
def test_names__a_deletion_over_the_border_of_an_exon_has_positions_and_an_unknown_protein(strand: str) -> None:
    assert names(strand, C + 18, 6, "") == ("c.19_20+4del", "p.?")


def test_names__an_rna_is_numbered_from_its_first_base() -> None:
    genome = sequence(400, 2)
    model = transcript([(100, 245)])
    ref = genome[163]
    alt = "ACGT"["ACGT".index(ref) - 1]
    found = Namer(fetcher(genome)).on_transcript(model, 163, ref, alt)
    assert (found.coding, found.protein) == (f"ENST1.2:n.64{ref}>{alt}", "")


def test_names__symbolic_alleles_and_coding_parts_that_begin_within_a_codon_have_none() -> None:
    genome, model = make()
    namer = Namer(fetcher(genome))
    assert namer.on_transcript(model, 510, genome[510], "<DEL>").coding == ""
    model.complete = False
    assert namer.on_transcript(model, 510, genome[510], "ACGT"["ACGT".index(genome[510]) - 1]).coding == ""


def test_genome__an_indel_goes_to_its_last_place_and_chromosomes_get_their_accession() -> None:
    fetch = fetcher("GGACACACTTTTTTGCA" + sequence(400, 9))
    assert genomic_name("chr21", 1, "GAC", "G", fetch, "GRCh38") == "NC_000021.9:g.7_8del"
    assert genomic_name("21", 7, "C", "CT", fetch, "GRCh37") == "NC_000021.8:g.14dup"
    assert genomic_name("chrM", 0, "G", "A", fetch, "GRCh38") == "NC_012920.1:m.1G>A"
    assert genomic_name("contig_7", 0, "G", "A", fetch, "other") == "contig_7:g.1G>A"
    assert genomic_name("1", 0, "G", "<DUP>", fetch, "GRCh38") == ""


def test_genome__accessions_are_those_of_the_assembly_reports() -> None:
    assert genomic_accession("chr1", "GRCh38") == "NC_000001.11"
    assert genomic_accession("X", "GRCh37") == "NC_000023.10"
    assert genomic_accession("chrY", "GRCh38") == "NC_000024.10"
    assert genomic_accession("MT", "GRCh37") == "NC_012920.1"


def test_decay__is_expected_far_from_the_last_junction_only() -> None:
    bases = "ATG" + "GCT" * 60 + "TAA" + "A" * 30
    coding = (0, 186)

    def stop_at(codon: int, junction: int | None) -> str:
        return protein_change(bases, coding, codon * 3, "GCT", "TAA", last_junction=junction).nmd

    assert stop_at(10, 150) == "expected"
    assert stop_at(40, 150) == "escapes", "within 50 bases of the junction"
    assert stop_at(10, None) == "escapes", "one exon: no junction"
    assert protein_change(bases, coding, 30, "G", "A", last_junction=150).nmd == "", "no early stop"


def test_mitochondrion__is_read_by_its_own_code_and_has_no_transcript_name() -> None:
    coding = "ATAGCATGAGCATAA"  # Met Ala Trp Ala stop
    genome = put(sequence(600, 4), 200, coding)
    model = transcript([(200, 215)], [(200, 215)], contig="chrM")
    found = Namer(fetcher(genome)).on_transcript(model, 208, "A", "G")
    assert (found.coding, found.protein) == ("", "ENSP1.2:p.(Trp3=)")


def random_gene(rng: np.random.Generator) -> tuple[str, Transcript]:
    """A genome with a gene of three exons and an open reading frame, on a random strand."""
    codons = ["GCT", "AAA", "CAG", "CAG", "GGC", "TTC", "ATT", "GAA", "CCC", "TGG"]
    coding = "ATG" + "".join(rng.choice(codons, 50)) + "TAA"
    spliced = sequence(25, int(rng.integers(1000))) + coding + sequence(40, int(rng.integers(1000)))
    cuts = sorted(int(cut) for cut in rng.choice(np.arange(40, 160), 2, replace=False))
    pieces = [spliced[: cuts[0]], spliced[cuts[0] : cuts[1]], spliced[cuts[1] :]]
    gene, exons, cursor = "", [], 0
    for piece in pieces:
        gap = sequence(int(rng.integers(50, 90)), int(rng.integers(1000)))
        exons.append((cursor, cursor + len(piece)))
        gene += piece + gap
        cursor = len(gene)
    gene = gene[: exons[-1][1]]
    bounds, reached = [], 0
    for left, right in exons:
        first, last = max(25, reached), min(25 + len(coding), reached + right - left)
        if first < last:
            bounds.append((left + first - reached, left + last - reached))
        reached += right - left
    strand = str(rng.choice(["+", "-"]))
    if strand == "-":
        size = len(gene)
        gene = slow.reverse(gene)
        exons = [(size - right, size - left) for left, right in exons]
        bounds = [(size - right, size - left) for left, right in bounds]
    genome = put(sequence(900, int(rng.integers(1000))), 300, gene)
    shift = [[(left + 300, right + 300) for left, right in part] for part in (exons, bounds)]
    return genome, transcript(shift[0], shift[1], strand=strand)


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_names__agree_with_splicing_and_comparing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    genome, model = random_gene(rng)
    left, right = max(model.exons, key=lambda exon: exon[1] - exon[0])
    # Six bases from the ends of an exon: nothing can be moved out of it.
    position = int(rng.integers(left + 7, right - 13))
    removed = int(rng.integers(0, 4))
    added = "".join(rng.choice(list("ACGT"), int(rng.integers(0 if removed else 1, 4))))
    ref, alt = genome[position - 1 : position + removed], genome[position - 1] + added
    if ref == alt:
        return
    place, short, other = trimmed(position - 1, ref, alt)
    found = Namer(fetcher(genome)).on_transcript(model, position - 1, ref, alt)
    assert found.coding == "ENST1.2:" + slow.coding_name(genome, model, place, short, other)


def named(namer: Namer, model: Transcript, position: int, ref: str, alt: str) -> Named:
    """An allele with the names that we give it."""
    found = namer.on_transcript(model, position, ref, alt)
    return Named(model, position, ref, alt, found.coding, found.protein)


def random_allele(rng: np.random.Generator, genome: str, position: int) -> tuple[str, str]:
    """A substitution, insertion, deletion or both, as a VCF writes it from this 0-based position on."""
    removed = int(rng.integers(0, 5))
    added = "".join(rng.choice(list("ACGT"), int(rng.integers(0, 5))))
    ref = genome[position : position + 1 + removed]
    if removed == len(added) == 0:
        return ref, str(rng.choice([base for base in "ACGT" if base != ref]))
    return ref, genome[position] + added


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_names__agree_with_another_engine_on_either_strand(seed: int) -> None:
    rng = np.random.default_rng(seed)
    genome, model = random_gene(rng)
    namer = Namer(fetcher(genome))
    asked = []
    for position in rng.integers(model.start + 1, model.end - 6, 20):
        ref, alt = random_allele(rng, genome, int(position))
        if ref != alt:
            asked.append(named(namer, model, int(position), ref, alt))
    compared, differ = SecondReading(namer).compare(asked)
    assert compared > 5
    # What becomes of the stop codon itself is told in more ways than one; everything else is not.
    stop = f"Ter{model.coding_length // 3}"
    assert [item for item in differ if stop not in item.ours + item.theirs] == []


def test_names__a_wrong_one_is_seen_by_the_other_engine() -> None:
    rng = np.random.default_rng(3)
    genome, model = random_gene(rng)
    namer = Namer(fetcher(genome))
    left, _ = model.cds[0]
    right = named(namer, model, left + 9, genome[left + 9], "A" if genome[left + 9] != "A" else "C")
    wrong = replace(right, coding=right.coding.replace(":c.", ":c.1"), protein="p.(Trp999Ter)")
    compared, differ = SecondReading(namer).compare([right, wrong])
    assert compared == 4
    assert [item.ours for item in differ] == [wrong.coding.rpartition(":")[2], "p.(Trp999Ter)"]


@pytest.mark.real_data
@pytest.mark.skipif(not CHR21_GENES.exists() or not CHR21.exists(), reason="no ../shared/data beside the repository")
def test_names__agree_with_another_engine_on_the_transcripts_of_chromosome_21() -> None:
    rng = np.random.default_rng(21)
    with pysam.FastaFile(str(CHR21)) as fasta:
        genome = fasta.fetch("chr21").upper()
    models = load_transcripts(CHR21_GENES, {"chr21": list(range(5_000_000, 9_900_000, 200))}, contigs=["chr21"])
    whole = [model for model in models if model.complete and model.end < len(genome) - 5_000]
    assert {(model.strand, bool(model.cds)) for model in whole} == {
        (strand, coding) for strand in "+-" for coding in (True, False)
    }
    namer = Namer(lambda contig, start, end: genome[start:end], "GRCh38")
    asked = []
    for model in whole:
        for left, right in model.exons:
            inside = [int(place) for place in rng.integers(left, right, 6)]
            # The splice sites, and introns near and further off.
            for position in (*inside, left - 12, left - 2, left - 1, left, right - 1, right, right + 1, right + 7):
                ref, alt = random_allele(rng, genome, position)
                if ref != alt and "N" not in ref + alt:
                    asked.append(named(namer, model, position, ref, alt))
    compared, differ = SecondReading(namer).compare(asked)
    assert compared > 10_000
    assert differ == []
