"""Is a frequency found for exactly the allele that was called, and is a missing one never taken for zero?"""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest

from builders.trio import Trio, trio, write_fasta, write_frequencies, write_resource
from filiation.calls.frequencies import Source, open_sources, parse_source, population_frequency
from filiation.errors import ConfigError, InputError
from filiation.io.vcf import header_contigs, read_batches


def looked_up(
    family: Trio, sources: list[Source], folder: Path, reference: Path | None = None, batch_records: int = 1000
) -> dict[str, tuple[float | None, str, float | None]]:
    """`chrom-pos-ref-alt` → (frequency, source, homozygotes)."""
    calls, _ = family.normalised(folder, reference=reference)
    private = Path(mkdtemp(dir=folder))
    opened = open_sources(sources, calls, header_contigs(calls), private)
    found = {}
    samples = family.family.samples
    for batch in read_batches(calls, samples, batch_records=batch_records):
        result = population_frequency(batch, opened)
        for v in range(len(batch)):
            key = f"{batch.contigs[batch.contig_index[v]]}-{batch.pos[v]}-{batch.ref[v]}-{batch.alt[v]}"
            af, homozygotes = (None if np.isnan(x) else float(x) for x in (result.af[v], result.homozygotes[v]))
            found[key] = (af, result.source[v], homozygotes)
    return found


def source(path: Path, name: str = "gnomad") -> Source:
    """A source with the usual field names."""
    return Source(name, str(path))


def test_frequency__belongs_to_the_exact_allele(tmp_path: Path) -> None:
    population = write_frequencies(
        tmp_path / "f.vcf.gz",
        ["1 100 . A G AF=0.25;nhomalt=40", "1 100 . A T AF=0.001;nhomalt=0", "1 200 . AC A AF=0.125;nhomalt=3"],
    )
    calls = trio().at("1", 100, "A", "T").at("1", 200, "A", "C").at("1", 200, "AC", "A").at("1", 300, "A", "G")
    found = looked_up(calls, [source(population)], tmp_path)
    assert found == {
        "1-100-A-T": (pytest.approx(0.001), "gnomad", 0.0),
        "1-200-A-C": (None, "not_found", None),
        "1-200-AC-A": (0.125, "gnomad", 3.0),
        "1-300-A-G": (None, "not_found", None),
    }


@pytest.mark.parametrize("batch_records", [1, 1000])
def test_frequency__of_every_allele_of_a_source_that_was_not_split(tmp_path: Path, batch_records: int) -> None:
    population = write_frequencies(tmp_path / "f.vcf.gz", ["1 100 . A G,T,C AF=0.25,0.5,0.125;nhomalt=1,2,3"])
    calls = trio("1/2").at("1", 100, "A", "G,T").then("0/1", "0/0", "0/0").at("1", 200, "A", "G,T")
    found = looked_up(calls, [source(population)], tmp_path, batch_records=batch_records)
    assert found["1-100-A-G"] == (0.25, "gnomad", 1.0)
    assert found["1-100-A-T"] == (0.5, "gnomad", 2.0)
    assert found["1-200-A-G"] == (None, "not_found", None)


@pytest.mark.parametrize("value", ["AF=nan;nhomalt=0", "AF=.;nhomalt=0", "nhomalt=0", "AF=-1;nhomalt=0"])
def test_frequency__that_is_no_number_is_missing_and_never_zero(tmp_path: Path, value: str) -> None:
    population = write_frequencies(tmp_path / "f.vcf.gz", [f"1 100 . A G {value}"])
    found = looked_up(trio().at("1", 100, "A", "G"), [source(population)], tmp_path)
    assert found["1-100-A-G"][:2] == (None, "no_frequency")


def test_frequency__that_cannot_be_one_stops(tmp_path: Path) -> None:
    population = write_frequencies(tmp_path / "f.vcf.gz", ["1 100 . A G AF=2;nhomalt=0"])
    with pytest.raises(InputError, match="1:100"):
        looked_up(trio().at("1", 100, "A", "G"), [source(population)], tmp_path)


def test_frequency__zero_is_found_and_is_zero(tmp_path: Path) -> None:
    population = write_frequencies(tmp_path / "f.vcf.gz", ["1 100 . A G AF=0;nhomalt=0"])
    assert looked_up(trio().at("1", 100, "A", "G"), [source(population)], tmp_path)["1-100-A-G"] == (0.0, "gnomad", 0.0)


def test_frequency__the_highest_of_several_sources_counts(tmp_path: Path) -> None:
    first = write_frequencies(tmp_path / "a.vcf.gz", ["1 100 . A G AF=0.001;nhomalt=1", "1 200 . A G AF=0.5"])
    second = write_frequencies(tmp_path / "b.vcf.gz", ["1 100 . A G AF=0.25;nhomalt=7", "1 300 . A G AF=nan"])
    calls = trio().at("1", 100, "A", "G").at("1", 200, "A", "G").at("1", 300, "A", "G")
    found = looked_up(calls, [source(first, "gnomad"), source(second, "lab")], tmp_path)
    assert found == {
        "1-100-A-G": (0.25, "lab", 7.0),
        "1-200-A-G": (0.5, "gnomad", None),
        "1-300-A-G": (None, "no_frequency", None),
    }


def test_frequency__contigs_of_the_other_style_are_found_and_ours_keep_their_names(tmp_path: Path) -> None:
    with_chr = ("chr1", "chrX", "chrM")
    named = write_frequencies(tmp_path / "chr.vcf.gz", ["chr1 100 . A G AF=0.25", "chrM 50 . A G AF=0.5"], with_chr)
    bare = write_frequencies(tmp_path / "bare.vcf.gz", ["1 200 . A G AF=0.125"])
    calls = trio().at("1", 100, "A", "G").at("1", 200, "A", "G").at("2", 7, "A", "G").at("MT", 50, "A", "G")
    found = looked_up(calls, [source(named), source(bare, "lab")], tmp_path)
    assert {key: value[:2] for key, value in found.items()} == {
        "1-100-A-G": (0.25, "gnomad"),
        "1-200-A-G": (0.125, "lab"),
        "2-7-A-G": (None, "not_covered"),
        "MT-50-A-G": (0.5, "gnomad"),
    }


def test_frequency__a_source_of_other_contigs_has_not_looked(tmp_path: Path) -> None:
    population = write_frequencies(tmp_path / "f.vcf.gz", ["chr22 100 . A G AF=0.25"], ["chr22"])
    calls = trio("1/2").at("1", 100, "A", "G,T")
    assert looked_up(calls, [source(population)], tmp_path)["1-100-A-G"] == (None, "not_covered", None)


def test_frequency__an_indel_is_found_at_its_left_aligned_place(tmp_path: Path) -> None:
    genome = write_fasta(tmp_path / "g.fa", {"1": "ACGTTCAAAAAAGCTAGCTTACG" + "ACGT" * 20})
    contigs = {"1": 23 + 80}
    population = write_frequencies(tmp_path / "f.vcf.gz", ["1 6 . CA C AF=0.25"])
    calls = trio()
    shifted = Trio(calls.members, calls.calls, contigs=contigs).at("1", 11, "AA", "A")
    assert looked_up(shifted, [source(population)], tmp_path, genome) == {"1-6-CA-C": (0.25, "gnomad", None)}


def test_source__the_missing_field_index_or_file_is_named(tmp_path: Path) -> None:
    calls, _ = trio().at("1", 100, "A", "G").normalised(tmp_path)

    def fault(asked: Source) -> str:
        with pytest.raises(InputError) as caught:
            open_sources([asked], calls, header_contigs(calls), Path(mkdtemp(dir=tmp_path)))
        return str(caught.value)

    info = ('ID=AF_joint,Number=A,Type=Float,Description="x"',)
    other = write_resource(tmp_path / "other.vcf.gz", ["1"], info, ["1 100 . A G AF_joint=0.5"])
    assert "INFO/AF is not declared" in fault(source(other))
    assert "AF_joint" in fault(source(other))
    assert looked_up(trio().at("1", 100, "A", "G"), [Source("g", str(other), "AF_joint")], tmp_path) == {
        "1-100-A-G": (0.5, "g", None)
    }
    Path(f"{other}.tbi").unlink()
    assert "no index" in fault(source(other))
    assert "not found" in fault(source(tmp_path / "absent.vcf.gz"))


def test_source__of_the_command_line(tmp_path: Path) -> None:
    assert parse_source("gnomad4.1=/data/g.vcf.gz") == Source("gnomad4.1", "/data/g.vcf.gz", "AF", "nhomalt")
    assert parse_source("g=/d/g.vcf.gz,af=AF_joint,homozygotes=n") == Source("g", "/d/g.vcf.gz", "AF_joint", "n")
    for text in ("g.vcf.gz", "g=", "a b=g.vcf", "g=g.vcf,af=", "g=g.vcf,fa=AF", "g=g.vcf,af=AF;rm"):
        with pytest.raises(ConfigError):
            parse_source(text)
