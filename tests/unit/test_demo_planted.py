"""Is every planted case what the truth table says of it?"""

from __future__ import annotations

from pathlib import Path

import pytest

from filiation.demo.consequences import consequence
from filiation.demo.files import truth_rows
from filiation.demo.planted import CASES, CLEARANCE, NOT_REPORTED, Planted, unread_intervals
from filiation.demo.settings import FATHER, MEMBERS, MOTHER, PROBAND, Settings
from filiation.demo.simulate import World, make_world
from filiation.io.tables import read_table
from filiation.model.columns import PANEL, TRUTH
from filiation.model.inheritance import Inheritance

PANEL_FILE = Path(__file__).parents[2] / "resources" / "panels" / "deficience-intellectuelle.tsv"


@pytest.fixture(scope="module", params=[1, 2, 2025])
def world(request: pytest.FixtureRequest) -> World:
    return make_world(Settings.reduced(seed=request.param))


def copies(world: World, item: Planted) -> dict[str, int]:
    """Copies of the allele in each member."""
    contig = item.allele.contig
    index = next(i for i, site in enumerate(world.family.sites[contig]) if site.planted is item)
    return {member: int(world.family.haplotypes[member][contig][:, index].sum()) for member in MEMBERS}


def by_id(world: World) -> dict[str, Planted]:
    return {item.case.id: item for item in world.planted}


def test_planted__consequence_is_read_back_from_the_gene_model(world: World) -> None:
    for item in world.planted:
        sequence = world.genome.sequences[item.gene.contig]
        assert consequence(item.gene, sequence, item.allele) == item.case.consequence, item.case.id


def test_planted__reference_allele_is_the_genomes(world: World) -> None:
    for sites in world.family.sites.values():
        for site in sites:
            allele = site.allele
            assert world.genome.text(allele.contig, allele.position, allele.end) == allele.ref


def test_planted__genotypes_are_those_of_the_expected_class(world: World) -> None:
    cases = by_id(world)
    expected = {
        "de_novo_missense": (1, 0, 0),
        "de_novo_frameshift": (1, 0, 0),
        "recessive_homozygote": (2, 1, 1),
        "compound_paternal": (1, 1, 0),
        "compound_maternal": (1, 0, 1),
        "x_linked_hemizygote": (1, 0, 1),
        "de_novo_off_panel": (1, 0, 0),
        "de_novo_father_unread": (1, 0, 0),
        "mosaic_mother": (1, 0, 0),
        "decoy_common": (1, 1, 0),
        "decoy_benign": (1, 0, 0),
    }
    found = {name: tuple(copies(world, item)[m] for m in (PROBAND, FATHER, MOTHER)) for name, item in cases.items()}
    assert found == expected


def test_planted__compound_alleles_stand_on_different_copies_of_one_gene(world: World) -> None:
    cases = by_id(world)
    paternal, maternal = cases["compound_paternal"], cases["compound_maternal"]
    assert paternal.gene == maternal.gene
    carried = [world.family.alleles(PROBAND, paternal.gene.contig, copy) for copy in (0, 1)]
    assert paternal.allele in carried[0]
    assert maternal.allele in carried[1]


def test_planted__far_from_repeats_and_from_every_other_variant(world: World) -> None:
    for item in world.planted:
        contig, position = item.allele.contig, item.allele.position
        assert not world.genome.near_difficult(contig, position, CLEARANCE)
        for site in world.family.sites[contig]:
            if site.planted is not item:
                assert abs(site.allele.position - position) >= CLEARANCE - 1


def test_planted__nothing_else_in_a_coding_sequence_is_rare(world: World) -> None:
    for gene in world.genes:
        for site in world.family.sites[gene.contig]:
            inside = any(start <= site.allele.position < end for start, end in gene.cds)
            if inside and not site.planted:
                assert site.frequency is not None
                assert site.frequency >= 0.05


def test_planted__father_is_unread_around_one_case_only(world: World) -> None:
    ((contig, start, end),) = unread_intervals(world.planted, FATHER)
    inside = [i for i in world.planted if i.allele.contig == contig and start <= i.allele.position < end]
    assert [item.case.id for item in inside] == ["de_novo_father_unread"]
    assert unread_intervals(world.planted, MOTHER) == []


def test_truth__has_a_row_for_every_case_with_a_known_class(world: World) -> None:
    rows = truth_rows(world.planted)
    assert [row["id"] for row in rows] == [case.id for case in CASES]
    for row in rows:
        assert set(row) == set(TRUTH.names)
        assert row["expected_class"] == NOT_REPORTED or row["expected_class"] in set(Inheritance)
        assert (row["expected_status"] is None) == (row["expected_class"] == NOT_REPORTED)


def test_truth__covers_the_classes_of_a_trio() -> None:
    reported = {case.expected_class for case in CASES}
    wanted = {
        Inheritance.DE_NOVO,
        Inheritance.AUTOSOMAL_RECESSIVE,
        Inheritance.COMPOUND_HETEROZYGOUS,
        Inheritance.X_LINKED,
        Inheritance.PARENTAL_MOSAIC,
        Inheritance.DOMINANT_UNKNOWN_ORIGIN,
        NOT_REPORTED,
    }
    assert wanted <= reported


def test_truth__on_panel_agrees_with_the_panel_file(world: World) -> None:
    panel = {row["gene"] for row in read_table(PANEL_FILE, PANEL).rows}
    for gene in world.genes:
        assert gene.on_panel == (gene.symbol in panel), gene.symbol


def test_panel__modes_of_the_planted_genes_fit_their_cases() -> None:
    modes = {row["gene"]: row["inheritance"] for row in read_table(PANEL_FILE, PANEL).rows}
    for case in CASES:
        if case.expected_class in (Inheritance.AUTOSOMAL_RECESSIVE, Inheritance.COMPOUND_HETEROZYGOUS):
            assert modes[case.gene] == "AR"
        elif case.expected_class == Inheritance.X_LINKED:
            assert modes[case.gene] == "XL"
        elif case.gene in modes:
            assert modes[case.gene] == "AD"


@pytest.mark.parametrize("seed", range(40, 52))
def test_world__any_seed_finds_a_place_for_every_case(seed: int) -> None:
    world = make_world(Settings(seed=seed))
    assert len(world.planted) == len(CASES)
