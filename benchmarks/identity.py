"""Does the quality gate stop every exchanged, foreign or contaminated sample, and no true family?

Families are simulated with their reads (benchmarks/identity_genomes.py) and judged by the code and the thresholds
of `filiation quality`. Four parts: mistakes (benchmarks/identity_cases.py) at 30x and 10x; contamination of 1, 2, 3
and 5 % by strangers of the same and of another population and by members of the family; members exchanged between
families of one run, or in two of them, by `filiation compare-families`; and true trios that look odd: related parents,
parents of different ancestry, one X or XXY, both copies of a chromosome from one parent, low depth.
docs/quality.md prints what this wrote.

Examples:
  python benchmarks/identity.py
  python benchmarks/identity.py --quick --json identity.json
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from identity_cases import FEMALE, LABELS, MALE, ROLES, Relatives, cases
from identity_genomes import Person, World, family_of

from filiation.config import RESOURCES
from filiation.io.vcf import TrioBatch
from filiation.model.pedigree import Family, Sex
from filiation.quality.assess import assess, measured_sexes
from filiation.quality.fingerprint import Fingerprint, compare_all, fingerprint
from filiation.quality.tally import FamilyTally
from filiation.quality.thresholds import Thresholds, load_thresholds, newest_thresholds
from filiation.quality.verdict import CheckRow, Verdict

DEPTHS = (30, 10)
FRACTIONS = (0.01, 0.02, 0.03, 0.05)
# Contamination is estimated from a genome's worth of sites; at 10x the few of the other parts would be too noisy.
CONTAMINATION_SITES = {30: 2400, 10: 8000}
KINDS = (
    "unrelated parents",
    "parents are first cousins",
    "uncle and niece",
    "parents of different ancestry",
    "girl with one X",
    "boy with two X and a Y",
    "maternal heterodisomy",
    "paternal isodisomy",
    "1 % foreign reads",
    "distant population",
)


@cache
def thresholds() -> Thresholds:
    """The newest thresholds of `filiation quality`."""
    return load_thresholds(newest_thresholds(RESOURCES / "scoring"))


def judge(family: Family, batch: TrioBatch) -> list[CheckRow]:
    """All rows of one family, under the newest thresholds."""
    tally = FamilyTally(family, thresholds())
    tally.add(batch)
    return assess(family, tally, [], thresholds())[0]


def mistake(task: tuple[int, int, int]) -> dict[str, Any]:
    """One mistake at one depth: was it stopped, and was it named?"""
    number, depth, seed = task
    case = cases()[number]
    world = World(seed)
    sex = MALE if seed % 2 else FEMALE
    people = Relatives(world, sex)
    rows = judge(case.family(sex), world.call(case.columns(people), depth))
    failed = [row for row in rows if row.verdict is Verdict.FAIL]
    told = next((row.meaning for row in failed if row.check in ("roles", "sex") and row.sample == "FAM"), "")
    return {
        "case": case.name,
        "depth": depth,
        "stopped": bool(failed),
        "named": all(words in told for words in case.words),
        "told": told,
    }


def contaminated(task: tuple[float, int, str, str, int]) -> dict[str, Any]:
    """One member with a share of foreign reads: the estimate, the verdict, the source named."""
    fraction, depth, label, source, seed = task
    world = World(seed, sites=CONTAMINATION_SITES[depth])
    people = Relatives(world, MALE if seed % 2 else FEMALE)
    columns = {"child": people.child, "father": people.father, "mother": people.mother}
    giver = columns.get(source) or world.founder(FEMALE, 1 if source == "another population" else 0)
    batch = world.call(list(columns.values()), depth, {list(columns).index(label): (fraction, giver)})
    rows = judge(family_of(people.sex), batch)
    (row,) = [row for row in rows if row.check == "contamination" and row.sample == label]
    estimate = float(row.observed.split(" %")[0]) / 100
    inside = source in columns
    right = f"family's own {source}" if inside else "outside the family"
    return {
        "fraction": fraction,
        "depth": depth,
        "estimate": estimate,
        "verdict": str(row.verdict),
        "named": right in row.meaning,
        "misnamed": right not in row.meaning and "cannot be told" not in row.meaning and row.verdict != "OK",
        "inside": inside,
    }


def true_trio(task: tuple[str, int, int]) -> dict[str, Any]:
    """A family that is what its sheet says; which checks failed?"""
    kind, depth, seed = task
    fst = 0.15 if kind in ("parents of different ancestry", "distant population") else 0.05
    world = World(seed, fst=fst)
    sex = {"girl with one X": FEMALE, "boy with two X and a Y": MALE}.get(kind, MALE if seed % 2 else FEMALE)
    population = {"parents of different ancestry": (0, 1), "distant population": (1, 1)}.get(kind, (0, 0))
    people = Relatives(world, sex, population)
    child, father, mother = people.child, people.father, people.mother
    if kind == "parents are first cousins":
        mother = world.child(people.uncle(), world.founder(FEMALE), FEMALE)
        child = world.child(father, mother, sex)
    elif kind == "uncle and niece":
        mother = world.child(people.uncle(), world.founder(FEMALE), FEMALE)
        father = people.uncle()
        child = world.child(father, mother, sex)
    elif kind == "girl with one X":
        child = world.aneuploid(child, "X0", mother)
    elif kind == "boy with two X and a Y":
        child = world.aneuploid(child, "XXY", mother)
    elif kind in ("maternal heterodisomy", "paternal isodisomy"):
        parent = mother if kind.startswith("maternal") else father
        contig = world.contigs[seed % world.autosomes]
        child = world.uniparental(child, parent, contig, isodisomy=kind.endswith("isodisomy"))
    mixtures = {seed % 3: (0.01, world.founder(MALE))} if kind == "1 % foreign reads" else {}
    rows = judge(family_of(sex), world.call([child, father, mother], depth, mixtures))
    failed = [f"{row.check} {row.sample}: {row.observed}; {row.meaning}" for row in rows if row.verdict is Verdict.FAIL]
    confirmed = all(
        row.verdict is Verdict.OK for row in rows if row.check == "kinship" and row.sample.startswith("child+")
    )
    warned = [row.check for row in rows if row.verdict is Verdict.WARN]
    return {"kind": kind, "depth": depth, "failed": failed, "confirmed": confirmed, "warned": warned}


def exchanged_families(task: tuple[str, int, int]) -> dict[str, Any]:
    """Six families of one run; one member of the first two has changed places ('' for nobody), or is in both."""
    label, depth, seed = task
    world = World(seed)
    families = [Relatives(world, MALE if number % 2 else FEMALE) for number in range(6)]
    tubes = [{name: getattr(people, name) for name in LABELS} for people in families]
    member = label.removesuffix(" twice")
    if label.endswith("twice"):
        tubes[1][member] = tubes[0][member]
    elif label:
        tubes[0][member], tubes[1][member] = tubes[1][member], tubes[0][member]
    prints = [print_of(world, number, people.sex, tubes[number], depth) for number, people in enumerate(families)]
    rows, apart = compare_all(prints, thresholds())
    failed = [row["meaning"] for row in rows if row["verdict"] == "FAIL"]
    concerned = {frozenset((row["first_family"], row["second_family"])) for row in rows}
    fits = [f"F{a}-{member} of F{a} fits the {ROLES.get(member)} F{b}-{member} of F{b}" for a, b in ((0, 1), (1, 0))]
    same = f"F0-{member} of F0 and {ROLES.get(member)} F1-{member} of F1 are the same person"
    wanted = [same] if label.endswith("twice") else fits
    return {
        "kind": label or "nothing",
        "depth": depth,
        "stopped": bool(failed),
        "named": all(any(words in text for text in failed) for words in wanted),
        "wrong": sum(bool(pair - {"F0", "F1"}) for pair in concerned) + apart,
    }


def print_of(world: World, number: int, sex: Sex, tubes: dict[str, Person], depth: int) -> Fingerprint:
    """The fingerprint of one family of a run."""
    plain = family_of(sex, f"F{number}")
    members = tuple(replace(member, sample=f"F{number}-{member.sample}") for member in plain.members)
    family = replace(plain, members=members)
    tally = FamilyTally(family, thresholds())
    tally.add(world.call([tubes[name] for name in LABELS], depth))
    rows = assess(family, tally, [], thresholds())[0]
    sexes = measured_sexes(family, tally, [], thresholds())
    sites_max = thresholds().families.sites_max
    return fingerprint(family, tally.contigs, tally.seen(), rows, sexes, "other", sites_max)


def families_part(repeats: int, workers: int) -> dict[str, Any]:
    """Runs of six families: members exchanged between two, one person in two, and nothing wrong."""
    kinds = [*LABELS, *(f"{label} twice" for label in LABELS), ""]
    tasks = [
        (kind, depth, 9000 + 100 * r + 10 * place + depth)
        for place, kind in enumerate(kinds)
        for depth in DEPTHS
        for r in range(repeats)
    ]
    found = run(exchanged_families, tasks, workers)
    result: dict[str, Any] = {}
    for depth in DEPTHS:
        here = [row for row in found if row["depth"] == depth]
        faulty = [row for row in here if row["kind"] != "nothing"]
        result[f"{depth}x"] = {
            "runs with a mistake": len(faulty),
            "stopped": sum(row["stopped"] for row in faulty),
            "named": sum(row["named"] for row in faulty),
            "runs without": len(here) - len(faulty),
            "stopped wrongly": sum(row["stopped"] for row in here if row["kind"] == "nothing"),
            "pairs of other families told": sum(row["wrong"] for row in here),
        }
    return result


def run(function: Callable[[Any], dict[str, Any]], tasks: Sequence[Any], workers: int) -> list[dict[str, Any]]:
    """All tasks, in their order."""
    if workers < 2:
        return [function(task) for task in tasks]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return list(pool.map(function, tasks, chunksize=4))


def mistakes_part(repeats: int, workers: int) -> dict[str, Any]:
    """Every mistake at both depths, `repeats` families each."""
    number = len(cases())
    tasks = [
        (case, depth, 1000 * r + 7 * case + depth) for case in range(number) for depth in DEPTHS for r in range(repeats)
    ]
    found = run(mistake, tasks, workers)
    result: dict[str, Any] = {"cases": number, "families": len(found)}
    for depth in DEPTHS:
        here = [row for row in found if row["depth"] == depth]
        result[f"{depth}x"] = {
            "families": len(here),
            "stopped": sum(row["stopped"] for row in here),
            "named": sum(row["named"] for row in here),
        }
    result["not stopped"] = sorted({f"{row['case']} at {row['depth']}x" for row in found if not row["stopped"]})
    result["not named"] = sorted(
        {f"{row['case']} at {row['depth']}x: {row['told']}" for row in found if not row["named"]}
    )
    return result


def contamination_part(repeats: int, workers: int) -> dict[str, Any]:
    """Estimates against truth, by share and depth."""
    sources = (
        ("child", "same population"),
        ("father", "another population"),
        ("mother", "same population"),
        ("child", "mother"),
        ("father", "child"),
        ("mother", "father"),
    )
    tasks = [
        (fraction, depth, label, source, 100 * r + place + int(1000 * fraction))
        for fraction in FRACTIONS
        for depth in DEPTHS
        for place, (label, source) in enumerate(sources)
        for r in range(repeats)
    ]
    found = run(contaminated, tasks, workers)
    result = {}
    for depth in DEPTHS:
        for fraction in FRACTIONS:
            here = [row for row in found if row["depth"] == depth and row["fraction"] == fraction]
            errors = np.array([100 * (row["estimate"] - fraction) for row in here])
            result[f"{100 * fraction:g} % at {depth}x"] = {
                "families": len(here),
                "mean error, points": round(float(errors.mean()), 3),
                "largest error, points": round(float(np.abs(errors).max()), 3),
                "within half a point": int((np.abs(errors) <= 0.5).sum()),
                "warned or stopped": sum(row["verdict"] != "OK" for row in here),
                "stopped": sum(row["verdict"] == "FAIL" for row in here),
                "source named": sum(row["named"] for row in here),
                "source misnamed": sum(row["misnamed"] for row in here),
            }
    return result


def true_part(families: int, workers: int) -> dict[str, Any]:
    """False stops among true trios."""
    tasks = [(KINDS[n % len(KINDS)], DEPTHS[n // len(KINDS) % 2], 50_000 + n) for n in range(families)]
    found = run(true_trio, tasks, workers)
    return {
        "families": len(found),
        "false stops": sum(bool(row["failed"]) for row in found),
        "parents confirmed": sum(row["confirmed"] for row in found),
        "by kind": dict(Counter(row["kind"] for row in found)),
        "what failed": [f"{row['kind']} {row['depth']}x {text}" for row in found for text in row["failed"]],
        "warnings": dict(Counter(f"{row['kind']}: {check}" for row in found for check in set(row["warned"]))),
    }


def goals(result: dict[str, Any]) -> dict[str, float]:
    """What `filiation validate` reads of the parts that were run."""
    found: dict[str, float] = {}
    depths = [f"{depth}x" for depth in DEPTHS]
    if "mistakes" in result:
        part = [result["mistakes"][depth] for depth in depths]
        found["caught"] = 100 * sum(row["stopped"] for row in part) / sum(row["families"] for row in part)
    if "families" in result:
        part = [result["families"][depth] for depth in depths]
        faulty = sum(row["runs with a mistake"] for row in part)
        found["caught_between_families"] = 100 * sum(row["stopped"] for row in part) / faulty
    if "true" in result:
        found["true_trios"], found["false_stops"] = result["true"]["families"], result["true"]["false stops"]
    if "contamination" in result:
        part = {name: row for name, row in result["contamination"].items() if isinstance(row, dict)}
        must_stop = [row for name, row in part.items() if float(name.split(" %")[0]) >= 3]
        found["contaminated"] = sum(row["families"] for row in part.values())
        found["contamination_error"] = max(row["largest error, points"] for row in part.values())
        found["contamination_missed"] = sum(row["families"] - row["stopped"] for row in must_stop)
    return found


def main() -> None:
    """Run the parts and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one family a mistake, 40 true trios")
    parser.add_argument("--part", choices=("mistakes", "contamination", "families", "true"), action="append")
    parser.add_argument("--families", type=int, help="true trios (default: 500)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    repeats = 1 if options.quick else 4
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "mistakes": lambda: mistakes_part(repeats, options.workers),
        "contamination": lambda: contamination_part(repeats, options.workers),
        "families": lambda: families_part(repeats, options.workers),
        "true": lambda: true_part(options.families or (40 if options.quick else 500), options.workers),
    }
    result: dict[str, Any] = {}
    for name in options.part or parts:
        started = time.perf_counter()
        result[name] = parts[name]()
        result[name]["seconds"] = round(time.perf_counter() - started, 1)
        print(json.dumps({name: result[name]}, indent=1))
    if options.json:
        options.json.write_text(json.dumps(result | {"goals": goals(result)}, indent=1) + "\n")


if __name__ == "__main__":
    main()
