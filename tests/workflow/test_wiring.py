"""Which file reaches which option of the programs that run in containers or environments of their own?

Stand-ins of DeepVariant, GLnexus and VEP record their arguments; every other step of the chain is real.
"""

from __future__ import annotations

from pathlib import Path

import pysam
import pytest
import yaml

from builders.reads import random_genome, write_fasta
from builders.sheets import trio, write_run
from builders.snakemake_run import snakemake
from builders.standins import GLNEXUS_CLI, RUN_DEEPVARIANT, VEP, recorded, write_standin
from filiation.config import RESOURCES

pytestmark = [pytest.mark.workflow, pytest.mark.tools]
SAMPLES = ["CHILD", "FATHER", "MOTHER"]
PRESET = RESOURCES / "glnexus" / "deepvariant_unfiltered_depth1.yml"
GENOME = random_genome({"1": 2000})


def write_bam(path: Path, sample: str) -> None:
    """A coordinate-sorted BAM with one pair of reads on contig 1."""
    header = {
        "HD": {"VN": "1.6", "SO": "coordinate"},
        "SQ": [{"SN": "1", "LN": 2000}],
        "RG": [{"ID": "1", "SM": sample}],
    }
    with pysam.AlignmentFile(str(path), "wb", header=header) as handle:
        for mate, start, flag in ((1, 900, 99), (2, 1000, 147)):
            read = pysam.AlignedSegment(handle.header)
            read.query_name, read.flag, read.reference_id, read.reference_start = "pair", flag, 0, start
            read.cigarstring, read.query_sequence = "100M", GENOME["1"][start : start + 100]
            read.query_qualities = pysam.qualitystring_to_array("I" * 100)
            read.mapping_quality, read.next_reference_id = 60, 0
            read.next_reference_start = 1000 if mate == 1 else 900
            read.template_length = 200 if mate == 1 else -200
            read.set_tag("RG", "1")
            handle.write(read)
    pysam.index(str(path))


@pytest.fixture(scope="module")
def deepvariant(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A trio of stored reads, taken to its normalised calls with caller deepvariant: (run folder, stand-ins)."""
    folder, standins = tmp_path_factory.mktemp("deepvariant"), tmp_path_factory.mktemp("standins")
    write_fasta(folder / "genome.fa", GENOME)
    (folder / "regions.bed").write_text("1\t0\t2000\n", encoding="utf-8")
    for sample in SAMPLES:
        write_bam(folder / f"{sample}.bam", sample)
    write_run(
        folder,
        trio(bam="{sample}.bam"),
        reference={"fasta": "genome.fa"},
        calling={"caller": "deepvariant", "regions_bed": "regions.bed"},
    )
    write_standin(standins, "run_deepvariant", RUN_DEEPVARIANT)
    write_standin(standins, "glnexus_cli", GLNEXUS_CLI, reference=GENOME["1"][999])
    target = "results/FAM/normalised/FAM.bcf"
    done = snakemake(folder, "--", target, path_first=standins)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, standins


def test_deepvariant__each_member_is_called_under_its_own_name(deepvariant: tuple[Path, Path]) -> None:
    _, standins = deepvariant
    calls = recorded(standins, "run_deepvariant")
    assert sorted(call.after("--sample_name") for call in calls) == SAMPLES
    for call in calls:
        sample = call.after("--sample_name")
        assert call.after("--model_type") == "WGS"
        assert call.after("--reads") == f"results/FAM/alignment/{sample}.cram"
        assert call.after("--ref") == "results/reference/genome.fa"
        assert call.after("--output_gvcf") == f"results/FAM/calling/{sample}.g.vcf.gz"
        assert call.after("--output_vcf") == f"results/FAM/calling/{sample}.vcf.gz"
        assert call.after("--regions") == "regions.bed"
        assert int(call.after("--num_shards")) >= 1


def test_glnexus__reads_all_gvcfs_with_the_preset_that_keeps_missing_apart(deepvariant: tuple[Path, Path]) -> None:
    _, standins = deepvariant
    (call,) = recorded(standins, "glnexus_cli")
    assert [name for name in call.arguments if name.endswith(".g.vcf.gz")] == [
        f"results/FAM/calling/{sample}.g.vcf.gz" for sample in SAMPLES
    ]
    assert Path(call.after("--config")) == PRESET
    assert call.after("--dir") == "results/FAM/calling/glnexus.db"


def test_glnexus__a_member_without_reads_is_still_missing_after_normalisation(deepvariant: tuple[Path, Path]) -> None:
    folder, _ = deepvariant
    with pysam.VariantFile(str(folder / "results/FAM/normalised/FAM.bcf")) as calls:
        (record,) = list(calls)
    assert list(record.samples) == SAMPLES
    assert [record.samples[sample]["GT"] for sample in SAMPLES] == [(0, 1), (None, None), (0, 0)]
    assert not (folder / "results/FAM/calling/glnexus.db").exists()


def test_glnexus_preset__filters_nothing_and_needs_one_read() -> None:
    preset = yaml.safe_load(PRESET.read_text(encoding="utf-8"))
    unifier, genotyper = preset["unifier_config"], preset["genotyper_config"]
    assert (unifier["min_AQ1"], unifier["min_AQ2"], unifier["min_GQ"]) == (0, 0, 0)
    assert genotyper["required_dp"] == 1
    assert genotyper["revise_genotypes"] is False
    lifted = {field["name"] for field in genotyper["liftover_fields"]}
    assert {"DP", "AD", "GQ", "PL"} <= lifted


def write_joint_calls(path: Path) -> None:
    """A stored joint VCF: one de novo variant of the child."""
    fields = [
        ("GT", "1", "String"),
        ("AD", "R", "Integer"),
        ("DP", "1", "Integer"),
        ("GQ", "1", "Integer"),
        ("PL", "G", "Integer"),
    ]
    lines = ["##fileformat=VCFv4.2", "##contig=<ID=1,length=2000>"]
    lines += [f'##FORMAT=<ID={key},Number={number},Type={kind},Description="{key}">' for key, number, kind in fields]
    lines.append("\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *SAMPLES]))
    ref = GENOME["1"][999]
    absent = "0/0:30,0:30:90:0,90,900"
    record = ["1", "1000", ".", ref, "G" if ref != "G" else "A", "300", ".", ".", "GT:AD:DP:GQ:PL"]
    lines.append("\t".join([*record, "0/1:14,16:30:99:300,0,280", absent, absent]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_vep__runs_offline_on_the_survivors_of_the_screen(tmp_path: Path) -> None:
    folder, standins = tmp_path / "run", tmp_path / "standins"
    folder.mkdir()
    write_fasta(folder / "genome.fa", GENOME)
    write_joint_calls(folder / "family.vcf")
    (folder / "vep cache").mkdir()
    write_run(
        folder,
        trio(vcf="family.vcf"),
        reference={"fasta": "genome.fa"},
        annotation={"consequences": "vep", "vep_cache": "vep cache"},
    )
    write_standin(standins, "vep", VEP)
    done = snakemake(folder, "--", "results/FAM/annotated/FAM.bcf", path_first=standins)
    assert done.returncode == 0, done.stdout + done.stderr

    (call,) = recorded(standins, "vep")
    assert {"--offline", "--cache", "--vcf", "--no_stats", "--symbol", "--hgvs", "--mane"} <= set(call.arguments)
    assert call.after("--input_file") == "STDIN"
    assert call.after("--dir_cache") == "vep cache"
    assert call.after("--fasta") == "results/reference/genome.fa"
    assert call.after("--output_file") == "results/FAM/annotated/FAM.vep.vcf.gz"
    # VEP knows no assembly `auto`: it takes the one of its cache.
    assert "--assembly" not in call.arguments
    assert not {"--database", "--host", "--port"} & set(call.arguments)
    with pysam.VariantFile(str(folder / "results/FAM/annotated/FAM.bcf")) as calls:
        (record,) = list(calls)
    assert "missense_variant" in str(record)
    assert "SCN2A" in str(record)
    # The intermediate file is removed, the answer is kept.
    assert not (folder / "results/FAM/annotated/FAM.vep.vcf.gz").exists()
