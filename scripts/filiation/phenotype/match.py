"""How well do the patient's signs fit the diseases of a gene?

Similarity of two terms is that of Lin (1998): twice the information content of their most informative common
ancestor, over the sum of their own; 1 for the same term, 0 when only the root is common. Similarity of patient and
disease is the symmetric best-match average of Phenomizer (Köhler et al., Am J Hum Genet 2009;85:457): the mean over
the patient's terms of their best match in the disease, and the mean over the disease's terms of their best match in
the patient, each counting for half. The score of a gene is that of its best disease.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filiation.genes.table import GeneTable
from filiation.phenotype.diseases import GeneDiseases, read_gene_diseases, shipped_gene_diseases
from filiation.phenotype.ontology import Disease, load_ontology
from filiation.phenotype.terms import ResolvedTerms, resolve_terms

# A gene that HPO annotates while the links name no disease of it is compared through all its terms together.
GENE_LEVEL = "all diseases of the gene together"


@dataclass(frozen=True)
class TermMatch:
    """A term of the patient and the nearest term of the disease; None and 0 when nothing but the root is common."""

    patient_term: str
    disease_term: str | None
    similarity: float


@dataclass(frozen=True)
class GeneMatch:
    """The best disease of a gene: score 0–1, and each compared term of the patient with its match, in their order.

    disease_id : OMIM:… or ORPHA:…; '' when the links name no disease and the gene's terms were taken together.
    """

    score: float
    disease_id: str
    disease_name: str
    matches: tuple[TermMatch, ...]


class PhenotypeMatcher:
    """Compares one patient's terms with the diseases of any gene.

    terms : HPO ids or labels, or what `resolve_terms` gave. Without any, every answer is None and `note` says why.
    gene_diseases : genes_to_disease.txt or genes_to_phenotype.txt of an HPO release; None for the links that ship.
    genes : gives the NCBI number of an HGNC id, by which HPO knows a gene, so that a renamed gene is found.
    links, similarities : links that were read before, and similarities of terms that patients share; they are filled.
    """

    def __init__(
        self,
        terms: Sequence[str] | ResolvedTerms,
        *,
        french_labels: str | Path | None = None,
        gene_diseases: str | Path | None = None,
        genes: GeneTable | None = None,
        links: GeneDiseases | None = None,
        similarities: dict[tuple[str, str], float] | None = None,
        where: str = "hpo_terms",
    ) -> None:
        if not isinstance(terms, ResolvedTerms):
            terms = resolve_terms(terms, french_labels=french_labels, where=where)
        self.terms = terms
        self._patient = tuple(term.id for term in terms.compared)
        self._genes = genes
        self._links = links
        self.links_file = gene_diseases
        self._similarities = {} if similarities is None else similarities
        self._diseases: dict[str, GeneMatch | None] = {}

    @property
    def note(self) -> str:
        """One sentence for the header of a table: what was compared, or why nothing was."""
        if not self.terms.terms:
            return "no HPO terms were given: phenotype similarity was not computed"
        if not self._patient:
            return "no HPO term given is a phenotypic abnormality: phenotype similarity was not computed"
        return f"{len(self._patient)} HPO terms compared with the diseases of each gene, HPO {self.terms.release}"

    def of_gene(self, symbol: str, hgnc_id: str | None = None) -> GeneMatch | None:
        """The best match among the diseases of a gene; None without terms or for a gene that HPO does not know."""
        if not self._patient:
            return None
        gene = self._genes.by_id(hgnc_id) if self._genes is not None and hgnc_id else None
        number = int(gene.ncbi_gene_id) if gene and gene.ncbi_gene_id else None
        matches = (self.of_disease(disease) for disease in self.links().of(symbol, number))
        found = [match for match in matches if match is not None]
        if not found:
            terms = load_ontology().gene_terms(symbol, number)
            return self._match(Disease("", GENE_LEVEL, terms)) if terms else None
        return max(found, key=lambda match: (match.score, match.disease_id.startswith("ORPHA:"), match.disease_id))

    def of_disease(self, disease_id: str) -> GeneMatch | None:
        """The match with one disease; None without terms or when HPO has no sign of the disease."""
        if not self._patient:
            return None
        if disease_id not in self._diseases:
            disease = load_ontology().disease(disease_id)
            self._diseases[disease_id] = self._match(disease) if disease and disease.terms else None
        return self._diseases[disease_id]

    def links(self) -> GeneDiseases:
        """The links between genes and diseases that are used."""
        if self._links is None:
            self._links = read_gene_diseases(self.links_file) if self.links_file else shipped_gene_diseases()
        return self._links

    def _match(self, disease: Disease) -> GeneMatch:
        """Both directions of the best-match average, and the patient's best matches."""
        best: list[TermMatch] = []
        nearest = dict.fromkeys(disease.terms, 0.0)
        for term in self._patient:
            match, similarity = None, 0.0
            for other in disease.terms:
                value = self._similarity(term, other)
                nearest[other] = max(nearest[other], value)
                if value > similarity:
                    match, similarity = other, value
            best.append(TermMatch(term, match, similarity))
        from_patient = sum(match.similarity for match in best) / len(best)
        from_disease = sum(nearest.values()) / len(nearest)
        return GeneMatch((from_patient + from_disease) / 2, disease.id, disease.name, tuple(best))

    def _similarity(self, term: str, other: str) -> float:
        """Lin's similarity of two terms, 0–1."""
        key = (term, other)
        if key not in self._similarities:
            self._similarities[key] = lin_similarity(term, other)
        return self._similarities[key]


def lin_similarity(term: str, other: str) -> float:
    """2·IC(most informative common ancestor) / (IC(term) + IC(other)); 0–1."""
    if term == other:
        return 1.0
    ontology = load_ontology()
    total = ontology.information(term) + ontology.information(other)
    common = ontology.ancestors(other)
    shared = next((content for content, ancestor in ontology.informative_ancestors(term) if ancestor in common), 0.0)
    return 2 * shared / total if total > 0 else 0.0
