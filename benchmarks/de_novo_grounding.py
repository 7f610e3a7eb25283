"""Does the simulated genome err as real calls err? Stored trios and simulator side by side, per inherited variant.

Reads the GATK calls of the stored trios of ../shared/data/vcf (skipped when they are absent) and simulates calls of
the same classes (benchmarks/de_novo_simulation.py, both scenarios, at 30x and at 150x, as the exome of the AJ trio is
deep). Stretches of different length and kind are made comparable by counting per 1,000 variants inherited from one
parent. Classes, of records where every member has 10 reads:

- inherited: child and one parent heterozygous, the other without the allele; "balanced" when both show 35 to 65 %;
- child alone: the child heterozygous, both parents called without (the supported de novos are not taken out);
- child alone, a fifth: the same with at least a fifth of the child's reads;
- all low: all members show 4 to 28 % of alternate reads, and one is called with the allele: a systematic artefact;
- both low: called inherited, and both carriers show less than a quarter of alternate reads.

Then what the sites show of strand (SOR from 1.5, or FS from 20), mapping (MQ below 57, or MQRankSum below -2.5), read
position (ReadPosRankSum below -2) and the caller's filters; the scatter of the heterozygotes' share of reads beyond a
binomial; the scatter of depths; and the share of heterozygous children of a genotype quality below 20. The simulator
was set from these numbers, so that the stored trios are no independent proof of it; intervals are of Poisson counts,
95 %.

    python benchmarks/de_novo_grounding.py [--sites N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from de_novo_simulation import SCENARIOS, simulate

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "scripts"))

DATA = REPOSITORY.parent / "shared" / "data" / "vcf"
TRIOS = {
    "AJ, exome": ("aj_trio_gatk_b37_chr1/ashk-trio.vcf.gz", ("HG002", "HG003", "HG004")),
    "CEPH 1463, 200 kb": ("ceph1463_trio_gatk_grch38_chr20/trio.vcf", ("son", "father", "mother")),
}
CLASSES = ("inherited", "balanced", "child alone", "child alone, a fifth", "all low", "both low")
FIELDS = ("SOR", "FS", "MQ", "MQRankSum", "ReadPosRankSum")


def read_trio(name: str) -> dict[str, np.ndarray]:
    """Genotypes, allelic depths, genotype qualities, kinds and site fields of the biallelic records of one trio."""
    import pysam

    file, members = TRIOS[name]
    rows: dict[str, list[Any]] = {key: [] for key in ("genotype", "alt", "depth", "quality", "snv", "fields", "fails")}
    with pysam.VariantFile(str(DATA / file)) as source:
        for record in source:
            calls = [record.samples[member] for member in members]
            if len(record.alleles) != 2 or "*" in record.alleles or any(None in call.allele_indices for call in calls):
                continue
            if any(call.get("AD") is None or None in call["AD"] for call in calls):
                continue
            rows["genotype"].append([sum(call.allele_indices) for call in calls])
            rows["alt"].append([call["AD"][1] for call in calls])
            rows["depth"].append([sum(call["AD"]) for call in calls])
            rows["quality"].append([call.get("GQ") or 0 for call in calls])
            rows["snv"].append(all(len(allele) == 1 for allele in record.alleles))
            rows["fields"].append([record.info.get(field, math.nan) for field in FIELDS])
            rows["fails"].append(bool(set(record.filter.keys()) - {"PASS"}))
    return {key: np.array(values) for key, values in rows.items()}


def simulated_trio(coverage: float, n: int, scenario: str) -> dict[str, np.ndarray]:
    """The same of simulated sites, with the weight of each."""
    simulated = simulate(coverage, n, 61, SCENARIOS[scenario])
    batch = simulated.batch
    return {
        "genotype": batch.genotype,
        "alt": batch.alt_depth,
        "depth": batch.depth,
        "quality": batch.genotype_quality,
        "snv": batch.is_snv,
        "fields": batch.site_fields[:, :5],
        "fails": batch.site_fields[:, 5] == 0,
        "weight": simulated.weight,
    }


def classes_of(calls: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The records of each class."""
    genotype, depth = calls["genotype"], calls["depth"]
    share = calls["alt"] / np.maximum(depth, 1)
    read = (depth >= 10).all(axis=1)
    child, parents = genotype[:, 0] == 1, np.sort(genotype[:, 1:], axis=1)
    inherited = read & child & (parents == [0, 1]).all(axis=1)
    carrier = np.where(genotype[:, 1] == 1, share[:, 1], share[:, 2])
    alone = read & child & (parents == [0, 0]).all(axis=1)
    low = ((share > 0.04) & (share < 0.28)).all(axis=1)
    return {
        "inherited": inherited,
        "balanced": inherited & (np.abs(share[:, 0] - 0.5) < 0.15) & (np.abs(carrier - 0.5) < 0.15),
        "child alone": alone,
        "child alone, a fifth": alone & (share[:, 0] >= 0.2),
        "all low": read & low & (genotype > 0).any(axis=1),
        "both low": inherited & (share[:, 0] < 0.25) & (carrier < 0.25),
    }


def poisson_interval(count: int) -> tuple[float, float]:
    """Exact 95 % interval of a count, by bisection."""

    def at_most(k: int, mean: float) -> float:
        return sum(math.exp(i * math.log(mean) - mean - math.lgamma(i + 1)) for i in range(k + 1)) if k >= 0 else 0.0

    def solve(k: int, probability: float) -> float:
        low, high = 1e-9, 10.0 * (count + 5)
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if at_most(k, middle) > probability else (low, middle)
        return low

    return (solve(count - 1, 0.975) if count else 0.0), solve(count, 0.025)


def marks(calls: dict[str, np.ndarray], chosen: np.ndarray) -> dict[str, float]:
    """Shares of some records that show a fault of strand, of mapping, of position, none, or that fail the filters."""
    weight = calls.get("weight", np.ones(len(chosen)))[chosen]
    sor, fs, mapping, rank, position = calls["fields"][chosen].T
    with np.errstate(invalid="ignore"):
        strand = (sor >= 1.5) | (fs >= 20)
        mapped = (mapping < 57) | (rank < -2.5)
        placed = position < -2
    found = {"strand": strand, "mapping": mapped, "position": placed, "none": ~(strand | mapped | placed)}
    found["fails filters"] = calls["fails"][chosen]
    return {name: float(np.average(mask, weights=weight)) for name, mask in found.items()}


def spread(calls: dict[str, np.ndarray], chosen: np.ndarray) -> float:
    """Intra-class correlation of the share of the child's reads in heterozygotes, by quartiles; outliers say little."""
    weight = calls.get("weight", np.ones(len(chosen)))[chosen]
    depth = calls["depth"][chosen, 0]
    z = (calls["alt"][chosen, 0] / depth - 0.5) * 2 * np.sqrt(depth)
    order = np.argsort(z)
    place = np.cumsum(weight[order]) / weight.sum()
    quartiles = z[order][np.searchsorted(place, [0.25, 0.75])]
    variance = ((quartiles[1] - quartiles[0]) / 1.349) ** 2
    # Of a beta-binomial: 1 + (n - 1) * correlation, in units of the binomial's variance.
    return float((variance - 1) / (np.average(depth, weights=weight) - 1))


def tell(name: str, calls: dict[str, np.ndarray]) -> dict[str, Any]:
    """Print and return what one set of calls shows."""
    found, result = classes_of(calls), {}
    weight = calls.get("weight", np.ones(len(calls["snv"])))
    print(f"\n{name}")
    for kind, of_kind in (("substitutions", calls["snv"]), ("insertions, deletions", ~calls["snv"])):
        inherited = float(weight[found["inherited"] & of_kind].sum())
        lines = []
        for label in CLASSES[2:]:
            count = float(weight[found[label] & of_kind].sum())
            low, high = (math.nan, math.nan) if "weight" in calls else poisson_interval(int(count))
            bounds = "" if math.isnan(low) else f" ({1000 * low / inherited:.1f} to {1000 * high / inherited:.1f})"
            lines.append(f"{label} {1000 * count / inherited:.2f}{bounds}")
            result[f"{kind}, {label}"] = 1000 * count / inherited
        print(f"  {kind}, {inherited:.0f} inherited; per 1,000 of them: {'; '.join(lines)}")
        for label in ("balanced", "child alone", "all low"):
            chosen = found[label] & of_kind
            if chosen.sum() >= 5:
                shares = marks(calls, chosen)
                text = ", ".join(f"{mark} {100 * share:.1f}" for mark, share in shares.items())
                print(f"    {label} ({int(chosen.sum())} records), %: {text}")
                result[f"{kind}, {label}, marks"] = shares
    chosen = found["inherited"] & calls["snv"]
    depth = calls["depth"][chosen]
    wide = float(np.std(np.log(depth[:, 0] / depth[:, 1]))) if chosen.any() else math.nan
    weak = (calls["genotype"][:, 0] == 1) & calls["snv"]
    low_quality = float(np.average(calls["quality"][weak, 0] < 20, weights=weight[weak]))
    result |= {"correlation": spread(calls, chosen), "log depth ratio": wide, "low quality": low_quality}
    print(
        f"  heterozygous substitutions: mean depth of the child {np.average(depth[:, 0], weights=weight[chosen]):.0f}, "
        f"correlation of reads {result['correlation']:.4f}, depth child to father scatters by {wide:.2f} (log), "
        f"{100 * low_quality:.2f} % of quality below 20"
    )
    return result


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=200_000, help="simulated sites")
    parser.add_argument("--json", type=Path, help="write the numbers as JSON")
    options = parser.parse_args()
    if not DATA.is_dir():
        print(f"skipped: {DATA} is not there")
        return 0
    results = {name: tell(name, read_trio(name)) for name in TRIOS}
    for scenario in SCENARIOS:
        for coverage in (30, 150):
            name = f"simulated, {scenario}, {coverage}x"
            results[name] = tell(name, simulated_trio(coverage, options.sites, scenario))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
