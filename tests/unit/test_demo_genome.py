"""Are the simulated genome, its genes and its alleles what they claim to be?"""

from __future__ import annotations

import numpy as np
import pytest

from filiation.demo.alleles import Allele, haplotype, left_align, reverse_complement
from filiation.demo.consequences import consequence
from filiation.demo.genes import CODONS, Gene, coding_sequence, translate
from filiation.demo.genome import EXON_CLEARANCE
from filiation.demo.settings import Settings
from filiation.demo.simulate import World, make_world


@pytest.fixture(scope="module", params=[1, 2025])
def world(request: pytest.FixtureRequest) -> World:
    return make_world(Settings.reduced(seed=request.param))


def sequence_of(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8).copy()


def test_genes__every_reading_frame_starts_stops_and_has_no_stop_inside(world: World) -> None:
    for gene in world.genes:
        protein = translate(coding_sequence(gene, world.genome.sequences[gene.contig]))
        assert protein[0] == "M", gene.symbol
        assert protein.index("*") == len(protein) - 1, gene.symbol


def test_genes__every_intron_begins_gt_and_ends_ag(world: World) -> None:
    for gene in world.genes:
        for start, end in gene.introns:
            intron = world.genome.sequences[gene.contig][start:end].tobytes()
            forward = intron if gene.strand == "+" else reverse_complement(intron)
            assert forward[:2] == b"GT", gene.symbol
            assert forward[-2:] == b"AG", gene.symbol


def test_genes__lie_on_both_strands_and_never_overlap(world: World) -> None:
    assert {gene.strand for gene in world.genes} == {"+", "-"}
    for gene in world.genes:
        assert len(gene.exons) >= 5
        for other in world.genes:
            if other is not gene and other.contig == gene.contig:
                assert other.end < gene.start or other.start > gene.end


def test_genes__shox_is_pseudoautosomal_and_the_other_x_genes_are_not(world: World) -> None:
    for gene in world.genes:
        if gene.contig == "X":
            assert (gene.end < world.genome.pseudoautosomal_length) == (gene.symbol == "SHOX")


def test_genome__repeats_keep_clear_of_exons(world: World) -> None:
    for gene in world.genes:
        for start, end in gene.exons:
            for left, right in world.genome.difficult[gene.contig]:
                assert right <= start - EXON_CLEARANCE or left >= end + EXON_CLEARANCE


def test_genome__y_is_masked_where_it_is_pseudoautosomal_and_people_have_the_x_sequence(world: World) -> None:
    par = world.genome.pseudoautosomal_length
    assert set(world.genome.sequences["Y"][:par].tobytes()) == {ord("N")}
    assert ord("N") not in world.genome.sequences["Y"][par:].tobytes()
    assert np.array_equal(world.genome.y_unmasked[:par], world.genome.sequences["X"][:par])


def test_genome__contains_homopolymers_and_a_duplication(world: World) -> None:
    text = world.genome.sequences["1"].tobytes()
    assert any(base * 10 in text for base in (b"A", b"C", b"G", b"T"))
    length = Settings.reduced().segmental_duplication
    (source,) = [pair for pair in world.genome.difficult["1"] if pair[1] - pair[0] == length]
    (copy,) = [pair for pair in world.genome.difficult["2"] if pair[1] - pair[0] == length]
    same = world.genome.sequences["1"][slice(*source)] == world.genome.sequences["2"][slice(*copy)]
    assert 0.97 < same.mean() < 1.0


def test_codons__the_standard_code() -> None:
    assert {c for c, amino_acid in CODONS.items() if amino_acid == "*"} == {"TAA", "TAG", "TGA"}
    assert (CODONS["ATG"], CODONS["TGG"], CODONS["GGG"], CODONS["AAA"]) == ("M", "W", "G", "K")
    assert len(CODONS) == 64


def small_gene(strand: str) -> tuple[Gene, np.ndarray]:
    """ATG GGA TCA | intron | TGG TAA, coding on positions 5-14 and 24-30 when forward."""
    forward = "CCCCC" + "ATGGGATCA" + "GTAAGTTCAG" + "TGGTAA" + "CCCCC"
    exons, cds = ((0, 14), (24, 35)), ((5, 14), (24, 30))
    if strand == "+":
        return Gene("SMALL", "1", "+", exons, cds, 1, True), sequence_of(forward)
    size = len(forward)
    flip = lambda pairs: tuple((size - end, size - start) for start, end in reversed(pairs))  # noqa: E731
    return (
        Gene("SMALL", "1", "-", flip(exons), flip(cds), 1, True),
        sequence_of(reverse_complement(forward.encode()).decode()),
    )


@pytest.mark.parametrize("strand", ["+", "-"])
@pytest.mark.parametrize(
    ("index", "alternate", "expected"),
    [
        (5, "C", "start_lost"),
        (9, "C", "missense_variant"),
        (10, "T", "synonymous_variant"),
        (8, "T", "stop_gained"),
        (12, "A", "stop_gained"),
        (14, "A", "splice_donor_variant"),
        (22, "C", "splice_acceptor_variant"),
        (18, "C", "intron_variant"),
        (2, "T", "5_prime_UTR_variant"),
        (32, "T", "3_prime_UTR_variant"),
        (27, "C", "stop_lost"),
    ],
)
def test_consequence__of_a_substitution_on_either_strand(
    strand: str, index: int, alternate: str, expected: str
) -> None:
    gene, sequence = small_gene(strand)
    position = index if strand == "+" else len(sequence) - 1 - index
    base = alternate if strand == "+" else reverse_complement(alternate.encode()).decode()
    allele = Allele("1", position, chr(sequence[position]), base)
    assert consequence(gene, sequence, allele) == expected


def test_consequence__of_length_changes() -> None:
    gene, sequence = small_gene("+")
    assert consequence(gene, sequence, Allele("1", 8, "GG", "G")) == "frameshift_variant"
    assert consequence(gene, sequence, Allele("1", 8, "G", "GCCC")) == "inframe_insertion"
    assert consequence(gene, sequence, Allele("1", 8, "GGAT", "G")) == "inframe_deletion"
    with pytest.raises(ValueError, match="crosses the border"):
        consequence(gene, sequence, Allele("1", 3, "CCAT", "C"))


def test_left_align__deletion_in_a_repeat_moves_to_its_start() -> None:
    sequence = sequence_of("GGCACACATT")
    assert left_align(sequence, Allele("1", 5, "ACA", "A")) == Allele("1", 1, "GCA", "G")


def test_left_align__substitution_stays() -> None:
    sequence = sequence_of("GGCACACATT")
    assert left_align(sequence, Allele("1", 4, "C", "T")) == Allele("1", 4, "C", "T")


def test_left_align__same_haplotype_before_and_after() -> None:
    sequence = sequence_of("GGCACACATTTTTG")
    for allele in (Allele("1", 11, "T", "TT"), Allele("1", 6, "CA", "C"), Allele("1", 8, "T", "TCAT")):
        assert haplotype(sequence, [allele]) == haplotype(sequence, [left_align(sequence, allele)])


def test_haplotype__a_wrong_reference_base_is_refused() -> None:
    with pytest.raises(ValueError, match="does not agree"):
        haplotype(sequence_of("ACGT"), [Allele("1", 1, "G", "T")])
    with pytest.raises(ValueError, match="overlaps"):
        haplotype(sequence_of("ACGT"), [Allele("1", 0, "AC", "A"), Allele("1", 1, "C", "T")])
