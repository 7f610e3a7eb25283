"""Which signs would a clinician write of a patient with a given disease?

After Köhler et al. 2009 (Am J Hum Genet 85:457): signs are drawn from the disease's HPO annotations by their
frequency, some are replaced by one of their ancestors (imprecision), and half as many unrelated signs are added
(noise). Frequencies stand in phenotype.hpoa of an HPO release; without that file every sign is drawn with one half.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from random import Random

from filiation.phenotype.ontology import load_ontology

UNKNOWN_FREQUENCY = 0.5
IMPRECISE = 0.33
NOISE = 0.5
LEAST, MOST = 3, 10
# Middle of the ranges that HPO's frequency terms stand for.
_TERMS = {"HP:0040280": 1.0, "HP:0040281": 0.9, "HP:0040282": 0.55, "HP:0040283": 0.17, "HP:0040284": 0.02}
_EXCLUDED = "HP:0040285"


def _frequency(text: str) -> float:
    """A frequency cell of phenotype.hpoa as a share."""
    if text in _TERMS:
        return _TERMS[text]
    if text == _EXCLUDED:
        return 0.0
    if "/" in text:
        count, total = text.split("/")
        return int(count) / max(int(total), 1)
    return float(text.rstrip("%")) / 100 if text.endswith("%") else UNKNOWN_FREQUENCY


def read_frequencies(path: Path) -> dict[str, dict[str, float]]:
    """disease → sign → share of patients, of phenotype.hpoa; signs that patients do not have are left out."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    with open(path, encoding="utf-8") as handle:
        for line in handle:
            cells = line.rstrip("\n").split("\t")
            if line.startswith(("#", "database_id")) or cells[2] == "NOT" or cells[10] != "P":
                continue
            share = _frequency(cells[7])
            found[cells[0]][cells[3]] = max(share, found[cells[0]].get(cells[3], 0.0))
    return found


@cache
def _all_signs() -> tuple[str, ...]:
    ontology = load_ontology()
    return tuple(term for term in ontology.ids() if not ontology.is_obsolete(term) and ontology.is_abnormality(term))


def signs_of_patient(
    disease: str, frequencies: dict[str, dict[str, float]] | None, rng: Random, imprecise: float = IMPRECISE
) -> tuple[str, ...]:
    """HPO ids of one simulated patient."""
    ontology = load_ontology()
    annotated = ontology.disease(disease)
    shares = dict.fromkeys(annotated.terms, UNKNOWN_FREQUENCY) if annotated else {}
    if frequencies and disease in frequencies:
        known = {term: share for term, share in frequencies[disease].items() if term in ontology}
        shares = {term: share for term, share in known.items() if not ontology.is_obsolete(term)} or shares
    order = sorted(shares)
    rng.shuffle(order)
    drawn = [term for term in order if rng.random() < shares[term]]
    drawn += [term for term in order if term not in drawn][: max(0, LEAST - len(drawn))]
    signs = [_imprecise(term, rng, imprecise) for term in drawn[: rng.randint(LEAST, MOST)]]
    related = frozenset().union(*(ontology.ancestors(term) for term in shares))
    noise = [rng.choice(_all_signs()) for _ in range(int(NOISE * len(signs)))]
    return tuple(dict.fromkeys([*signs, *(term for term in noise if term not in related)]))


def _imprecise(term: str, rng: Random, chance: float) -> str:
    """The term, or with some chance one of its ancestors below the root."""
    if rng.random() >= chance:
        return term
    ontology = load_ontology()
    above = [other for other in sorted(ontology.ancestors(term)) if ontology.is_abnormality(other) and other != term]
    return rng.choice(above) if above else term
