"""Where do other programs see another inheritance in the same calls, and why? Every difference has a class.

Compared, record by record, on the stored trios of ../shared/data/vcf (skipped when they are absent) and on a
generated trio, which has an X:

- Mendelian errors against `bcftools +mendelian` (genotypes alone, rules of the build);
- the rules of slivar 0.3 (js/slivar-functions.js and the compound-hets command; Pedersen et al. 2021,
  10.1038/s41525-021-00227-3), transcribed for arrays: recessive, x_recessive, x_denovo, a side of a compound
  heterozygote, and pairs of sides. Its de novo rule is compared in benchmarks/de_novo_stored_trios.py. For pairs the
  stand-in of a gene is a block of 50 kb, since these calls have no genes.

Population frequencies play no part: the patterns are those of the genotypes and reads.

    python benchmarks/inheritance_peers.py [--records 60000] [--json FILE]

A difference without a class is printed as OTHER and makes the exit code 1; docs/inheritance.md explains the classes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "scripts"))

DATA = REPOSITORY.parent / "shared" / "data" / "vcf"
# File, child, father, mother, sex of the child, rules of `bcftools +mendelian`.
TRIOS = {
    "aj_trio_gatk_b37_chr1": ("ashk-trio.vcf.gz", "HG002", "HG003", "HG004", 1, "GRCh37"),
    "ceph1463_trio_gatk_grch38_chr20": ("trio.vcf", "son", "father", "mother", 1, "GRCh38"),
    "ceu_trio_strelka_chr1_200snv": ("denovo-chr1-200-snv.vcf.gz", "PROBAND", "PARENT2", "PARENT1", 1, "GRCh37"),
    "upd_simulated_na19675_b37": ("test_het_mat.vcf.gz", "NA19675", "NA19678", "NA19679", 1, "GRCh37"),
}
BLOCK = 50_000
OTHER = "OTHER"
ABSENT, LOW, CARRIER, HOMOZYGOUS = 0, 1, 2, 3
AUTOSOMAL, X_CLASS = (0, 1), 2


def good(batch: Any, on_x: bool, child_is_male: bool) -> np.ndarray:
    """slivar's hq1 for child, father and mother: GQ >= 20 (males on the X 10), >= 6 reads, balance as called."""
    reads = batch.ref_depth + batch.alt_depth
    balance = batch.alt_depth / np.maximum(reads, 1)
    least = np.full(3, 20.0)
    if on_x:
        least[[place for place, male in ((0, child_is_male), (1, True)) if male]] = 10.0
    called = batch.genotype
    window = np.where(
        called == 0, balance < 0.02, np.where(called == 1, (balance >= 0.2) & (balance <= 0.8), balance > 0.98)
    )
    return np.asarray((called >= 0) & (batch.genotype_quality >= least) & (reads >= 6) & window)


def slivar_rules(batch: Any, male: bool) -> dict[str, np.ndarray]:
    """slivar's verdicts, bool (v,) for each rule; recessive on autosomes, the X rules on the X of boys."""
    child, father, mother = batch.genotype[:, 0], batch.genotype[:, 1], batch.genotype[:, 2]
    autosome = np.isin(batch.contig_class, AUTOSOMAL)
    x = (batch.contig_class == X_CLASS) & male
    hq, hq_x = good(batch, False, male), good(batch, True, male)
    reads = batch.ref_depth + batch.alt_depth
    balance = batch.alt_depth / np.maximum(reads, 1)
    parental = batch.alt_depth[:, 1:].sum(axis=1)
    side = (child == 1) & hq[:, 0] & (father >= 0) & (mother >= 0) & (father < 2) & (mother < 2)
    return {
        "recessive": autosome & (child == 2) & (father == 1) & (mother == 1) & hq.all(axis=1),
        "x_recessive": x & (child >= 1) & (balance[:, 0] > 0.75) & (father == 0) & (mother == 1)
        & (balance[:, 2] > 0.2) & (balance[:, 2] < 0.8) & hq_x.all(axis=1),
        "x_denovo": x & (child >= 1) & (balance[:, 0] > 0.3) & (father == 0) & (mother == 0) & hq_x.all(axis=1)
        & (parental < 2),
        "compound_side": autosome & side & (father + mother <= 1),
    }  # fmt: skip


def ours(patterns: np.ndarray, batch: Any, male: bool) -> dict[str, np.ndarray]:
    """The cells that answer the same questions: any that is not NO."""
    from filiation.model.inheritance import Inheritance

    order = list(Inheritance)
    cell = {name: patterns[:, order.index(name)] > 0 for name in Inheritance}
    autosome = np.isin(batch.contig_class, AUTOSOMAL)
    x = (batch.contig_class == X_CLASS) & male
    return {
        "recessive": autosome & cell[Inheritance.AUTOSOMAL_RECESSIVE],
        "x_recessive": x & cell[Inheritance.X_LINKED],
        "x_denovo": x & cell[Inheritance.DE_NOVO],
        "compound_side": autosome & cell[Inheritance.COMPOUND_HETEROZYGOUS],
    }


def only_slivar(rule: str, states: np.ndarray, batch: Any, v: int) -> str:
    """Why a record fits slivar's rule and not our pattern."""
    child, father, mother = (int(state) for state in states[v, :3])
    if child in (ABSENT, LOW) or LOW in (father, mother):
        return "few alternate reads of a heterozygote: a mosaic to us, a carrier to the rule"
    if rule == "x_recessive" and father in (CARRIER, HOMOZYGOUS):
        return "the father carries it"
    if rule == "x_denovo" and (mother != ABSENT or batch.genotype[v, 0] >= 1):
        return "posterior of a new allele below the limit, or the mother without data"
    return OTHER


def only_ours(rule: str, states: np.ndarray, batch: Any, v: int, hq: np.ndarray) -> str:
    """Why a record fits our pattern and not slivar's rule."""
    father, mother = int(states[v, 1]), int(states[v, 2])
    called = batch.genotype[v]
    if (called < 0).any() or -1 in (father, mother):
        return "a parent without data: unknown to us, no answer to the rule"
    if rule == "recessive" and (called[1:] == 0).any():
        return "a parent without the allele: deletion, disomy or drop-out stay possible to us"
    if rule in ("x_recessive", "x_denovo") and called[1] >= 1:
        return "the father carries it on his X, which a son does not get"
    if rule == "x_recessive" and called[2] == 0:
        return "both parents without it on thin data: the origin stays open"
    if rule == "compound_side" and (called[1:] > 0).all():
        return "both parents carry it: which one gave it is open, and the pair possible"
    if rule == "compound_side" and (called[1:] == 2).any():
        return "a parent with two copies whose health is not known, or who is affected"
    if not hq[v].all():
        return "genotype quality, depth or balance of a member below the rule's limits: flagged by us, not removed"
    if rule == "x_recessive" and (batch.alt_depth[v, 0] <= 0.75 * (batch.ref_depth[v, 0] + batch.alt_depth[v, 0])):
        return "a boy called 0/1 on his X with reads of both alleles"
    if rule == "x_denovo" and batch.alt_depth[v, 1:].sum() > 1:
        return "two or more alternate reads of the parents, weighed by us"
    return OTHER


def mendelian_by_bcftools(calls: Path, members: tuple[str, str, str], build: str) -> set[tuple[str, int, str, str]]:
    """Records that `bcftools +mendelian` finds inconsistent."""
    child, father, mother = members
    command = ["bcftools", "+mendelian", str(calls), "-t", f"{mother},{father},{child}", "-r", build, "-m", "x"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = (line.split("\t", 5) for line in text.splitlines() if not line.startswith("#"))
    return {(row[0], int(row[1]), row[3], row[4]) for row in rows}


def why_mendelian(batch: Any, v: int, ours_is_error: bool, evaluated: bool) -> str:
    """The class of a difference about Mendelian errors."""
    called = batch.genotype[v]
    x = batch.contig_class[v] == X_CLASS
    if x and called[0] == 1 and ours_is_error:
        return "a boy's 0/1 on the X: an error to us, a genotype to bcftools"
    if x and not ours_is_error and batch.alleles_called[v, 0] == 2:
        return "a boy's X called with two alleles: +mendelian has no sex and takes him for a daughter"
    if x and (called[1] == 1 or called[0] == 1):
        return "a man's 0/1 on the X"
    if (batch.alleles_called[v] == 1).any():
        return "a half call or a single allele"
    if (called < 0).any():
        return (
            "a parent without a call: the other is still tested by us" if ours_is_error else "a member without a call"
        )
    if not evaluated:
        return "not evaluated by us"
    return OTHER


def batches(calls: Path, family: Any, model: Any) -> Iterator[tuple[Any, np.ndarray, np.ndarray]]:
    """Records with their states and the patterns before any frequency."""
    from filiation.scoring.screen import decisions

    for batch, decision in decisions(calls, family, model, []):
        yield batch, decision.scores.states, decision.scores.patterns


def pairs_of_slivar(father: list[int], mother: list[int]) -> set[tuple[int, int]]:
    """slivar's phased pairs among sides: other parents, or one parental carrier in all (the other side is new)."""
    found = set()
    for i in range(len(father)):
        for j in range(i + 1, len(father)):
            carriers = [father[i], mother[i], father[j], mother[j]]
            opposite = (father[i], mother[i]) != (father[j], mother[j]) and sum(carriers) == 2
            one_each = father[i] + mother[i] == 1 and father[j] + mother[j] == 1
            if (opposite and one_each) or sum(carriers) == 1:
                found.add((i, j))
    return found


def compare_pairs(sides: list[tuple[str, tuple[int, ...], tuple[int, int]]], family: Any) -> Counter[str]:
    """Pairs of records that both programs take for sides: in trans by one, by both."""
    from filiation.scoring.compound import find_pairs

    found: Counter[str] = Counter()
    blocks: dict[str, list[int]] = {}
    for number, (block, _, _) in enumerate(sides):
        blocks.setdefault(block, []).append(number)
    for block, members in blocks.items():
        members = members[:40]
        mine = find_pairs(family, [block] * len(members), [sides[n][1] for n in members])
        in_trans = {(min(pair.first, pair.second), max(pair.first, pair.second)) for pair in mine}
        theirs = pairs_of_slivar([sides[n][2][0] for n in members], [sides[n][2][1] for n in members])
        found["pairs, both"] += len(in_trans & theirs)
        for i, j in theirs - in_trans:
            states = sides[members[i]][1] + sides[members[j]][1]
            found["pairs, slivar alone: " + ("a parent's few reads" if LOW in states else OTHER)] += 1
        for i, j in in_trans - theirs:
            one, two = sides[members[i]][1], sides[members[j]][1]
            if -1 in one[1:3] + two[1:3]:
                reason = "a parent without data at a site"
            elif not any(state >= CARRIER for state in one[1:3] + two[1:3]):
                reason = "two new variants: their copies are not known"
            else:
                reason = "a parent's few reads" if LOW in one + two else OTHER
            found[f"pairs, ours alone: {reason}"] += 1
    return found


def compare(calls: Path, members: tuple[str, str, str], sex: int, build: str, model: Any) -> Counter[str]:
    """Counts of agreement and of every class of difference on one trio."""
    from filiation.io.ped import read_pedigree
    from filiation.kernels.mendelian import trio_status_jit

    child, father, mother = members
    pedigree = calls.with_suffix(".ped")
    pedigree.write_text(f"F\t{child}\t{father}\t{mother}\t{sex}\t2\nF\t{father}\t0\t0\t1\t1\nF\t{mother}\t0\t0\t2\t1\n")
    family, male = read_pedigree(pedigree), sex == 1
    inconsistent = mendelian_by_bcftools(calls, members, build)
    found: Counter[str] = Counter()
    sides: list[tuple[str, tuple[int, ...], tuple[int, int]]] = []
    for batch, states, patterns in batches(calls, family, model):
        found["records"] += len(batch)
        status = trio_status_jit(batch.genotype[:, :3], batch.contig_class, sex)
        theirs, mine = slivar_rules(batch, male), ours(patterns, batch, male)
        hq = good(batch, bool((batch.contig_class == X_CLASS).any()), male)
        for v in range(len(batch)):
            key = (batch.contigs[batch.contig_index[v]], int(batch.pos[v]), batch.ref[v], batch.alt[v])
            error, by_bcftools = status[v] == 1, key in inconsistent
            if error or by_bcftools:
                side = "both" if error and by_bcftools else "ours alone" if error else "bcftools alone"
                reason = "" if side == "both" else ": " + why_mendelian(batch, v, bool(error), status[v] >= 0)
                found[f"Mendelian errors, {side}{reason}"] += 1
            for rule in theirs:
                if theirs[rule][v] and mine[rule][v]:
                    found[f"{rule}, both"] += 1
                elif theirs[rule][v]:
                    found[f"{rule}, slivar alone: {only_slivar(rule, states, batch, v)}"] += 1
                elif mine[rule][v]:
                    found[f"{rule}, ours alone: {only_ours(rule, states, batch, v, hq)}"] += 1
            if theirs["compound_side"][v] and mine["compound_side"][v]:
                carried = (int(batch.genotype[v, 1] > 0), int(batch.genotype[v, 2] > 0))
                block = f"{key[0]}:{key[1] // BLOCK}"
                sides.append((block, tuple(int(state) for state in states[v]), carried))
    return found + compare_pairs(sides, family)


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=60_000, help="records of the generated trio; 0: none")
    parser.add_argument("--quick", action="store_true", help="a tenth of them")
    parser.add_argument("--json", type=Path, help="write the counts as JSON")
    options = parser.parse_args()
    from generated_trio import SAMPLES, generate

    from filiation.calls.normalise import normalise_calls
    from filiation.config import scoring_model_path
    from filiation.io.ped import read_pedigree
    from filiation.scoring.model import load_scoring_model

    model = load_scoring_model(scoring_model_path())
    counts: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for trio, (file, child, father, mother, sex, build) in TRIOS.items() if DATA.is_dir() else ():
            pedigree = folder / "given.ped"
            pedigree.write_text(
                f"F\t{child}\t{father}\t{mother}\t{sex}\t2\nF\t{father}\t0\t0\t1\t1\nF\t{mother}\t0\t0\t2\t1\n"
            )
            calls = folder / f"{trio}.bcf"
            normalise_calls(read_pedigree(pedigree), [DATA / trio / file], calls)
            counts[trio] = compare(calls, (child, father, mother), sex, build, model)
        if options.records:
            made = generate(folder, options.records // (10 if options.quick else 1))
            counts["generated"] = compare(made.bcf, SAMPLES, 1, "GRCh38", model)
    for trio, found in counts.items():
        print(f"\n{trio}")
        for text, count in sorted(found.items()):
            print(f"  {count:7d}  {text}")
    if options.json:
        options.json.write_text(json.dumps(counts, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    unexplained = sum(count for found in counts.values() for text, count in found.items() if OTHER in text)
    print(f"\n{unexplained} differences without a class")
    return 1 if unexplained else 0


if __name__ == "__main__":
    raise SystemExit(main())
