"""What does the report say of a gene and of a score beside what the candidates' table holds?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from filiation.acmg.table import AcmgTable
from filiation.io.tables import read_table
from filiation.model.report_tables import BLIND_GENES
from filiation.phenotype.diseases import shipped_gene_diseases
from filiation.scoring.model import ScoringModel

Strength = Callable[[float], tuple[str, str] | None]


def omim_numbers() -> dict[str, tuple[str, ...]]:
    """OMIM numbers of each gene's diseases, as the links that ship with the package name them."""
    return {
        gene: tuple(disease for disease in diseases if disease.startswith("OMIM:"))
        for gene, diseases in shipped_gene_diseases().by_symbol.items()
    }


def blind_reasons(path: str | Path) -> dict[str, str]:
    """English of the French reasons for which short reads miss a gene, from the table of such genes."""
    return {row["reason_fr"]: row["reason_en"] for row in read_table(path, BLIND_GENES).rows}


def mutation_rates(model: ScoringModel) -> tuple[str, dict[str, float]]:
    """(checksum of the scoring model, rate of each class of change per allele and generation).

    `repeat_factor` : how much more often insertions and deletions arise in tandem repeats.
    """
    prefix = "mutation_rate_"
    rates = {name.removeprefix(prefix): value for name, value in model.threshold.items() if name.startswith(prefix)}
    return model.checksum, rates | {"repeat_factor": model.threshold["repeat_mutation_factor"]}


def predictor_strengths(table: AcmgTable) -> dict[str, Strength]:
    """For each predictor, what a score of it is worth by the calibrated intervals of an ACMG table."""

    def splicing(score: float) -> tuple[str, str] | None:
        if score >= table.splicing.effect_min:
            return "pathogenic", "supporting"
        return ("benign", "supporting") if score <= table.splicing.no_effect_max else None

    return {
        "REVEL": table.revel.strength,
        "AlphaMissense": table.alphamissense.strength,
        "CADD": table.cadd.strength,
        "SpliceAI": splicing,
    }
