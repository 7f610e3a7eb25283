"""Which diseases does each gene cause, as HPO links them?

The links that ship stand in resources/phenotype/gene_diseases.tsv (HPO release in its first line). A laboratory may
give a newer genes_to_disease.txt or genes_to_phenotype.txt of an HPO release instead.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from filiation.errors import InputError
from filiation.io.files import require_file
from filiation.phenotype.labels import FOLDER, table_rows


@dataclass(frozen=True)
class GeneDiseases:
    """Diseases by gene symbol and by NCBI gene id; ids are OMIM:… and ORPHA:…, sorted."""

    by_symbol: dict[str, tuple[str, ...]]
    by_ncbi_gene_id: dict[int, tuple[str, ...]]

    def of(self, symbol: str, ncbi_gene_id: int | None = None) -> tuple[str, ...]:
        """Diseases of one gene; the number decides where it is known, as symbols change."""
        if ncbi_gene_id is not None and ncbi_gene_id in self.by_ncbi_gene_id:
            return self.by_ncbi_gene_id[ncbi_gene_id]
        return self.by_symbol.get(symbol, ())


@cache
def shipped_gene_diseases() -> GeneDiseases:
    """The links that ship with the package."""
    by_symbol, by_number = {}, {}
    for number, symbol, diseases in table_rows(FOLDER / "gene_diseases.tsv"):
        by_symbol[symbol] = by_number[int(number)] = tuple(diseases.split(";"))
    return GeneDiseases(by_symbol, by_number)


def read_gene_diseases(path: str | Path) -> GeneDiseases:
    """Links of an HPO release: genes_to_disease.txt or genes_to_phenotype.txt; InputError for another form."""
    path = require_file(path, "gene-disease links of HPO", where="resources.hpo_gene_diseases")
    found: dict[tuple[int, str], set[str]] = defaultdict(set)
    with open(path, encoding="utf-8") as handle:
        names = handle.readline().lstrip("#").rstrip("\n").split("\t")
        wanted = ("ncbi_gene_id", "gene_symbol", "disease_id")
        missing = [name for name in wanted if name not in names]
        if missing:
            raise InputError(
                f"no column {missing[0]}",
                where=f"{path}, line 1",
                expected="genes_to_disease.txt or genes_to_phenotype.txt of an HPO release",
                repair="set resources.hpo_gene_diseases to one of them, or to null for the links that ship",
            )
        places = [names.index(name) for name in wanted]
        for number, line in enumerate(handle, 2):
            cells = line.rstrip("\n").split("\t")
            try:
                gene_id, symbol, disease = (cells[place] for place in places)
                found[int(gene_id.removeprefix("NCBIGene:")), symbol].add(disease)
            except (IndexError, ValueError) as error:
                raise InputError(
                    f"'{line.rstrip()[:60]}' has no gene number, symbol and disease",
                    where=f"{path}, line {number}",
                    expected=f"{len(names)} cells separated by tabs",
                    repair="download the file again: it may be cut off",
                ) from error
    links = {key: tuple(sorted(diseases)) for key, diseases in sorted(found.items())}
    return GeneDiseases(
        {symbol: diseases for (_, symbol), diseases in links.items()},
        {gene_id: diseases for (gene_id, _), diseases in links.items()},
    )
