"""A family and its calls in a few words: `trio("0/1", "0/0", "0/0").at("1", 100, "A", "G").normalised(folder)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import pysam

from filiation.acmg.table import load_acmg_table
from filiation.calls.annotate import AnnotateCounts, annotate_calls
from filiation.calls.frequencies import Source
from filiation.calls.normalise import NormaliseCounts, normalise_calls
from filiation.config import acmg_table_path, rank_weights_path, scoring_model_path
from filiation.io.files import sha256
from filiation.model.pedigree import Affection, Family, Member, Role, Sex
from filiation.panels.load import Panel
from filiation.prioritisation.candidates import Prioritised, prioritise
from filiation.prioritisation.known_genes import GeneBook
from filiation.prioritisation.ranking import Ranking
from filiation.prioritisation.weights import load_rank_weights
from filiation.scoring.model import ScoringModel, load_scoring_model
from filiation.scoring.screen import ScreenResult, screen_calls

# GRCh38, so that the pseudoautosomal regions are known.
CONTIGS = {"1": 248_956_422, "2": 242_193_529, "X": 156_040_895, "Y": 57_227_415, "MT": 16_569}
READS = 30
FIELDS = ("GT", "AD", "DP", "GQ", "PL")
FORMATS = {
    "GT": '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    "AD": '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads of each allele">',
    "DP": '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">',
    "GQ": '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
    "PL": '##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Phred-scaled likelihoods">',
    "GL": '##FORMAT=<ID=GL,Number=G,Type=Float,Description="Log10 likelihoods">',
}
CSQ = "Allele|Consequence|SYMBOL|Gene|Feature|HGVSc|HGVSp"
INFOS = (f'##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequences from VEP. Format: {CSQ}">',)

SAMPLES = ("CHILD", "FATHER", "MOTHER")


@dataclass(frozen=True)
class Call:
    """One member's fields; what is None is derived from the genotype, `missing` names fields written as `.`."""

    genotype: str
    reads: tuple[int, ...] | None = None
    depth: int | None = None
    quality: int | None = None
    phred: tuple[int, ...] | None = None
    missing: tuple[str, ...] = ()

    @property
    def alleles(self) -> list[int | None]:
        """Called alleles, None for `.`."""
        return [None if part == "." else int(part) for part in self.genotype.replace("|", "/").split("/")]

    def cells(self, fields: Sequence[str], n_alleles: int) -> str:
        """The column of this member."""
        known = [allele for allele in self.alleles if allele is not None]
        empty = not known
        share = READS // len(known) if known else 0
        reads = self.reads or tuple(share * known.count(allele) for allele in range(n_alleles))
        phred = self.phred or self._phred(n_alleles)
        values = {
            "GT": self.genotype,
            "AD": ",".join(map(str, reads)),
            "DP": str(sum(reads) if self.depth is None else self.depth),
            "GQ": "." if empty and self.quality is None else str(99 if self.quality is None else self.quality),
            "PL": "." if phred is None else ",".join(map(str, phred)),
            "GL": "." if phred is None else ",".join(f"{-value / 10:g}" for value in phred),
        }
        return ":".join("." if name in self.missing else values[name] for name in fields)

    def _phred(self, n_alleles: int) -> tuple[int, ...] | None:
        """PL in the order of the VCF specification: 0 for the called genotype, more for each other allele."""
        if None in self.alleles:
            return None
        ploidy = len(self.alleles)
        called = sorted(allele for allele in self.alleles if allele is not None)
        genotypes = sorted(combinations_with_replacement(range(n_alleles), ploidy), key=lambda alleles: alleles[::-1])
        return tuple(400 * sum(a != b for a, b in zip(called, genotype, strict=True)) for genotype in genotypes)


def call(genotype: str, **fields: Any) -> Call:
    """A member's call with some fields of its own."""
    return Call(genotype, **fields)


@dataclass(frozen=True)
class Record:
    """One line of the VCF."""

    chrom: str
    pos: int
    ref: str
    alt: str
    calls: tuple[Call, ...]
    info: str = "."
    filters: str = "PASS"
    fields: tuple[str, ...] = FIELDS

    def line(self, columns: Sequence[int]) -> str:
        """The line with the members whose numbers are given."""
        n_alleles = 1 + (0 if self.alt == "." else len(self.alt.split(",")))
        cells = [self.calls[number].cells(self.fields, n_alleles) for number in columns]
        fixed = [self.chrom, str(self.pos), ".", self.ref, self.alt, "50", self.filters, self.info]
        return "\t".join([*fixed, ":".join(self.fields), *cells])


@dataclass(frozen=True)
class Trio:
    """A family with its records; every method returns a new one."""

    members: tuple[Member, ...]
    calls: tuple[Call, ...]
    records: tuple[Record, ...] = ()
    contigs: dict[str, int] = field(default_factory=lambda: dict(CONTIGS))
    formats: dict[str, str] = field(default_factory=lambda: dict(FORMATS))
    columns: dict[str, str] = field(default_factory=dict)
    extra_header: tuple[str, ...] = ()

    @property
    def family(self) -> Family:
        """The family as the pipeline knows it."""
        return Family("FAM", self.members)

    def then(self, *genotypes: str | Call) -> Trio:
        """Genotypes of the records that follow, in the order of the members."""
        calls = tuple(g if isinstance(g, Call) else Call(g) for g in genotypes)
        assert len(calls) == len(self.members)
        return replace(self, calls=calls)

    def at(self, chrom: str, pos: int, ref: str, alt: str, **options: Any) -> Trio:
        """Add a record; `consequence`, `gene` write a VEP annotation, `info`, `filters`, `fields` as they stand."""
        consequence, gene = options.pop("consequence", ""), options.pop("gene", "GENE1")
        if consequence:
            options["info"] = f"CSQ={alt}|{consequence}|{gene}|ENSG_{gene}|ENST_{gene}||"
        if "fields" in options:
            options["fields"] = tuple(options["fields"])
        return replace(self, records=(*self.records, Record(chrom, pos, ref, alt, self.calls, **options)))

    def without(self, *roles: Role) -> Trio:
        """The family with members not sequenced."""
        keep = [number for number, member in enumerate(self.members) if member.role not in roles]
        return replace(
            self,
            members=tuple(self.members[number] for number in keep),
            calls=tuple(self.calls[number] for number in keep),
            records=tuple(
                replace(record, calls=tuple(record.calls[number] for number in keep)) for record in self.records
            ),
        )

    def affected(self, role: Role, affection: Affection = Affection.AFFECTED) -> Trio:
        """The family with a member's affection set."""
        members = tuple(replace(m, affection=affection) if m.role is role else m for m in self.members)
        return replace(self, members=members)

    def with_sibling(self, name: str, sex: Sex, affection: Affection, genotype: str = "0/0") -> Trio:
        """The family with one more child, before any record."""
        assert not self.records
        return replace(
            self,
            members=(*self.members, Member(name, Role.SIBLING, sex, affection)),
            calls=(*self.calls, Call(genotype)),
        )

    def header(self, samples: Sequence[str]) -> list[str]:
        """Header lines."""
        return [
            "##fileformat=VCFv4.2",
            '##FILTER=<ID=PASS,Description="All filters passed">',
            '##FILTER=<ID=LowQual,Description="Low quality">',
            '##ALT=<ID=DEL,Description="Deletion">',
            *(
                f"##contig=<ID={name},length={length}>" if length else f"##contig=<ID={name}>"
                for name, length in self.contigs.items()
            ),
            *INFOS,
            *self.formats.values(),
            *self.extra_header,
            "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples]),
        ]

    def written(self, path: Path, *, only: str | None = None) -> Path:
        """Write the calls: text for .vcf, BGZF for .vcf.gz, BCF for .bcf; `only`: one member's own file.

        A member's own file has the records in which he or she was called with an alternate allele.
        """
        numbers = [n for n, member in enumerate(self.members) if only in (None, member.sample)]
        names = [self.columns.get(self.members[n].sample, self.members[n].sample) for n in numbers]
        order = list(self.contigs)
        records = sorted(self.records, key=lambda record: (order.index(record.chrom), record.pos))
        if only:
            records = [r for r in records if any(allele for allele in r.calls[numbers[0]].alleles)]
        text = "\n".join([*self.header(names), *(record.line(numbers) for record in records)]) + "\n"
        if path.suffix == ".vcf":
            path.write_text(text)
        elif path.suffix == ".gz":
            with pysam.BGZFile(str(path), "wb", None) as handle:
                handle.write(text.encode())
        else:
            plain = path.with_suffix(".plain.vcf")
            plain.write_text(text)
            with (
                pysam.VariantFile(str(plain)) as source,
                pysam.VariantFile(str(path), "wb", header=source.header) as out,
            ):
                for record in source:
                    out.write(record)
        return path

    def normalised(self, folder: Path, *, reference: Path | None = None) -> tuple[Path, NormaliseCounts]:
        """The joint file, written and normalised."""
        output = folder / "normalised.bcf"
        names = {theirs: ours for ours, theirs in self.columns.items()}
        given = self.written(folder / "joint.vcf.gz")
        return output, normalise_calls(self.family, [given], output, sample_names=names, reference=reference)

    def screened(self, folder: Path, sources: Sequence[Source] = ()) -> tuple[Path, ScreenResult]:
        """Normalised and screened."""
        calls, _ = self.normalised(folder)
        output = folder / "screened.bcf"
        return output, screen_calls(calls, self.family, scoring_model(), sources, output)

    def annotated(
        self, folder: Path, sources: Sequence[Source] = (), clinvar: Path | None = None
    ) -> tuple[Path, AnnotateCounts]:
        """Screened, with the annotation that the records carry and ClinVar's word."""
        screened, _ = self.screened(folder, sources)
        output = folder / "annotated.bcf"
        return output, annotate_calls(screened, output, consequences="existing", clinvar_vcf=clinvar)

    def prioritised(
        self,
        folder: Path,
        *,
        sources: Sequence[Source] = (),
        clinvar: Path | None = None,
        panel: Panel | None = None,
    ) -> Prioritised:
        """The whole way to the candidates."""
        annotated, _ = self.annotated(folder, sources, clinvar)
        return prioritise(annotated, self.family, scoring_model(), ranking(panel))


def trio(
    child: str | Call = "0/1", father: str | Call = "0/0", mother: str | Call = "0/0", sex: Sex = Sex.MALE
) -> Trio:
    """An affected child with healthy parents, and the genotypes of the first record."""
    members = (
        Member(SAMPLES[0], Role.PROBAND, sex, Affection.AFFECTED),
        Member(SAMPLES[1], Role.FATHER, Sex.MALE, Affection.UNAFFECTED),
        Member(SAMPLES[2], Role.MOTHER, Sex.FEMALE, Affection.UNAFFECTED),
    )
    return Trio(members, ()).then(child, father, mother)


def scoring_model() -> ScoringModel:
    """The model that ships."""
    return load_scoring_model(scoring_model_path())


def ranking(panel: Panel | None = None, **changes: Any) -> Ranking:
    """Weights and criteria that ship, with a panel; `changes`: other fields of Ranking."""
    tables = {"weights": load_rank_weights(rank_weights_path()), "acmg": load_acmg_table(acmg_table_path())}
    return Ranking(**{**tables, "genes": GeneBook(panel), **changes})


def write_fasta(path: Path, sequences: dict[str, str]) -> Path:
    """A reference with its .fai."""
    path.write_text("".join(f">{name}\n{sequence}\n" for name, sequence in sequences.items()))
    pysam.faidx(str(path))
    return path


def write_resource(path: Path, contigs: Sequence[str], info: Sequence[str], records: Sequence[str]) -> Path:
    """A VCF without samples (frequencies, ClinVar), BGZF with index; records as `chrom pos id ref alt info`."""
    lines = ["##fileformat=VCFv4.2", *(f"##contig=<ID={name}>" for name in contigs)]
    lines += [f"##INFO=<{text}>" for text in info]
    lines.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
    for record in records:
        chrom, pos, identifier, ref, alt, values = record.split()
        lines.append("\t".join([chrom, pos, identifier, ref, alt, ".", ".", values]))
    with pysam.BGZFile(str(path), "wb", None) as handle:
        handle.write(("\n".join(lines) + "\n").encode())
    pysam.tabix_index(str(path), preset="vcf", force=True)
    return path


def write_frequencies(path: Path, records: Sequence[str], contigs: Sequence[str] = tuple(CONTIGS)) -> Path:
    """Population frequencies with AF and nhomalt."""
    info = (
        'ID=AF,Number=A,Type=Float,Description="Frequency"',
        'ID=nhomalt,Number=A,Type=Integer,Description="Homozygotes"',
    )
    return write_resource(path, contigs, info, records)


def write_clinvar(path: Path, records: Sequence[str], contigs: Sequence[str] = tuple(CONTIGS)) -> Path:
    """A ClinVar VCF; INFO of a record as CLNSIG=…;CLNREVSTAT=…"""
    info = (
        'ID=CLNSIG,Number=.,Type=String,Description="Significance"',
        'ID=CLNREVSTAT,Number=.,Type=String,Description="Review status"',
    )
    return write_resource(path, contigs, info, records)


def patterns_by_site(path: Path) -> dict[str, dict[str, str]]:
    """`chrom-pos-ref-alt` → {inheritance class: status} of a screened file."""
    with pysam.VariantFile(str(path)) as calls:
        return {
            f"{r.chrom}-{r.pos}-{r.ref}-{r.alts[0]}": dict(item.split(":") for item in r.info["INHERITANCE"])
            for r in calls
        }


def checksums(folder: Path, names: Sequence[str]) -> list[str]:
    """SHA-256 of files of a folder."""
    return [sha256(folder / name) for name in names]
