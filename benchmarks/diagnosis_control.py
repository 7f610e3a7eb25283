"""Is the FGFR2 variant that Exomiser's authors spiked into an exome on shelf A, and first, with Pfeiffer's signs?

The exome of ../shared/data (exome_spiked_fgfr2_hg19) is one person's, on hg19, without annotation; no hg19 sequence of
chromosome 10 is at hand to annotate it with. What each variant is given here:

- its gene: RefSeq Select bounds of hg19; outside every gene it is intergenic;
- its consequence: what Exomiser's own documentation prints for this file (FGFR2 p.(Glu563Ala) missense, REVEL 0.965,
  ClinVar 28333 likely pathogenic with one star; ENPP1 splice donor; two MUC6 frameshifts); without frequencies;
  every other variant in a gene is taken as missense of unknown frequency, which is at least as bad
  for FGFR2 as the truth, as most of them are synonymous, intronic and common.

Printed: shelf and rank with the four signs of Exomiser's example, without ClinVar's word, and without signs.

    python benchmarks/diagnosis_control.py
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import tempfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diagnosis_families import CLINVAR_LINES
from diagnosis_genes import SHARED

from filiation.acmg.table import load_acmg_table
from filiation.config import acmg_table_path, gene_table_path, rank_weights_path, scoring_model_path
from filiation.evidence.fields import HEADER_LINES
from filiation.genes.table import load_gene_table
from filiation.io.ped import read_pedigree
from filiation.phenotype.match import PhenotypeMatcher
from filiation.prioritisation.candidates import prioritise
from filiation.prioritisation.known_genes import GeneBook
from filiation.prioritisation.ranking import Ranking
from filiation.prioritisation.weights import load_rank_weights
from filiation.scoring.model import load_scoring_model
from filiation.scoring.screen import screen_calls

EXOME = SHARED.parent / "vcf" / "exome_spiked_fgfr2_hg19" / "Pfeiffer.vcf.gz"
BOUNDS = SHARED / "genes" / "ncbiRefSeqSelect.hg37.txt"
# Signs of the example analysis of the file: brachydactyly, craniosynostosis, broad thumb, broad hallux.
SIGNS = ("HP:0001156", "HP:0001363", "HP:0011304", "HP:0010055")
CAUSAL = ("10", 123256215, "T", "G")
# Exomiser documentation, "output formats": place → consequence, gene, other INFO.
PRINTED = {
    CAUSAL: ("missense_variant", "FGFR2", "REVEL=0.965;ANNOTATION_STATES=revel:found"),
    ("6", 132203615, "G", "A"): ("splice_donor_variant", "ENPP1", ""),
    ("11", 1018088, "TG", "T"): ("frameshift_variant", "MUC6", ""),
    ("11", 1018093, "G", "GT"): ("frameshift_variant", "MUC6", ""),
}
CLINVAR = "CLINVAR_SIGNIFICANCE=Likely_pathogenic;CLINVAR_REVIEW=criteria_provided&_single_submitter;"
CLINVAR += "CLINVAR_ID=28333;CLINVAR_STARS=1"
CSQ = '##INFO=<ID=CSQ,Number=.,Type=String,Description="Format: Consequence|SYMBOL|Gene|Feature">'


class Bounds:
    """Genes by place on hg19."""

    def __init__(self) -> None:
        self._genes: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for line in BOUNDS.read_text(encoding="utf-8").splitlines():
            _, chrom, start, end, symbol = line.split("\t")
            self._genes[chrom.removeprefix("chr")].append((int(start) + 1, int(end), symbol))
        for genes in self._genes.values():
            genes.sort()

    def of(self, chrom: str, pos: int) -> str:
        """The gene that holds a place, the last to begin of several; '' for none."""
        genes = self._genes.get(chrom, [])
        for start, end, symbol in reversed(genes[max(0, bisect_right(genes, (pos, 1 << 40, "")) - 12) :][:12]):
            if start <= pos <= end:
                return symbol
        return ""


def write_annotated(path: Path, *, clinvar: bool) -> None:
    """The exome with what is known of each variant, split by allele."""
    bounds = Bounds()
    split = subprocess.run(
        ["bcftools", "norm", "--no-version", "-m-", str(EXOME)], check=True, capture_output=True, text=True
    ).stdout
    with gzip.open(path, "wt", encoding="utf-8") as handle:
        for line in split.splitlines():
            if line.startswith("#CHROM"):
                handle.write("\n".join((CSQ, *HEADER_LINES, *CLINVAR_LINES)) + "\n")
            if line.startswith("#"):
                handle.write(line + "\n")
                continue
            cells = line.split("\t")
            place = (cells[0], int(cells[1]), cells[3], cells[4])
            gene = bounds.of(place[0], place[1])
            term, gene, more = PRINTED.get(place, ("missense_variant" if gene else "intergenic_variant", gene, ""))
            info = [cells[7], f"CSQ={term}|{gene}||", more]
            info.append(CLINVAR if clinvar and place == CAUSAL else "CLINVAR_SIGNIFICANCE=not_found")
            cells[7] = ";".join(part for part in info if part and part != ".")
            handle.write("\t".join(cells) + "\n")


def place_of_causal(signs: Sequence[str], *, clinvar: bool) -> dict[str, Any]:
    """Shelf, rank and size of A and B for one way of asking."""
    with tempfile.TemporaryDirectory(prefix="control") as name:
        folder = Path(name)
        write_annotated(folder / "exome.vcf.gz", clinvar=clinvar)
        calls = folder / "exome.bcf"
        subprocess.run(["bcftools", "view", "--no-version", "-Ob", "-o", calls, folder / "exome.vcf.gz"], check=True)
        subprocess.run(["bcftools", "index", calls], check=True)
        (folder / "FAM.ped").write_text("FAM\tmanuel\t0\t0\t1\t2\n", encoding="utf-8")
        family = read_pedigree(folder / "FAM.ped")
        model = load_scoring_model(scoring_model_path())
        screened = folder / "screened.bcf"
        screen_calls(calls, family, model, [], screened)
        table = load_gene_table(gene_table_path())
        book = GeneBook(None, table, None, PhenotypeMatcher(signs, genes=table))
        ranking = Ranking(load_rank_weights(rank_weights_path()), load_acmg_table(acmg_table_path()), book)
        rows = prioritise(screened, family, model, ranking).candidates
    found = next(row for row in rows if (row["chrom"], row["pos"]) == CAUSAL[:2])
    shown = sum(row["shelf"] in "AB" for row in rows)
    return {
        "signs": len(signs),
        "clinvar": clinvar,
        "shelf": found["shelf"],
        "rank": found["rank"],
        "candidates": len(rows),
        "shown": shown,
        "hpo_score": found["hpo_score"],
        "hpo_disease": found["hpo_disease"],
        "components": found["score_components"],
    }


def main() -> None:
    """Print the place of the causal variant, each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result")
    parser.add_argument("--quick", action="store_true", help="with ClinVar and signs alone")
    options = parser.parse_args()
    if not EXOME.is_file():
        raise SystemExit(f"{EXOME} is not there: this control needs ../shared/data")
    ways = [(SIGNS, True)] if options.quick else [(SIGNS, True), (SIGNS, False), ((), True)]
    found = [place_of_causal(signs, clinvar=clinvar) for signs, clinvar in ways]
    for result in found:
        print("; ".join(f"{name}: {value}" for name, value in result.items()))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
