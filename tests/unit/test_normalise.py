"""Do calls of any origin come into one form, with every record accounted for?"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pysam
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.trio import FORMATS, Trio, call, trio, write_fasta
from filiation.__main__ import main
from filiation.calls.normalise import NormaliseCounts, normalise_calls
from filiation.errors import ConfigError, FiliationError, InputError
from filiation.io.ped import write_pedigree
from filiation.model.pedigree import Role

SEQUENCE = "ACGTTCAAAAAAGCTAGCTTACG" + "ACGT" * 20
GENOME = {"1": SEQUENCE}


def on_genome(family: Trio) -> Trio:
    """The family on the small genome."""
    return replace(family, contigs={"1": len(SEQUENCE)})


@pytest.fixture
def genome(tmp_path: Path) -> Path:
    """The small genome as FASTA."""
    return write_fasta(tmp_path / "genome.fa", GENOME)


def records(path: Path) -> dict[str, dict[str, dict[str, object]]]:
    """`chrom-pos-ref-alt` → sample → FORMAT fields, GT as text."""
    found = {}
    with pysam.VariantFile(str(path)) as calls:
        for record in calls:
            samples = {}
            for name, member in record.samples.items():
                text = ("|" if member.phased else "/").join("." if a is None else str(a) for a in member.allele_indices)
                samples[name] = {**{key: member[key] for key in record.format}, "GT": text}
            found[f"{record.chrom}-{record.pos}-{record.ref}-{record.alts[0]}"] = samples
    return found


def genotypes(path: Path, sample: str = "CHILD") -> dict[str, object]:
    """Genotype of one member at every record."""
    return {key: samples[sample]["GT"] for key, samples in records(path).items()}


def removed(counts: NormaliseCounts) -> dict[str, int]:
    """Reasons that removed something."""
    kept = ("records_in", "records_out", "added_by_splitting")
    return {reason: count for reason, count in counts.counts.items() if count and reason not in kept}


def fault(family: Trio, folder: Path, reference: Path | None = None) -> str:
    """The message with which calls are refused; exit code 2."""
    with pytest.raises(InputError) as caught:
        family.normalised(folder, reference=reference)
    assert caught.value.exit_code == 2
    assert "joint.vcf.gz" in str(caught.value), "the file is named"
    return str(caught.value)


def test_split__a_child_with_two_alternates_keeps_both_with_its_depths_and_likelihoods(tmp_path: Path) -> None:
    child = call("1/2", reads=(1, 14, 13), phred=(800, 400, 410, 420, 0, 430))
    path, counts = trio(child, "0/1", "0/2").at("1", 200, "C", "T,G").normalised(tmp_path)
    found = records(path)
    assert sorted(found) == ["1-200-C-G", "1-200-C-T"]
    with_t, with_g = found["1-200-C-T"]["CHILD"], found["1-200-C-G"]["CHILD"]
    assert with_t["AD"] == (1, 14)
    assert with_g["AD"] == (1, 13)
    assert with_t["PL"] == (800, 400, 410)
    assert with_g["PL"] == (800, 420, 430)
    assert {with_t["GT"], with_g["GT"]} == {"1/0", "0/1"}
    assert with_t["DP"] == with_g["DP"] == 28
    assert counts.counts["added_by_splitting"] == 1
    assert found["1-200-C-T"]["MOTHER"]["GT"] == "0/0"


@pytest.mark.parametrize("number", [".", "G", "2"])
def test_split__depths_declared_with_another_number_are_split_all_the_same(tmp_path: Path, number: str) -> None:
    formats = {**FORMATS, "AD": FORMATS["AD"].replace("Number=R", f"Number={number}")}
    calls = replace(trio(call("1/2", reads=(1, 14, 13)), "0/1", "0/2"), formats=formats).at("1", 200, "C", "T,G")
    found = records(calls.normalised(tmp_path)[0])
    assert [found[key]["CHILD"]["AD"] for key in ("1-200-C-T", "1-200-C-G")] == [(1, 14), (1, 13)]


def test_split__haploid_likelihoods_stay_two(tmp_path: Path) -> None:
    calls = trio(call("2", phred=(400, 300, 0)), "1", "0/2").at("X", 5_000_000, "C", "T,G")
    found = records(calls.normalised(tmp_path)[0])
    assert found["X-5000000-C-G"]["CHILD"]["PL"] == (400, 0)
    assert found["X-5000000-C-G"]["CHILD"]["GT"] == "1"
    assert found["X-5000000-C-T"]["FATHER"]["GT"] == "1"


@pytest.mark.parametrize("written", ["./1", "1/.", "0|1", "1|0", "1", "1/1"])
def test_genotypes__are_kept_as_called(tmp_path: Path, written: str) -> None:
    path, _ = trio(written, "./.", ".").at("X", 5_000_000, "A", "G").normalised(tmp_path)
    assert genotypes(path) == {"X-5000000-A-G": written}
    assert genotypes(path, "FATHER") == {"X-5000000-A-G": "./."}


def test_nothing_is_lost__star_and_symbolic_alleles_are_counted(tmp_path: Path) -> None:
    calls = (
        trio("1/2")
        .at("1", 100, "C", "T,*")
        .then("0/1", "0/0", "0/0")
        .at("1", 200, "C", "<DEL>")
        .at("1", 300, "C", "]1:600]C")
        .then("0/0", "0/0", "0/0")
        .at("1", 400, "C", ".")
        .then("0/0", "./.", "0/0")
        .at("1", 500, "C", "T")
        .then("./.", "0/1", "0/0")
        .at("1", 600, "C", "T")
    )
    path, counts = calls.normalised(tmp_path)
    assert removed(counts) == {
        "spanning_deletion_allele": 1,
        "symbolic_allele_not_analysed": 2,
        "no_alternate_in_family": 2,
    }
    assert list(records(path)) == ["1-100-C-T", "1-600-C-T"]
    assert counts.counts["records_in"] == 6


@pytest.mark.parametrize("alt", ["T,<NON_REF>", "<NON_REF>", "<*>"])
def test_gvcf__is_refused_with_the_way_to_genotype_it(tmp_path: Path, alt: str) -> None:
    message = fault(trio("0/1").at("1", 200, "C", alt), tmp_path)
    assert "gVCF" in message
    assert "GenotypeGVCFs" in message
    assert not (tmp_path / "normalised.bcf").exists()


def test_left_alignment__two_writings_of_one_deletion_are_one_record(tmp_path: Path, genome: Path) -> None:
    calls = on_genome(trio("0/1", "0/0", "./.")).at("1", 11, "AA", "A").then("0/0", "0/1", "0/0").at("1", 6, "CA", "C")
    path, counts = calls.normalised(tmp_path, reference=genome)
    found = records(path)
    assert list(found) == ["1-6-CA-C"]
    assert [found["1-6-CA-C"][name]["GT"] for name in ("CHILD", "FATHER", "MOTHER")] == ["0/1", "0/1", "0/0"]
    assert found["1-6-CA-C"]["CHILD"]["AD"] == (15, 15), "the reads go with the call"
    assert removed(counts) == {"duplicate_record": 1}


def test_left_alignment__makes_single_member_files_meet(tmp_path: Path, genome: Path) -> None:
    calls = on_genome(trio("0/1", "0/0", "0/0")).at("1", 11, "AA", "A").then("0/0", "0/1", "0/0").at("1", 7, "AA", "A")
    output = tmp_path / "o.bcf"
    files = [calls.written(tmp_path / f"{name}.vcf.gz", only=name) for name in ("CHILD", "FATHER")]
    family = calls.without(Role.MOTHER).family
    counts = normalise_calls(family, files, output, reference=genome)
    assert genotypes(output) == {"1-6-CA-C": "0/1"}
    assert genotypes(output, "FATHER") == {"1-6-CA-C": "0/1"}
    assert removed(counts) == {"joined_between_members": 1}


def test_single_member_files__a_member_without_a_record_is_unknown_never_reference(tmp_path: Path) -> None:
    calls = trio("0/1", "0/0", "0/1").at("1", 100, "A", "G").then("0/1", "1/1", "0/0").at("1", 200, "A", "T,C")
    files = [calls.written(tmp_path / f"{name}.vcf.gz", only=name) for name in ("MOTHER", "CHILD", "FATHER")]
    counts = normalise_calls(calls.family, files, tmp_path / "o.bcf")
    found = records(tmp_path / "o.bcf")
    assert [found["1-100-A-G"][name]["GT"] for name in ("CHILD", "FATHER", "MOTHER")] == ["0/1", "./.", "0/1"]
    assert [found["1-200-A-T"][name]["GT"] for name in ("CHILD", "FATHER", "MOTHER")] == ["0/1", "1/1", "./."]
    with pysam.VariantFile(str(tmp_path / "o.bcf")) as joint:
        assert list(joint.header.samples) == ["CHILD", "FATHER", "MOTHER"], "in the order of the family"
    counts.balance()


def test_samples__of_other_names_are_renamed_even_when_exchanged(tmp_path: Path) -> None:
    columns = {"CHILD": "FATHER", "FATHER": "CHILD", "MOTHER": "NA12892_S3"}
    path, _ = replace(trio("0/1", "1/1", "0/0"), columns=columns).at("1", 100, "A", "G").normalised(tmp_path)
    assert {name: member["GT"] for name, member in records(path)["1-100-A-G"].items()} == {
        "CHILD": "0/1",
        "FATHER": "1/1",
        "MOTHER": "0/0",
    }


def test_samples__others_in_the_file_are_left_out_and_absent_ones_named(tmp_path: Path) -> None:
    calls = trio("0/1", "0/0", "0/1").at("1", 100, "A", "G").then("0/0", "0/0", "0/1").at("1", 200, "A", "G")
    duo = calls.without(Role.MOTHER)
    counts = normalise_calls(duo.family, [calls.written(tmp_path / "joint.vcf.gz")], tmp_path / "o.bcf")
    assert list(records(tmp_path / "o.bcf")) == ["1-100-A-G"]
    assert removed(counts) == {"no_alternate_in_family": 1}
    with pytest.raises(InputError, match="no column for sample MOTHER"):
        normalise_calls(calls.family, [duo.written(tmp_path / "duo.vcf.gz")], tmp_path / "p.bcf")
    strangers = replace(duo, columns={"CHILD": "A", "FATHER": "B"}).written(tmp_path / "others.vcf.gz")
    with pytest.raises(InputError, match="none of the family's samples"):
        normalise_calls(duo.family, [strangers], tmp_path / "p.bcf")
    with pytest.raises(ConfigError, match="did you mean 'CHILD'"):
        normalise_calls(duo.family, [tmp_path / "duo.vcf.gz"], tmp_path / "p.bcf", sample_names={"NA12878": "CHILDD"})
    assert not (tmp_path / "p.bcf").exists()


def test_reference__another_build_stops_with_the_place(tmp_path: Path, genome: Path) -> None:
    message = fault(on_genome(trio()).at("1", 2, "A", "G"), tmp_path, genome)
    assert "REF is 'A' at 1:2" in message
    assert "expected: 'C'" in message
    longer = replace(trio(), contigs={"1": 249_250_621}).at("1", 2, "C", "G")
    assert "contig 1 is 249250621 bases long" in fault(longer, tmp_path, genome)
    assert "another build" in fault(longer, tmp_path, genome)


def test_reference__names_of_another_style_or_unknown_contigs_stop(tmp_path: Path, genome: Path) -> None:
    named = replace(trio(), contigs={"chr1": len(SEQUENCE)}).at("chr1", 2, "C", "G")
    assert "expected: bare style" in fault(named, tmp_path, genome)
    mixed = replace(trio(), contigs={"1": 0, "chr2": 0}).at("1", 2, "C", "G")
    assert "with and without 'chr'" in fault(mixed, tmp_path)
    elsewhere = replace(trio(), contigs={"1": 0, "5": 0}).at("5", 2, "C", "G")
    assert "contig 5 is not in the reference" in fault(elsewhere, tmp_path, genome)


def test_reference__a_declared_contig_without_records_does_no_harm(tmp_path: Path, genome: Path) -> None:
    calls = replace(trio(), contigs={"1": 0, "HLA-A": 0}).at("1", 2, "C", "G")
    assert list(records(calls.normalised(tmp_path, reference=genome)[0])) == ["1-2-C-G"]


def test_alleles__are_written_in_capitals(tmp_path: Path, genome: Path) -> None:
    calls = on_genome(trio()).at("1", 2, "c", "g").at("1", 6, "Ca", "c")
    assert list(records(calls.normalised(tmp_path, reference=genome)[0])) == ["1-2-C-G", "1-6-CA-C"]


def test_file__damaged_unsorted_or_no_vcf_at_all_is_the_users_to_repair(tmp_path: Path) -> None:
    calls = trio()
    for pos in range(100, 3000, 10):
        calls = calls.at("1", pos, "A", "G")
    path = calls.at("2", 5, "A", "G").written(tmp_path / "joint.vcf.gz")
    whole = path.read_bytes()

    def refused(name: str, content: bytes) -> str:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError) as caught:
            normalise_calls(calls.family, [tmp_path / name], tmp_path / "o.bcf")
        assert name in str(caught.value)
        assert not (tmp_path / "o.bcf").exists()
        return str(caught.value)

    assert "truncated" in refused("cut.vcf.gz", whole[:-28])
    assert "truncated" in refused("half.vcf.gz", whole[: len(whole) // 2])
    lines = calls.written(tmp_path / "plain.vcf").read_bytes().splitlines(keepends=True)
    assert "not sorted" in refused("unsorted.vcf", b"".join([*lines[:-2], lines[-1].replace(b"\t2990\t", b"\t1\t")]))
    assert "line 307, 1:2990" in refused("columns.vcf", b"".join([*lines[:-1], lines[-1].replace(b"PASS", b"PASS\tX")]))
    assert "no ##fileformat" in refused("words.vcf", b"no VCF at all\n")
    assert "empty" in refused("empty.vcf", b"")


@pytest.mark.parametrize("suffix", [".vcf", ".vcf.gz", ".bcf"])
def test_file__plain_bgzf_and_bcf_give_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    calls = trio("1/2").at("1", 100, "A", "G,T").then("0/1", "0/0", "./.").at("X", 7, "C", "T")
    first, _ = calls.normalised(tmp_path)
    given_calls = calls.written(tmp_path / f"other{suffix}")
    normalise_calls(calls.family, [given_calls], tmp_path / "again.bcf")
    assert records(tmp_path / "again.bcf") == records(first)
    assert (tmp_path / "again.bcf").read_bytes() == first.read_bytes()
    assert (tmp_path / "again.bcf.csi").is_file()


def test_file__without_records_is_an_empty_result_not_an_error(tmp_path: Path) -> None:
    path, counts = trio().normalised(tmp_path)
    assert records(path) == {}
    assert counts.counts["records_in"] == counts.counts["records_out"] == 0


alleles = st.sampled_from(["0/0", "0/1", "1/1", "./.", "./1", "0|1", "1/2", "2/2", "0/2", "1", "2", "."])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(1, 6), st.sampled_from(["G,T", "T,*", "<DEL>,G", "GA,G", "G,GA"]), alleles, alleles, alleles
        ),
        max_size=25,
    )
)
def test_funnel__balances_on_any_calls(tmp_path: Path, sites: list[tuple[int, str, str, str, str]]) -> None:
    calls = trio()
    for pos, alt, *members in sites:
        calls = calls.then(*members).at("1", pos, "A", alt)
    path, counts = calls.normalised(tmp_path)
    assert counts.counts["records_in"] == len(sites)
    assert counts.counts["added_by_splitting"] == len(sites)
    assert counts.counts["records_out"] + sum(removed(counts).values()) == 2 * len(sites)
    assert counts.counts["records_out"] == len(records(path))


def test_funnel__that_does_not_balance_stops() -> None:
    with pytest.raises(FiliationError, match="lost records"):
        NormaliseCounts({"records_in": 3, "added_by_splitting": 0, "records_out": 2}).balance()


def test_command__exit_code_2_and_a_message_for_another_build(
    tmp_path: Path, genome: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = on_genome(trio()).at("1", 2, "A", "G")
    write_pedigree(tmp_path / "FAM.ped", calls.family)
    options = ["normalise", "--pedigree", str(tmp_path / "FAM.ped"), "--reference", str(genome)]
    options += ["--variants", str(calls.written(tmp_path / "joint.vcf.gz"))]
    outputs = ["--output", str(tmp_path / "o.bcf"), "--funnel", str(tmp_path / "f.tsv")]
    assert main([*options, *outputs]) == 2
    assert "REF is 'A' at 1:2" in capsys.readouterr().err
    assert not (tmp_path / "f.tsv").exists()
    right = on_genome(trio()).at("1", 2, "C", "G").written(tmp_path / "joint.vcf.gz")
    assert right.is_file()
    assert main([*options, *outputs]) == 0
    funnel = (tmp_path / "f.tsv").read_text()
    assert re.search(r"normalise\trecords_out\t1\t", funnel)
