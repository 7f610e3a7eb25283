"""Is a posterior of 0.8 right four times in five? Reliability, recall and precision over millions of simulated sites.

Simulates trios at 10x, 20x, 30x and 60x (benchmarks/de_novo_simulation.py says what and how), scores them as the screen
does, and compares in ten bins the mean posterior with the share of sites that are new, each site weighted as a genome
holds it. The bin below 0.1 holds nearly all inherited sites and is printed, not judged by its mean alone. A bin is
judged when at least 100 sites count in it (Kish's effective number). Goal: within 5 points; a bin fails when it is
further off than 5 points and twice its own sampling error together. Recall is of alleles that are new in all cells; of
those in a part of them the share that is found stands beside. The X of a boy has sites of its own, a quarter as many,
and its bins are printed, not judged: it holds 2 of 80 new alleles.

    python benchmarks/de_novo_calibration.py [--quick] [--sites N] [--plot FILE] [--json FILE]

--quick: 60,000 sites at 30x. --plot draws docs/pictures/de-novo-reliability.png (matplotlib, of the dev extra).
Ends with 1 when a bin fails.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from de_novo_simulation import DE_NOVO, SCENARIOS, Scenario, likelihoods, simulate

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "scripts"))

CHUNK = 250_000
BINS = 10
ENOUGH = 100
GOAL = 0.05


def scored(
    coverage: float, n: int, model: Any, seed: int, scenario: Scenario, boys_x: bool = False
) -> tuple[np.ndarray, ...]:
    """Posterior, whether new, whether new in all cells, weight and whether it is a substitution, of n sites."""
    from filiation.scoring.de_novo import prior_frequency, score_de_novo

    parts = []
    chunks = max(1, n // CHUNK)
    for number in range(chunks):
        simulated = simulate(coverage, n // chunks, seed + number, scenario, boys_x=boys_x)
        batch = simulated.batch
        frequency = prior_frequency(batch.is_snv, simulated.frequency, model, True)
        scores = score_de_novo(batch, likelihoods(batch, model), 1, frequency, model, simulated.reference)
        called = batch.genotype[:, 0] > 0
        posterior = np.where(called, np.nan_to_num(scores.posterior), -1.0)
        weight = simulated.weight / chunks
        parts.append((posterior, simulated.new, simulated.origin == DE_NOVO, weight, batch.is_snv))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def reliability(posterior: np.ndarray, truth: np.ndarray, weight: np.ndarray) -> list[dict[str, float]]:
    """Mean posterior, share of true sites and effective number of sites, by bin."""
    rows = []
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        inside = (posterior >= low) & ((posterior < high) if number < BINS - 1 else (posterior <= 1.0))
        total = weight[inside].sum()
        if total <= 0:
            continue
        rows.append(
            {
                "low": low,
                "predicted": float(np.average(posterior[inside], weights=weight[inside])),
                "observed": float(np.average(truth[inside], weights=weight[inside])),
                "in_a_genome": float(total),
                "sites": int(inside.sum()),
                "effective": float(total**2 / (weight[inside] ** 2).sum()),
                "error": sampling_error(truth[inside], weight[inside]),
            }
        )
    return rows


def sampling_error(truth: np.ndarray, weight: np.ndarray) -> float:
    """Standard error of a weighted share (ratio estimator): false sites weigh more than new ones, and are fewer."""
    share = float(np.average(truth, weights=weight))
    return float(np.sqrt((weight**2 * (truth - share) ** 2).sum()) / weight.sum())


def print_bins(title: str, rows: list[dict[str, float]]) -> None:
    """A reliability table."""
    print(f"\n{title}")
    print("  posterior   mean  observed  off (points)  error  in a genome  effective sites")
    for row in rows:
        off = 100 * (row["observed"] - row["predicted"])
        note = "" if row["effective"] >= ENOUGH else "  too few to judge"
        print(
            f"  {row['low']:.1f}-{row['low'] + 0.1:.1f}   {row['predicted']:7.4f}  {row['observed']:7.4f}  {off:12.1f}"
            f"  {100 * row['error']:5.1f}  {row['in_a_genome']:11.1f}  {row['effective']:15.0f}{note}"
        )


def rates_at(threshold: float, sites: tuple[np.ndarray, ...], among: np.ndarray, name: str) -> dict[str, float]:
    """Recall and precision at a threshold, and the share that is found of alleles in a part of the child's cells."""
    posterior, truth, germline, weight, _ = sites
    called, later = posterior >= threshold, truth & ~germline & among
    planted = germline & among
    recall = weight[called & planted].sum() / weight[planted].sum()
    precision = weight[called & truth & among].sum() / weight[called & among].sum()
    mosaics = weight[called & later].sum() / weight[later].sum()
    print(
        f"  at {threshold:<5g} {name:13s} recall {100 * recall:5.1f} %  precision {100 * precision:5.1f} %"
        f"  found of the child's mosaics {100 * mosaics:5.1f} %"
    )
    return {"recall": float(recall), "precision": float(precision), "mosaic_recall": float(mosaics)}


def one_depth(coverage: float, n: int, model: Any, seed: int, scenario: Scenario) -> dict[str, Any]:
    """Everything of one depth, printed on the way."""
    sites = scored(coverage, n, model, seed, scenario)
    posterior, truth, _, weight, snv = sites
    rows = reliability(posterior, truth, weight)
    print_bins(f"{coverage}x, {len(posterior):,} sites, {int(truth.sum()):,} of them new", rows)
    result: dict[str, Any] = {"bins": rows}
    for threshold in (model.threshold["min_possible_de_novo_posterior"], 0.1, model.threshold["min_de_novo_posterior"]):
        for name, among in (("all", np.ones(len(snv), bool)), ("substitutions", snv)):
            result[f"{name} at {threshold:g}"] = rates_at(threshold, sites, among, name)
    sites = scored(coverage, n // 4, model, seed, scenario, boys_x=True)
    print_bins(f"{coverage}x, the X of a boy, {len(sites[0]):,} sites", reliability(sites[0], sites[1], sites[3]))
    threshold = model.threshold["min_de_novo_posterior"]
    result["X of a boy"] = rates_at(threshold, sites, np.ones(len(sites[0]), bool), "X of a boy")
    return result


def draw(results: dict[str, dict[str, Any]], path: Path) -> None:
    """The reliability curves of all depths."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(5.2, 5.0), dpi=130)
    axis.plot([0, 1], [0, 1], color="0.6", linewidth=1)
    axis.fill_between([0, 1], [-0.05, 0.95], [0.05, 1.05], color="0.92")
    for (name, result), marker in zip(results.items(), "osD^", strict=False):
        rows = [row for row in result["bins"] if row["effective"] >= ENOUGH]
        axis.plot(
            [r["predicted"] for r in rows], [r["observed"] for r in rows], marker=marker, label=name, linewidth=1.2
        )
    axis.set(xlim=(0, 1), ylim=(0, 1), xlabel="posterior", ylabel="share of sites that are new", aspect="equal")
    axis.legend(title="mean depth", frameon=False)
    figure.tight_layout()
    # Without dates and versions, so that equal numbers give equal bytes.
    figure.savefig(path, metadata={"Software": None})


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="60,000 sites at 30x")
    parser.add_argument("--sites", type=int, default=2_000_000, help="sites per depth")
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--plot", type=Path, help="PNG to draw")
    parser.add_argument("--json", type=Path, help="write the numbers as JSON")
    parser.add_argument("--scenario", choices=SCENARIOS, default="measured", help="what is assumed of artefacts")
    options = parser.parse_args()
    scenario = SCENARIOS[options.scenario]
    from filiation.config import scoring_model_path
    from filiation.scoring.model import load_scoring_model

    model = load_scoring_model(scoring_model_path())
    depths = (30,) if options.quick else (10, 20, 30, 60)
    sites = 60_000 if options.quick else options.sites
    results = {f"{depth}x": one_depth(depth, sites, model, options.seed, scenario) for depth in depths}
    judged = [row for result in results.values() for row in result["bins"] if row["effective"] >= ENOUGH]
    deviations = [abs(row["observed"] - row["predicted"]) for row in judged]
    errors = [row["error"] for row in judged]
    within = sum(deviation <= GOAL for deviation in deviations)
    failed = sum(d > GOAL + 2 * e for d, e in zip(deviations, errors, strict=True))
    print(
        f"\n{len(judged)} bins judged: {within} within 5 points, largest deviation {100 * max(deviations):.1f} points,"
    )
    print(f"{failed} further off than 5 points and twice their sampling error")
    if options.plot:
        draw(results, options.plot)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
