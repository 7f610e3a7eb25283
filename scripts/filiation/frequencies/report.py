"""What does a compiled source hold? Its header in lines for a reader."""

from __future__ import annotations

from filiation.frequencies.layout import Header

_MEANINGS = {
    "records": "records read",
    "alleles": "alleles held",
    "without_alternate": "records without an alternate allele, left out",
    "without_frequency": "alleles whose frequency is missing, negative or not a number: known, never taken for rare",
    "repeated": "records of an allele met before at its position: the highest frequency was kept",
    "trimmed": "alleles written in a shorter form than the source's",
}


def header_lines(header: Header) -> list[str]:
    """Name, build, fields, sources and counts."""
    fields = f"frequency {header.af}"
    fields += f", homozygotes {header.homozygotes}" if header.homozygotes else ", no count of homozygotes"
    fields += f", hemizygotes {header.hemizygotes}" if header.hemizygotes else ", no count of hemizygotes"
    lines = [
        f"{header.name}, build {header.build}, format {header.schema_version}, {header.compiled_by}",
        f"fields: {fields}",
        *(f"source: {source.file}, {source.bytes:,} bytes, sha256 {source.sha256}" for source in header.sources),
    ]
    if header.coverage:
        lines.append(f"covered regions: {header.coverage.file}, sha256 {header.coverage.sha256}")
    else:
        lines.append("covered regions: not given, so that what is not in the source counts as absent")
    lines += [f"{header.counts[name]:,} {meaning}" for name, meaning in _MEANINGS.items()]
    lines.append(f"{len(header.contigs)} contigs: {' '.join(contig.name for contig in header.contigs)}")
    lines.append(f"{header.payload_bytes / max(header.records, 1):.2f} bytes an allele")
    return lines
