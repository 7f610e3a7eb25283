"""`filiation recheck` on aligned reads: the verdict of every planted allele, by the command as it is typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builders.alignments import aligned_person, prepare
from builders.reads import Planted, random_genome, substitution
from filiation.__main__ import main
from filiation.io.tables import read_table
from filiation.model.columns import RECHECK

pytestmark = pytest.mark.tools

_RANDOM = random_genome({"chr1": 9000, "chrX": 3200}, seed=23)
# A homopolymer of eleven A, as ends of runs are drawn at random otherwise.
_CHR1 = _RANDOM["chr1"][:6000] + "C" + "A" * 11 + "G" + _RANDOM["chr1"][6013:]
GENOME = {"chr1": _CHR1, "chrX": _RANDOM["chrX"]}


def indel(position: int, deleted: int, inserted: str = "") -> Planted:
    """A deletion or insertion after the base at a 1-based position of chr1."""
    ref = GENOME["chr1"][position - 1 : position + deleted]
    return Planted("chr1", position, ref, ref[0] + inserted)


NEW = substitution(GENOME, "chr1", 2000)
NEW_DELETION = indel(2600, 12)
NEW_INSERTION = indel(3200, 0, "GATTACATTGCA")
# Long enough that bwa clips most of the reads across it.
LONG_DELETION = indel(3800, 70)
SHORTER_RUN = Planted("chr1", 6001, "CA", "C")
INHERITED = substitution(GENOME, "chr1", 5000)
MATERNAL_X = substitution(GENOME, "chrX", 1500, 0, 1)
NOBODY = substitution(GENOME, "chr1", 7000)

CHILD = [NEW, NEW_DELETION, NEW_INSERTION, LONG_DELETION, SHORTER_RUN, INHERITED, MATERNAL_X]
EXPECTED = {
    NEW: "confirmed_de_novo",
    NEW_DELETION: "confirmed_de_novo",
    NEW_INSERTION: "confirmed_de_novo",
    LONG_DELETION: "confirmed_de_novo",
    SHORTER_RUN: "confirmed_de_novo",
    INHERITED: "inherited_missed",
    MATERNAL_X: "inherited_missed",
    NOBODY: "artefact_suspected",
}


def site(planted: Planted) -> str:
    """The allele as --site takes it."""
    return f"{planted.contig}-{planted.position}-{planted.ref}-{planted.alt}"


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[Path]]:
    """PED, genome and CRAMs of a boy and his parents."""
    folder = tmp_path_factory.mktemp("family")
    reference = prepare(folder, GENOME)
    ped = folder / "fam.ped"
    ped.write_text("F\tboy\tdad\tmum\t1\t2\nF\tdad\t0\t0\t1\t1\nF\tmum\t0\t0\t2\t1\n", encoding="utf-8")
    people = {"boy": CHILD, "dad": [INHERITED], "mum": [MATERNAL_X]}
    crams = [
        aligned_person(folder, reference, GENOME, name, planted, depth=40, seed=seed)
        for seed, (name, planted) in enumerate(people.items(), 5)
    ]
    return ped, reference, crams


def rows(family: tuple[Path, Path, list[Path]], output: Path, planted: list[Planted]) -> list[dict[str, Any]]:
    """The rows that the command writes for these alleles."""
    ped, reference, crams = family
    arguments = ["recheck", "--pedigree", str(ped), "--reference", str(reference), "--output", str(output)]
    arguments += ["--reads", *map(str, reversed(crams)), "--site", *map(site, planted)]
    assert main(arguments) == 0
    return read_table(output, RECHECK).rows


def test_recheck__every_planted_allele_has_its_verdict(family: tuple[Path, Path, list[Path]], tmp_path: Path) -> None:
    found = rows(family, tmp_path / "recheck.tsv", list(EXPECTED))
    assert {row["pos"]: row["verdict"] for row in found} == {
        planted.position: verdict for planted, verdict in EXPECTED.items()
    }
    by_position = {row["pos"]: row for row in found}
    # Reads that span or were clipped at the 70 missing bases still count for the allele.
    assert by_position[LONG_DELETION.position]["proband_alt_reads"] >= 8
    assert by_position[LONG_DELETION.position]["father_alt_reads"] == 0
    assert by_position[INHERITED.position]["parent_of_origin"] == "from_father"
    x_row = by_position[MATERNAL_X.position]
    assert (x_row["proband_reads_genotype"], x_row["mother_reads_genotype"]) == ("1", "1/1")
    assert x_row["father_alt_reads"] == 0


def test_recheck__the_order_of_the_files_and_a_second_run_change_no_byte(
    family: tuple[Path, Path, list[Path]], tmp_path: Path
) -> None:
    rows(family, tmp_path / "first.tsv", [NEW, SHORTER_RUN])
    ped, reference, crams = family
    rows((ped, reference, crams[::-1]), tmp_path / "second.tsv", [NEW, SHORTER_RUN])
    assert (tmp_path / "first.tsv").read_bytes() == (tmp_path / "second.tsv").read_bytes()


def test_recheck__without_a_question_and_with_a_wrong_base_it_says_what_is_wrong(
    family: tuple[Path, Path, list[Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    ped, reference, crams = family
    common = ["recheck", "--pedigree", str(ped), "--reference", str(reference), "--reads", *map(str, crams)]
    assert main(common) == 2
    assert "nothing to recheck" in capsys.readouterr().err
    wrong = "ACGT".replace(NEW.ref, "")[0]
    assert main([*common, "--site", f"chr1-2000-{wrong}-{NEW.ref}"]) == 2
    assert f"REF is {wrong}" in capsys.readouterr().err


def test_recheck__prints_the_table_when_no_file_is_named(
    family: tuple[Path, Path, list[Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    ped, reference, crams = family
    common = ["recheck", "--pedigree", str(ped), "--reference", str(reference), "--reads", *map(str, crams)]
    assert main([*common, "--site", site(NEW)]) == 0
    header, line = (text.split("\t") for text in capsys.readouterr().out.splitlines())
    assert header == RECHECK.names
    assert dict(zip(header, line, strict=True))["verdict"] == "confirmed_de_novo"
