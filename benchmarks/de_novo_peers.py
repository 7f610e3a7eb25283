"""Who finds the planted de novos of the same simulated calls, and how many of the calls are true?

One set of simulated sites per depth (benchmarks/de_novo_simulation.py) is judged by Filiation, with and without a
reference; by bcftools +trio-dnm2 on a VCF of the same calls (PL, AD and QS; its default model, --with-pAD and
--with-pPL), at its default cut-off and at the best of all its scores; by the published rules of slivar and Hail; and by
genotypes alone. Every program has the same limit of population frequency (0.001). Recall and precision weigh the sites
as a genome holds them.

"best" is the cut-off of largest F1 for each score, which nobody is given in practice; "at 99 %" the one that calls
most at a precision of 99 % over all changes. "oracle" knows the simulator's own numbers
(benchmarks/de_novo_oracle.py): what it loses, nobody can find. "at recall of X": our score at the cut-off with the
recall of X, to compare precision. Recall is of alleles that are new in a germ cell or the zygote, hence in all of the
child's cells. Those that arose later are in 2 to 40 % of the reads, partly fewer than anybody can tell from error:
they count as true when called, and their own recall stands beside. --scenario, --low-quality and --visible change the
simulated genome, to see what rests on it. The lines "PASS only" take from another program's calls those that the
simulated caller's filters fail; no other program reads strand or mapping.

    python benchmarks/de_novo_peers.py [--quick] [--sites N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from de_novo_oracle import oracle
from de_novo_rules import genotypes_alone, hail, slivar
from de_novo_simulation import (
    CHILD_MOSAIC,
    DE_NOVO,
    INHERITED_FEW_READS,
    KINDS,
    ORIGINS,
    SCENARIOS,
    SPORADIC,
    SYSTEMATIC,
    Scenario,
    Simulated,
    likelihoods,
    simulate,
)
from de_novo_site_fields import PASSED

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "scripts"))

MAX_FREQUENCY = 0.001
TRIO_DNM2 = {"trio-dnm2": [], "trio-dnm2 --with-pAD": ["--with-pAD"], "trio-dnm2 --with-pPL": ["--with-pPL"]}
# The cut-off that its authors' guide proposes for the log score.
TRIO_DNM2_CUT = -9.0
HEADER = """##fileformat=VCFv4.2
##contig=<ID=1,length=2000000000>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads by allele">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">
##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Likelihoods">
##FORMAT=<ID=QS,Number=R,Type=Integer,Description="Phred sum of base qualities by allele">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tchild\tfather\tmother
"""
TEXT = ("0/0", "0/1", "1/1")


def write_calls(simulated: Simulated, sites: np.ndarray, path: Path) -> None:
    """The chosen sites as VCF."""
    batch = simulated.batch
    with path.open("w", encoding="utf-8") as handle:
        handle.write(HEADER)
        for v in sites:
            calls = []
            for p in range(3):
                ref, alt = int(batch.ref_depth[v, p]), int(batch.alt_depth[v, p])
                if batch.genotype[v, p] < 0:
                    calls.append("./.:.:.:.:.:.")
                    continue
                likelihood = ",".join(str(int(value)) for value in batch.phred[v, p])
                calls.append(
                    f"{TEXT[batch.genotype[v, p]]}:{ref},{alt}:{ref + alt}:{int(batch.genotype_quality[v, p])}:"
                    f"{likelihood}:{int(batch.quality_sum[v, p, 0])},{int(batch.quality_sum[v, p, 1])}"
                )
            fields = ("1", str(batch.pos[v] * 20), ".", batch.ref[v], batch.alt[v], ".", "PASS", ".")
            handle.write("\t".join((*fields, "GT:AD:DP:GQ:PL:QS", *calls)) + "\n")


def trio_dnm2_scores(calls: Path, options: list[str], n: int) -> np.ndarray:
    """Score of each site; -inf where the plug-in gives none."""
    annotated = subprocess.run(
        ["bcftools", "+trio-dnm2", "--no-version", "-p", "child,father,mother", *options, str(calls)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    score = np.full(n, -np.inf)
    for line in annotated.splitlines():
        if line.startswith("#"):
            continue
        fields = line.split("\t")
        keys = fields[8].split(":")
        if "DNM" not in keys:
            continue
        value = fields[9].split(":")[keys.index("DNM")] if len(fields[9].split(":")) > keys.index("DNM") else "."
        if value != ".":
            score[int(fields[1]) // 20 - 1] = float(value)
    return score


def filiation_scores(simulated: Simulated, model: Any, reference: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Posterior of each site, its log10 odds, and whether the pattern table calls it de novo: supported."""
    from filiation.kernels.inheritance import DE_NOVO as COLUMN
    from filiation.kernels.inheritance import SUPPORTED
    from filiation.scoring.de_novo import prior_frequency, score_de_novo
    from filiation.scoring.trio import FamilyCodes, score_batch

    batch = simulated.batch
    codes = FamilyCodes(("child", "father", "mother"), np.array([1, 1, 2], np.int8), np.array([2, 1, 1], np.int8))
    frequency = prior_frequency(batch.is_snv, simulated.frequency, model, True)
    scores = score_de_novo(batch, likelihoods(batch, model), 1, frequency, model, reference)
    table = score_batch(batch, codes, model, simulated.frequency, True, reference)
    odds = np.nan_to_num(scores.log10_odds, nan=-400.0)
    return np.nan_to_num(scores.posterior), odds, table.patterns[:, COLUMN] == SUPPORTED


def recall_precision(called: np.ndarray, simulated: Simulated, among: np.ndarray) -> tuple[float, float]:
    """Weighted recall and precision over the sites `among`."""
    weight = simulated.weight * among
    planted = simulated.origin == DE_NOVO
    recall = float(weight[called & planted].sum()) / float(weight[planted].sum())
    return recall, float(weight[called & simulated.new].sum()) / max(float(weight[called].sum()), 1e-12)


def mosaic_recall(called: np.ndarray, simulated: Simulated) -> float:
    """Weighted share that is found of the alleles in a part of the child's cells."""
    mosaic = simulated.origin == CHILD_MOSAIC
    return float(simulated.weight[called & mosaic].sum() / simulated.weight[mosaic].sum())


def best_cut(score: np.ndarray, simulated: Simulated, allowed: np.ndarray) -> float:
    """Cut-off of largest F1 over all sites."""
    usable = allowed & np.isfinite(score)
    order = np.argsort(-score[usable], kind="stable")
    weight, truth = simulated.weight[usable][order], simulated.new[usable][order]
    total = simulated.weight[simulated.new].sum()
    true, called = np.cumsum(weight * truth), np.cumsum(weight)
    f1 = 2 * true / (called + total)
    # A cut stands between different scores only.
    last = np.append(np.diff(score[usable][order]) != 0, True)
    return float(score[usable][order][np.argmax(np.where(last, f1, -1))])


def cut_of_precision(score: np.ndarray, simulated: Simulated, allowed: np.ndarray, least: float) -> float:
    """Lowest cut-off at which the calls have at least this precision; infinite when none has."""
    usable = allowed & np.isfinite(score)
    order = np.argsort(-score[usable], kind="stable")
    ordered = score[usable][order]
    weight, truth = simulated.weight[usable][order], simulated.new[usable][order]
    precision = np.cumsum(weight * truth) / np.maximum(np.cumsum(weight), 1e-12)
    good = (precision >= least) & np.append(np.diff(ordered) != 0, True)
    return float(ordered[np.flatnonzero(good)[-1]]) if good.any() else np.inf


def cut_of_recall(score: np.ndarray, simulated: Simulated, allowed: np.ndarray, least: float) -> np.ndarray:
    """The sites that the highest cut-off with this recall calls."""
    planted = allowed & (simulated.origin == DE_NOVO)
    order = np.argsort(-score[planted], kind="stable")
    found = np.cumsum(simulated.weight[planted][order]) / simulated.weight[simulated.origin == DE_NOVO].sum()
    place = min(int(np.searchsorted(found, least)), len(found) - 1)
    return np.asarray(allowed & (score >= score[planted][order][place]))


def print_kinds(coverage: float, simulated: Simulated, calls: dict[str, np.ndarray], usable: np.ndarray) -> None:
    """What is found of each kind of change, at the default and at 99 %, and of which origin the false calls are."""
    print(f"\n{coverage}x, Filiation by kind: new in a genome, found at the default and at 99 %, false at the default")
    weight, default = simulated.weight, calls["Filiation"] & usable
    strict = calls["Filiation, at 99 %"] & usable
    for number, kind in enumerate(KINDS):
        here = simulated.kind == number
        new = here & (simulated.origin == DE_NOVO)
        total = weight[new].sum()
        shares = [100 * weight[new & chosen].sum() / total for chosen in (default, strict)]
        false = "  ".join(
            f"{ORIGINS[origin]} {weight[here & (simulated.origin == origin) & default].sum():.2f}"
            for origin in (INHERITED_FEW_READS, SYSTEMATIC, SPORADIC)
        )
        name = f"{kind.ref}>{kind.alt}{' in a repeat' if kind.repeat else ''}"
        print(f"  {name:24s} {total:6.2f}  {shares[0]:5.1f} %  {shares[1]:5.1f} %   {false}")


def judge(coverage: float, n: int, model: Any, seed: int, scenario: Scenario) -> dict[str, dict[str, float]]:
    """Recall and precision of every program at one depth."""
    simulated = simulate(coverage, n, seed, scenario)
    batch = simulated.batch
    rare = ~(np.nan_to_num(simulated.frequency) > MAX_FREQUENCY)
    asked = np.flatnonzero(rare & (batch.genotype[:, 0] > 0) & (simulated.weight > 0))
    passed = batch.site_fields[:, PASSED] == 1
    calls: dict[str, np.ndarray] = {}
    log_odds = np.empty(0)
    for name, reference in (("Filiation", simulated.reference), ("Filiation, no reference", None)):
        posterior, odds, supported = filiation_scores(simulated, model, reference)
        log_odds = odds if reference is not None else log_odds
        calls[name] = posterior >= model.threshold["min_de_novo_posterior"]
        calls[f"{name}, supported"] = supported
        allowed = rare & (batch.genotype[:, 0] > 0)
        calls[f"{name}, best"] = odds >= best_cut(odds, simulated, allowed)
        calls[f"{name}, at 99 %"] = odds >= cut_of_precision(odds, simulated, allowed, 0.99)
    best_of_all = oracle(simulated, scenario)
    calls["oracle"] = best_of_all >= 0.5
    calls["oracle, at 99 %"] = best_of_all >= cut_of_precision(best_of_all, simulated, allowed, 0.99)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calls.vcf"
        write_calls(simulated, asked, path)
        # bcftools 1.16 reads QS wherever it stands, --with-pAD or not: that model needs a file without it.
        without = Path(folder) / "without_qs.vcf"
        strip = ["bcftools", "annotate", "--no-version", "-x", "FORMAT/QS", "-o", str(without), str(path)]
        subprocess.run(strip, check=True)
        for name, options in TRIO_DNM2.items():
            file = without if "--with-pAD" in options else path
            log = trio_dnm2_scores(file, options, n)
            # Near certainty the log score is 0 for all; as phred of the rest it still tells sites apart.
            phred = trio_dnm2_scores(file, [*options, "--dnm-tag", "DNM:phred"], n)
            score = np.where(np.isfinite(log), np.maximum(np.nan_to_num(phred, neginf=0.0), 0.0) + log, -np.inf)
            calls[name] = log >= TRIO_DNM2_CUT
            calls[f"{name}, best"] = score >= best_cut(score, simulated, rare)
            calls[f"{name}, at 99 %"] = score >= cut_of_precision(score, simulated, rare, 0.99)
            calls[f"{name}, best, PASS only"] = passed & (score >= best_cut(score, simulated, rare & passed))
    calls["slivar rule"] = slivar(batch)
    calls["slivar rule, PASS only"] = slivar(batch) & passed
    confidence = hail(batch, simulated.frequency)
    calls["Hail rule, high"] = confidence == 3
    calls["Hail rule, high or medium"] = confidence >= 2
    calls["Hail rule, high, PASS only"] = (confidence == 3) & passed
    calls["genotypes alone"] = genotypes_alone(batch)
    for peer in (*(name for name in calls if name.endswith("best, PASS only")), "trio-dnm2, best", "slivar rule"):
        # The same recall as the peer: is it bought with fewer false calls?
        recall = recall_precision(calls[peer] & rare & (batch.genotype[:, 0] > 0), simulated, np.ones(n, bool))[0]
        calls[f"Filiation, at recall of {peer}"] = cut_of_recall(log_odds, simulated, allowed, recall)
    called_child = batch.genotype[:, 0] > 0
    print_kinds(coverage, simulated, calls, rare & called_child)
    snv = batch.is_snv
    results = {}
    for name, called in calls.items():
        recall, precision = recall_precision(called & rare & called_child, simulated, np.ones(n, bool))
        snv_recall, snv_precision = recall_precision(called & rare & called_child, simulated, snv)
        results[name] = {
            "recall": recall,
            "precision": precision,
            "mosaic_recall": mosaic_recall(called & rare & called_child, simulated),
            "snv_recall": snv_recall,
            "snv_precision": snv_precision,
        }
    return results


def print_table(results: dict[str, dict[str, dict[str, float]]]) -> None:
    """Programs by depths."""
    print(f"{'':48s}" + "".join(f"{depth:>34s}" for depth in results))
    for name in next(iter(results.values())):
        line = f"{name:48s}"
        for depth in results.values():
            row = {key: 100 * value for key, value in depth[name].items()}
            every = f"{row['recall']:5.1f}/{row['precision']:5.1f}"
            snv = f"{row['snv_recall']:5.1f}/{row['snv_precision']:5.1f}"
            line += f"{every} | {snv} | {row['mosaic_recall']:4.1f}".rjust(34)
        print(line)


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="20,000 sites at 30x only")
    parser.add_argument("--sites", type=int, default=200_000, help="sites per depth")
    parser.add_argument("--depths", type=int, nargs="+", default=(10, 20, 30, 60), help="mean reads")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--scenario", choices=SCENARIOS, default="measured", help="what is assumed of artefacts")
    parser.add_argument("--low-quality", type=float, help="share of artefacts with bad reads, instead")
    parser.add_argument("--visible", type=float, help="share of systematic artefacts that sources have, instead")
    parser.add_argument("--json", type=Path, help="write the numbers as JSON")
    options = parser.parse_args()
    from filiation.config import scoring_model_path
    from filiation.scoring.model import load_scoring_model

    model = load_scoring_model(scoring_model_path())
    version = subprocess.run(["bcftools", "--version"], check=True, capture_output=True, text=True).stdout.split("\n")[
        0
    ]
    print(
        f"{version}; {len(KINDS)} kinds of change; recall/precision in %, all changes | substitutions |"
        " found of the alleles in a part of the child's cells"
    )
    depths = (30,) if options.quick else tuple(options.depths)
    sites = 20_000 if options.quick else options.sites
    changes = {name: value for name in ("low_quality", "visible") if (value := getattr(options, name)) is not None}
    scenario = replace(SCENARIOS[options.scenario], **changes)
    print(scenario)
    results = {f"{depth}x": judge(depth, sites, model, options.seed, scenario) for depth in depths}
    print_table(results)
    if options.json:
        # What `filiation validate` reads.
        strict = results["30x"]["Filiation, at 99 %"] if "30x" in results else {}
        goals = {"recall_at_99": 100 * strict["recall"], "sites": sites} if strict else {}
        options.json.write_text(json.dumps(results | {"goals": goals}, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
