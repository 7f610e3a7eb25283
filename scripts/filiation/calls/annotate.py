"""Consequences and ClinVar for the records that survived the screen; nothing is removed here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from filiation.calls.clinvar import open_clinvar
from filiation.calls.consequences import USED_HEADER, csq_layout, find_annotator, parse_consequences
from filiation.errors import InputError, ToolError
from filiation.io.files import atomic_path, check_bgzf_blocks, private_directory, require_file
from filiation.io.tools import run_pipeline, run_tool
from filiation.io.vcf_header import open_calls

_HEADER_LINES = (
    '##INFO=<ID=CLINVAR_SIGNIFICANCE,Number=1,Type=String,Description="CLNSIG of exactly this allele, or not_found">',
    '##INFO=<ID=CLINVAR_REVIEW,Number=1,Type=String,Description="CLNREVSTAT of it">',
    '##INFO=<ID=CLINVAR_ID,Number=1,Type=String,Description="VariationID of it">',
    '##INFO=<ID=CLINVAR_STARS,Number=1,Type=Integer,Description="Review stars, 0-4">',
)

MEANING = {
    "records_in": "rare and informative records",
    "with_consequence": "records with at least one gene consequence (for information; none is removed)",
    "in_clinvar": "records that ClinVar has (for information; none is removed)",
    "records_out": "annotated records",
}


@dataclass
class AnnotateCounts:
    """Records in and out, and how many found an annotation."""

    counts: dict[str, int]

    def rows(self) -> dict[str, tuple[int, str]]:
        """For `io.tables.funnel_rows`."""
        return {name: (self.counts[name], text) for name, text in MEANING.items()}


def run_csq(variants: str | Path, reference: str | Path, genes_gff3: str | Path, output: Path) -> None:
    """Consequences with bcftools csq; an annotation file that yields no transcript stops the run.

    Each record is judged by itself (--local-csq): after the screen the neighbours that would complete a
    haplotype are no longer all there.
    """
    require_file(genes_gff3, "gene models (GFF3)")
    messages = run_pipeline(
        [
            [
                *("bcftools", "csq", "--no-version", "--local-csq", "--phase", "a", "--force"),
                *("-f", reference, "-g", genes_gff3, "-Ob", "-o", output, variants),
            ]
        ],
        purpose="find the consequences on genes",
        where=str(variants),
    )
    found = re.search(r"Indexed\s+(\d+) transcripts", messages[0])
    if found is not None and int(found[1]) == 0:
        raise InputError(
            "no transcript could be read",
            where=str(genes_gff3),
            expected="GFF3 in Ensembl style: ID=gene:…, ID=transcript:…;Parent=gene:…;biotype=…",
            repair="take the GFF3 of Ensembl for your build, or add biotype= to its transcripts",
        )


def annotate_calls(
    variants: str | Path,
    output: str | Path,
    *,
    consequences: str,
    reference: str | Path | None = None,
    genes_gff3: str | Path | None = None,
    clinvar_vcf: str | Path | None = None,
    min_records_for_verdict: int = 30,
) -> AnnotateCounts:
    """Write the annotated BCF and its index.

    Parameters
    ----------
    consequences : `csq` (needs reference and genes_gff3), `existing` (BCSQ, CSQ or ANN of the input), or `none`.
    min_records_for_verdict : from so many records on, not one of them on a gene means wrong gene models.
    """
    import pysam

    check_bgzf_blocks(require_file(variants, "screened calls"), "screened calls")
    counts = dict.fromkeys(MEANING, 0)
    output = Path(output)
    with private_directory("annotate") as folder:
        source_path = Path(variants)
        if consequences == "csq":
            if not reference or not genes_gff3:
                raise InputError(
                    "consequences: csq needs a reference and gene models",
                    expected="--reference and --genes-gff3 (reference.fasta and reference.genes_gff3)",
                    repair="give both, or choose annotation.consequences: existing or none",
                )
            source_path = folder / "csq.bcf"
            try:
                run_csq(variants, reference, genes_gff3, source_path)
            except ToolError as error:
                if "Could not parse" in str(error):
                    raise InputError(
                        "gene models could not be parsed",
                        where=str(genes_gff3),
                        expected="GFF3 in Ensembl style: ID=gene:…, ID=transcript:…",
                        repair="take the GFF3 of Ensembl for your build",
                    ) from None
                raise
            run_tool(["bcftools", "index", "-f", source_path], purpose="index the consequences")
        with atomic_path(output) as temporary:
            with open_calls(source_path) as source:
                annotator = {"csq": "BCSQ", "none": None}.get(consequences, find_annotator(set(source.header.info)))
                if annotator is None and consequences == "existing":
                    raise InputError(
                        "the stored calls carry no consequences",
                        where=str(variants),
                        expected="INFO/CSQ (VEP), BCSQ (bcftools csq) or ANN (snpEff)",
                        repair="set annotation.consequences to csq and give reference.genes_gff3",
                    )
                layout = (
                    csq_layout(str(source.header.info["CSQ"].description), str(variants))
                    if annotator == "CSQ"
                    else None
                )
                source.header.add_line(f"##{USED_HEADER}={annotator or 'none'}")
                for line in _HEADER_LINES if clinvar_vcf else ():
                    source.header.add_line(line)
                with pysam.VariantFile(str(temporary), "wb", header=source.header) as sink:
                    _copy(source, sink, annotator, layout, clinvar_vcf, counts)
            if annotator and counts["records_in"] >= min_records_for_verdict and not counts["with_consequence"]:
                raise InputError(
                    f"none of {counts['records_in']} records lies on a gene",
                    where=str(genes_gff3 if consequences == "csq" else variants),
                    expected="gene models (or annotations) of the same genome, with the same contig names",
                    repair="compare the contig names and the build of the gene models with the reference",
                )
            index = Path(f"{temporary}.csi")
            run_tool(["bcftools", "index", "-f", "-o", index, temporary], purpose="index the annotated calls")
            index.replace(f"{output}.csi")
    return AnnotateCounts(counts)


def _copy(
    source: object,
    sink: object,
    annotator: str | None,
    layout: list[str] | None,
    clinvar_vcf: str | Path | None,
    counts: dict[str, int],
) -> None:
    """Copy every record, adding ClinVar's word where a ClinVar file is given."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        clinvar = stack.enter_context(open_clinvar(clinvar_vcf)) if clinvar_vcf else None
        for record in source:  # type: ignore[attr-defined]
            counts["records_in"] += 1
            if annotator and parse_consequences(record.info.get(annotator), annotator, layout):
                counts["with_consequence"] += 1
            if clinvar is not None:
                entry = clinvar.find(record.chrom, record.pos, record.ref, record.alts[0])
                # A comma would make two values of one; ClinVar itself says not_provided of a missing classification.
                significance = (entry.significance or "not_provided") if entry else "not_found"
                record.info["CLINVAR_SIGNIFICANCE"] = significance.replace(",", "&")
                if entry:
                    counts["in_clinvar"] += 1
                    record.info["CLINVAR_REVIEW"] = entry.review.replace(",", "&") or "."
                    record.info["CLINVAR_ID"] = entry.variation_id or "."
                    record.info["CLINVAR_STARS"] = entry.stars
            sink.write(record)  # type: ignore[attr-defined]
            counts["records_out"] += 1
