"""On real trios, who calls what? Filiation against trio-dnm2, +mendelian, slivar's and Hail's rules and genotypes.

Runs on the stored trio VCFs of ../shared/data/vcf (skipped when they are absent) and prints every site that any of
them calls, with the reads of each member, and a count for each way of disagreeing. No truth is known here, but that
of Mendelian errors in repeats none is expected to be new; docs/scoring.md explains the classes. Then, for every record
that bcftools +mendelian (or +mendelian2) calls inconsistent, what it is to us; the sites of slivar's recessive and X
expressions against our patterns; and the de novo calls in the order of their odds, with the records of higher odds that
are not called and why.

    python benchmarks/de_novo_stored_trios.py [--all]

--all also prints the sites that plain genotypes alone call.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from de_novo_rules import X, genotypes_alone, hail, slivar, slivar_recessive, slivar_x_de_novo, slivar_x_recessive

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "scripts"))

from filiation.kernels.mendelian import NOT_EVALUATED, VIOLATION, trio_status_jit  # noqa: E402
from filiation.kernels.mutation import CONTEXT_UNKNOWN as UNKNOWN  # noqa: E402
from filiation.kernels.mutation import TANDEM_REPEAT as REPEAT  # noqa: E402
from filiation.scoring.de_novo import classify_changes as classify  # noqa: E402

DATA = REPOSITORY.parent / "shared" / "data" / "vcf"
# File, child, father, mother, sex of the child.
TRIOS = {
    "aj_trio_gatk_b37_chr1": ("ashk-trio.vcf.gz", "HG002", "HG003", "HG004", 1),
    "ceph1463_trio_gatk_grch38_chr20": ("trio.vcf", "son", "father", "mother", 1),
    "ceu_trio_strelka_chr1_200snv": ("denovo-chr1-200-snv.vcf.gz", "PROBAND", "PARENT2", "PARENT1", 1),
}
TRIO_DNM2_CUT = -9.0
# Records shown in the order of their odds.
RANKED = 15


def trio_dnm2(calls: Path, members: tuple[str, str, str]) -> dict[tuple[str, int, str, str], float]:
    """Log score by allele, parents by their allelic depths (stored files have no QS)."""
    text = subprocess.run(
        ["bcftools", "+trio-dnm2", "--no-version", "--with-pAD", "-p", ",".join(members), str(calls)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    child = None
    scores = {}
    for line in text.splitlines():
        fields = line.split("\t")
        if line.startswith("#CHROM"):
            child = fields.index(members[0])
        if line.startswith("#") or child is None:
            continue
        keys, values = fields[8].split(":"), fields[child].split(":")
        value = dict(zip(keys, values, strict=False)).get("DNM", ".")
        if value != ".":
            scores[fields[0], int(fields[1]), fields[3], fields[4]] = float(value)
    return scores


def mendelian_errors(calls: Path, members: tuple[str, str, str]) -> tuple[str, set[tuple[str, int, str, str]]]:
    """The plug-in that bcftools has, and the alleles that it calls inconsistent."""
    child, father, mother = members
    # +mendelian2 takes the child first, the older +mendelian the mother.
    for plugin, options in (
        ("mendelian2", ["-p", f"1X:{child},{father},{mother}", "-m", "e"]),
        ("mendelian", ["-t", f"{mother},{father},{child}", "-m", "x"]),
    ):
        command = ["bcftools", f"+{plugin}", str(calls), *options]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode == 0:
            rows = [line.split("\t") for line in done.stdout.splitlines() if line and not line.startswith("#")]
            return plugin, {(row[0], int(row[1]), row[3], row[4]) for row in rows}
    raise SystemExit(f"bcftools has neither +mendelian2 nor +mendelian: {done.stderr}")


def mendelian_class(batch: Any, v: int, status: int, theirs: bool) -> str:
    """In what way the two agree or differ over one record; `unexplained` must not occur."""
    genotype = batch.genotype[v, :3]
    if status == VIOLATION and theirs:
        return "both: an error"
    if status == VIOLATION and (genotype < 0).any():
        return "ours alone: one parent has no call, the other already excludes the child's genotype"
    if theirs and status == NOT_EVALUATED and (genotype < 0).any():
        return "theirs alone: a member has a half call (./1), which we leave open"
    if theirs and (batch.depth[v, :3] - batch.ref_depth[v, :3] - batch.alt_depth[v, :3] > 0).any():
        return "theirs alone: another allele of a split record stands there"
    return "unexplained"


def why_not_called(batch: Any, v: int) -> str:
    """Why a record with high odds is no de novo call."""
    genotype = batch.genotype[v]
    if (genotype[1:3] < 0).any():
        return "a parent has no call: new or inherited from that parent"
    if genotype[0] == 2:
        return "homozygous child: a deletion or drop-out is likelier than two mutations"
    if (genotype[1:3] > 0).any():
        return "a parent is called with the allele"
    return "a parent has too few reads or too low a quality"


def why(batch: Any, v: int, model: Any) -> str:
    """The first reason for which a site that another program calls is not supported by us; `other` must not occur."""
    value = model.threshold
    child, parents = batch.genotype[v, 0], batch.genotype[v, 1:]
    reads = batch.ref_depth[v] + batch.alt_depth[v]
    balance = batch.alt_depth[v, 0] / max(reads[0], 1)
    quality, depth = batch.genotype_quality[v], batch.depth[v]
    _, contexts = classify([batch.ref[v]], [batch.alt[v]])
    if child == 0:
        return "the child lacks the allele: a Mendelian error of a parent with two copies, or of the child's call"
    if (parents > 0).any():
        return "a parent is called with the allele: inherited, the child's second copy or the missing one is the error"
    if (parents < 0).any():
        return "a parent has no call"
    if (depth[1:] < value["min_depth"]).any() or (quality[1:] < value["min_genotype_quality"]).any():
        return "a parent has too few reads or too low a quality to be without the allele"
    if child == 2:
        return (
            "homozygous child of two parents without the allele: a deletion or drop-out is likelier than two mutations"
        )
    if balance < value["min_allele_balance"]:
        return "fewer than a fifth of the child's reads: artefact or mosaic"
    if contexts[0] == REPEAT or (contexts[0] == UNKNOWN and abs(len(batch.ref[v]) - len(batch.alt[v])) == 1):
        return "change of length in a tandem repeat, or of one base in an unknown context"
    if batch.phred[v, 1:, 1].min() < 40:
        return "the caller's likelihoods leave a parent open as carrier"
    if batch.alt_depth[v, 1:].max() > 0 or balance < 0.3:
        return "reads of a parent, or less than a third of the child's: an artefact of all is as likely"
    return "other"


def compare_pattern(expression: str, pattern: str, theirs: bool, patterns: str, batch: Any, v: int) -> str:
    """How slivar's expression and our pattern stand at one record; empty where neither has it."""
    ours = next((item.split(":")[1] for item in patterns.split(",") if item.startswith(f"{pattern}:")), "")
    if expression.startswith("x_") and batch.contig_class[v] != X:
        return ""
    if theirs:
        return f"{expression}: slivar calls it, ours {ours or 'not: UNEXPLAINED'}"
    if not ours:
        return ""
    genotype, quality = batch.genotype[v, :3], batch.genotype_quality[v, :3]
    reads = batch.ref_depth[v, :3] + batch.alt_depth[v, :3]
    if (genotype < 0).any():
        return f"{expression}: ours {ours} alone, a parent has no call"
    if (genotype[1:] == 0).any():
        return f"{expression}: ours {ours} alone, a parent called without the allele has too few data to be without it"
    if (genotype[1:] == 2).any():
        return f"{expression}: ours {ours} alone, a parent has two copies"
    if (quality < 20).any() or (reads < 6).any():
        return f"{expression}: ours {ours} alone, quality below 20 or fewer than 6 reads"
    return f"{expression}: ours {ours} alone, a share of reads outside slivar's limits"


def compare(name: str, model: Any, folder: Path, show_all: bool) -> None:
    """Print what each program says of one trio."""
    from filiation.calls.normalise import normalise_calls
    from filiation.io.ped import read_pedigree
    from filiation.scoring.screen import decisions
    from filiation.scoring.trio import inheritance_text

    file, child, father, mother, sex = TRIOS[name]
    pedigree = folder / "trio.ped"
    pedigree.write_text(
        f"F\t{child}\t{father}\t{mother}\t{sex}\t2\nF\t{father}\t0\t0\t1\t1\nF\t{mother}\t0\t0\t2\t1\n",
        encoding="utf-8",
    )
    family = read_pedigree(pedigree)
    calls = folder / f"{name}.bcf"
    normalise_calls(family, [DATA / name / file], calls)
    scores = trio_dnm2(calls, (child, father, mother))
    classes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    lines = []
    records = 0
    plugin, inconsistent = mendelian_errors(calls, (child, father, mother))
    mendel: Counter[str] = Counter()
    others: Counter[str] = Counter()
    ranked: list[tuple[float, bool, str]] = []
    for batch, decision in decisions(calls, family, model, []):
        records += len(batch)
        plain, rule = genotypes_alone(batch), slivar(batch)
        confidence = hail(batch, np.full(len(batch), np.nan))
        statuses = trio_status_jit(batch.genotype[:, :3], batch.contig_class, sex)
        expressions = {
            "recessive": ("autosomal_recessive", slivar_recessive(batch)),
            "x_denovo": ("de_novo", slivar_x_de_novo(batch, sex == 1)),
            "x_recessive": ("x_linked", slivar_x_recessive(batch, sex == 1)),
        }
        for v in range(len(batch)):
            key = (batch.contigs[batch.contig_index[v]], int(batch.pos[v]), batch.ref[v], batch.alt[v])
            patterns = inheritance_text(decision.scores.patterns[v])
            ours = "supported" if "de_novo:supported" in patterns else "possible" if "de_novo:" in patterns else "-"
            score = scores.get(key, -np.inf)
            for expression, (pattern, calls_it) in expressions.items():
                others[compare_pattern(expression, pattern, bool(calls_it[v]), patterns, batch, v)] += 1
            if statuses[v] == VIOLATION or key in inconsistent:
                mendel[mendelian_class(batch, v, int(statuses[v]), key in inconsistent)] += 1
            odds = decision.scores.log10_odds[v]
            if np.isfinite(odds) and batch.genotype[v, 0] > 0:
                place = f"{key[0]}:{key[1]} {key[2][:12]}>{key[3][:12]}"
                counts = " ".join(f"{batch.ref_depth[v, p]}/{batch.alt_depth[v, p]}" for p in range(3))
                said = ours if ours != "-" else why_not_called(batch, v)
                ranked.append((float(odds), ours != "-", f"{place:34s} reads {counts:24s} {said}"))
            says = (ours, score >= TRIO_DNM2_CUT, bool(rule[v]), confidence[v] >= 2, bool(plain[v]))
            if says == ("-", False, False, False, False):
                continue
            called = [n for n, yes in zip(("trio-dnm2", "slivar", "Hail", "genotypes"), says[1:], strict=True) if yes]
            classes[f"ours {ours}; {', '.join(called) or 'no other'}"] += 1
            if ours != "supported":
                reasons[why(batch, v, model)] += 1
            if not show_all and called == ["genotypes"] and ours == "-":
                continue
            reads = " ".join(f"{batch.ref_depth[v, p]}/{batch.alt_depth[v, p]}" for p in range(3))
            lines.append(
                f"  {key[0]}:{key[1]} {key[2][:20]}>{key[3][:20]}  reads {reads}  GQ "
                f"{'/'.join(f'{q:.0f}' for q in batch.genotype_quality[v])} "
                f" posterior {decision.scores.posterior[v]:.3g}  {ours}; dnm2 {score:.1f}; {', '.join(called)}"
            )
    print(f"\n{name}: {records} records")
    print("\n".join(lines))
    for text, count in sorted(classes.items()):
        print(f"  {count:4d}  {text}")
    print(f"  records that +{plugin} or our own rule call Mendelian errors")
    for text, count in mendel.most_common():
        print(f"  {count:4d}  {text}")
    print("  slivar's other expressions")
    for text, count in sorted(others.items()):
        if text:
            print(f"  {count:4d}  {text}")
    ranked.sort(reverse=True)
    print("  highest odds (log10), and the place among the de novo calls")
    rank = 0
    for odds, is_call, text in ranked[:RANKED]:
        rank += is_call
        print(f"  {rank if is_call else '-':>4}  {odds:6.2f}  {text}")
    print("  not supported, because")
    for text, count in reasons.most_common():
        print(f"  {count:4d}  {text}")


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="print the sites of plain genotypes too")
    options = parser.parse_args()
    if not DATA.is_dir():
        print(f"skipped: {DATA} is not there")
        return 0
    from filiation.config import scoring_model_path
    from filiation.scoring.model import load_scoring_model

    model = load_scoring_model(scoring_model_path())
    with tempfile.TemporaryDirectory() as folder:
        for name in TRIOS:
            compare(name, model, Path(folder), options.all)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
