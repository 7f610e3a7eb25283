"""Which records of a finished run are kept, with what, and how small?

calls: everything that survived the screen. genotypes: what the screen removed near a gene or listed in ClinVar, whole.
excluded: every other removed record with its reason alone, if the index case carries the allele; if not, it is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from filiation.archive.parts import arrow_table
from filiation.archive.places import ListedAlleles, NearGenes, read_delimited
from filiation.archive.record_text import decimal_fields, exact_columns
from filiation.calls.consequences import ANNOTATORS
from filiation.errors import InputError
from filiation.genes.table import GeneTable
from filiation.io.files import check_bgzf_end, private_directory, require_file
from filiation.io.tools import run_tool
from filiation.io.vcf import read_batches
from filiation.model.archive_tables import (
    ARCHIVE_CALLS,
    ARCHIVE_EXCLUDED,
    ARCHIVE_GENOTYPES,
    COUNTED_REASON,
    LISTED_IN_CLINVAR,
    NEAR_A_GENE,
    SURVIVED_THE_SCREEN,
    VCF_HEADER,
)
from filiation.model.columns import EXCLUDED
from filiation.model.consequence import severity
from filiation.model.pedigree import Family
from filiation.prioritisation.evidence import Evidence, read_evidence
from filiation.scoring.model import ScoringModel

Columns = dict[str, list[Any]]
Key = tuple[str, int, str, str]


@dataclass
class Places:
    """What says whether a record is near a gene or listed; None: no such source was given, and nothing is."""

    near: NearGenes | None = None
    listed: ListedAlleles | None = None
    table: GeneTable | None = None


def calls_table(annotated: Path, family: Family, places: Places) -> Any:
    """archive_calls/1 out of the annotated calls of a run."""
    import pysam

    columns: Columns = {name: [] for name in ARCHIVE_CALLS.names}
    with pysam.VariantFile(str(annotated)) as source:
        header = str(source.header)
        decimals = decimal_fields(source.header)
        for evidence, record in zip_longest(read_evidence(annotated, family, ()), source):
            _take_record(columns, exact_columns(record, decimals), record.qual)
            _take_evidence(columns, evidence, places)
    return arrow_table(ARCHIVE_CALLS, columns, {VCF_HEADER: header})


def _take_record(columns: Columns, cells: list[str], qual: float | None) -> None:
    """The columns that every kept record has."""
    contig, pos, record_id, ref, alt, _, filters, info, layout, *samples = [*cells, ".", "."][: max(len(cells), 9)]
    for name, value in (
        ("contig", contig), ("pos", int(pos)), ("ref", ref), ("alt", alt), ("record_id", record_id), ("qual", qual),
        ("filter", filters), ("info", info), ("format", layout), ("samples", samples),
    ):  # fmt: skip
        columns[name].append(value)


def _take_evidence(columns: Columns, evidence: Evidence, places: Places) -> None:
    """What the run knew of a survivor."""
    genes = list(dict.fromkeys(effect.gene for effect in evidence.consequences if effect.gene))
    terms = [effect.term for effect in evidence.consequences if effect.term]
    pos = np.array([evidence.pos], dtype=np.int64)
    near = bool(genes) if places.near is None else bool(
        places.near.contains(evidence.chrom, pos, pos + len(evidence.ref) - 1)[0]
    )  # fmt: skip
    listed = evidence.clinvar is not None
    states = [*evidence.states, -1, -1, -1][:3]
    for name, value in (
        ("kept_for", SURVIVED_THE_SCREEN + NEAR_A_GENE * near + LISTED_IN_CLINVAR * listed),
        ("gene", genes),
        ("hgnc_id", [_hgnc_id(gene, places.table) for gene in genes]),
        ("consequence", min(terms, key=severity, default=".")),
        ("population_af", evidence.population_af),
        ("population_source", evidence.population_source),
        ("clinvar", evidence.clinvar_state),
        ("clinvar_stars", evidence.clinvar.stars if evidence.clinvar else None),
        ("inheritance", ",".join(f"{name.value}:{status}" for name, status in evidence.patterns.items()) or "."),
        ("de_novo_posterior", evidence.posterior),
        ("proband_state", states[0]),
        ("father_state", states[1]),
        ("mother_state", states[2]),
    ):
        columns[name].append(value)


def _hgnc_id(gene: str, table: GeneTable | None) -> str:
    found = table.resolve(gene) if table is not None else None
    return found.gene.hgnc_id if found is not None and found.found and found.gene else "."


def excluded_table(path: Path) -> Any:
    """The table of the screen's removed records, in the order of the calls; a cut or foreign file is an InputError."""
    check_bgzf_end(require_file(path, "excluded table"), "excluded table")
    with pa.CompressedInputStream(pa.OSFile(str(path)), "gzip") as stream:
        head = stream.read(65_536).decode("utf-8", errors="replace").split("\n")
    skip = next((number for number, line in enumerate(head) if not line.startswith("##")), 0)
    if head[0] != f"##schema={EXCLUDED.label}":
        raise InputError(
            f"table of schema '{head[0].removeprefix('##schema=')}'",
            where=str(path),
            expected=f"schema '{EXCLUDED.label}'",
            repair="run `filiation screen --excluded` again with this version of filiation",
        )
    table = read_delimited(path, ["contig", "pos", "ref", "alt", "reason"], skip=skip + 1)
    return table.combine_chunks()


def chosen_rows(excluded: Any, places: Places) -> npt.NDArray[np.uint8]:
    """For each removed record the sum of NEAR_A_GENE and LISTED_IN_CLINVAR that holds; 0 is neither."""
    found = np.zeros(excluded.num_rows, dtype=np.uint8)
    pos = excluded.column("pos").to_numpy()
    lengths = pa.compute.binary_length(excluded.column("ref")).to_numpy()
    for contig, first, last in runs_of_contigs(excluded.column("contig")):
        rows = slice(first, last)
        if places.near is not None:
            near = places.near.contains(contig, pos[rows], pos[rows] + lengths[rows] - 1)
            found[rows] |= np.where(near, np.uint8(NEAR_A_GENE), np.uint8(0))
        if places.listed is not None:
            part = excluded.slice(first, last - first)
            refs, alts = part.column("ref").to_pylist(), part.column("alt").to_pylist()
            listed = places.listed.contains(contig, pos[rows], refs, alts)
            found[rows] |= np.where(listed, np.uint8(LISTED_IN_CLINVAR), np.uint8(0))
    return found


def runs_of_contigs(contigs: Any) -> Iterator[tuple[str, int, int]]:
    """(contig, first row, row after the last) of each run of equal names."""
    encoded = contigs.dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    if not len(codes):
        return
    bounds = [0, *(np.flatnonzero(codes[1:] != codes[:-1]) + 1).tolist(), len(codes)]
    names = encoded.dictionary.to_pylist()
    for first, last in pairwise(bounds):
        yield names[codes[first]], first, last


def genotypes_table(
    normalised: Path, family: Family, chosen: Any, kept_for: npt.NDArray[np.uint8], model: ScoringModel
) -> Any:
    """archive_genotypes/1: the chosen removed records out of the normalised calls.

    chosen : rows of the excluded table; kept_for : for each, why. A record that the calls lack is an InputError: the
    table is then not of these calls.
    """
    import pysam

    wanted: dict[Key, tuple[int, str]] = {
        (contig, pos, ref, alt): (int(why), reason)
        for contig, pos, ref, alt, reason, why in zip(
            *(chosen.column(name).to_pylist() for name in ("contig", "pos", "ref", "alt", "reason")),
            kept_for.tolist(),
            strict=True,
        )
    }
    columns: Columns = {name: [] for name in ARCHIVE_GENOTYPES.names}
    with private_directory("archive") as folder:
        part = _records_at(normalised, wanted, folder)
        with pysam.VariantFile(str(part)) as source:
            header, decimals = str(source.header), decimal_fields(source.header)
            kept = []
            for number, record in enumerate(source):
                why = wanted.pop((record.chrom, record.pos, str(record.ref), (record.alts or (".",))[0]), None)
                if why is not None:
                    kept.append(number)
                    _take_record(columns, exact_columns(record, decimals), record.qual)
                    columns["info"][-1] = _consequences_alone(columns["info"][-1])
                    if why[1] == COUNTED_REASON:
                        _drop_likelihoods(columns)
                    columns["kept_for"].append(why[0])
                    columns["reason"].append(why[1])
        if wanted:
            contig, pos, ref, alt = next(iter(wanted))
            raise InputError(
                f"{len(wanted)} records of the excluded table are not in the calls; first {contig}:{pos} {ref}>{alt}",
                where=str(normalised),
                expected="the normalised calls that were screened",
                repair="screen these calls again, or name the calls that the table was written for",
            )
        states = _states(part, family, model)[kept] if kept else np.empty((0, 3), dtype=np.int8)
    for place, role in enumerate(("proband", "father", "mother")):
        columns[f"{role}_state"] = states[:, place].tolist()
    return arrow_table(ARCHIVE_GENOTYPES, columns, {VCF_HEADER: header})


def _consequences_alone(info: str) -> str:
    """INFO without what the caller measured: a removed record that comes back is screened by FORMAT and QUAL."""
    kept = [item for item in info.split(";") if item.partition("=")[0] in ANNOTATORS]
    return ";".join(kept) or "."


def _drop_likelihoods(columns: Columns) -> None:
    """Take PL and GL out of the last record: where the index case lacks the allele no posterior rests on them."""
    names = columns["format"][-1].split(":")
    kept = [place for place, name in enumerate(names) if name not in ("PL", "GL")]
    columns["format"][-1] = ":".join(names[place] for place in kept)
    columns["samples"][-1] = [
        ":".join(cells[place] for place in kept if place < len(cells))
        for cells in (text.split(":") for text in columns["samples"][-1])
    ]


def _records_at(normalised: Path, wanted: dict[Key, tuple[int, str]], folder: Path) -> Path:
    """The records at the wanted positions, in a small file of their own."""
    targets, part = folder / "targets.tsv", folder / "part.bcf"
    sites = dict.fromkeys((contig, pos) for contig, pos, _, _ in wanted)
    targets.write_text("".join(f"{contig}\t{pos}\n" for contig, pos in sites) or "none\t1\n", encoding="utf-8")
    run_tool(
        ["bcftools", "view", "--no-version", "--targets-file", targets, "-O", "b1", "-o", part, normalised],
        purpose="take the records near genes",
        where=str(normalised),
    )  # fmt: skip
    run_tool(["bcftools", "index", part], purpose="index them", where=str(part))
    return part


def _states(part: Path, family: Family, model: ScoringModel) -> npt.NDArray[np.int8]:
    """Carrier states of proband, father and mother for each record of a file."""
    from filiation.kernels.inheritance import carrier_states_jit
    from filiation.scoring.trio import evidence_thresholds, family_codes

    thresholds = evidence_thresholds(model)
    samples = family_codes(family).samples[:3]
    states = [
        carrier_states_jit(
            batch.genotype, batch.genotype_quality, batch.ref_depth, batch.alt_depth, batch.depth, thresholds
        )
        for batch in read_batches(part, samples)
    ]
    return np.concatenate(states) if states else np.empty((0, 3), dtype=np.int8)


def excluded_part(excluded: Any) -> Any:
    """archive_excluded/1 out of removed records that are not kept whole; those of COUNTED_REASON are left out."""
    rows = excluded.filter(pa.compute.not_equal(excluded.column("reason"), COUNTED_REASON)).combine_chunks()
    columns = {
        "contig": rows.column("contig").combine_chunks(),
        "pos": rows.column("pos").combine_chunks().cast(pa.int32()),
        "change": pa.compute.binary_join_element_wise(rows.column("ref"), rows.column("alt"), ">").combine_chunks(),
        "reason": rows.column("reason").combine_chunks(),
    }
    return arrow_table(ARCHIVE_EXCLUDED, columns)


def counted_records(excluded: Any) -> dict[str, int]:
    """{contig: records of COUNTED_REASON} among removed records that are not kept whole."""
    rows = excluded.filter(pa.compute.equal(excluded.column("reason"), COUNTED_REASON))
    counts = rows.column("contig").value_counts().to_pylist()
    return {entry["values"]: entry["counts"] for entry in counts}
