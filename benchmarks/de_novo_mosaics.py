"""How are mosaics of a parent and of the child called, and how often is a mosaic seen that is none?

Simulated trios of substitutions at 30x and 60x, with the depths, errors and balance of
benchmarks/de_novo_simulation.py, in which
- a parent carries the allele in 2 to 20 % of its reads and the child is heterozygous;
- the child carries it in a part of its cells, and neither parent has it;
- the child is heterozygous and neither parent has it (a mosaic called here is false);
- a parent and the child are heterozygous (likewise).
For each share of reads: the pattern that the screen gives (parental mosaic, de novo supported or possible, none), what
the caller's genotypes alone would say, and the log10 likelihood ratio of mosaic against error and against a carrier,
as the recheck of the reads computes them.

    python benchmarks/de_novo_mosaics.py [--quick] [--sites N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from de_novo_simulation import draw_depths, phred_of_reads

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "scripts"))

SHARES = (0.02, 0.05, 0.10, 0.15, 0.20)
CHILD_SHARES = (0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.40)


def trios(random: np.random.Generator, coverage: float, share: np.ndarray) -> Any:
    """A batch of A>G sites in which each member has the allele in a share of its cells' reads (v, 3)."""
    n = len(share)
    depth = draw_depths(random, coverage, n)
    shape = 1 / 0.013 - 1
    half = share == 0.5
    balance = random.beta(0.485 * shape, 0.515 * shape, share.shape)
    error = np.minimum(random.gamma(0.5, 0.0012, share.shape) / 0.5, 0.3)
    true = random.binomial(depth, np.where(half, balance, share))
    false = random.binomial(depth - true, error)
    alt = true + false
    column = np.zeros(n, dtype=bool)
    phred, _, _ = phred_of_reads(random, depth - alt, alt, false, column, column)
    ordered = np.sort(phred, axis=2)
    genotype = phred.argmin(axis=2).astype(np.int8)
    genotype[depth == 0] = -1
    phred[depth == 0] = np.nan
    return SimpleNamespace(
        contigs=["1"],
        contig_index=np.zeros(n, dtype=np.int32),
        contig_class=np.zeros(n, dtype=np.int8),
        pos=np.arange(1, n + 1),
        ref=["A"] * n,
        alt=["G"] * n,
        is_snv=np.ones(n, dtype=bool),
        genotype=genotype,
        ref_depth=(depth - alt).astype(np.int32),
        alt_depth=alt.astype(np.int32),
        depth=depth.astype(np.int32),
        genotype_quality=np.minimum(99, ordered[:, :, 1]).astype(np.float32),
        phred=phred,
        log10_likelihood=np.full(phred.shape, np.nan),
        records=None,
        site_fields=None,
    )


def called(batch: Any, model: Any, member: int) -> dict[str, float]:
    """Shares of the sites with each pattern, and the median likelihood ratios of the member asked."""
    from filiation.kernels.inheritance import DE_NOVO, PARENTAL_MOSAIC, POSSIBLE, SUPPORTED
    from filiation.kernels.mosaic import CARRIER, ERROR, MOSAIC, mosaic_log10_likelihoods_jit
    from filiation.scoring.trio import FamilyCodes, score_batch

    value = model.threshold
    n = len(batch.pos)
    codes = FamilyCodes(("child", "father", "mother"), np.array([1, 1, 2], np.int8), np.array([2, 1, 1], np.int8))
    scores = score_batch(batch, codes, model, np.full(n, np.nan), True)
    child = batch.genotype[:, 0] > 0
    read = child & (batch.alt_depth[:, 0] >= value["min_proband_alt_depth"])
    table = scores.patterns
    likelihood, _ = mosaic_log10_likelihoods_jit(
        batch.alt_depth[:, member : member + 1],
        (batch.ref_depth + batch.alt_depth)[:, member : member + 1],
        np.full((n, 1), 2, dtype=np.int8),
        np.full((n, 1), value["sequencing_error_rate"]),
        value["error_overdispersion"],
        value["balance_overdispersion"],
    )
    ratio = likelihood[:, 0]
    alone = child & (batch.genotype[:, 1:] == 0).all(axis=1)
    return {
        "child called": float(child.mean()),
        "parental mosaic": float((read & (table[:, PARENTAL_MOSAIC] != 0)).mean()),
        "de novo supported": float((read & (table[:, DE_NOVO] == SUPPORTED)).mean()),
        "de novo possible": float((read & (table[:, DE_NOVO] == POSSIBLE)).mean()),
        "genotypes alone: new": float(alone.mean()),
        "mosaic against error": float(np.median(ratio[:, MOSAIC] - ratio[:, ERROR])),
        "mosaic against carrier": float(np.median(ratio[:, MOSAIC] - ratio[:, CARRIER])),
        "reads say mosaic": float(
            ((ratio[:, MOSAIC] > ratio[:, ERROR] + 1) & (ratio[:, MOSAIC] > ratio[:, CARRIER] + 1)).mean()
        ),
    }


def scenes() -> list[tuple[str, tuple[float, float, float], int]]:
    """Name, shares of child, father and mother, and the member that is asked for a mosaic."""
    rows = [(f"father {100 * share:.0f} %", (0.5, share, 0.0), 1) for share in SHARES]
    rows += [(f"child {100 * share:.0f} %", (share, 0.0, 0.0), 0) for share in CHILD_SHARES]
    rows += [("new in all cells", (0.5, 0.0, 0.0), 1), ("inherited", (0.5, 0.5, 0.0), 1)]
    return rows


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="2,000 sites of each kind")
    parser.add_argument("--sites", type=int, default=20_000, help="sites of each kind")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--json", type=Path, help="write the numbers as JSON")
    options = parser.parse_args()
    from filiation.config import scoring_model_path
    from filiation.scoring.model import load_scoring_model

    model = load_scoring_model(scoring_model_path())
    n = 2_000 if options.quick else options.sites
    results: dict[str, dict[str, dict[str, float]]] = {}
    for coverage in (30, 60):
        random = np.random.default_rng([options.seed, coverage])
        found = {
            name: called(trios(random, coverage, np.tile(shares, (n, 1))), model, member)
            for name, shares, member in scenes()
        }
        results[f"{coverage}x"] = found
        print(f"\n{coverage}x, {n:,} sites each, no reference; shares in %, ratios as log10, median")
        print(f"{'':18s}" + "".join(f"{name:>23s}" for name in next(iter(found.values()))))
        for name, row in found.items():
            cells = (f"{value:23.1f}" if "against" in key else f"{100 * value:23.2f}" for key, value in row.items())
            print(f"{name:18s}" + "".join(cells))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
