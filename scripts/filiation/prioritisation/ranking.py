"""With what are a family's candidates judged, ordered and put on shelves?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from filiation.acmg.protein_index import ProteinIndex
from filiation.acmg.table import AcmgTable
from filiation.prioritisation.known_genes import GeneBook
from filiation.prioritisation.parentage import Parentage
from filiation.prioritisation.weights import RankWeights


@dataclass(frozen=True)
class Ranking:
    """Weights and tables of the rank; the optional ones are empty where nothing is configured.

    recheck : (`chrom-pos-ref-alt`, inheritance class) → agreement of the reads: agrees, contradicts, undecided.
    verdicts : the same → verdict of the reads, as the recheck table has it.
    """

    weights: RankWeights
    acmg: AcmgTable
    genes: GeneBook = field(default_factory=GeneBook)
    parentage: Parentage = field(default_factory=Parentage)
    recheck: Mapping[tuple[str, str], str] = field(default_factory=dict)
    protein_index: ProteinIndex | None = None
    verdicts: Mapping[tuple[str, str], str] = field(default_factory=dict)
