"""Does the simulated boy get from each parent what a boy gets, and nothing else?"""

from __future__ import annotations

import numpy as np
import pytest

from filiation.demo.family import Meiosis, draw_transmission, gamete, haldane, make_son, pseudoautosomal
from filiation.demo.settings import AUTOSOMES, FATHER, MOTHER, PROBAND, Settings
from filiation.demo.simulate import World, make_world


@pytest.fixture(scope="module", params=[1, 2, 3])
def world(request: pytest.FixtureRequest) -> World:
    return make_world(Settings.reduced(seed=request.param))


def background(world: World, contig: str) -> np.ndarray:
    """Mask of the sites that are not new mutations of the boy."""
    sites = world.family.sites[contig]
    return np.array([not (site.planted and site.planted.case.new_on_copy is not None) for site in sites])


def positions(world: World, contig: str) -> np.ndarray:
    return np.array([site.allele.position for site in world.family.sites[contig]])


def test_son__every_autosomal_allele_stands_on_a_copy_of_its_parent(world: World) -> None:
    members = world.family.haplotypes
    for contig in AUTOSOMES:
        keep = background(world, contig)
        for copy, parent in ((0, FATHER), (1, MOTHER)):
            received = members[PROBAND][contig][copy][keep]
            assert not (received & ~members[parent][contig].any(axis=0)[keep]).any()


def test_son__x_outside_the_pseudoautosomal_region_comes_from_the_mother_only(world: World) -> None:
    members = world.family.haplotypes
    outside = positions(world, "X") >= world.genome.pseudoautosomal_length
    son, father, mother = (members[name]["X"] for name in (PROBAND, FATHER, MOTHER))
    assert not son[1][outside].any()
    from_mother = gamete(mother, world.transmission.mother["X"], positions(world, "X"))
    assert np.array_equal(son[0][outside], from_mother[outside])
    # The father carries alleles that the mother has not: none of them may appear.
    only_father = father[0] & ~mother.any(axis=0) & outside
    assert only_father.any()
    assert not (son[0] & only_father).any()


def test_son__y_is_the_fathers_and_the_mother_has_none(world: World) -> None:
    members = world.family.haplotypes
    assert np.array_equal(members[PROBAND]["Y"], members[FATHER]["Y"])
    assert members[MOTHER]["Y"].shape[0] == 0


def test_son__mitochondrial_alleles_are_the_mothers(world: World) -> None:
    members = world.family.haplotypes
    assert np.array_equal(members[PROBAND]["MT"], members[MOTHER]["MT"])
    assert not np.array_equal(members[FATHER]["MT"], members[MOTHER]["MT"])


def test_son__pseudoautosomal_alleles_have_two_copies_one_from_each_parent() -> None:
    positions = {contig: np.array([10, 50, 90]) for contig in ("1", "2", "3", "X", "Y", "MT")}
    none = np.zeros((2, 3), bool)
    father = {contig: none.copy() for contig in positions}
    mother = {contig: none.copy() for contig in positions}
    father["X"] = np.array([[1, 0, 1], [0, 1, 0]], bool)
    mother["X"] = np.array([[0, 0, 1], [1, 1, 0]], bool)
    meioses = {contig: Meiosis(0, ()) for contig in AUTOSOMES}
    transmission = draw_transmission(Settings.reduced())
    transmission.father.update(meioses, X=Meiosis(0, (30,)))
    transmission.mother.update(meioses, X=Meiosis(1, ()))
    son = make_son(father, mother, transmission, positions, 60)
    assert son["X"][0].tolist() == [True, True, False]
    # Left of the crossover the father's X, right of it his Y; beyond the region nothing.
    assert son["X"][1].tolist() == [True, True, False]


def test_father__pseudoautosomal_gamete_for_a_son_ends_on_y() -> None:
    rng = np.random.default_rng(5)
    meioses = [pseudoautosomal(1_000, rng) for _ in range(400)]
    assert all(int(meiosis.strand_at(999)) == 1 for meiosis in meioses)
    recombinant = sum(bool(meiosis.breakpoints) for meiosis in meioses)
    assert 160 < recombinant < 240


def test_haldane__number_of_crossovers_follows_length_and_rate() -> None:
    rng = np.random.default_rng(6)
    counts = [len(haldane(400_000, 2.5e-6, rng).breakpoints) for _ in range(2_000)]
    assert np.mean(counts) == pytest.approx(1.0, abs=0.1)
    assert np.var(counts) == pytest.approx(1.0, abs=0.15)


def test_gamete__copy_changes_at_the_crossover() -> None:
    copies = np.array([[True, True, True, True], [False, False, False, False]])
    taken = gamete(copies, Meiosis(0, (20,)), np.array([5, 19, 20, 30]))
    assert taken.tolist() == [True, True, False, False]


def test_men__have_one_x_outside_the_pseudoautosomal_region(world: World) -> None:
    outside = positions(world, "X") >= world.genome.pseudoautosomal_length
    for member in (PROBAND, FATHER):
        assert not world.family.haplotypes[member]["X"][1][outside].any()
    inside = ~outside
    assert world.family.haplotypes[FATHER]["X"][1][inside].any()


def test_founders__are_heterozygous_at_about_one_base_in_a_thousand() -> None:
    world = make_world(Settings(seed=11))
    length = sum(len(world.genome.sequences[contig]) for contig in AUTOSOMES)
    for member in (FATHER, MOTHER):
        copies = world.family.haplotypes[member]
        heterozygous = sum(int((copies[contig].sum(axis=0) == 1).sum()) for contig in AUTOSOMES)
        assert 0.85e-3 < heterozygous / length < 1.15e-3


def test_sites__are_substitutions_at_about_85_percent() -> None:
    world = make_world(Settings(seed=12))
    alleles = [site.allele for found in world.family.sites.values() for site in found]
    assert 0.82 < np.mean([allele.is_snv for allele in alleles]) < 0.88
