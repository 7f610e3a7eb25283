"""The `filiation` command: finds the sub-command, imports that module only, turns errors into messages."""

from __future__ import annotations

import argparse
import importlib
import os
import sys

from filiation import __version__
from filiation.errors import FiliationError, environment_fault, nearest

# Sub-command → (module in filiation.cli, one line for `filiation --help`), in the order a family meets them.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "simulate the built-in trio and run the whole chain on it"),
    "check": ("check", "read configuration, sheets and inputs; list every fault at once"),
    "run": ("run", "run the workflow for all families: plan, progress, lock, resume"),
    "plan": ("plan", "say before a run what it will need: jobs, core-hours, memory, disk, time, money"),
    "verify": ("verify", "prove a finished run: every file, read and record against what its step wrote down"),
    "status": ("status", "show how far each family is, what failed and why, when the run will end"),
    "doctor": ("doctor", "show the version of every tool and what is missing"),
    "prepare-reference": ("prepare_reference", "check the reference genome; make its indexes in our folder"),
    "index-reference": ("index_reference", "build the aligner's index of the reference"),
    "write-pedigree": ("write_pedigree", "write one family's PED file from the sheets"),
    "extract-reads": ("extract_reads", "turn a stored BAM/CRAM into paired FASTQ, dropping exact duplicates"),
    "align": ("align", "align one unit's FASTQ pair"),
    "mark-duplicates": ("mark_duplicates", "merge a sample's units, mark duplicates, write the CRAM"),
    "adopt-reads": ("adopt_reads", "take a stored BAM/CRAM as it is aligned, under the sheet's sample name"),
    "split-regions": ("split_regions", "cut the reference into intervals for parallel calling"),
    "call": ("call", "call a family's small variants jointly in one interval"),
    "gather-calls": ("gather_calls", "join the intervals' calls, each record once"),
    "normalise": ("normalise", "left-align, split and check calls of any origin"),
    "coverage": ("coverage", "depth of one sample over each contig, at 10x and 20x"),
    "screen": ("screen", "score the trio and look up frequencies over all records; keep the informative"),
    "annotate": ("annotate", "consequences and ClinVar for the records that survived the screen"),
    "phenotype": ("phenotype", "name the patient's HPO terms; which genes and diseases they fit"),
    "prioritise": ("prioritise", "filter with a reason for every removal, apply the panel, rank"),
    "recheck": ("recheck", "open the members' reads at each candidate: new, mosaic parent, missed, artefact"),
    "panel-coverage": ("panel_coverage", "how well each gene of the panel was read, exon by exon"),
    "read-views": ("read_views", "take the reads around each candidate, for the report's picture"),
    "quality": ("quality", "sex, kinship, coverage, runs of homozygosity and uniparental disomy"),
    "quality-gate": ("quality_gate", "stop a family whose checks failed, unless a reason is given; record it"),
    "compare-families": ("compare_families", "find samples exchanged or shared between the families of a run"),
    "report": ("report", "write the family's report: HTML, PDF, TSV, XLSX, JSON, phenopacket, VCF"),
    "decide": ("decide", "take the decisions that the RCP entered in the report"),
    "archive": ("archive", "keep analyses for later: add, list, show, verify, consent, find, export, forget"),
    "reanalyse": ("reanalyse", "judge archived families again with what is new; every change with its cause"),
    "explain": ("explain", "say what became of given sites: reported, removed and why, or not callable"),
    "record-run": ("record_run", "write the merged configuration and all versions"),
    "genes": ("genes", "say which gene a name stands for, by its HGNC id"),
    "panels": ("panels", "pre-indications and their gene panels: list, build, compare, import, check"),
    "resources": ("resources", "fetch and verify public data, show what is there; compile population frequencies"),
    "validate": ("validate", "measure every goal of reliability here; the report for the laboratory's quality file"),
    "schemas": ("schemas", "write the JSON schemas and the commented default configuration"),
}


def usage() -> str:
    """The text of `filiation --help`."""
    width = max(len(name) for name in COMMANDS)
    lines = [
        f"filiation {__version__}: trio whole-genome analysis, from a family's reads to a candidate report",
        "",
        "usage: filiation COMMAND [options]        filiation COMMAND --help   for options and examples",
        "",
        "Start here:",
        "  filiation demo                           the built-in trio, from FASTQ to report",
        "  filiation check --config config/config.yaml",
        "  filiation run   --config config/config.yaml --cores 8",
        "",
        "Commands, in the order a family meets them:",
    ]
    lines += [f"  {name:<{width}}  {line}" for name, (_, line) in COMMANDS.items()]
    return "\n".join(lines)


def parse_command(arguments: list[str]) -> tuple[str, list[str]]:
    """The sub-command and what follows it; prints help or version and exits where asked."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage())
        raise SystemExit(0)
    if arguments[0] in ("-V", "--version", "version"):
        print(f"filiation {__version__}")
        raise SystemExit(0)
    name = arguments[0]
    if name not in COMMANDS:
        hint = nearest(name, list(COMMANDS))
        print(f"filiation: unknown command '{name}'. {hint} See filiation --help.", file=sys.stderr)
        raise SystemExit(2)
    return name, arguments[1:]


def main(arguments: list[str] | None = None) -> int:
    """Run one sub-command; returns 0, 1 (something failed) or 2 (a user's mistake)."""
    # Genomes are personal data: files are readable by the owner and the group only.
    os.umask(0o027)
    name, rest = parse_command(sys.argv[1:] if arguments is None else arguments)
    module = importlib.import_module(f"filiation.cli.{COMMANDS[name][0]}")
    parser = argparse.ArgumentParser(
        prog=f"filiation {name}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.add_arguments(parser)
    options = parser.parse_args(rest)
    try:
        if os.environ.get("FILIATION_LEDGER") == "1":
            from filiation.ledger.record import run_recorded

            return run_recorded(name, options, lambda: int(module.main(options) or 0))
        return int(module.main(options) or 0)
    except FiliationError as error:
        print(f"filiation {name}: {error.message()}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader of our output went away (`filiation … | head`): not a failure of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as problem:
        if (fault := environment_fault(problem)) is None:
            raise
        print(f"filiation {name}: {fault.message()}", file=sys.stderr)
        return fault.exit_code
    except KeyboardInterrupt:
        print(f"filiation {name}: stopped by the keyboard; finished steps are kept", file=sys.stderr)
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
