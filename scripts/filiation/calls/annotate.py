"""What is known of the records that survived the screen: consequences, names, scores, ClinVar; nothing is removed."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filiation.calls.clinvar import ClinVar, ClinVarEntry, open_clinvar
from filiation.calls.consequences import USED_HEADER, csq_layout, find_annotator, parse_consequences, transcript_items
from filiation.calls.frequencies import NOT_ANNOTATED, NOT_FOUND, WITHOUT_COVERAGE, WITHOUT_FREQUENCY
from filiation.calls.vep_scores import declared_kinds, plugin_scores
from filiation.errors import InputError, ToolError
from filiation.evidence.collect import Collector, EvidenceSources, open_evidence
from filiation.evidence.fields import DATE_HEADER, FOUND, INFO_NAMES, declare, write_facts
from filiation.evidence.hgvs_second import Disagreement
from filiation.evidence.scores import Score
from filiation.evidence.shares import ShareCounter
from filiation.io.files import atomic_path, check_bgzf_blocks, private_directory, require_file
from filiation.io.tools import run_pipeline, run_tool
from filiation.io.vcf_build import require_build
from filiation.io.vcf_header import open_calls

CLINVAR_HEADER_LINES = (
    '##INFO=<ID=CLINVAR_SIGNIFICANCE,Number=1,Type=String,Description="CLNSIG of exactly this allele, or not_found">',
    '##INFO=<ID=CLINVAR_REVIEW,Number=1,Type=String,Description="CLNREVSTAT of it">',
    '##INFO=<ID=CLINVAR_ID,Number=1,Type=String,Description="VariationID of it">',
    '##INFO=<ID=CLINVAR_STARS,Number=1,Type=Integer,Description="Review stars, 0-4">',
    '##INFO=<ID=CLINVAR_CONFLICT,Number=1,Type=String,Description="CLNSIGCONF of it">',
)

CLINVAR_NAMES = tuple(line.split("ID=")[1].split(",")[0] for line in CLINVAR_HEADER_LINES)

MEANING = {
    "records_in": "rare and informative records",
    "with_consequence": "records with at least one gene consequence (for information; none is removed)",
    "in_clinvar": "records that ClinVar has (for information; none is removed)",
    "hgvs_read_twice": "names on transcripts and proteins that a second engine gives too (for information)",
    "hgvs_engines_differ": "names that the second engine writes otherwise (for information; look at them)",
    "records_out": "annotated records",
}


@dataclass
class AnnotateCounts:
    """Records in and out, how many found an annotation, and the share of records that each field has.

    shares : rows of the table annotation_shares; differ : names on which two engines disagree.
    """

    counts: dict[str, int]
    shares: list[dict[str, Any]] = field(default_factory=list)
    differ: list[Disagreement] = field(default_factory=list)

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
    sources: EvidenceSources | None = None,
    min_records_for_verdict: int = 30,
) -> AnnotateCounts:
    """Write the annotated BCF and its index.

    Parameters
    ----------
    consequences : `csq` (needs reference and genes_gff3), `existing` (BCSQ, CSQ or ANN of the input), or `none`.
    sources : everything else that is looked up; its gene models and reference are those given here.
    min_records_for_verdict : from so many records on, not one of them on a gene means wrong gene models.
    """
    import pysam

    check_bgzf_blocks(require_file(variants, "screened calls"), "screened calls")
    counts = dict.fromkeys(MEANING, 0)
    shares = ShareCounter()
    output = Path(output)
    with private_directory("annotate") as folder:
        source_path = _without_our_fields(Path(variants), folder)
        if consequences == "csq":
            source_path = _with_csq(source_path, variants, reference, genes_gff3, folder)
        records, lengths = _places(source_path)
        with atomic_path(output) as temporary, ExitStack() as stack:
            source = stack.enter_context(open_calls(source_path))
            annotator = {"csq": "BCSQ", "none": None}.get(consequences, find_annotator(set(source.header.info)))
            if annotator is None and consequences == "existing":
                raise InputError(
                    "the stored calls carry no consequences",
                    where=str(variants),
                    expected="INFO/CSQ (VEP), BCSQ (bcftools csq) or ANN (snpEff)",
                    repair="set annotation.consequences to csq and give reference.genes_gff3",
                )
            layout = (
                csq_layout(str(source.header.info["CSQ"].description), str(variants)) if annotator == "CSQ" else None
            )
            collector = stack.enter_context(
                open_evidence(_with_models(sources, reference, genes_gff3), records, lengths)
            )
            if clinvar_vcf:
                require_build(clinvar_vcf, "ClinVar VCF", lengths)
            clinvar = stack.enter_context(open_clinvar(clinvar_vcf)) if clinvar_vcf else None
            source.header.add_line(f"##{USED_HEADER}={annotator or 'none'}")
            declare(source.header)
            for line in CLINVAR_HEADER_LINES if clinvar else ():
                source.header.add_line(line)
            if clinvar and clinvar.date:
                source.header.add_line(f"##{DATE_HEADER}={clinvar.date}")
            copier = _Copier(annotator, layout, clinvar, collector, counts, shares)
            with pysam.VariantFile(str(temporary), "wb", header=source.header) as sink:
                for record in source:
                    sink.write(copier.annotated(record))
                    counts["records_out"] += 1
            if annotator and counts["records_in"] >= min_records_for_verdict and not counts["with_consequence"]:
                raise InputError(
                    f"none of {counts['records_in']} records lies on a gene",
                    where=str(genes_gff3 if consequences == "csq" else variants),
                    expected="gene models (or annotations) of the same genome, with the same contig names",
                    repair="compare the contig names and the build of the gene models with the reference",
                )
            counts["hgvs_read_twice"], differ = collector.second_reading()
            counts["hgvs_engines_differ"] = len(differ)
            index = Path(f"{temporary}.csi")
            run_tool(["bcftools", "index", "-f", "-o", index, temporary], purpose="index the annotated calls")
            index.replace(f"{output}.csi")
    return AnnotateCounts(counts, shares.rows(), differ)


def _without_our_fields(variants: Path, folder: Path) -> Path:
    """The calls without INFO fields of our names: what another run or program wrote there is not ours."""
    with open_calls(variants) as source:
        foreign = [name for name in (*INFO_NAMES, *CLINVAR_NAMES) if name in source.header.info]
    if not foreign:
        return variants
    bare = folder / "bare.bcf"
    run_tool(
        [
            *("bcftools", "annotate", "--no-version", "-x", ",".join(f"INFO/{name}" for name in foreign)),
            *("-Ob", "-o", bare, variants),
        ],
        purpose="take former annotations out",
        where=str(variants),
    )
    return bare


def _with_csq(
    calls: Path, variants: str | Path, reference: str | Path | None, genes_gff3: str | Path | None, folder: Path
) -> Path:
    """The calls with consequences of bcftools csq."""
    if not reference or not genes_gff3:
        raise InputError(
            "consequences: csq needs a reference and gene models",
            expected="--reference and --genes-gff3 (reference.fasta and reference.genes_gff3)",
            repair="give both, or choose annotation.consequences: existing or none",
        )
    found = folder / "csq.bcf"
    try:
        run_csq(calls, reference, genes_gff3, found)
    except ToolError as error:
        if "Could not parse" in str(error):
            raise InputError(
                "gene models could not be parsed",
                where=str(genes_gff3),
                expected="GFF3 in Ensembl style: ID=gene:…, ID=transcript:…",
                repair="take the GFF3 of Ensembl for your build",
            ) from None
        raise
    run_tool(["bcftools", "index", "-f", found], purpose="index the consequences")
    return found


def _with_models(
    sources: EvidenceSources | None, reference: str | Path | None, genes_gff3: str | Path | None
) -> EvidenceSources:
    """The sources with the gene models and the reference of this call."""
    from dataclasses import replace

    return replace(sources or EvidenceSources(), reference=reference, genes_gff3=genes_gff3)


def _places(calls: Path) -> tuple[dict[str, list[int]], dict[str, int]]:
    """(0-based positions of the records by contig, lengths of the contigs)."""
    found: dict[str, list[int]] = {}
    with open_calls(calls) as source:
        lengths = {name: contig.length or 0 for name, contig in source.header.contigs.items()}
        for record in source:
            found.setdefault(record.chrom, []).append(record.start)
    return found, lengths


@dataclass
class _Copier:
    """Adds to a record what every source says of it."""

    annotator: str | None
    layout: list[str] | None
    clinvar: ClinVar | None
    collector: Collector
    counts: dict[str, int]
    shares: ShareCounter

    def annotated(self, record: Any) -> Any:
        """The record, with our INFO fields."""
        self.counts["records_in"] += 1
        ref, alt = record.ref, record.alts[0]
        items = []
        if self.annotator:
            values = record.info.get(self.annotator)
            if parse_consequences(values, self.annotator, self.layout):
                self.counts["with_consequence"] += 1
            items = transcript_items(values, self.annotator, self.layout, ref=ref, alt=alt)
        entry = self.clinvar.find(record.chrom, record.pos, ref, alt) if self.clinvar else None
        facts = self.collector.facts(
            record.chrom,
            record.start,
            ref,
            alt,
            items,
            clinvar_state=self._clinvar(record, entry),
            population_state=_population_state(record),
            clinvar_dbsnp=entry.dbsnp if entry else (),
            written=self._written(record, ref, alt),
        )
        write_facts(record, facts)
        self.shares.add(facts)
        return record

    def _written(self, record: Any, ref: str, alt: str) -> dict[str, Score | None]:
        """Scores of VEP's plugins, by kind; a kind whose field is there without a value is None."""
        kinds = declared_kinds(self.layout)
        if not kinds or self.layout is None:
            return {}
        where = f"{record.chrom}:{record.pos}, INFO/CSQ"
        found = plugin_scores(record.info.get("CSQ"), self.layout, ref=ref, alt=alt, where=where)
        return {kind: found.get(kind) for kind in kinds}

    def _clinvar(self, record: Any, entry: ClinVarEntry | None) -> str:
        """Write ClinVar's word into the record; the state of the source."""
        if self.clinvar is None:
            return NOT_ANNOTATED
        for name, value in clinvar_fields(entry).items():
            record.info[name] = value
        if entry is None:
            return NOT_FOUND
        self.counts["in_clinvar"] += 1
        return FOUND


def clinvar_fields(entry: ClinVarEntry | None) -> dict[str, str | int]:
    """INFO of a record by what ClinVar says of its allele; None: ClinVar was asked and does not have it."""
    if entry is None:
        return {"CLINVAR_SIGNIFICANCE": NOT_FOUND}
    # A comma would make two values of one; ClinVar itself says not_provided of a missing classification.
    fields: dict[str, str | int] = {
        "CLINVAR_SIGNIFICANCE": (entry.significance or "not_provided").replace(",", "&"),
        "CLINVAR_REVIEW": entry.review.replace(",", "&") or ".",
        "CLINVAR_ID": entry.variation_id or ".",
        "CLINVAR_STARS": entry.stars,
    }
    if entry.conflict:
        fields["CLINVAR_CONFLICT"] = entry.conflict.replace(",", "&")
    return fields


def _population_state(record: Any) -> str:
    """State of the population frequencies, from what the screen wrote: a source's name means found."""
    declared = "POPULATION_SOURCE" in record.header.info
    source = str((record.info.get("POPULATION_SOURCE") if declared else "") or NOT_ANNOTATED)
    return source if source in (NOT_FOUND, NOT_ANNOTATED, WITHOUT_COVERAGE, WITHOUT_FREQUENCY) else FOUND
