"""Does annotation reach every record, remove none, and stop when it could only be empty?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pysam
import pytest

from builders.trio import Trio, ranking, scoring_model, trio, write_clinvar, write_fasta
from filiation.calls.annotate import annotate_calls
from filiation.errors import InputError
from filiation.io.files import sha256
from filiation.prioritisation.candidates import prioritise

CODING_START = 1001
CODON_SITE = 1005


def genome_sequence() -> str:
    """3,000 bases with an open reading frame at 1001."""
    bases = np.random.default_rng(5).choice(list("ACGT"), 3000)
    sequence = "".join(bases)
    return sequence[: CODING_START - 1] + "ATG" + "GCT" * 60 + "TAA" + sequence[CODING_START - 1 + 186 :]


def gene_models(*, biotype: bool = True, chrom: str = "1", prefixes: tuple[str, str] = ("gene:", "transcript:")) -> str:
    """One gene of one exon, in Ensembl's GFF3."""
    kind = ";biotype=protein_coding" if biotype else ""
    gene, transcript = prefixes
    lines = [
        f"gene\t901\t1300\t.\t+\t.\tID={gene}ENSG1;Name=GENE1{kind}",
        f"mRNA\t901\t1300\t.\t+\t.\tID={transcript}ENST1;Parent={gene}ENSG1{kind}",
        f"exon\t901\t1300\t.\t+\t.\tParent={transcript}ENST1",
        f"CDS\t{CODING_START}\t1186\t.\t+\t0\tParent={transcript}ENST1",
    ]
    return "##gff-version 3\n" + "".join(f"{chrom}\ttest\t{line}\n" for line in lines)


def other(base: str) -> str:
    """Another base."""
    return "ACGT"["ACGT".index(base) - 1]


@pytest.fixture
def genome(tmp_path: Path) -> Path:
    """The genome as FASTA."""
    return write_fasta(tmp_path / "genome.fa", {"1": genome_sequence()})


def calls_at(*positions: int) -> Trio:
    """De novo calls at positions of the genome."""
    sequence = genome_sequence()
    family = replace(trio(), contigs={"1": 3000})
    for pos in positions:
        family = family.at("1", pos, sequence[pos - 1], other(sequence[pos - 1]))
    return family


def run_csq(family: Trio, folder: Path, genome: Path, models: str) -> tuple[Path, dict[str, int]]:
    """Screened and annotated with bcftools csq."""
    gff = folder / "genes.gff3"
    gff.write_text(models)
    screened, _ = family.screened(folder)
    output = folder / "annotated.bcf"
    counts = annotate_calls(screened, output, consequences="csq", reference=genome, genes_gff3=gff)
    return output, counts.counts


def info(path: Path, name: str) -> list[object]:
    """An INFO field of every record."""
    with pysam.VariantFile(str(path)) as calls:
        return [record.info.get(name) for record in calls]


def test_csq__finds_genes_and_removes_nothing(tmp_path: Path, genome: Path) -> None:
    path, counts = run_csq(calls_at(950, CODON_SITE, 2500), tmp_path, genome, gene_models())
    assert counts["records_in"] == counts["records_out"] == 3
    assert counts["with_consequence"] == 2
    assert counts["in_clinvar"] == 0
    found = info(path, "BCSQ")
    assert found[1][0].startswith("missense|GENE1|ENST1")
    assert found[2] is None
    assert Path(f"{path}.csi").is_file()


def test_csq__its_word_counts_even_when_the_calls_declare_an_older_annotation(tmp_path: Path, genome: Path) -> None:
    family = calls_at(CODON_SITE)
    assert any("ID=CSQ" in line for line in family.header([])), "the calls declare VEP's field"
    path, _ = run_csq(family, tmp_path, genome, gene_models())
    (row,) = prioritise(path, family.family, scoring_model(), ranking()).candidates
    assert (row["gene"], row["consequence"]) == ("GENE1", "missense_variant")


@pytest.mark.parametrize(
    "models",
    [gene_models(biotype=False), gene_models(prefixes=("", "")), "##gff-version 3\n", "no gene models\n"],
    ids=["without biotype", "not Ensembl style", "empty", "no GFF3"],
)
def test_csq__gene_models_without_any_transcript_stop(tmp_path: Path, genome: Path, models: str) -> None:
    with pytest.raises(InputError) as caught:
        run_csq(calls_at(CODON_SITE), tmp_path, genome, models)
    assert "genes.gff3" in str(caught.value)
    assert caught.value.exit_code == 2
    assert not (tmp_path / "annotated.bcf").exists()


def test_csq__models_of_another_genome_stop_instead_of_making_all_intergenic(tmp_path: Path, genome: Path) -> None:
    family = calls_at(*range(CODON_SITE, CODON_SITE + 120, 4))
    with pytest.raises(InputError, match="none of 30 records lies on a gene"):
        run_csq(family, tmp_path, genome, gene_models(chrom="NC_000001.11"))
    assert not (tmp_path / "annotated.bcf").exists()


def test_existing__stops_where_the_calls_carry_none_and_none_looks_at_none(tmp_path: Path) -> None:
    family = trio().at("1", 100, "A", "G", consequence="intron_variant")
    screened, _ = family.screened(tmp_path)
    output = tmp_path / "annotated.bcf"
    annotate_calls(screened, output, consequences="none")
    (row,) = prioritise(output, family.family, scoring_model(), ranking()).candidates
    assert row["consequence"] is None, "not annotated, not intronic"
    bare = tmp_path / "bare.bcf"
    with pysam.VariantFile(str(screened)) as source:
        header = pysam.VariantHeader()
        for line in source.header.records:
            if line.get("ID") not in ("CSQ", '"CSQ"'):
                header.add_record(line)
        for sample in source.header.samples:
            header.add_sample(sample)
        with pysam.VariantFile(str(bare), "wb", header=header):
            pass
    with pytest.raises(InputError, match="carry no consequences"):
        annotate_calls(bare, output, consequences="existing")
    with pytest.raises(InputError, match="genes-gff3"):
        annotate_calls(screened, output, consequences="csq")


def test_clinvar__reaches_the_allele_in_either_contig_style(tmp_path: Path) -> None:
    clinvar = write_clinvar(
        tmp_path / "clinvar.vcf.gz",
        [
            "chr1 100 11 A G CLNSIG=Pathogenic,_low_penetrance;CLNREVSTAT=criteria_provided,_single_submitter",
            "chr1 200 12 A T CLNSIG=Benign;CLNREVSTAT=criteria_provided,_single_submitter",
            "chr1 300 13 A G CLNREVSTAT=no_classification_provided",
        ],
        ["chr1"],
    )
    family = trio()
    for pos in (100, 200, 300):
        family = family.at("1", pos, "A", "G", consequence="missense_variant")
    path, counts = family.annotated(tmp_path, clinvar=clinvar)
    assert counts.counts["in_clinvar"] == 2
    assert info(path, "CLINVAR_STARS") == [1, None, 0]
    rows = {row["pos"]: row for row in prioritise(path, family.family, scoring_model(), ranking()).candidates}
    assert rows[100]["clinvar_significance"] == "Pathogenic,_low_penetrance"
    assert rows[100]["clinvar_review"] == "criteria_provided,_single_submitter"
    assert rows[200]["clinvar_significance"] == "not_found"
    assert rows[300]["clinvar_significance"] == "not_provided"


def test_clinvar__not_looked_for_is_not_annotated(tmp_path: Path) -> None:
    family = trio().at("1", 100, "A", "G", consequence="missense_variant")
    (row,) = family.prioritised(tmp_path).candidates
    assert row["clinvar_significance"] == "not_annotated"


def test_output__is_the_same_bytes_twice(tmp_path: Path, genome: Path) -> None:
    family = calls_at(*range(950, 1300, 7))
    sums = {sha256(run_csq(family, tmp_path, genome, gene_models())[0]) for _ in range(2)}
    assert len(sums) == 1


def test_input__cut_short_stops_and_writes_nothing(tmp_path: Path) -> None:
    family = trio()
    for pos in range(100, 400):
        family = family.at("1", pos, "A", "G")
    screened, _ = family.screened(tmp_path)
    screened.write_bytes(screened.read_bytes()[:-100])
    with pytest.raises(InputError, match="screened calls"):
        annotate_calls(screened, tmp_path / "annotated.bcf", consequences="none")
    assert not (tmp_path / "annotated.bcf").exists()
