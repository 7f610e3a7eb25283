"""Which genes stand on a default panel, and on what evidence? Written from files that the user names.

A gene is `core` when either holds:

- Orphanet (en_product6, CSV form) links it, `Assessed`, by `Disease-causing germline mutation(s) …`, to a
  disorder whose name matches `--disorder-pattern`, and the gene makes a protein;
- it is one of the hallmark genes of the pre-indication (YAML list), a founding list from knowledge of the
  field.

The mode of inheritance is that of DDG2P (`allelic requirement`, categories confirmed, probable, both RD and
IF): monoallelic AD, biallelic AR, both AD/AR, hemizygous and X-linked XL, mitochondrial MT. Where DDG2P is
silent or contradicts itself the cell is `.`: we do not guess. HGNC ids come from DDG2P and an HGNC extract;
the same.

No other panel is copied. The result is a starting point, not a validated panel; its header says so.
"""

from __future__ import annotations

import argparse
import csv
import re
from pathlib import Path

import yaml

from filiation.errors import InputError
from filiation.io.tables import write_table
from filiation.model.columns import PANEL

TRUSTED_CATEGORIES = {"confirmed", "probable", "both RD and IF"}
MODES = {
    "monoallelic": "AD",
    "biallelic": "AR",
    "hemizygous": "XL",
    "x-linked dominant": "XL",
    "x-linked over-dominance": "XL",
    "mitochondrial": "MT",
}
SHOWN_DISORDERS = 2


def read_rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """Rows of a delimited file; quotes are data when the file is tab-separated (HGNC's own form)."""
    with open(path, encoding="utf-8", newline="") as handle:
        if delimiter == "\t":
            return list(csv.DictReader(handle, delimiter=delimiter, quoting=csv.QUOTE_NONE))
        return list(csv.DictReader(handle, delimiter=delimiter))


def orphanet_evidence(rows: list[dict[str, str]], pattern: str) -> dict[str, list[str]]:
    """{gene: ["ORPHA:code name", …]} under the rule of the module docstring, in the order of ORPHA codes."""
    wanted = re.compile(pattern, re.IGNORECASE)
    found: dict[str, dict[int, str]] = {}
    for row in rows:
        if (
            row["association_status"] == "Assessed"
            and row["association_type"].startswith("Disease-causing germline mutation(s)")
            and row["gene_type"] == "gene with protein product"
            and wanted.search(row["disorder_name"])
        ):
            found.setdefault(row["gene_symbol"], {})[int(row["orpha_code"])] = row["disorder_name"]
    return {
        gene: [f"ORPHA:{code} {name}" for code, name in sorted(disorders.items())] for gene, disorders in found.items()
    }


def inheritance_modes(rows: list[dict[str, str]]) -> dict[str, str]:
    """{gene: AD, AR, AD/AR, XL or MT} from DDG2P; a gene without one clear mode is left out."""
    modes: dict[str, set[str]] = {}
    for row in rows:
        if row["DDD category"] in TRUSTED_CATEGORIES:
            for requirement in row["allelic requirement"].split(","):
                modes.setdefault(row["gene symbol"], set()).add(MODES.get(requirement.strip(), "other"))
    joined = {gene: "/".join(sorted(found)) for gene, found in modes.items()}
    return {gene: mode for gene, mode in joined.items() if mode in ("AD", "AR", "AD/AR", "XL", "MT")}


def hallmark_genes(path: Path, pre_indication: str) -> list[str]:
    """The hallmark genes that the YAML file lists for a pre-indication."""
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        if entry["id"] == pre_indication:
            return list(entry["hallmark_genes"])
    raise InputError(f"no pre-indication '{pre_indication}'", where=str(path), repair="correct --pre-indication")


def panel_rows(options: argparse.Namespace) -> list[dict[str, str | None]]:
    """The rows of the panel, by gene symbol."""
    ddg2p = read_rows(options.ddg2p)
    hgnc = {row["gene symbol"]: f"HGNC:{row['hgnc id']}" for row in ddg2p if row["hgnc id"].isdigit()}
    hgnc |= {row["symbol"]: row["hgnc_id"] for row in read_rows(options.hgnc, "\t")}
    orphanet = orphanet_evidence(read_rows(options.orphanet_genes), options.disorder_pattern)
    hallmarks = hallmark_genes(options.pre_indications, options.pre_indication)
    modes = inheritance_modes(ddg2p)
    rows: list[dict[str, str | None]] = []
    for gene in sorted(set(orphanet) | set(hallmarks)):
        disorders = orphanet.get(gene, [])
        evidence = disorders[:SHOWN_DISORDERS]
        if len(disorders) > SHOWN_DISORDERS:
            evidence.append(f"and {len(disorders) - SHOWN_DISORDERS} more")
        sources = ["Orphanet"] if disorders else []
        if gene in hallmarks:
            evidence.append("hallmark gene")
            sources.append("hallmark list")
        if gene in modes:
            sources.append("inheritance: DDG2P")
        rows.append(
            {
                "gene": gene,
                "hgnc_id": hgnc.get(gene),
                "tier": "core",
                "inheritance": modes.get(gene),
                "evidence": "; ".join(evidence),
                "source": "; ".join(sources),
            }
        )
    return rows


def main() -> None:
    """Read the command line and write the panel."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--orphanet-genes", type=Path, required=True, help="gene-disease CSV of Orphanet")
    parser.add_argument("--disorder-pattern", required=True, help="regular expression on Orphanet disorder names")
    parser.add_argument("--ddg2p", type=Path, required=True, help="DDG2P CSV: inheritance and HGNC ids")
    parser.add_argument("--hgnc", type=Path, required=True, help="HGNC table (symbol, hgnc_id; tab-separated)")
    parser.add_argument("--pre-indications", type=Path, required=True, help="YAML with the hallmark genes")
    parser.add_argument("--pre-indication", required=True, help="id of the pre-indication in that YAML")
    parser.add_argument("--header", action="append", default=[], metavar="KEY=VALUE", help="line of the header")
    parser.add_argument("--output", type=Path, required=True, help="panel to write")
    options = parser.parse_args()
    header = dict(item.split("=", 1) for item in options.header)
    command = (
        "make_default_panel.py --orphanet-genes GENES.csv --ddg2p DDG2P.csv --hgnc HGNC.txt "
        f"--pre-indications P.yaml --pre-indication {options.pre_indication} "
        f"--disorder-pattern '{options.disorder_pattern}'"
    )
    rows = panel_rows(options)
    count = write_table(
        options.output, PANEL, rows, {"pre_indication": options.pre_indication, **header, "command": command}
    )
    known = sum(row["inheritance"] is not None for row in rows)
    print(f"{options.output}: {count} genes, {known} with inheritance")


if __name__ == "__main__":
    main()
