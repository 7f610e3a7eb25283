"""Do the single cases of the benchmark come out as `filiation prioritise` on the whole genome has them?

The benchmark leaves out records of the background that no rule could keep and reads the rest once for all cases. Here
some cases go through the command line with every record that the screen kept, and shelf, rank, class and score of the
diagnosis are compared. Both sides have no gene facts and no quality table, as the made-up facts are no file.

    python benchmarks/diagnosis_command.py --cases 20
"""

from __future__ import annotations

import argparse
import contextlib
import io
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

from diagnosis_cases import Case, panel_tiers, plan_cases
from diagnosis_families import Group, make_group, plan_groups
from diagnosis_run import GroupEvidence, matcher_of, panel_of

from filiation.__main__ import main as filiation
from filiation.acmg.table import load_acmg_table
from filiation.config import RESOURCES, acmg_table_path, gene_table_path, rank_weights_path, scoring_model_path
from filiation.genes.table import load_gene_table
from filiation.io.tables import read_table
from filiation.model.columns import CANDIDATES
from filiation.prioritisation import candidates
from filiation.prioritisation.imprinting import load_imprinted
from filiation.prioritisation.known_genes import GeneBook
from filiation.prioritisation.penetrance import Penetrance
from filiation.prioritisation.ranking import Ranking
from filiation.prioritisation.weights import load_rank_weights
from filiation.scoring.model import load_scoring_model

RARE_RECORDS = 10_000
Place = tuple[Any, ...]


def _places(rows: list[Any], case: Case) -> list[Place]:
    """Shelf, rank, class and score of the alleles of a case; a table holds fewer digits of the score."""
    own = {(allele.chrom, allele.pos) for allele in case.alleles}
    return sorted(
        (row["pos"], row["gene"], row["shelf"], row["rank"], row["inheritance"], round(row["score"], 1))
        for row in rows
        if (row["chrom"], row["pos"]) in own
    )


def by_command(group: Group, case: Case) -> list[Place]:
    """Through the command line, with every record."""
    variants = group.folder / "whole.bcf"
    group.write_whole(case.id, variants)
    table = group.folder / "candidates.tsv"
    panel = RESOURCES / "panels" / f"{case.slug}.tsv"
    arguments = ["prioritise", "--pedigree", str(group.folder / "FAM.ped"), "--variants", str(variants)]
    arguments += ["--panel", str(panel), "--hpo-terms", ";".join(case.signs), "--candidates", str(table)]
    arguments += ["--reduced-penetrance", *group.penetrance, "--removed", str(group.folder / "removed.tsv")]
    with contextlib.redirect_stderr(io.StringIO()):
        assert filiation([*arguments, "--funnel", str(group.folder / "funnel.tsv")]) == 0
    return _places(read_table(table, CANDIDATES).rows, case)


def by_benchmark(group: Group, evidence: GroupEvidence, case: Case) -> list[Place]:
    """As the benchmark runs it."""
    book = GeneBook(panel_of(case), load_gene_table(gene_table_path()), None, matcher_of(case.signs))
    ranking = Ranking(load_rank_weights(rank_weights_path()), load_acmg_table(acmg_table_path()), book)
    with patch.object(candidates, "read_evidence", return_value=iter(evidence.of_case(case))):
        found = candidates.prioritise(
            evidence.path,
            group.family,
            load_scoring_model(scoring_model_path()),
            ranking,
            penetrance=Penetrance.of(list(group.penetrance)),
            imprinted=load_imprinted(RESOURCES / "imprinted_genes.tsv"),
        )
    return _places(found.candidates, case)


def main() -> None:
    """Compare and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=20, metavar="N")
    parser.add_argument("--rare-records", type=int, default=RARE_RECORDS, metavar="N")
    options = parser.parse_args()
    cases = plan_cases(panel_tiers(RESOURCES / "panels"), per_pre_indication=1)[: options.cases]
    equal = different = 0
    with tempfile.TemporaryDirectory(prefix="diagnoses") as folder:
        for wanted in plan_groups(cases, one_of_each=True):
            group = make_group(wanted, Path(folder), options.rare_records)
            evidence = GroupEvidence(group)
            for case in group.cases:
                command, benchmark = by_command(group, case), by_benchmark(group, evidence, case)
                equal += command == benchmark
                different += command != benchmark
                if command != benchmark:
                    print(f"{case.id}: command {command}, benchmark {benchmark}")
    print(f"{equal} of {equal + different} cases equal")
    if different:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
