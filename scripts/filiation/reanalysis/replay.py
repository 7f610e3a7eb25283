"""How would a stored family be judged with some of what is new? The code of `filiation prioritise`, in this process.

A change of knowledge reaches few records: the candidates, the alleles and genes that the release touches. The rules
judge record by record and gene by gene, so that only these are judged again; the others stand as they stood. What is
stored in the end is judged whole, and both ways must agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from filiation.evidence.artefacts import load_artefacts
from filiation.evidence.populations import CountSource, CountSources
from filiation.io.files import private_directory
from filiation.prioritisation.candidates import Prioritised, prioritise
from filiation.prioritisation.depth import MIN_SITES, DepthBaseline
from filiation.prioritisation.imprinting import ImprintedGene, load_imprinted
from filiation.prioritisation.penetrance import Penetrance
from filiation.reanalysis.basis import Basis, Tools
from filiation.reanalysis.records import Allele, Record, usual_depth, write_packed
from filiation.reanalysis.refresh import FindsClinVar, header_for, refreshed
from filiation.reanalysis.release import CLINVAR, COHORT, FREQUENCY, GENE_FACTS, HPO, PANEL, RULE
from filiation.reanalysis.screening import FrequencyOutcome
from filiation.reanalysis.stored import StoredAnalysis

# Field of a Basis → cause under which its change is told.
_BASIS_CAUSE = {
    "scoring_model": RULE,
    "rank_weights": RULE,
    "acmg_table": RULE,
    "panel": PANEL,
    "hpo_gene_diseases": HPO,
    "gene_facts": GENE_FACTS,
    "clinvar_proteins": CLINVAR,
}


@dataclass
class OpenRelease:
    """The sources of a release that records are looked up in, open in this process; None: not new."""

    clinvar: FindsClinVar | None = None
    counts: CountSources | None = None
    artefacts: dict[Allele, str] | None = None
    tools: Tools = field(default_factory=Tools)
    imprinted: dict[str, ImprintedGene] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        """Let go of the files."""
        self._stack.close()


def open_release(
    clinvar: Path | None, in_house: Sequence[CountSource], artefacts: Path | None, imprinted: Path
) -> OpenRelease:
    """Open what is looked up by allele. in_house : files of the laboratory's own counts; imprinted : table of genes."""
    from filiation.calls.clinvar import open_clinvar
    from filiation.evidence.populations import open_count_sources

    stack = ExitStack()
    opened = OpenRelease(imprinted=dict(load_imprinted(imprinted)), _stack=stack)
    if clinvar:
        opened.clinvar = stack.enter_context(open_clinvar(clinvar))
    if in_house:
        opened.counts = stack.enter_context(open_count_sources(in_house))
    if artefacts:
        opened.artefacts = dict(load_artefacts(artefacts))
    return opened


def mixed(old: Basis, new: Basis, causes: Iterable[str]) -> Basis:
    """The files of `new` for some causes, those of `old` for the others."""
    wanted = set(causes)
    values = {name: getattr(new if cause in wanted else old, name) for name, cause in _BASIS_CAUSE.items()}
    return Basis(gene_table=old.gene_table, **values)


@dataclass
class Judge:
    """Judges one family with any choice of what is new; every answer is kept.

    frequency : what the new frequencies do to its records. touched : symbols of genes that the release touches; None:
    every record is judged, whatever is touched.
    """

    stored: StoredAnalysis
    old: Basis
    new: Basis
    release: OpenRelease
    frequency: FrequencyOutcome = field(default_factory=FrequencyOutcome)
    touched_genes: frozenset[str] = frozenset()
    touched_keys: frozenset[str] = frozenset()
    whole: bool = False
    assembly: str = "auto"
    _answers: dict[frozenset[str], Prioritised] = field(default_factory=dict)
    _depth: dict[bool, DepthBaseline] = field(default_factory=dict)

    def judged(self, causes: Iterable[str]) -> Prioritised:
        """The family with what is new under some causes, and everything else as it was."""
        key = frozenset(causes)
        if key not in self._answers:
            self._answers[key] = self._judge(key)
        return self._answers[key]

    def header(self, causes: frozenset[str]) -> str:
        """Header of the records that `records` gives."""
        return header_for(
            self.stored.header, self.release.clinvar if CLINVAR in causes else None, facts=COHORT in causes
        )

    def records(self, causes: frozenset[str]) -> list[Record]:
        """Every record of the family with what is new under some causes."""
        found: Sequence[Record] = self.stored.calls if self.whole else self._concerned()
        if FREQUENCY in causes:
            found = self.frequency.applied(found, self.stored.header)
        return refreshed(
            found,
            self.stored.family.name,
            clinvar=self.release.clinvar if CLINVAR in causes else None,
            counts=self.release.counts if COHORT in causes else None,
            artefacts=self.release.artefacts if COHORT in causes else None,
        )

    def _concerned(self) -> list[Record]:
        """Candidates, touched alleles, and every record of a touched gene or of a gene that a touched allele hits."""
        keys = {f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}" for row in self.stored.candidates}
        touched = {*self.touched_keys, *self.frequency.replaced, *self.frequency.removed}
        genes = set(self.touched_genes)
        for record in self.stored.calls:
            if record.key in touched:
                genes.update(record.genes)
        for record in self.frequency.returned:
            genes.update(genes_of(record))
        keys |= touched
        return [one for one in self.stored.calls if one.key in keys or not genes.isdisjoint(one.genes)]

    def _judge(self, causes: frozenset[str]) -> Prioritised:
        stored, settings = self.stored, self.stored.settings
        basis = mixed(self.old, self.new, causes)
        tools = self.release.tools
        records = self.records(causes)
        genes = {gene for record in records for gene in record.genes}
        recheck = {
            (f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}", row["inheritance"]): row["agreement"]
            for row in stored.recheck
        }
        ranking = tools.ranking(basis, stored.family, stored.quality, genes, recheck)
        penetrance = Penetrance.of(settings.get("reduced_penetrance") or []).with_panel(ranking.genes.panel)
        with private_directory("replay") as folder:
            calls = write_packed(folder / "calls.vcf.gz", self.header(causes), records)
            return prioritise(
                calls,
                stored.family,
                tools.model(basis),
                ranking,
                assembly=self.assembly,
                pseudoautosomal_bed=settings.get("pseudoautosomal_bed") or None,
                penetrance=penetrance,
                imprinted=self.release.imprinted,
                segments=stored.segments,
                depth=None if self.whole else self._usual_depth(FREQUENCY in causes),
            )

    def _usual_depth(self, new_frequencies: bool) -> DepthBaseline:
        if new_frequencies not in self._depth:
            calls: Sequence[Record] = self.stored.calls
            if new_frequencies:
                calls = self.frequency.applied(calls, self.stored.header)
            self._depth[new_frequencies] = DepthBaseline(usual_depth(calls, self.stored.samples, MIN_SITES))
        return self._depth[new_frequencies]


def genes_of(record: Record) -> set[str]:
    """Symbols that a record of this session names: those of its facts by transcript, else none."""
    from urllib.parse import unquote

    items = (record.info_items().get("TRANSCRIPT_FACTS") or "").split(",")
    return {*record.genes, *(unquote(item.split("|")[0]) for item in items if item)}
