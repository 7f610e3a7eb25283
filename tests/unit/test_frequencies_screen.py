"""Does the screen decide alike with a VCF of frequencies and with its compiled side-car?"""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pysam
import pytest

from builders.vcf import header_lines, record, write_indexed, write_vcf
from filiation.__main__ import main
from filiation.calls.frequencies import parse_source
from filiation.errors import ConfigError
from filiation.io.tables import read_table
from filiation.model.columns import FUNNEL

pytestmark = pytest.mark.tools

PED = "FAM\tIDX\tFAT\tMOT\t1\t2\nFAM\tFAT\t0\t0\t1\t1\nFAM\tMOT\t0\t0\t2\t1\n"
CONTIGS = {"chr1": 248_956_422, "chrX": 156_040_895}
FORMATS = [
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads by allele">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
]
INFO = [
    '##INFO=<ID=nhomalt,Number=A,Type=Integer,Description="homozygotes">',
    '##INFO=<ID=AC_XY,Number=A,Type=Integer,Description="copies in men">',
]
DEPTHS = {"0/0": "30,0", "0/1": "15,15", "1/1": "0,30"}


def alleles(rng: random.Random) -> list[tuple[str, int, str, str]]:
    """Several alleles at one position now and then, so that their order counts."""
    found = set()
    for contig in CONTIGS:
        pos = 3_000_000
        for _ in range(300):
            pos += rng.choice([0, 0, 1, 20, 900])
            ref = rng.choice("ACGT")
            alt = rng.choice("ACGT".replace(ref, ""))
            kind = rng.random()
            found.add((contig, pos, ref, alt) if kind < 0.8 else (contig, pos, ref + alt * 3, ref))
    order = {allele: rng.random() for allele in sorted(found)}
    return sorted(found, key=lambda item: (item[0], item[1], order[item]))


def family_calls(folder: Path, chosen: list[tuple[str, int, str, str]], rng: random.Random) -> None:
    lines = header_lines(CONTIGS, ["IDX", "FAT", "MOT"], FORMATS)
    for allele in chosen:
        genotypes = rng.choice([("0/1", "0/0", "0/0"), ("1/1", "0/1", "0/1"), ("0/1", "0/1", "0/0")])
        cells = [f"{call}:{DEPTHS[call]}:30:99" for call in genotypes]
        lines.append("\t".join([*record(*allele).split("\t"), "GT:AD:DP:GQ", *cells]))
    text = write_vcf(folder / "calls.vcf", lines)
    with (
        pysam.VariantFile(str(text)) as source,
        pysam.VariantFile(str(folder / "FAM.bcf"), "wb", header=source.header) as sink,
    ):
        for entry in source:
            sink.write(entry)
    (folder / "FAM.ped").write_text(PED, "utf-8")


def source_lines(chosen: list[tuple[str, int, str, str]], rng: random.Random, *, bare: bool = False) -> list[str]:
    contigs = {name.removeprefix("chr") if bare else name: length for name, length in CONTIGS.items()}
    lines = header_lines(contigs, [], INFO)
    for contig, pos, ref, alt in chosen:
        af = rng.choice(["0.3", "0.01", "0.0100001", "0.001", "1.23456e-05", "0", ".", "nan"])
        info = f"AF={af};nhomalt={rng.choice([0, 0, 3, 900])};AC_XY={rng.choice([0, 5])}"
        lines.append(record(contig.removeprefix("chr") if bare else contig, pos, ref, alt, info=info))
    return lines


def screen(folder: Path, name: str, *sources: str) -> tuple[bytes, list[dict[str, object]]]:
    """Survivors as text and the funnel, with these sources."""
    output, funnel = folder / f"{name}.bcf", folder / f"{name}.tsv"
    arguments = ["--pedigree", str(folder / "FAM.ped"), "--variants", str(folder / "FAM.bcf")]
    arguments += ["--output", str(output), "--funnel", str(funnel)]
    assert main(["screen", *arguments, "--frequency", *sources]) == 0
    return subprocess.check_output(["bcftools", "view", "--no-version", output]), read_table(funnel, FUNNEL)


@pytest.fixture
def family(tmp_path: Path) -> Path:
    """Calls of a trio, two sources that hold some of their variants, and the second source compiled too."""
    rng = random.Random(7)
    known = alleles(rng)
    family_calls(tmp_path, [allele for allele in known if rng.random() < 0.8], rng)
    first = [allele for allele in known if rng.random() < 0.6]
    second = [allele for allele in known if rng.random() < 0.6]
    write_indexed(tmp_path / "first.vcf.gz", source_lines(first, rng))
    write_indexed(tmp_path / "second.vcf.gz", source_lines(second, rng, bare=True))
    for name in ("first", "second"):
        arguments = ["--vcf", str(tmp_path / f"{name}.vcf.gz"), "--name", name, "--hemizygotes", "AC_XY"]
        assert main(["resources", "compile", *arguments, "--output", str(tmp_path / f"{name}.filfreq")]) == 0
    return tmp_path


def test_screen__a_vcf_and_its_side_car_give_the_same_output(family: Path) -> None:
    vcf = [f"{name}={family}/{name}.vcf.gz,hemizygotes=AC_XY" for name in ("first", "second")]
    compiled = [f"{name}={family}/{name}.filfreq" for name in ("first", "second")]
    expected = screen(family, "vcf", *vcf)
    assert screen(family, "compiled", *compiled) == expected
    assert screen(family, "mixed", vcf[0], compiled[1]) == expected
    text = expected[0].decode()
    for word in ("POPULATION_SOURCE=first", "POPULATION_SOURCE=second", "=not_found", "=no_frequency"):
        assert word in text
    assert "POPULATION_HEMIZYGOTES=5" in text


def test_screen__every_survivor_carries_the_frequency_of_its_own_allele(family: Path) -> None:
    """At one position bcftools may write the alleles in another order than the calls have them."""
    truth = {}
    with pysam.VariantFile(str(family / "first.vcf.gz")) as source:
        for entry in source:
            truth[(entry.chrom, entry.pos, entry.ref, entry.alts[0])] = entry.info.get("AF", (None,))[0]
    for name in (f"first={family}/first.vcf.gz", f"first={family}/first.filfreq"):
        screen(family, "one", name)
        with pysam.VariantFile(str(family / "one.bcf")) as survivors:
            found = list(survivors)
        assert len(found) > 100
        for entry in found:
            expected = truth.get((entry.chrom, entry.pos, entry.ref, entry.alts[0]))
            known = expected is not None and expected == expected
            assert (entry.info["POPULATION_SOURCE"] == "first") == known
            if known:
                assert entry.info["POPULATION_AF"] == expected


def test_screen__where_no_source_has_looked_a_variant_is_not_covered(family: Path) -> None:
    (family / "covered.bed").write_text("chr1\t0\t100000000\n", "utf-8")
    arguments = ["--vcf", str(family / "first.vcf.gz"), "--name", "first", "--coverage", str(family / "covered.bed")]
    assert main(["resources", "compile", *arguments, "--output", str(family / "covered.filfreq")]) == 0
    screen(family, "covered", f"first={family}/covered.filfreq")
    screen(family, "plain", f"first={family}/first.filfreq")
    states: dict[str, dict[tuple[str, int, str], tuple[str, float | None]]] = {}
    for name in ("covered", "plain"):
        with pysam.VariantFile(str(family / f"{name}.bcf")) as survivors:
            states[name] = {
                (entry.chrom, entry.pos, entry.ref + entry.alts[0]): (
                    entry.info["POPULATION_SOURCE"],
                    entry.info.get("DE_NOVO_POSTERIOR"),
                )
                for entry in survivors
            }
    outside = {key for key, (source, _) in states["covered"].items() if source == "not_covered"}
    assert outside == {
        key for key, (source, _) in states["plain"].items() if source == "not_found" and key[0] == "chrX"
    }
    assert outside
    # Unknown is not rare: the prior is the stated default, so that a new variant is never the more certain for it.
    pairs = [(states["covered"][key][1], states["plain"][key][1]) for key in outside & set(states["plain"])]
    new = [(covered, plain) for covered, plain in pairs if covered is not None and plain is not None]
    assert all(covered <= plain for covered, plain in new)
    assert any(covered < plain for covered, plain in new)


@pytest.mark.parametrize("compiled", [True, False])
def test_screen__a_contig_of_which_the_source_holds_nothing_is_not_covered(tmp_path: Path, compiled: bool) -> None:
    chosen = alleles(random.Random(7))
    family_calls(tmp_path, chosen, random.Random(1))
    # The header of the source names both contigs, as those of one file for each chromosome do.
    known = [allele for allele in chosen if allele[0] == "chr1"][::2]
    source = tmp_path / "chr1.vcf.gz"
    write_indexed(source, source_lines(known, random.Random(2)))
    if compiled:
        arguments = ["--vcf", str(source), "--name", "part", "--output", str(tmp_path / "part.filfreq")]
        assert main(["resources", "compile", *arguments]) == 0
        source = tmp_path / "part.filfreq"
    screen(tmp_path, "part", f"part={source}")
    told: dict[str, set[str]] = {name: set() for name in CONTIGS}
    with pysam.VariantFile(str(tmp_path / "part.bcf")) as survivors:
        for entry in survivors:
            told[entry.chrom].add(entry.info["POPULATION_SOURCE"])
    assert told["chrX"] == {"not_covered"}
    assert {"part", "not_found"} <= told["chr1"]


def test_screen__more_hemizygous_men_than_a_disorder_of_boys_allows_take_the_x_linked_pattern_away(
    tmp_path: Path,
) -> None:
    cells = [f"{call}:{DEPTHS[call]}:30:99" for call in ("1/1", "0/0", "0/1")]
    lines = header_lines(CONTIGS, ["IDX", "FAT", "MOT"], FORMATS)
    source = header_lines(CONTIGS, [], INFO)
    sites = {50_000_000: 5, 50_000_100: 6, 50_000_200: 0, 100_000: 6}
    for pos, hemizygotes in sorted(sites.items()):
        lines.append("\t".join([*record("chrX", pos, "A", "G").split("\t"), "GT:AD:DP:GQ", *cells]))
        source.append(record("chrX", pos, "A", "G", info=f"AF=1e-05;nhomalt=0;AC_XY={hemizygotes}"))
    write_indexed(tmp_path / "FAM.vcf.gz", lines)
    (tmp_path / "FAM.bcf").write_bytes((tmp_path / "FAM.vcf.gz").read_bytes())
    (tmp_path / "FAM.ped").write_text(PED, "utf-8")
    write_indexed(tmp_path / "source.vcf.gz", source)
    screen(tmp_path, "men", f"gnomad={tmp_path}/source.vcf.gz,hemizygotes=AC_XY")
    found: dict[int, tuple[set[str], object]] = {}
    with pysam.VariantFile(str(tmp_path / "men.bcf")) as survivors:
        for entry in survivors:
            patterns = {item.partition(":")[0] for item in entry.info["INHERITANCE"]}
            found[entry.pos] = (patterns, entry.info.get("POPULATION_HEMIZYGOTES"))
    assert found[50_000_000] == ({"x_linked"}, 5)
    assert found[50_000_200] == ({"x_linked"}, 0)
    assert 50_000_100 not in found
    # In the pseudoautosomal region a man has two copies: nobody is hemizygous there.
    assert found[100_000][1] is None


def test_screen__a_source_of_another_build_is_refused(family: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = header_lines({"1": 249_250_621}, [], INFO)
    write_indexed(family / "old.vcf.gz", [*lines, record("1", 5, "A", "C", info="AF=0.1")])
    arguments = ["--vcf", str(family / "old.vcf.gz"), "--name", "old", "--output", str(family / "old.filfreq")]
    assert main(["resources", "compile", *arguments]) == 0
    for name in ("old.vcf.gz", "old.filfreq"):
        options = ["--pedigree", str(family / "FAM.ped"), "--variants", str(family / "FAM.bcf")]
        options += ["--output", str(family / "o.bcf"), "--funnel", str(family / "o.tsv")]
        assert main(["screen", *options, "--frequency", f"old={family / name}"]) == 2
        assert "frequencies of GRCh37 for calls of GRCh38" in capsys.readouterr().err


def test_resources__status_shows_what_a_file_holds_and_refuses_a_damaged_one(
    family: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = family / "first.filfreq"
    assert main(["resources", "status", str(path)]) == 0
    shown = capsys.readouterr().out
    for word in ("whole", "first, build GRCh38", "first.vcf.gz", "sha256", "chr1 chrX", "bytes an allele"):
        assert word in shown
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    assert main(["resources", "status", str(path)]) == 2
    assert "filiation resources compile" in capsys.readouterr().err


def test_parse_source__names_what_it_does_not_understand() -> None:
    source = parse_source("g=a.filfreq,hemizygotes=AC_XY")
    assert (source.name, source.vcf, source.hemizygotes) == ("g", "a.filfreq", "AC_XY")
    with pytest.raises(ConfigError, match="homozygote=x"):
        parse_source("g=a.vcf.gz,homozygote=x")
