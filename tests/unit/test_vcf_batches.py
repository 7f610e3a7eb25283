"""Do calls become arrays that say what the file says, missing values included?"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from builders.trio import CONTIGS, FORMATS, Trio, call, trio
from filiation.errors import InputError
from filiation.io.vcf import TrioBatch, pseudoautosomal_intervals, read_batches
from filiation.kernels.encoding import AUTOSOME, MITOCHONDRIAL, PSEUDOAUTOSOMAL, X, Y
from filiation.model.contigs import Interval

MEMBERS = ("CHILD", "FATHER", "MOTHER")


def batch_of(family: Trio, folder: Path, members: tuple[str, ...] = MEMBERS) -> TrioBatch:
    """All records of a normalised file as one batch."""
    path, _ = family.normalised(folder)
    regions = pseudoautosomal_intervals("GRCh38", CONTIGS)
    batches = list(read_batches(path, members, pseudoautosomal=regions))
    assert len(batches) == 1
    return batches[0]


@pytest.mark.parametrize(
    ("written", "alternates"),
    [
        ("0/0", 0),
        ("0/1", 1),
        ("1/0", 1),
        ("1|0", 1),
        ("0|1", 1),
        ("1/1", 2),
        ("1|1", 2),
        ("0", 0),
        ("1", 2),
        ("./.", -1),
        (".", -1),
        (".|.", -1),
        ("./1", 1),
        ("1/.", 1),
        (".|1", 1),
        ("./0", -1),
        ("0/.", -1),
    ],
)
def test_genotype__counts_alternate_alleles_and_a_half_call_carries_for_sure(
    tmp_path: Path, written: str, alternates: int
) -> None:
    # The father keeps the record in the file, the mother makes it diploid.
    batch = batch_of(trio(written, "0/1", "0/0").at("X", 5_000_000, "A", "G"), tmp_path)
    assert batch.genotype.tolist() == [[alternates, 1, 0]]


def test_genotype__a_record_of_haploid_calls_only(tmp_path: Path) -> None:
    batch = batch_of(trio("1", "0", ".").at("MT", 100, "A", "G"), tmp_path)
    assert batch.genotype.tolist() == [[2, 0, -1]]


def test_depths_and_qualities__missing_is_minus_one_or_nan_and_zero_is_zero(tmp_path: Path) -> None:
    calls = trio(
        call("0/1", reads=(12, 14), quality=55),
        call("0/0", reads=(0, 0), depth=0, quality=0),
        call("0/0", missing=("AD", "DP", "GQ", "PL")),
    ).at("1", 100, "A", "G")
    batch = batch_of(calls, tmp_path)
    assert batch.ref_depth.tolist() == [[12, 0, -1]]
    assert batch.alt_depth.tolist() == [[14, 0, -1]]
    assert batch.depth.tolist() == [[26, 0, -1]]
    np.testing.assert_array_equal(batch.genotype_quality, [[55, 0, np.nan]])
    assert np.isnan(batch.phred[0, 2]).all()
    assert np.isnan(batch.log10_likelihood).all()


def test_fields__that_the_file_does_not_have_are_missing(tmp_path: Path) -> None:
    batch = batch_of(trio().at("1", 100, "A", "G", fields=("GT",)), tmp_path)
    assert (batch.ref_depth == -1).all()
    assert (batch.depth == -1).all()
    assert np.isnan(batch.genotype_quality).all()
    assert np.isnan(batch.phred).all()
    assert batch.genotype.tolist() == [[1, 0, 0]]


def test_likelihoods__two_values_of_a_haploid_member_stand_at_none_and_all_copies(tmp_path: Path) -> None:
    calls = trio(call("1", phred=(350, 0)), call("0", phred=(0, 200)), call("0/1", phred=(90, 0, 80)))
    batch = batch_of(calls.at("X", 5_000_000, "A", "G"), tmp_path)
    np.testing.assert_array_equal(batch.phred[0], [[350, np.nan, 0], [0, np.nan, 200], [90, 0, 80]])


def test_likelihoods__gl_is_read_where_there_is_no_pl(tmp_path: Path) -> None:
    batch = batch_of(trio().at("1", 100, "A", "G", fields=("GT", "GL")), tmp_path)
    np.testing.assert_allclose(batch.log10_likelihood[0, 0], [-40, 0, -40])
    assert np.isnan(batch.phred).all()


def test_members__who_were_not_sequenced_are_missing_throughout(tmp_path: Path) -> None:
    path, _ = trio("0/1", "0/1", "1/1").at("1", 100, "A", "G").normalised(tmp_path)
    batch = next(iter(read_batches(path, ("CHILD", "", "MOTHER"))))
    assert batch.genotype.tolist() == [[1, -1, 2]]
    assert batch.depth.tolist() == [[30, -1, 30]]
    assert np.isnan(batch.phred[0, 1]).all()
    again = next(iter(read_batches(path, ("MOTHER", "CHILD"))))
    assert again.genotype.tolist() == [[2, 1]], "the order asked for, not the file's"


def test_classes__autosome_pseudoautosomal_x_y_and_mitochondrial(tmp_path: Path) -> None:
    calls = trio("1/1")
    for chrom, pos in (("1", 5), ("X", 10_001), ("X", 2_781_479), ("X", 2_781_480), ("X", 155_701_383), ("Y", 20_000)):
        calls = calls.at(chrom, pos, "A", "G")
    calls = calls.at("Y", 3_000_000, "A", "G").at("MT", 7, "A", "G")
    assert batch_of(calls, tmp_path).contig_class.tolist() == [
        AUTOSOME,
        PSEUDOAUTOSOMAL,
        PSEUDOAUTOSOMAL,
        X,
        PSEUDOAUTOSOMAL,
        PSEUDOAUTOSOMAL,
        Y,
        MITOCHONDRIAL,
    ]


def test_pseudoautosomal__regions_of_the_build_or_of_a_bed(tmp_path: Path) -> None:
    assert pseudoautosomal_intervals("auto", CONTIGS) == pseudoautosomal_intervals("GRCh38", {})
    assert pseudoautosomal_intervals("auto", {"chrX": 155_270_560}) == pseudoautosomal_intervals("GRCh37", {})
    assert pseudoautosomal_intervals("auto", {"X": 1000}) == ()
    assert pseudoautosomal_intervals("other", CONTIGS) == ()
    bed = tmp_path / "par.bed"
    bed.write_text("#comment\nchrX\t0\t100\tPAR1\n\nY 0 90\n")
    assert pseudoautosomal_intervals("GRCh38", CONTIGS, bed) == (Interval("X", 0, 100), Interval("Y", 0, 90))
    bed.write_text("chrX\t0\n")
    with pytest.raises(InputError, match="line 1"):
        pseudoautosomal_intervals("other", {}, bed)


def test_batches__cut_anywhere_are_the_same_records(tmp_path: Path) -> None:
    calls = trio()
    for pos in range(1, 24):
        calls = calls.then(("0/1", "1", "1/1")[pos % 3], "0/0", "./.").at("1", pos, "A", "G")
    path, _ = calls.normalised(tmp_path)
    whole = next(iter(read_batches(path, MEMBERS)))
    for size in (1, 7, 23):
        parts = list(read_batches(path, MEMBERS, batch_records=size))
        np.testing.assert_array_equal(np.concatenate([part.genotype for part in parts]), whole.genotype)
        np.testing.assert_array_equal(np.concatenate([part.phred for part in parts]), whole.phred)
        assert [part.first_record for part in parts] == list(range(0, 23, size))


def test_file__cut_short_stops_before_the_first_record(tmp_path: Path) -> None:
    calls = trio()
    for pos in range(1, 400):
        calls = calls.at("1", pos, "A", "G")
    path, _ = calls.normalised(tmp_path)
    whole = path.read_bytes()
    for size in (len(whole) - 28, len(whole) // 2, len(whole) - 40):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match="normalised calls"):
            next(iter(read_batches(path, MEMBERS)))
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0x10
    path.write_bytes(bytes(flipped))
    with pytest.raises(InputError, match="damaged"):
        next(iter(read_batches(path, MEMBERS)))


def test_file__with_another_number_of_records_than_its_index_stops(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    path, _ = trio().at("1", 100, "A", "G").normalised(tmp_path)
    other, _ = trio().at("1", 100, "A", "G").at("1", 200, "A", "G").normalised(tmp_path / "more")
    shutil.copy(f"{other}.csi", f"{path}.csi")
    with pytest.raises(InputError, match="1 records were read and the index counts 2"):
        list(read_batches(path, MEMBERS))


def test_file__that_was_not_normalised_or_lacks_a_member_is_refused(tmp_path: Path) -> None:
    several = trio("1/2").at("1", 100, "A", "G,T").written(tmp_path / "several.bcf")
    with pytest.raises(InputError, match="2 alternate alleles"):
        list(read_batches(several, MEMBERS))
    with pytest.raises(InputError, match="NOBODY"):
        list(read_batches(several, ("NOBODY",)))


def test_file__without_records_gives_no_batch(tmp_path: Path) -> None:
    path, _ = trio().normalised(tmp_path)
    assert list(read_batches(path, MEMBERS)) == []


def test_fields__of_an_unexpected_type_are_refused_with_their_line_in_the_header(tmp_path: Path) -> None:
    words = {**FORMATS, "AD": '##FORMAT=<ID=AD,Number=1,Type=String,Description="Reads">'}
    calls = Trio(trio().members, trio().calls, formats=words).at("1", 100, "A", "G", fields=("GT", "AD"))
    path = calls.written(tmp_path / "words.bcf")
    with pytest.raises(InputError, match="FORMAT/AD is declared as String"):
        next(iter(read_batches(path, MEMBERS)))
