"""Are the demonstration's files readable by the rest of the chain, and the same for the same seed?"""

from __future__ import annotations

from pathlib import Path

import pysam
import pytest

from filiation.config import load_config
from filiation.demo.annotation import LABEL
from filiation.demo.files import (
    CLINVAR,
    CONFIG,
    FASTA,
    GFF3,
    POPULATION,
    TRUTH_TABLE,
    TRUTH_VCF,
    write_config,
    write_data,
)
from filiation.demo.settings import FATHER, MEMBERS, MOTHER, PROBAND, Settings
from filiation.demo.simulate import World, check_folder, make_world
from filiation.errors import ConfigError
from filiation.evidence.gene_facts import GeneFactFile, load_gene_facts
from filiation.evidence.scores import ScoreFile, header_lines, open_scores
from filiation.io.tables import read_table
from filiation.model.columns import TRUTH

SETTINGS = Settings.reduced()


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(SETTINGS)


@pytest.fixture(scope="module")
def directory(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("demo")
    write_data(directory, world.genome, world.genes, world.planted, world.family, SETTINGS)
    write_config(directory, "bcftools")
    return directory


def test_data__same_seed_same_bytes_and_another_seed_others(directory: Path, tmp_path: Path) -> None:
    for name, seed in (("again", SETTINGS.seed), ("other", 5)):
        settings = Settings.reduced(seed=seed)
        again = make_world(settings)
        write_data(tmp_path / name, again.genome, again.genes, again.planted, again.family, settings)
    for path in sorted(p for p in (directory / "data").rglob("*") if p.is_file()):
        copy = tmp_path / "again" / path.relative_to(directory)
        assert copy.read_bytes() == path.read_bytes(), path.name
    assert (tmp_path / "other" / FASTA).read_bytes() != (directory / FASTA).read_bytes()


def test_fasta__holds_the_genome(directory: Path, world: World) -> None:
    with pysam.FastxFile(str(directory / FASTA)) as records:
        found = {record.name: record.sequence for record in records}
    assert found == {name: bases.tobytes().decode() for name, bases in world.genome.sequences.items()}


def test_gff3__coding_parts_and_phases_rebuild_the_protein_lengths(directory: Path, world: World) -> None:
    lines = [line.split("\t") for line in (directory / GFF3).read_text().splitlines() if line[0] != "#"]
    for gene in world.genes:
        parts = [f for f in lines if f[2] == "CDS" and f"transcript:{gene.stable_id('T')}" in f[8]]
        # In the order of translation each part's phase completes the codon that the parts before left open.
        translated = 0
        for part in parts:
            assert int(part[7]) == (3 - translated % 3) % 3
            translated += int(part[4]) - int(part[3]) + 1
        assert translated % 3 == 0
        assert sorted((int(p[3]) - 1, int(p[4])) for p in parts) == list(gene.cds)


def test_gff3__has_what_csq_needs(directory: Path, world: World) -> None:
    text = (directory / GFF3).read_text()
    assert text.count("ID=gene:") == text.count("ID=transcript:") == len(world.genes)
    for line in text.splitlines():
        if "ID=gene:" in line or "ID=transcript:" in line:
            assert "biotype=protein_coding" in line


def test_truth_vcf__is_mendelian_but_for_new_mutations(directory: Path) -> None:
    new = {row["id"] for row in read_table(directory / TRUTH_TABLE, TRUTH).rows}
    checked = 0
    with pysam.VariantFile(str(directory / TRUTH_VCF)) as records:
        for record in records:
            if record.chrom not in "123":
                continue
            child, father, mother = (record.samples[name]["GT"] for name in MEMBERS)
            if child[0] not in father or child[1] not in mother:
                assert record.info["PLANTED"] in new
            checked += 1
    assert checked > 200


def test_truth_vcf__men_are_haploid_on_x_outside_the_pseudoautosomal_region(directory: Path) -> None:
    with pysam.VariantFile(str(directory / TRUTH_VCF)) as records:
        for record in records.fetch("X"):
            inside = record.start < SETTINGS.pseudoautosomal_length
            assert len(record.samples[PROBAND]["GT"]) == len(record.samples[FATHER]["GT"]) == (2 if inside else 1)
            assert len(record.samples[MOTHER]["GT"]) == 2


def test_population__holds_common_alleles_and_no_new_mutation(directory: Path, world: World) -> None:
    with pysam.VariantFile(str(directory / POPULATION)) as records:
        known = {(r.chrom, r.pos, r.ref, r.alts[0]): r.info["AF"][0] for r in records}
    for item in world.planted:
        allele = item.allele
        key = (allele.contig, allele.position + 1, allele.ref, allele.alt)
        assert (key in known) == (item.case.frequency is not None), item.case.id
        if key in known:
            assert known[key] == pytest.approx(item.case.frequency, rel=0.05)
    assert len(known) > 800


def test_population__can_be_looked_up_by_position(directory: Path, world: World) -> None:
    common = next(item for item in world.planted if item.case.id == "decoy_common").allele
    with pysam.VariantFile(str(directory / POPULATION)) as records:
        found = list(records.fetch(common.contig, common.position, common.end))
    assert [(r.ref, r.alts[0]) for r in found] == [(common.ref, common.alt)]


def test_clinvar__planted_entries_have_their_significance(directory: Path, world: World) -> None:
    with pysam.VariantFile(str(directory / CLINVAR)) as records:
        known = {(r.chrom, r.pos): (r.info["CLNSIG"], r.info["CLNREVSTAT"]) for r in records}
    for item in world.planted:
        entry = known.get((item.allele.contig, item.allele.position + 1))
        if item.case.clinvar is None:
            assert entry is None
        else:
            assert entry is not None
            assert (",".join(entry[0]), ",".join(entry[1])) == item.case.clinvar


def test_config__is_accepted_and_says_that_the_data_are_simulated(directory: Path) -> None:
    config = load_config(directory / CONFIG)
    assert config.simulated
    assert config.reference.assembly == "other"
    assert config.reference.fasta is not None
    assert (directory / config.reference.fasta).is_file()
    assert all((directory / source.vcf).is_file() for source in config.frequencies)


def test_config__unchanged_file_is_not_written_again(directory: Path) -> None:
    before = (directory / CONFIG).stat().st_mtime_ns
    write_config(directory, "bcftools")
    assert (directory / CONFIG).stat().st_mtime_ns == before
    write_config(directory, "freebayes")
    assert load_config(directory / CONFIG).calling.caller == "freebayes"


def test_folder__somebodys_own_configuration_is_refused(tmp_path: Path) -> None:
    config = tmp_path / CONFIG
    config.parent.mkdir()
    config.write_text("samples: mine.tsv\n")
    with pytest.raises(ConfigError, match="not written by the demonstration"):
        check_folder(tmp_path)
    assert config.read_text() == "samples: mine.tsv\n"


def test_evidence__scores_and_constraint_are_readable_labelled_and_know_every_planted_case(
    directory: Path, world: World
) -> None:
    config = load_config(directory / CONFIG)
    files = [ScoreFile(s.name, s.kind, str(directory / s.path)) for s in config.annotation.scores]
    with open_scores(files, "other") as scores:
        for item in world.planted:
            allele = item.allele
            place = (allele.contig, allele.position + 1, allele.ref, allele.alt)
            assert scores.find("cadd", *place) is not None, item.case.id
            assert scores.find("spliceai", *place) is not None, item.case.id
            assert (scores.find("revel", *place) is not None) == (item.case.consequence == "missense_variant")
    for file in files:
        assert any(LABEL in line for line in header_lines(file.path)), file.path
    facts = load_gene_facts([GeneFactFile(f.kind, str(directory / f.path)) for f in config.annotation.gene_facts])
    assert all(facts.of(None, gene.symbol)["loeuf"] for gene in world.genes)


def test_gff3__every_transcript_is_tagged_mane_select(directory: Path, world: World) -> None:
    text = (directory / GFF3).read_text(encoding="utf-8")
    assert text.count("MANE_Select") == len(world.genes)
