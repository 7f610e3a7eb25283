"""Which files is a report written as? Every one from the same `ReportData`, so that they cannot disagree."""

from __future__ import annotations

from pathlib import Path

from filiation.report.candidate_vcf import write_vcf
from filiation.report.crate import crate
from filiation.report.data import ReportData
from filiation.report.document import document, summary, write_json
from filiation.report.html import write_html
from filiation.report.phenopacket import family_packet
from filiation.report.spreadsheet import write_xlsx
from filiation.report.table import write_tsv

Target = str | Path | None


def write_exports(
    data: ReportData,
    *,
    html: str | Path,
    table: str | Path,
    pdf: Target = None,
    xlsx: Target = None,
    json: Target = None,
    phenopacket: Target = None,
    vcf: Target = None,
    summary_file: Target = None,
    crate_file: Target = None,
) -> None:
    """Write the page and the table, and the other forms that a path is given for; the crate last, for it names them."""
    write_html(html, data)
    write_tsv(table, data)
    if pdf:
        # Loads the typesetter, which the other forms do without.
        from filiation.report.pdf import write_pdf

        write_pdf(pdf, data)
    if xlsx:
        write_xlsx(xlsx, data)
    if json:
        write_json(json, document(data))
    if phenopacket:
        write_json(phenopacket, family_packet(data))
    if vcf:
        write_vcf(vcf, data)
    if summary_file:
        write_json(summary_file, summary(data))
    if crate_file:
        files = (html, table, pdf, xlsx, json, phenopacket, vcf, summary_file)
        write_json(crate_file, crate(data, [file for file in files if file]))
