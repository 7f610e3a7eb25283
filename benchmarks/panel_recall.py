"""How many of the genes that PanelApp (UK) rates green does each default panel hold, and how large is it for that?

PanelApp's lists are used here to measure and for nothing else: no gene is chosen by them and none of its lists ships
(its terms ask for an agreement before diagnostic use). Which of its panels a pre-indication is measured against is a
choice of ours, and some are wider than the pre-indication (autism against intellectual disability). Genes are compared
by HGNC id, names of before and aliases resolved. Prints, for each pre-indication: green genes, recall of the whole
panel, of its tier core, and of what Orphanet, HPO and DDG2P alone bring; number of genes; and the median over all.

The data are those of the optional folder `../shared`; `first draft` is the recall noted there when the project began
(other classification files, compared by symbol).

    python benchmarks/panel_recall.py [--quick] [--json FILE] [--document docs/panels.md]
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

from filiation.config import REPOSITORY, RESOURCES
from filiation.genes.table import GeneTable, load_gene_table
from filiation.io.files import atomic_text
from filiation.io.tables import read_table
from filiation.model.columns import PANEL
from filiation.panels.catalogue import load_catalogue

SHARED = REPOSITORY.parent / "shared"
LIST = SHARED / "data" / "annotation" / "panelapp_ge" / "PanelAppData_combined_core.tsv"
FIRST_DRAFT = SHARED / "design" / "preindications.yaml"
START, END = "<!-- recall: written by benchmarks/panel_recall.py -->", "<!-- end of recall -->"
# The ten weakest of the first draft.
WEAKEST = (
    "nbia",
    "epilepsies-pharmacoresistantes-debut-precoce",
    "enteropathies-congenitales",
    "malformations-cervelet-tronc-cerebral",
    "neutropenies-chroniques-severes",
    "ataxies-hereditaires-sujet-jeune",
    "malformations-oculaires",
    "tsa-trouble-neurodeveloppement-sans-di",
    "troubles-du-rythme-hereditaires",
    "aplasies-hypoplasies-medullaires",
)
# Pre-indication → numbers of the PanelApp (UK) panels that it is measured against.
MEASURED_AGAINST: dict[str, tuple[int, ...]] = {
    "deficience-intellectuelle": (285,),
    "dysraphismes": (11,),
    "dystrophies-retiniennes-hereditaires": (307,),
    "epilepsies-pharmacoresistantes-debut-precoce": (402,),
    "formes-syndromiques-bucco-dentaires": (269, 553),
    "malformations-cerebrales": (491,),
    "malformations-cardiaques-congenitales-complexes": (212, 549),
    "malformations-cervelet-tronc-cerebral": (286, 477),
    "malformations-oculaires": (509, 34, 294, 230),
    "schizophrenie-syndromique": (),
    "surdites-syndromiques-malformatives": (126, 251),
    "syndromes-malformatifs-dysmorphiques-sans-di": (81, 384, 478),
    "tsa-trouble-neurodeveloppement-sans-di": (657, 285),
    "ataxies-hereditaires-sujet-jeune": (20, 466),
    "dystonies-mouvements-anormaux-rares": (847, 192, 540),
    "hypotonies-neonatales-peripheriques": (225, 207, 232),
    "leucodystrophies": (42, 476, 579),
    "maladies-neurodegeneratives-sujet-jeune": (474, 263, 265, 39),
    "myopathies": (185, 225, 207, 235),
    "nbia": (180,),
    "paraparesies-spastiques-hereditaires": (568, 567, 165),
    "cardiomyopathies-familiales": (652, 49, 749, 134),
    "hypertension-pulmonaire": (193,),
    "maladie-de-rendu-osler": (123,),
    "maladies-arteres-moyen-calibre": (700, 50),
    "malformations-arterioveineuses": (147, 563),
    "marfan-anevrymes-aorte-thoracique": (700, 1),
    "troubles-du-rythme-hereditaires": (842, 841),
    "anomalies-differenciation-sexuelle": (9, 650),
    "deficits-hypophysaires-combines": (483,),
    "diabete-neonatal": (293,),
    "diabetes-rares-lipoatrophiques": (472, 152, 26, 174, 546),
    "dysfonction-axe-thyreotrope": (31, 236),
    "hypersecretions-hormonales-hypophysaires": (36, 648),
    "insuffisance-ovarienne-primitive": (155,),
    "maladies-hereditaires-du-metabolisme": (467, 302),
    "maladies-mitochondriales": (112, 539),
    "cushing-hyperplasie-nodulaire-bilaterale-surrenales": (566,),
    "enteropathies-congenitales": (514, 176),
    "pathologies-severes-foie-pediatriques": (544, 385),
    "genodermatoses": (554, 555, 556, 553, 559),
    "aplasies-hypoplasies-medullaires": (508, 519, 159),
    "deficits-immunitaires-hereditaires": (398,),
    "histiocytoses-sans-braf-v600e": (1343, 1344),
    "maladies-auto-inflammatoires-monogeniques": (60, 1075),
    "maladies-constitutionnelles-globule-rouge": (518,),
    "neutropenies-chroniques-severes": (519,),
    "pathologies-plaquettaires-constitutionnelles": (545, 175),
    "nephropathies-chroniques": (678, 902, 903, 156),
    "maladies-osseuses-constitutionnelles": (309, 196),
    "metabolisme-phospho-calcique-mineralisation-dentaire": (482, 480, 312, 269),
    "oncogenetique-antecedents-familiaux-severes": (391, 635, 503, 504),
    "oncogenetique-phenotypes-extremes-sans-antecedents": (391, 243),
    "syndromes-ehlers-danlos-non-vasculaires": (53,),
    "maladies-cerebrovasculaires-rares": (50,),
    "neuropathies-optiques-genetiques": (186,),
    "migraine-hemiplegique-familiale": (90, 541),
    "hypertension-arterielle-monogenique-sujet-jeune": (314,),
    "predisposition-hemopathies-malignes-enfant-adolescent": (407, 59),
}


def green_genes(path: Path, table: GeneTable) -> tuple[dict[int, set[str]], int]:
    """({panel number: HGNC ids of its green genes}, names that stand for no one gene)."""
    found: dict[int, set[str]] = defaultdict(set)
    unresolved = set()
    with open(path, encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle, delimiter="\t"):
            if row["confidence_level"] == "3":
                gene = table.resolve(row["Gene"]).gene
                if gene is None:
                    unresolved.add(row["Gene"])
                else:
                    found[int(row["id"])].add(gene.hgnc_id)
    return found, len(unresolved)


def first_draft(path: Path) -> dict[str, tuple[int | None, int]]:
    """{slug: (recall in per cent, number of genes)} of the first draft; nothing when the file is not there."""
    if not path.is_file():
        return {}
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        entry["id"]: ((entry["qa_recall_pct"] or {}).get("default_vs_panelapp_green"), entry["n_genes_default"])
        for entry in entries
    }


def measure(slugs: list[str], table: GeneTable) -> tuple[list[dict[str, Any]], int]:
    """One row for each pre-indication, and the number of PanelApp names that could not be resolved."""
    green, unresolved = green_genes(LIST, table)
    drafts = first_draft(FIRST_DRAFT)
    rows = []
    for slug in slugs:
        genes = read_table(RESOURCES / "panels" / f"{slug}.tsv", PANEL).rows
        reference = set().union(*(green[number] for number in MEASURED_AGAINST[slug]))
        automatic = [row for row in genes if {"Orphanet", "HPO", "DDG2P"} & set(row["source"].split("; "))]
        draft, draft_size = drafts.get(slug, (None, None))
        rows.append(
            {
                "pre_indication": slug,
                "panelapp": MEASURED_AGAINST[slug],
                "green": len(reference),
                "first_draft": draft,
                "first_draft_genes": draft_size,
                "recall": share(genes, reference),
                "core": share([row for row in genes if row["tier"] == "core"], reference),
                "without_curated": share(automatic, reference),
                "genes": len(genes),
                "core_genes": sum(row["tier"] == "core" for row in genes),
            }
        )
    return rows, unresolved


def share(genes: list[dict[str, Any]], reference: set[str]) -> int | None:
    """Per cent of the reference that these rows hold; None without a reference."""
    held = {row["hgnc_id"] for row in genes} & reference
    return round(100 * len(held) / len(reference)) if reference else None


def summary(rows: list[dict[str, Any]]) -> dict[str, float | None]:
    """Medians and means over the pre-indications that can be measured; sizes over all."""

    def values(name: str) -> list[float]:
        return [row[name] for row in rows if row[name] is not None]

    weakest = [row for row in rows if row["pre_indication"] in WEAKEST]
    drafts = [row["first_draft"] for row in weakest if row["first_draft"] is not None]
    return {
        "median_recall": statistics.median(values("recall")),
        "mean_recall": round(statistics.mean(values("recall")), 1),
        "mean_recall_core": round(statistics.mean(values("core")), 1),
        "mean_recall_without_curated": round(statistics.mean(values("without_curated")), 1),
        "mean_recall_of_the_ten": round(statistics.mean(row["recall"] for row in weakest), 1),
        "mean_first_draft_of_the_ten": round(statistics.mean(drafts), 1) if drafts else None,
        "median_genes": statistics.median(values("genes")),
        "median_core_genes": statistics.median(values("core_genes")),
        "median_genes_first_draft": statistics.median(values("first_draft_genes")) if drafts else None,
    }


def shown(value: Any) -> str:
    """A cell: `.` for what cannot be measured."""
    return "." if value is None else str(value)


def document_lines(rows: list[dict[str, Any]], totals: dict[str, float | None], unresolved: int) -> list[str]:
    """The table as it stands in the document."""
    lines = [
        "| pre-indication | PanelApp UK | green | first draft | recall | core only | without curated | genes | core |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in sorted(rows, key=lambda row: (row["recall"] is None, row["recall"] or 0, row["pre_indication"])):
        numbers = ", ".join(f"#{number}" for number in row["panelapp"]) or "none"
        cells = [row["green"], row["first_draft"], row["recall"], row["core"], row["without_curated"]]
        name = row["pre_indication"] + (" (of the ten)" if row["pre_indication"] in WEAKEST else "")
        counts = f"{row['genes']} | {row['core_genes']}"
        lines.append(f"| {name} | {numbers} | {' | '.join(map(shown, cells))} | {counts} |")
    lines += ["", "| over all | |", "|---|---|"]
    lines += [f"| {name.replace('_', ' ')} | {shown(value)} |" for name, value in totals.items()]
    return [*lines, f"| PanelApp names that stand for no one gene, left out | {unresolved} |"]


def write_document(path: Path, lines: list[str]) -> None:
    """Put the table between the two marks of the document."""
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    if not after:
        raise SystemExit(f"{path}: the marks {START} and {END} are not there")
    with atomic_text(path) as handle:
        handle.write("\n".join([before + START, "", *lines, "", END + after.rstrip("\n"), ""]))


def main() -> int:
    """Read the command line, measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="only the ten weakest of the first draft")
    parser.add_argument("--json", metavar="FILE", help="write the numbers too")
    parser.add_argument("--document", metavar="FILE", help="write the table between its marks")
    options = parser.parse_args()
    if not LIST.is_file():
        raise SystemExit(f"no {LIST}: PanelApp's lists are not part of the project; nothing can be measured")
    slugs = list(WEAKEST) if options.quick else [entry.slug for entry in load_catalogue().germline()]
    rows, unresolved = measure(slugs, load_gene_table(RESOURCES / "genes" / "hgnc.tsv"))
    totals = summary(rows)
    lines = document_lines(rows, totals, unresolved)
    print("\n".join(lines))
    if options.json:
        with atomic_text(options.json) as handle:
            json.dump({"rows": rows, "summary": totals, "unresolved": unresolved}, handle, indent=1)
    if options.document:
        write_document(Path(options.document), lines)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
