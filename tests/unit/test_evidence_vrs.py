"""Under which GA4GH VRS identifier is an allele known? Held to identifiers that others published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filiation.config import REPOSITORY, refget_path
from filiation.evidence.vrs import VrsNamer, allele_id, load_refget, normalised, sha512t24u

CHR13 = "SQ._0wi-qoDrvram155UmcSC-zA5ZK4fpLT"
CHR19 = "SQ.IIB53T8CNeJJdUqzn9V_JnRtQadwWCbl"
CHR7 = "SQ.F-LrLMe1SRpfUZHkQmvkVKFEGaoDeHul"
CHR1 = "SQ.Ya6Rs7DHhDeg7YaOSg1EoNi3U_nQ9SvO"


def literal(sequence: str) -> dict[str, Any]:
    return {"type": "LiteralSequenceExpression", "sequence": sequence}


def repeated(length: int, unit: int) -> dict[str, Any]:
    return {"type": "ReferenceLengthExpression", "length": length, "repeatSubunitLength": unit}


# The worked example of the specification (rs7412), its validation data, and the tests of the reference implementation.
PUBLISHED = [
    (CHR19, 44908821, 44908822, literal("T"), "0AePZIWZUNsUlQTamyLrjm2HWUw2opLt"),
    (CHR7, 55181319, 55181320, literal("T"), "Hy2XU_-rp4IMh6I_1NXNecBo8Qx8n0oE"),
    (CHR7, 55181219, 55181220, repeated(0, 1), "klRMVChjvV73ZxS9Ajq1Rb8WU-p_HbLu"),
    (CHR7, 55181230, 55181230, literal("GGCT"), "CLOvnFRJXGNRB9aTuNbvsLqc7syRYb55"),
    (CHR13, 32331082, 32331094, repeated(14, 2), "swY2caCgv1kP6YqKyPlcEzJqTvou15vC"),
    (CHR13, 32316466, 32316467, repeated(2, 1), "96ak7XdY3DNbp71aHEXw-NHSfeHGW-KT"),
    (CHR19, 289464, 289466, repeated(6, 2), "YFUR4oR_84b-rRFf0UzOjfI4eE5FTKAP"),
    (CHR1, 40819438, 40819446, repeated(11, 3), "Oop4kjdTtKcg1kiZjIJAAR3bp7qi4aNT"),
]


@pytest.mark.parametrize(("accession", "start", "end", "state", "digest"), PUBLISHED)
def test_vrs__published_identifiers_are_given_again(
    accession: str, start: int, end: int, state: dict[str, Any], digest: str
) -> None:
    assert allele_id(accession, start, end, state) == f"ga4gh:VA.{digest}"


def test_vrs__the_digest_of_nothing_is_the_documented_one() -> None:
    assert sha512t24u(b"") == "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXc"


def on(sequence: str, position: int, ref: str, alt: str) -> tuple[int, int, dict[str, Any]]:
    assert sequence[position : position + len(ref)] == ref
    return normalised(lambda start, end: sequence[start:end], len(sequence), position, ref, alt)


@pytest.mark.parametrize(
    ("sequence", "position", "ref", "alt", "expected"),
    [
        ("GATTACA", 3, "T", "G", (3, 4, literal("G"))),
        ("GATTACA", 1, "ATT", "ACC", (2, 4, literal("CC"))),
        # A dinucleotide that is repeated, wherever the caller put it.
        ("GGCACACTT", 1, "G", "GCA", (2, 7, repeated(7, 2))),
        ("GGCACACTT", 6, "C", "CAC", (2, 7, repeated(7, 2))),
        ("GGCACACTT", 2, "CA", "", (2, 7, repeated(3, 2))),
        # A deletion that cannot move, and an insertion that cannot.
        ("GATTACA", 3, "TA", "T", (4, 5, repeated(0, 1))),
        ("GATTACA", 4, "A", "AGG", (5, 5, literal("GG"))),
        # Nine A and two more, nine A and eleven more: units of two and of one (reference implementation).
        ("C" + "A" * 9 + "G", 1, "A", "AAA", (1, 10, repeated(11, 2))),
        ("C" + "A" * 9 + "G", 1, "A", "A" * 12, (1, 10, repeated(20, 1))),
        # One base moves by chance: not derived from the reference, so its bases are written.
        ("CCGTT", 2, "G", "GACTG", (2, 3, literal("GACTG"))),
    ],
)
def test_vrs__an_allele_is_justified_over_all_its_places(
    sequence: str, position: int, ref: str, alt: str, expected: tuple[int, int, dict[str, Any]]
) -> None:
    assert on(sequence, position, ref, alt) == expected


@given(st.text("AC", min_size=8, max_size=40), st.data())
def test_vrs__every_way_to_write_a_change_has_one_name(sequence: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(1, len(sequence) - 2))
    inserted = data.draw(st.text("AC", min_size=1, max_size=4))
    changed = sequence[:position] + inserted + sequence[position:]
    names = {
        str(on(sequence, place, "", changed[place : place + len(inserted)]))
        for place in range(len(sequence) + 1)
        if sequence[:place] + changed[place : place + len(inserted)] + sequence[place:] == changed
    }
    assert len(names) == 1
    anchored = sequence[position - 1]
    assert str(on(sequence, position - 1, anchored, anchored + inserted)) in names


def test_vrs__an_unknown_contig_is_named_by_its_own_sequence_and_a_known_one_by_its_accession() -> None:
    sequence = "GATTACA" * 5
    namer = VrsNamer(lambda contig, start, end: sequence[start:end], {"1": 35, "2": 35}, {("2", 35): CHR1})
    assert namer.accession("1") == f"SQ.{sha512t24u(sequence.encode())}"
    assert namer.name("chr2", 3, "T", "g") == allele_id(CHR1, 3, 4, literal("G"))
    assert namer.name("chr3", 3, "T", "G") == ""
    assert namer.name("chr2", 3, "T", "<DEL>") == ""
    assert namer.name("chr2", 3, "T", "*") == ""


def test_vrs__the_shipped_accessions_cover_both_builds() -> None:
    found = load_refget(refget_path())
    assert len(found) == 49
    assert len(set(found.values())) == 49
    assert found["19", 58617616] == CHR19


def test_vrs__the_accession_of_the_mitochondrion_is_the_digest_of_its_sequence() -> None:
    path = REPOSITORY.parent / "shared" / "data" / "reads" / "mito_hg03706" / "rCRS.fasta"
    if not Path(path).is_file():
        pytest.skip("needs ../shared")
    lines = path.read_text().splitlines()
    sequence = "".join(line for line in lines if not line.startswith(">")).upper()
    assert f"SQ.{sha512t24u(sequence.encode())}" == load_refget(refget_path())["MT", 16569]
