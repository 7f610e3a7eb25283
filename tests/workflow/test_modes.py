"""Which jobs does each way into the workflow plan?

Each folder under modes/ is one way in: config.yaml, sheets, PED file where one is used, and expected_jobs.txt, the
sorted list of planned jobs. The files that the sheets name are empty files made here. After a wanted change of the
workflow write the lists again with

    FILIATION_WRITE_EXPECTED_JOBS=1 python -m pytest tests/workflow/test_modes.py

and read the difference before it is committed.
"""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
from pathlib import Path

import pytest

from builders.snakemake_run import jobs, shell_commands, snakemake, touch_inputs
from filiation.__main__ import COMMANDS

pytestmark = pytest.mark.workflow
MODES = Path(__file__).parent / "modes"
NAMES = sorted(path.name for path in MODES.iterdir() if path.is_dir())


def parser_of(command: str) -> argparse.ArgumentParser:
    """The options of one sub-command, as __main__ makes them."""
    module = importlib.import_module(f"filiation.cli.{COMMANDS[command][0]}")
    parser = argparse.ArgumentParser(prog=f"filiation {command}", allow_abbrev=False)
    module.add_arguments(parser)
    return parser


def plan(name: str, folder: Path) -> str:
    """What a dry run of a mode prints."""
    shutil.copytree(MODES / name, folder, dirs_exist_ok=True)
    touch_inputs(folder)
    done = snakemake(folder, "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_modes__every_way_in_is_here() -> None:
    assert len(NAMES) == 15


@pytest.mark.parametrize("name", NAMES)
def test_mode__plans_the_expected_jobs_with_commands_that_exist(name: str, tmp_path: Path) -> None:
    text = plan(name, tmp_path)
    found = jobs(text)
    expected = MODES / name / "expected_jobs.txt"
    if os.environ.get("FILIATION_WRITE_EXPECTED_JOBS"):
        expected.write_text("\n".join(found) + "\n", encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8").splitlines()

    commands = shell_commands(text)
    assert len(commands) >= 7
    # Every command line that would run is accepted by the command's own parser.
    for _, command, *arguments in commands:
        parser_of(command).parse_args(arguments)


def options_of(text: str, command: str) -> argparse.Namespace:
    """The parsed options of the only call of a command."""
    (arguments,) = [words[2:] for words in shell_commands(text) if words[1] == command]
    return parser_of(command).parse_args(arguments)


def test_joint_vcf__columns_are_renamed_and_no_reference_is_asked_for(tmp_path: Path) -> None:
    options = options_of(plan("joint-vcf-trio", tmp_path), "normalise")
    assert [str(path) for path in options.variants] == ["stored/family.vcf.gz"]
    assert options.sample_name == ["LAB-CHILD=CHILD", "LAB-FATHER=FATHER", "LAB-MOTHER=MOTHER"]
    assert options.reference is None


def test_kept_bam__the_name_in_the_file_reaches_the_command(tmp_path: Path) -> None:
    calls = [words for words in shell_commands(plan("bam-trio-kept", tmp_path)) if words[1] == "adopt-reads"]
    options = {o.sample: o for o in (parser_of("adopt-reads").parse_args(words[2:]) for words in calls)}
    assert {name: o.read_group_sample for name, o in options.items()} == {
        "CHILD": "LAB-001",
        "FATHER": None,
        "MOTHER": None,
    }
    assert str(options["FATHER"].reads) == "stored/FATHER.cram"


def test_three_intervals__calling_is_limited_to_the_regions_and_joined_in_order(tmp_path: Path) -> None:
    text = plan("three-intervals", tmp_path)
    split = options_of(text, "split-regions")
    assert str(split.regions_bed) == "regions/exome.bed"
    assert len(split.output) == 3
    gather = options_of(text, "gather-calls")
    assert [str(path) for path in gather.input] == [f"results/FAM/calling/{number}.bcf" for number in (1, 2, 3)]
    calls = [parser_of("call").parse_args(words[2:]) for words in shell_commands(text) if words[1] == "call"]
    assert {str(call.interval) for call in calls} == {f"results/run/intervals/{n}.bed" for n in (1, 2, 3)}
    for call in calls:
        assert [str(path) for path in call.reads] == [
            f"results/FAM/alignment/{sample}.cram" for sample in ("CHILD", "FATHER", "MOTHER")
        ]


def test_frequencies__each_source_keeps_its_own_fields(tmp_path: Path) -> None:
    options = options_of(plan("fastq-trio", tmp_path), "screen")
    assert options.frequency == [
        "gnomad=annotation/gnomad.vcf.gz,af=AF_grpmax,homozygotes=nhomalt",
        "laboratory=annotation/laboratory.vcf.gz,af=AF,homozygotes=nhomalt",
    ]


def test_vep__is_told_the_assembly_that_the_configuration_names(tmp_path: Path) -> None:
    (words,) = shell_commands(plan("vep", tmp_path), "vep")
    assert words[words.index("--assembly") + 1] == "GRCh38"
    assert words[words.index("--dir_cache") + 1] == "annotation/vep"


def test_archive__the_family_is_kept_after_its_report_and_the_others_are_counted(tmp_path: Path) -> None:
    text = plan("archived", tmp_path)
    calls = [parser_of("archive").parse_args(words[2:]) for words in shell_commands(text) if words[1] == "archive"]
    options = {call.action: call for call in calls}
    assert set(options) == {"add", "in-house"}
    assert (options["add"].archive, options["add"].family, options["add"].date) == ("archive", "FAM", "2026-01-15")
    assert options["add"].no_links
    assert options["add"].receipt == "results/FAM/archive/FAM.archived.json"
    assert options_of(text, "annotate").in_house == [
        "archive=results/run/in_house.vcf.gz,af=AF,carriers=CARRIERS,families=FAMILIES,affected=AFFECTED,"
        "unaffected=UNAFFECTED"
    ]


def test_recheck__stands_between_two_rankings_and_the_report_takes_the_second(tmp_path: Path) -> None:
    text = plan("fastq-trio", tmp_path)
    calls = [words[2:] for words in shell_commands(text) if words[1] == "prioritise"]
    first, second = sorted(
        (parser_of("prioritise").parse_args(words) for words in calls), key=lambda o: o.recheck or ""
    )
    recheck = options_of(text, "recheck")
    assert first.recheck is None
    assert first.candidates == recheck.candidates
    assert second.recheck == recheck.output == "results/FAM/prioritisation/FAM.recheck.tsv"
    assert options_of(text, "report").candidates == second.candidates != first.candidates


def test_structural__calls_of_the_family_reach_its_ranking_with_the_gene_models(tmp_path: Path) -> None:
    shutil.copytree(MODES / "joint-vcf-trio", tmp_path, dirs_exist_ok=True)
    config = (tmp_path / "config.yaml").read_text(encoding="utf-8")
    config += "prioritisation:\n  structural:\n    - {family: FAM, vcf: stored/structural.vcf.gz}\n"
    (tmp_path / "config.yaml").write_text(config + "reference:\n  genes_gff3: stored/genes.gff3\n", encoding="utf-8")
    touch_inputs(tmp_path)
    for name in ("structural.vcf.gz", "genes.gff3"):
        (tmp_path / "stored" / name).touch()
    done = snakemake(tmp_path, "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
    options = options_of(done.stdout + done.stderr, "prioritise")
    assert (options.structural, options.gene_models) == ("stored/structural.vcf.gz", "stored/genes.gff3")
