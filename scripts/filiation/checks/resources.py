"""Are reference, gene models, population frequencies and ClinVar there, whole, indexed, and of one genome?"""

from __future__ import annotations

import itertools
from pathlib import Path

from filiation.checks.result import CheckedFile, CheckReport, Progress, tell_long
from filiation.config import FrequencySource, RunConfig
from filiation.errors import ConfigError, InputError, UserError, nearest
from filiation.frequencies.layout import is_compiled, read_header, verify
from filiation.io.files import compression, open_text, require_file
from filiation.io.reference_check import (
    BUILD_WORDS,
    ReferenceSummary,
    check_gff3,
    missing_contigs,
    site_faults,
)
from filiation.io.vcf_header import index_notes, read_calls, reference_faults
from filiation.io.vcf_lines import PARSED_RECORDS, CallsSummary, numbered_lines
from filiation.model.contigs import bare_name


def read_resources(config: RunConfig, *, deep: bool, progress: Progress) -> dict[str, CallsSummary]:
    """Read the header and first records of every configured VCF of frequencies and of ClinVar, by its key."""
    # Compiled sources are no VCF: `check_compiled` reads them.
    wanted = {f"frequencies, {s.name}": s.vcf for s in config.frequencies if not is_compiled(s.vcf)}
    if config.annotation.clinvar_vcf:
        wanted["annotation.clinvar_vcf"] = config.annotation.clinvar_vcf
    found: dict[str, CallsSummary] = {}
    for key, path in wanted.items():
        tell_long(progress, key, path)
        found[key] = read_calls(path, what=key, whole=deep, genotypes=False, progress=progress)
    return found


def compare_resources(
    report: CheckReport,
    config: RunConfig,
    resources: dict[str, CallsSummary],
    reference: ReferenceSummary | None,
) -> None:
    """Faults of the resources: index, INFO fields, values, genome; a different chr prefix is mapped later."""
    sources = {f"frequencies, {source.name}": source for source in config.frequencies}
    for key, summary in resources.items():
        path = summary.path
        if not summary.faults:
            summary.faults += _index_faults(path, key)
            if key in sources:
                summary.faults += _field_faults(summary, sources[key], key)
            if reference:
                summary.faults += reference_faults(summary, reference, "", same_style=False)
                summary.faults += [] if summary.faults else site_faults(summary.sites, str(path), key)
        notes = [*summary.notes, *(index_notes(path)[1] if path.is_file() else [])]
        report.add(CheckedFile(str(path), "resource VCF", key, summary.faults, notes))


def check_compiled(
    report: CheckReport,
    config: RunConfig,
    reference: ReferenceSummary | None,
    *,
    deep: bool,
    progress: Progress,
) -> None:
    """Faults of compiled frequencies: cut, damaged, of another version or another genome; `deep` reads every byte."""
    for source in config.frequencies:
        if not is_compiled(source.vcf):
            continue
        key = f"frequencies, {source.name}"
        faults: list[UserError] = []
        try:
            if deep:
                tell_long(progress, key, source.vcf)
            header = verify(source.vcf) if deep else read_header(source.vcf)
        except UserError as fault:
            report.add(CheckedFile(source.vcf, "compiled frequencies", key, [fault]))
            continue
        if reference and "other" not in (header.build, reference.build) and header.build != reference.build:
            faults.append(
                InputError(
                    f"{key}: frequencies of {BUILD_WORDS[header.build]}",
                    where=source.vcf,
                    expected=f"a source on the build of the reference, {BUILD_WORDS[reference.build]}",
                    repair="compile a VCF of that build: filiation resources compile",
                )
            )
        notes = [] if header.coverage else ["no covered regions: what is not in the source counts as absent"]
        report.add(CheckedFile(source.vcf, "compiled frequencies", key, faults, notes))


def _index_faults(path: Path, key: str) -> list[UserError]:
    """A resource is looked up by position: BGZF, with an index."""
    if compression(path) != "bgzf":
        return [
            InputError(
                f"{key}: plain text",
                where=str(path),
                expected="BGZF or BCF with an index, for look-ups by position",
                repair=f"bgzip -c {path} > {path}.gz && bcftools index {path}.gz, and name {path.name}.gz",
            )
        ]
    if index_notes(path)[0] is not None:
        return []
    return [
        InputError(
            f"{key}: no index beside the file",
            where=str(path),
            expected=f"{path.name}.csi or {path.name}.tbi",
            repair=f"bcftools index {path}",
        )
    ]


def _field_faults(summary: CallsSummary, source: FrequencySource, key: str) -> list[UserError]:
    """The frequency field must be declared and hold one number from 0 to 1 for each alternate allele."""
    if source.homozygotes not in summary.info:
        summary.notes.append(f"no INFO field {source.homozygotes}: homozygotes are not counted")
    if source.af not in summary.info:
        hint = nearest(source.af, summary.info)
        return [
            InputError(
                f"{key}: no INFO field '{source.af}' in the header",
                where=str(summary.path),
                expected=f"one of {', '.join(summary.info[:12])}",
                repair=(hint + " " if hint else "") + "write the field's name in the key af",
            )
        ]
    return _value_faults(summary.path, source.af, key) if summary.kind == "vcf" else []


def _value_faults(path: Path, af: str, key: str) -> list[UserError]:
    """A decimal comma makes two values of one; libraries read AF=0,001 as 0 and 1 without a word."""
    lines = (item for item in numbered_lines(path) if not item[1].startswith(b"#"))
    for number, line in itertools.islice(lines, PARSED_RECORDS):
        cells = line.decode(errors="replace").rstrip("\r\n").split("\t")
        text = next((item[len(af) + 1 :] for item in cells[7].split(";") if item.startswith(f"{af}=")), ".")
        alleles, values = cells[4].count(",") + 1, text.split(",")
        problem = ""
        if text != "." and len(values) != alleles:
            problem = f"{af}={text} has {len(values)} values for {alleles} alternate allele(s)"
        elif any(value != "." and not _is_share(value) for value in values):
            problem = f"{af}={text} is not a number from 0 to 1"
        if problem:
            return [
                InputError(
                    f"{key}: {problem}",
                    where=f"{path}, line {number}",
                    expected="one frequency per alternate allele, with a decimal point",
                    repair="replace decimal commas by points, or produce the file again",
                )
            ]
    return []


def _is_share(text: str) -> bool:
    # Two alternate alleles and a decimal comma: AF=0,001 would be 0 and 1.
    if len(text) > 1 and text.isdecimal():
        return False
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False


def check_reference(report: CheckReport, config: RunConfig, reference: ReferenceSummary) -> None:
    """Keep the faults of the FASTA, and compare its build with the one that the configuration names."""
    declared = config.reference.assembly
    if not reference.faults and declared in ("GRCh38", "GRCh37") and reference.build not in (declared, "other"):
        reference.faults.append(
            InputError(
                f"{BUILD_WORDS[reference.build]} lengths given, {BUILD_WORDS[declared]} expected",
                where=str(reference.path),
                expected=f"the genome that reference.assembly names: {declared}",
                repair="correct reference.assembly or reference.fasta",
            )
        )
    sex_chromosomes = [name for name in reference.contigs if bare_name(name) in ("X", "Y")]
    if declared == "other" and sex_chromosomes and not config.reference.pseudoautosomal_bed:
        reference.faults.append(
            ConfigError(
                "reference.assembly is other, but reference.pseudoautosomal_bed is empty",
                where=str(reference.path),
                expected=f"the pseudoautosomal regions of {', '.join(sex_chromosomes)}",
                repair="give the BED, or set assembly: auto",
            )
        )
    report.add(CheckedFile(str(reference.path), "reference FASTA", "reference.fasta", reference.faults))


def check_regions(report: CheckReport, config: RunConfig, reference: ReferenceSummary | None) -> None:
    """Check gene models and BED files against the reference's contigs."""
    contigs = reference.contigs if reference else None
    if config.reference.genes_gff3:
        path = config.reference.genes_gff3
        report.add(CheckedFile(path, "GFF3", "reference.genes_gff3", check_gff3(path, contigs)))
    beds = {
        "calling.regions_bed": config.calling.regions_bed,
        "reference.pseudoautosomal_bed": config.reference.pseudoautosomal_bed,
    }
    for key, bed in beds.items():
        if bed:
            report.add(CheckedFile(bed, "BED", key, _bed_faults(bed, key, contigs)))
    chosen = config.prioritisation
    tables = {
        "scoring_model": ("scoring model", chosen.scoring_model),
        "rank_weights": ("weights of the rank", chosen.rank_weights),
        "acmg_table": ("ACMG table", chosen.acmg_table),
        "clinvar_proteins": ("ClinVar variant summary", chosen.clinvar_proteins),
    }
    wanted = [(key, what, file) for key, (what, file) in tables.items() if file]
    wanted += [("structural", f"structural calls of {entry.family}", entry.vcf) for entry in chosen.structural]
    for key, what, file in wanted:
        found: list[UserError] = []
        try:
            require_file(str(file), what)
        except UserError as fault:
            found.append(fault)
        report.add(CheckedFile(str(file), what, f"prioritisation.{key}", found))


def _bed_faults(bed: str, key: str, contigs: dict[str, int] | None) -> list[UserError]:
    """Intervals must be numbers, lie on contigs of the reference and not run beyond them."""
    try:
        require_file(bed, f"BED of {key}")
    except UserError as fault:
        return [fault]
    intervals = 0
    with open_text(bed) as handle:
        for number, line in enumerate(handle, 1):
            if not line.strip() or line.startswith(("#", "track", "browser")):
                continue
            cells = line.split()
            where = f"{bed}, line {number}"
            if len(cells) < 3 or not (cells[1].isdecimal() and cells[2].isdecimal()) or int(cells[1]) >= int(cells[2]):
                return [_bed_fault(f"not an interval: {line.strip()[:60]!r}", where)]
            if contigs and missing_contigs({cells[0]: None}, contigs):
                return [_bed_fault(f"contig '{cells[0]}' is not in the reference", where)]
            if contigs and int(cells[2]) > contigs.get(cells[0], int(cells[2])):
                return [_bed_fault(f"end {cells[2]} beyond contig {cells[0]} ({contigs[cells[0]]:,} bases)", where)]
            intervals += 1
    return [] if intervals else [_bed_fault("no interval in the file", bed)]


def _bed_fault(found: str, where: str) -> InputError:
    return InputError(
        found,
        where=where,
        expected="contig, start (from 0) and end, separated by tabs, on the reference",
        repair="correct the line, or give the BED of the reference's build",
    )
