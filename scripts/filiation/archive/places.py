"""Which records lie near a gene, and which are listed in ClinVar, among millions?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from filiation.errors import InputError
from filiation.io.files import open_text, private_directory, require_file
from filiation.io.tools import run_tool
from filiation.model.contigs import bare_name

# Bases on each side of a coding part that count as near: the splice sites and their surroundings. ACMG/AMP's PP3 and
# the splice predictors speak of the first 8 bases of an intron and the last 20; the wider of the two is taken.
NEAR_BASES = 20

_NAME = re.compile(r"(?:^|;)(?:Name|gene_name|gene)=([^;]+)")


@dataclass(frozen=True)
class NearGenes:
    """Coding parts of genes with NEAR_BASES on each side, merged; 1-based, both ends included, by bare contig."""

    starts: Mapping[str, npt.NDArray[np.int64]]
    ends: Mapping[str, npt.NDArray[np.int64]]

    @property
    def bases(self) -> int:
        """Bases that are near a gene."""
        return int(sum((self.ends[name] - self.starts[name] + 1).sum() for name in self.starts))

    def contains(self, contig: str, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which intervals touch it; first and last: 1-based, both ends included."""
        name = bare_name(contig)
        if name not in self.starts:
            return np.zeros(len(first), dtype=bool)
        ends, starts = self.ends[name], self.starts[name]
        place = np.searchsorted(ends, first)
        inside = place < len(ends)
        inside[inside] = starts[place[inside]] <= last[inside]
        return np.asarray(inside)


def load_near_genes(models: str | Path, rna_genes: Iterable[str] = ()) -> NearGenes:
    """Coding parts out of gene models: CDS of GFF3, or every interval of a BED.

    rna_genes : symbols of genes whose RNA causes disease; they have no CDS, and the whole gene counts.
    """
    require_file(models, "gene models")
    wanted = {name.upper() for name in rna_genes}
    bed = str(models).removesuffix(".gz").removesuffix(".bgz").lower().endswith(".bed")
    found: dict[str, list[tuple[int, int]]] = {}
    with open_text(models) as handle:
        for line in handle:
            if line.startswith("##FASTA"):
                break
            if not line.strip() or line.startswith(("#", "track", "browser")):
                continue
            cells = line.rstrip("\n").split("\t")
            if bed:
                found.setdefault(bare_name(cells[0]), []).append((int(cells[1]) + 1, int(cells[2])))
            elif len(cells) == 9 and (cells[2] == "CDS" or (wanted and _is_wanted(cells, wanted))):
                found.setdefault(bare_name(cells[0]), []).append((int(cells[3]), int(cells[4])))
    if not found:
        raise InputError(
            "no coding part in the gene models",
            where=str(models),
            expected="GFF3 with CDS features, or BED",
            repair="give the gene models that the calls were annotated with",
        )
    starts, ends = {}, {}
    for contig, intervals in found.items():
        starts[contig], ends[contig] = _merged(np.array(sorted(intervals), dtype=np.int64))
    return NearGenes(starts, ends)


def _is_wanted(cells: Sequence[str], wanted: set[str]) -> bool:
    match = _NAME.search(cells[8]) if cells[2].endswith("gene") else None
    return match is not None and match[1].upper() in wanted


def _merged(intervals: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Sorted intervals, widened and joined where they touch."""
    starts, ends = np.maximum(intervals[:, 0] - NEAR_BASES, 1), intervals[:, 1] + NEAR_BASES
    reach = np.maximum.accumulate(ends)
    opens = np.r_[True, starts[1:] > reach[:-1] + 1]
    closes = np.r_[np.flatnonzero(opens)[1:] - 1, len(starts) - 1]
    return starts[opens], reach[closes]


@dataclass(frozen=True)
class ListedAlleles:
    """Alleles of a VCF, to be compared exactly. By bare contig: sorted positions, REF and ALT (several by commas)."""

    by_contig: Mapping[str, tuple[npt.NDArray[np.int64], Any, Any]]

    def contains(
        self, contig: str, pos: npt.NDArray[np.int64], ref: Sequence[str], alt: Sequence[str]
    ) -> npt.NDArray[np.bool_]:
        """Which alleles are listed."""
        found = np.zeros(len(pos), dtype=bool)
        if bare_name(contig) not in self.by_contig:
            return found
        positions, refs, alts = self.by_contig[bare_name(contig)]
        first, last = np.searchsorted(positions, pos), np.searchsorted(positions, pos, side="right")
        for row in np.flatnonzero(last > first).tolist():
            found[row] = any(
                refs[place].as_py() == ref[row] and alt[row] in alts[place].as_py().split(",")
                for place in range(first[row], last[row])
            )
        return found


def load_listed_alleles(vcf: str | Path) -> ListedAlleles:
    """The alleles of a ClinVar VCF, every alternate allele of a record by itself."""
    with private_directory("listed") as folder:
        listed = folder / "listed.tsv"
        with open(listed, "wb") as sink:
            run_tool(
                ["bcftools", "query", "-f", r"%CHROM\t%POS\t%REF\t%ALT\n", require_file(vcf, "ClinVar VCF")],
                purpose="read the alleles that ClinVar lists",
                where=str(vcf),
                stdout=sink,
            )
        if listed.stat().st_size == 0:
            return ListedAlleles({})
        table = read_delimited(listed, ["contig", "pos", "ref", "alt"])
    by_contig = {}
    names = np.array([bare_name(name) for name in table.column("contig").to_pylist()], dtype=object)
    for contig in dict.fromkeys(names.tolist()):
        rows = np.flatnonzero(names == contig)
        part = table.take(pa.array(rows)).sort_by("pos").combine_chunks()
        by_contig[contig] = (part.column("pos").to_numpy(), part.column("ref"), part.column("alt"))
    return ListedAlleles(by_contig)


def read_delimited(path: Path, columns: Sequence[str], *, skip: int = 0) -> Any:
    """An Arrow table out of tab-separated text, plain or compressed; `pos` is a number, the rest text."""
    return pyarrow.csv.read_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(column_names=list(columns), skip_rows=skip),
        parse_options=pyarrow.csv.ParseOptions(delimiter="\t", quote_char=False),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={name: pa.int64() if name == "pos" else pa.string() for name in columns},
            strings_can_be_null=False,
            null_values=[],
        ),
    )
