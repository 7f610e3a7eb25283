"""What do the carrier states of one record leave: from which parent it comes, and which patterns fit?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from filiation.kernels.compound_het import FROM_EITHER, FROM_FATHER, FROM_MOTHER, FROM_NEITHER, origin
from filiation.kernels.encoding import PROBAND
from filiation.kernels.inheritance import SUPPORTED, inheritance_patterns_jit
from filiation.model.contigs import ContigClass
from filiation.model.inheritance import Inheritance, Status
from filiation.model.pedigree import Family
from filiation.scoring.model import ScoringModel
from filiation.scoring.trio import PATTERN_CLASSES, evidence_thresholds, family_codes

_ORIGIN_WORDS = {FROM_FATHER: "father", FROM_MOTHER: "mother", FROM_EITHER: "either", FROM_NEITHER: "neither"}


def origin_of_copy(father: int, mother: int) -> str:
    """`father`, `mother`, `either`, `neither` or `unknown`, for one copy where both parents could have passed it."""
    return _ORIGIN_WORDS.get(origin(father, mother), "unknown")


def patterns_of(
    states: Sequence[int], contig_class: ContigClass, family: Family, model: ScoringModel, *, reduced_penetrance: bool
) -> dict[Inheritance, str]:
    """Patterns of one record by its carrier states, with full or reduced penetrance.

    The screen has judged the de novo posterior; here it excludes nothing. Reads are not asked, so that a parent
    called a carrier is one.
    """
    codes = family_codes(family)
    row = inheritance_patterns_jit(
        np.array([states], dtype=np.int8),
        np.array([int(contig_class)], dtype=np.int8),
        codes.sex,
        codes.affection,
        np.array([1.0]),
        np.array([PROBAND], dtype=np.int8),
        evidence_thresholds(model)._replace(reduced_penetrance=reduced_penetrance),
    )[0]
    return {
        PATTERN_CLASSES[column]: (Status.SUPPORTED if cell == SUPPORTED else Status.POSSIBLE).value
        for column, cell in enumerate(row)
        if cell
    }
