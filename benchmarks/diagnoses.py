"""Does the shelf that is discussed hold the diagnosis? More than a thousand planted, in every pre-indication.

Diagnoses are planted in made-up genomes of trios (diagnosis_genome.py), in the disease genes of every germline
pre-indication (diagnosis_genes.py), as alleles of every inheritance class (diagnosis_cases.py), with signs as a
clinician would write them (diagnosis_patients.py). Screen and prioritise run on them as on a family; a panel alone,
slivar's rules and an Exomiser-like score see the same genomes (diagnosis_peers.py). Weights are tuned on one half of
the genes (`--half tuning`); what is reported is the other half. docs/diagnoses.md says what this does not show.

    python benchmarks/diagnoses.py --hpo-annotations phenotype.hpoa --json diagnoses.json     all, about half an hour
    python benchmarks/diagnoses.py --quick                                                    a subset, for tests
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from diagnosis_cases import PER_PRE_INDICATION, Case, panel_tiers, plan_cases
from diagnosis_families import Group, GroupPlan, make_group, plan_groups
from diagnosis_genome import RARE_RECORDS
from diagnosis_patients import read_frequencies
from diagnosis_run import OURS, Outcome, as_rows, run_group
from diagnosis_tables import all_tables, missed, select, summary

from filiation.config import RESOURCES

HALVES = ("held_out", "tuning")
QUICK_SLUGS = ("deficience-intellectuelle", "myopathies", "nephropathies-chroniques")
QUICK_CASES = 10
QUICK_RECORDS = 3_000


def plan(options: argparse.Namespace) -> list[Case]:
    """The cases asked for."""
    frequencies = read_frequencies(options.hpo_annotations) if options.hpo_annotations else None
    cases = plan_cases(
        panel_tiers(RESOURCES / "panels"),
        per_pre_indication=QUICK_CASES if options.quick else options.per_pre_indication,
        frequencies=frequencies,
        slugs=QUICK_SLUGS if options.quick else tuple(options.pre_indications),
        bare=options.bare,
    )
    return [case for case in cases if options.half in ("all", case.half)]


def run_family(wanted: GroupPlan | Group, half: str, options: argparse.Namespace, folder: str) -> tuple[Any, Group]:
    """Outcomes of the cases of one family in one half of the genes; the family is made first where it is a plan."""
    records = QUICK_RECORDS if options.quick else options.rare_records
    group = wanted if isinstance(wanted, Group) else make_group(wanted, Path(folder), records)
    cases = [case for case in group.cases if case.half == half]
    return list(run_group(group, cases, weights=options.weights, peers=not options.ours_only)), group


def run(cases: list[Case], options: argparse.Namespace) -> list[Outcome]:
    """All outcomes, family by family, the half that is reported first; what is there is written after each."""
    outcomes: list[Outcome] = []
    started = time.monotonic()
    families: Sequence[GroupPlan | Group] = plan_groups(cases, one_of_each=options.quick)
    with (
        tempfile.TemporaryDirectory(prefix="diagnoses") as folder,
        ProcessPoolExecutor(options.processes) as pool,
    ):
        for half in HALVES:
            made = []
            step = partial(run_family, half=half, options=options, folder=options.work or folder)
            for found, group in pool.map(step, families):
                outcomes += found
                made.append(group)
                done = len(select(outcomes, OURS))
                print(f"{done}/{len(cases)} cases, {time.monotonic() - started:.0f} s", file=sys.stderr)
                if options.json:
                    write_json(options.json, outcomes)
            families = made
    return outcomes


def write_json(path: Path, outcomes: list[Outcome]) -> None:
    """Shares of each half and every outcome."""
    totals = {
        half: {
            words: summary(select(outcomes, hpo=hpo, half=half))
            for words, hpo in (("with_hpo", True), ("without_hpo", False))
        }
        for half in (*HALVES, "")
    }
    every = totals[""]["with_hpo"]
    # What `filiation validate` reads.
    goals = {"cases": every["cases"]}
    if every["cases"]:
        goals |= {"on_shelf": 100 * every["shown"], "first_five": 100 * every["top_5"]}
    written = {"totals": totals, "goals": goals, "outcomes": as_rows(outcomes)}
    path.write_text(json.dumps(written, indent=1), encoding="utf-8")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="three pre-indications in small genomes")
    parser.add_argument("--half", choices=("all", "tuning", "held_out"), default="all", help="half of the genes")
    parser.add_argument(
        "--bare", action="store_true", help="no ClinVar, gene facts or panel; every sign imprecise: what is left then"
    )
    parser.add_argument("--per-pre-indication", type=int, default=PER_PRE_INDICATION, metavar="N")
    parser.add_argument("--pre-indications", nargs="+", default=[], metavar="SLUG")
    parser.add_argument("--rare-records", type=int, default=RARE_RECORDS, metavar="N", help="rare variants of a child")
    parser.add_argument("--hpo-annotations", type=Path, metavar="HPOA", help="phenotype.hpoa, for frequencies of signs")
    parser.add_argument("--weights", type=Path, metavar="YAML", help="other weights than those that ship")
    parser.add_argument("--ours-only", action="store_true", help="leave the other methods out")
    parser.add_argument("--processes", type=int, default=1, metavar="N", help="families that are run at once")
    parser.add_argument("--work", metavar="FOLDER", help="keep the made-up families here")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every outcome")
    options = parser.parse_args()
    cases = plan(options)
    outcomes = run(cases, options)
    reported = "" if options.half != "all" else "held_out"
    print(all_tables(outcomes, reported))
    lost = missed(outcomes, reported)
    print(f"\nNot on A or B: {len(lost)}")
    print("\n".join(f"- {line}" for line in lost))


if __name__ == "__main__":
    main()
