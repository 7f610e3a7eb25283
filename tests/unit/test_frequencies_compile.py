"""Does a compiled source say, record by record, what its VCF says, and refuse what is not whole?"""

from __future__ import annotations

import math
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from builders.vcf import write_indexed, write_vcf
from filiation.errors import InputError
from filiation.frequencies.alleles import allele_codes, minimal_allele
from filiation.frequencies.compile import compile_source
from filiation.frequencies.layout import is_compiled, read_header, verify
from filiation.frequencies.source import Fields
from filiation.frequencies.table import FrequencyTable
from filiation.kernels.frequency import ABSENT, FOUND, NO_FREQUENCY, NOT_COVERED

CONTIGS = {"chr1": 248_956_422, "chrX": 156_040_895, "chrM": 16_569}
HEADER = [
    "##fileformat=VCFv4.2",
    '##INFO=<ID=AF,Number=A,Type=Float,Description="frequency">',
    '##INFO=<ID=AF_joint,Number=A,Type=Float,Description="frequency">',
    '##INFO=<ID=AF_text,Number=.,Type=String,Description="frequency">',
    '##INFO=<ID=nhomalt,Number=A,Type=Integer,Description="homozygotes">',
    '##INFO=<ID=AC_XY,Number=A,Type=Integer,Description="copies in men">',
]
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"


@dataclass
class Asked:
    """Alleles to look up."""

    pos: np.ndarray
    ref: list[str]
    alt: list[str]


def vcf_lines(records: list[str], contigs: dict[str, int] = CONTIGS) -> list[str]:
    declared = [f"##contig=<ID={name},length={length}>" for name, length in contigs.items()]
    return [*HEADER, *declared, COLUMNS, *records]


def line(chrom: str, pos: int, ref: str, alt: str, info: str = "AF=0.01") -> str:
    return f"{chrom}\t{pos}\t.\t{ref}\t{alt}\t.\tPASS\t{info}"


def compiled(folder: Path, records: list[str], **options) -> Path:  # type: ignore[no-untyped-def]
    source = write_vcf(folder / "source.vcf.gz", vcf_lines(records))
    output = folder / "source.filfreq"
    compile_source([source], "test1", output, **options)
    return output


def ask(path: Path, queries: list[tuple[str, int, str, str]]) -> list[tuple[float, int, int, int]]:
    table = FrequencyTable(path)
    contigs = list(dict.fromkeys(query[0] for query in queries))
    number = np.array([contigs.index(query[0]) for query in queries])
    codes = allele_codes(Asked(np.array([q[1] for q in queries]), [q[2] for q in queries], [q[3] for q in queries]))
    found = table.lookup(table.contig_map(contigs)[number], codes)
    columns = (found.af, found.homozygotes, found.hemizygotes, found.state)
    return [(float(a), int(b), int(c), int(d)) for a, b, c, d in zip(*columns, strict=True)]


def random_alleles(rng: random.Random, n: int) -> list[tuple[str, int, str, str]]:
    """Sites in minimal form, several at one position now and then, on two contigs."""
    found = []
    for contig in ("chr1", "chrX"):
        pos = 100
        for _ in range(n // 2):
            pos += rng.choice([0, 1, 2, 5, 40, 700])
            ref = rng.choice("ACGT")
            kind = rng.random()
            if kind < 0.8:
                ref, alt = ref, rng.choice("ACGT".replace(ref, ""))
            else:
                extra = "".join(rng.choices("ACGT", k=rng.choice([1, 1, 2, 3, 8, 30])))
                ref, alt = (ref, ref + extra) if kind < 0.9 else (ref + extra, ref)
            found.append((contig, pos, ref, alt))
    return sorted(set(found), key=lambda item: (item[0], item[1]))


def random_info(rng: random.Random) -> str:
    af = rng.choice([10 ** rng.uniform(-7, 0), rng.choice([0.01, 0.001, 1e-4, 0.0, 1.0]), 1 / rng.randint(2, 10**6)])
    digits = rng.choice([1, 3, 6, 6, 6, 9])
    text = rng.choice([f"{af:.{digits}g}", f"{af:.{digits - 1}e}", f"{af:.{digits}g}", "."])
    homs = rng.choice(["0", "0", "0", "1", "7", "250", "400000", "."])
    return f"AF={text};nhomalt={homs}"


@pytest.mark.tools
@pytest.mark.parametrize("seed", range(4))
def test_lookup__equals_bcftools_annotate_record_by_record(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    alleles = random_alleles(rng, 4000)
    source = [line(*allele, info=random_info(rng)) for allele in alleles]
    # Half of the calls are in the source; the others differ by one base or one place, or lie elsewhere.
    calls = sorted(
        {allele for allele in alleles if rng.random() < 0.7}
        | {(c, p + rng.choice([0, 1, 3]), r, rng.choice("ACGT") + a[1:]) for c, p, r, a in alleles},
        key=lambda item: (item[0], item[1]),
    )
    calls = [c for c in calls if c[2] != c[3] and minimal_allele(*c[1:]) == c[1:]]
    source_vcf = write_indexed(tmp_path / "source.vcf.gz", vcf_lines(source))
    calls_vcf = write_indexed(tmp_path / "calls.vcf.gz", vcf_lines([line(*call, info=".") for call in calls]))
    annotated = tmp_path / "annotated.bcf"
    subprocess.run(
        ["bcftools", "annotate", "--no-version", "-a", source_vcf, "-c", "INFO/AF,INFO/nhomalt", "-Ob"]
        + ["-o", annotated, calls_vcf],
        check=True,
    )
    import cyvcf2

    # bcftools may change the order of the records of one position.
    told = {}
    for record in cyvcf2.VCF(str(annotated)):
        af, homozygotes = record.INFO.get("AF"), record.INFO.get("nhomalt")
        values = (math.nan if af is None else af, -1 if homozygotes is None else homozygotes)
        told[(record.CHROM, record.POS, record.REF, record.ALT[0])] = values
    assert len(told) == len(calls)
    expected = [told[call] for call in calls]
    output = tmp_path / "source.filfreq"
    compile_source([source_vcf], "test1", output)
    found = ask(output, calls)
    assert len(found) == len(expected) > 3000
    np.testing.assert_array_equal(np.array([f[:2] for f in found]), np.array(expected))
    assert sum(f[3] == FOUND for f in found) > 1000
    for threshold in (0.01, 0.001, 1e-4, 0.05):
        assert [f[0] > threshold for f in found] == [e[0] > threshold for e in expected]
    # Random order answers alike.
    order = list(range(len(calls)))
    rng.shuffle(order)
    shuffled = ask(output, [calls[k] for k in order])
    np.testing.assert_array_equal(np.array(shuffled), np.array([found[k] for k in order]))


def test_compile__the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    records = [line("chr1", 10, "A", "C"), line("chr1", 20, "ACCCCCCCC", "A")]
    first = compiled(tmp_path, records).read_bytes()
    assert compiled(tmp_path, records).read_bytes() == first
    assert is_compiled(tmp_path / "source.filfreq")
    assert not is_compiled(tmp_path / "source.vcf.gz")


def test_compile__header_names_source_build_fields_and_counts(tmp_path: Path) -> None:
    records = [
        line("chr1", 10, "A", "C,G", "AF=0.1,0.2"),
        line("chrX", 5, "A", ".", "."),
        line("chrX", 9, "A", "T", "."),
    ]
    header = verify(compiled(tmp_path, records))
    assert (header.name, header.build, header.af, header.homozygotes) == ("test1", "GRCh38", "AF", "nhomalt")
    assert [(c.name, c.length, c.records) for c in header.contigs] == [
        ("chr1", 248_956_422, 2),
        ("chrX", 156_040_895, 1),
    ]
    assert header.counts["records"] == 3
    assert (header.counts["alleles"], header.counts["without_alternate"], header.counts["without_frequency"]) == (
        3,
        1,
        1,
    )
    assert header.sources[0].file == "source.vcf.gz"
    assert len(header.sources[0].sha256) == 64


def test_compile__any_info_name_and_counts_of_hemizygotes_on_x(tmp_path: Path) -> None:
    records = [
        line("chr1", 10, "A", "C", "AF_joint=0.125;nhomalt=3;AC_XY=77"),
        line("chrX", 10, "A", "C", "AF_joint=0.25;AC_XY=4000"),
    ]
    fields = Fields("AF_joint", "nhomalt", "AC_XY")
    path = compiled(tmp_path, records, fields=fields)
    found = ask(path, [("chr1", 10, "A", "C"), ("chrX", 10, "A", "C")])
    assert found[0][:2] == (0.125, 3)
    assert found[1] == (0.25, -1, 4000, FOUND)


@pytest.mark.parametrize("value", ["nan", "-0.1", ".", ""])
def test_compile__a_frequency_that_is_none_is_missing_and_never_zero(tmp_path: Path, value: str) -> None:
    info = f"AF={value};nhomalt=2" if value else "nhomalt=2"
    path = compiled(tmp_path, [line("chr1", 10, "A", "C", info)])
    [(af, homozygotes, _, state)] = ask(path, [("chr1", 10, "A", "C")])
    assert math.isnan(af)
    assert (homozygotes, state) == (2, NO_FREQUENCY)
    assert read_header(path).counts["without_frequency"] == 1


@pytest.mark.parametrize(
    "records, fields, told",
    [
        ([line("chr1", 10, "A", "C", "AF=0,001")], Fields(), "AF has 2 values for 1 alternate allele"),
        ([line("chr1", 10, "A", "C", "AF_text=0,001")], Fields("AF_text"), "AF_text has 2 values"),
        ([line("chr1", 10, "A", "C", "AF_text=rare")], Fields("AF_text"), "not a number"),
        ([line("chr1", 10, "A", "C", "AF=12.5")], Fields(), "AF=12.5 is not a frequency"),
        ([line("chr1", 10, "A", "C"), line("chr1", 9, "A", "C")], Fields(), "position 9 after 10"),
        ([line("chr1", 1, "A", "C"), line("chrX", 1, "A", "C"), line("chr1", 9, "A", "C")], Fields(), "a second time"),
        ([line("chr1", 10, "A", "C")], Fields("AF_joimt"), "did you mean 'AF_joint'?"),
    ],
)
def test_compile__stops_at_a_source_it_cannot_believe(
    tmp_path: Path, records: list[str], fields: Fields, told: str
) -> None:
    with pytest.raises(InputError, match=told.replace("?", r"\?")) as raised:
        compiled(tmp_path, records, fields=fields)
    assert "source.vcf.gz" in raised.value.message()
    assert not (tmp_path / "source.filfreq").exists()


def test_compile__of_two_records_of_an_allele_the_higher_frequency_is_kept_and_counted(tmp_path: Path) -> None:
    records = [line("chr1", 10, "A", "C", f"AF={af}") for af in ("0.01", "0.2", "0.05", ".")]
    path = compiled(tmp_path, records)
    assert ask(path, [("chr1", 10, "A", "C")])[0][0] == np.float32(0.2)
    assert read_header(path).counts["repeated"] == 3


def test_compile__each_allele_of_a_record_has_its_own_entry_in_its_shortest_form(tmp_path: Path) -> None:
    records = [
        line("chr1", 100, "ATT", "A,CTT,ATG,ATTT", "AF=0.1,0.2,0.3,0.4;nhomalt=1,2,3,4"),
        line("chr1", 101, "T", "G", "AF=0.5;nhomalt=5"),
    ]
    path = compiled(tmp_path, records)
    asked = [("chr1", 100, "ATT", "A"), ("chr1", 100, "A", "C"), ("chr1", 102, "T", "G"), ("chr1", 100, "A", "AT")]
    found = ask(path, [*asked, ("chr1", 101, "T", "G"), ("chr1", 100, "AT", "CT"), ("chr1", 100, "A", "G")])
    assert [f[1] for f in found] == [1, 2, 3, 4, 5, 2, -1]
    assert read_header(path).counts["trimmed"] == 3


def test_lookup__contig_styles_are_one(tmp_path: Path) -> None:
    path = compiled(tmp_path, [line("chr1", 10, "A", "C"), line("chrM", 10, "A", "C")])
    found = ask(path, [("1", 10, "A", "C"), ("MT", 10, "A", "C"), ("chr1", 10, "a", "c"), ("2", 10, "A", "C")])
    assert [f[3] for f in found] == [FOUND, FOUND, FOUND, ABSENT]


def test_lookup__outside_the_covered_regions_absent_is_not_covered(tmp_path: Path) -> None:
    bed = tmp_path / "covered.bed"
    bed.write_text("1\t300\t400\n1\t99\t150\n1\t120\t200\nMT\t0\t100\n", encoding="utf-8")
    path = compiled(tmp_path, [line("chr1", 250, "A", "C")], coverage=bed)
    asked = [99, 100, 200, 201, 250, 300, 301, 400, 401]
    found = ask(path, [("chr1", pos, "A", "C") for pos in asked])
    out, absent = NOT_COVERED, ABSENT
    assert [f[3] for f in found] == [out, absent, absent, out, FOUND, out, absent, absent, out]
    others = ask(path, [("chrM", 50, "A", "C"), ("chrM", 101, "A", "C"), ("chr2", 5, "A", "C")])
    assert [f[3] for f in others] == [ABSENT, NOT_COVERED, NOT_COVERED]
    assert read_header(path).coverage is not None


def test_lookup__covered_regions_may_be_the_records_of_a_vcf(tmp_path: Path) -> None:
    lines = [
        "##fileformat=VCFv4.2",
        COLUMNS,
        line("chr1", 100, "A", "<NON_REF>", "END=120"),
        line("chr1", 130, "AC", "."),
    ]
    vcf = write_vcf(tmp_path / "covered.vcf.gz", lines)
    path = compiled(tmp_path, [line("chr1", 5, "A", "C")], coverage=vcf)
    found = ask(path, [("chr1", pos, "A", "C") for pos in (99, 100, 120, 121, 130, 131, 132)])
    assert [f[3] == ABSENT for f in found] == [False, True, True, False, True, True, False]


def told_or_refused(path: Path, asked: list[tuple[str, int, str, str]]) -> object:
    """The answers, or `refused` when the file names the command that repairs it."""
    try:
        return ask(path, asked)
    except InputError as error:
        return "refused" if "filiation resources compile" in error.message() else error


def test_table__damage_anywhere_in_the_file_is_refused(tmp_path: Path) -> None:
    path = compiled(tmp_path, [line("chr1", pos, "A", "C") for pos in range(10, 2000, 3)])
    whole = path.read_bytes()
    rng = random.Random(1)
    places = [0, 8, 20, 64, 65, len(whole) - 1, *rng.sample(range(len(whole)), 60)]
    asked = [("chr1", pos, "A", "C") for pos in range(10, 2000, 3)]
    truth = ask(path, asked)
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << rng.randrange(8)
        path.write_bytes(changed)
        with pytest.raises(InputError, match="filiation resources compile"):
            verify(path)
        # A look-up refuses it, or the change stands in the padding between the sections, which nothing reads.
        assert told_or_refused(path, asked) in (truth, "refused")
        assert whole[place] == 0 or told_or_refused(path, asked) == "refused"
    for length in (0, 5, 63, 64, 100, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError):
            FrequencyTable(path)


def test_table__another_version_names_what_to_run(tmp_path: Path) -> None:
    path = compiled(tmp_path, [line("chr1", 10, "A", "C")])
    content = bytearray(path.read_bytes())
    content[8] = 9
    path.write_bytes(content)
    with pytest.raises(InputError, match="version 9") as raised:
        FrequencyTable(path)
    assert "filiation resources compile" in raised.value.message()


def test_table__calls_of_another_build_are_refused(tmp_path: Path) -> None:
    table = FrequencyTable(compiled(tmp_path, [line("chr1", 10, "A", "C")]))
    table.require_build({"1": 248_956_422})
    table.require_build({"chr7": 5})
    with pytest.raises(InputError, match="GRCh38 for calls of GRCh37"):
        table.require_build({"1": 249_250_621})


def test_compile__six_bytes_are_enough_for_an_allele(tmp_path: Path) -> None:
    rng = random.Random(5)
    records, pos = [], 10_000
    for _ in range(40_000):
        pos += rng.choice([0, 1, 1, 2, 3, 5, 9, 12])
        ref = rng.choice("ACGT")
        alt = rng.choice("ACGT".replace(ref, ""))
        if rng.random() < 0.14:
            extra = "".join(rng.choices("ACGT", k=rng.choice([1] * 9 + [2] * 3 + [3, 4, 4, 5, 6, 8, 14, 25])))
            ref, alt = (ref, ref + extra) if rng.random() < 0.4 else (ref + extra, ref)
        info = f"AF={rng.choice([1, 1, 1, 2, 3, 8, 200]) / rng.randrange(100_000, 152_000, 2):.5e}"
        records.append(line("chr1", pos, ref, alt, f"{info};nhomalt={rng.choice([0] * 12 + [1, 300])}"))
    path = compiled(tmp_path, records)
    assert path.stat().st_size / read_header(path).records <= 6.0
