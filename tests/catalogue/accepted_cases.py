"""Group C: content that is unusual and sound: it is kept or counted under its reason, and nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pysam

from builders.trio import call, trio
from catalogue.calls import Change, cell, normalise_command, replaced, sound_lines, write_calls
from catalogue.case import Case
from catalogue.genotype_cases import (
    LAST,
    NEW,
    as_the_sound_ones,
    at,
    counted,
    keeps,
    normalised,
    places,
    screened,
    shows,
)


def cases() -> list[Case]:
    """Every case of this module."""
    shifted = cell("POS", LAST[1])
    both = replaced("VCFv4.2", "VCFv4.4")
    info = '##INFO=<ID=NOTE,Number=1,Type=String,Description="Words">'

    def noted(value: str) -> Change:
        return lambda lines: cell("INFO", f"NOTE={value}", len(lines))([lines[0], info, *lines[1:]])

    return [
        Case(
            "C12",
            "a record twice",
            normalised(lambda lines: [*lines, lines[-1]]),
            "normalise",
            code=0,
            proves=counted("duplicate_record", 1, 40),
        ),
        Case(
            "C13",
            "carriage returns",
            normalised(lambda lines: lines, end="\r\n"),
            "normalise",
            code=0,
            proves=as_the_sound_ones,
        ),
        Case("C14", "accents in INFO", normalised(noted("é")), "normalise", code=0, proves=keeps("NOTE=é")),
        Case(
            "C14",
            "bytes of no UTF-8 in INFO",
            normalised(noted("\udce9")),
            "normalise",
            code=0,
            proves=lambda told: counted("records_in", 40, 40)(told),
        ),
        Case(
            "C18",
            "depths missing",
            normalised(cell("CHILD", "0/1:.:.:.:.")),
            "normalise",
            code=0,
            proves=counted("records_in", 40, 40),
        ),
        Case(
            "C18",
            "likelihoods shorter than the alleles",
            normalised(cell("CHILD", "0/1:15,15:30:99:400,0")),
            "normalise",
            code=0,
            proves=counted("records_in", 40, 40),
        ),
        Case(
            "C18",
            "fields left out at the end",
            normalised(cell("CHILD", "0/1")),
            "normalise",
            code=0,
            proves=counted("records_in", 40, 40),
        ),
        Case(
            "C18",
            "no depth in any member",
            screened(at(call("0/1", missing=("AD", "DP")), "0/0", "0/0")),
            "screen",
            code=0,
            proves=shows(NEW, "de_novo", "supported", "possible"),
        ),
        Case(
            "C19",
            "spanning deletion alone",
            normalised(cell("ALT", "*")),
            "normalise",
            code=0,
            proves=counted("spanning_deletion_allele", 1, 39),
        ),
        Case(
            "C19",
            "spanning deletion beside an allele",
            screened(trio("1/2", "0/1", "0/2").at("1", 1000, "A", "G,*")),
            "screen",
            code=0,
            proves=shows(NEW, "compound_het", "yes", "possible", "unknown", "absent"),
        ),
        Case(
            "C20",
            "two alternate alleles, one of each parent",
            screened(trio("1/2", "0/1", "0/2").at("1", 1000, "A", "G,T")),
            "screen",
            code=0,
            proves=lambda told: _both(),
        ),
        Case(
            "C21",
            "two neighbouring SNVs of one codon",
            screened(trio("0|1", "0/0", "0/0").at("1", 1000, "A", "G").at("1", 1001, "C", "T")),
            "screen",
            code=0,
            proves=lambda told: places({NEW, "1-1001-C-T"}),
        ),
        Case(
            "C22",
            "one indel written at two places",
            _two_writings,
            "normalise",
            code=0,
            proves=counted("duplicate_record", 1, 1),
        ),
        *(
            Case(
                "C23",
                f"structural variant {alt}",
                normalised(cell("ALT", alt)),
                "normalise",
                code=0,
                proves=counted("symbolic_allele_not_analysed", 1, 39),
            )
            for alt in ("<DUP>", "G]chr1:50]", "]chr1:50]G", "<INS:ME:ALU>", "<CNV>")
        ),
        Case(
            "C24",
            "small letters",
            normalised(
                lambda lines: [*lines[:-1], "\t".join([*LAST[:3], LAST[3].lower(), LAST[4].lower(), *LAST[5:]])]
            ),
            "normalise",
            code=0,
            proves=as_the_sound_ones,
        ),
        Case(
            "C26",
            "sign of phase before the first allele",
            normalised(
                lambda lines: [*both(lines)[:-1], "\t".join([*LAST[:9], f"/{LAST[9]}", f"/{LAST[10]}", LAST[11]])]
            ),
            "normalise",
            code=0,
            proves=as_the_sound_ones,
        ),
        Case(
            "C26",
            "version 4.4 without a sign",
            normalised(lambda lines: both(shifted(lines))),
            "normalise",
            code=0,
            proves=as_the_sound_ones,
        ),
    ]


def _two_writings() -> Sequence[str]:
    """A deletion of one A of a run of As, at its first and at its last base."""
    run = "C" + "A" * 10 + "G" + "ACGT" * 60
    Path("genome.fa").write_text(f">chr1\n{run}\n")
    pysam.faidx("genome.fa")
    header = [line for line in sound_lines() if line.startswith("#") and "chr2" not in line]
    header = [line.replace("length=1000", f"length={len(run)}") for line in header]
    fields = "\t50\tPASS\t.\tGT\t0/1\t0/1\t0/0"
    write_calls(Path("joint.vcf.gz"), [*header, f"chr1\t1\t.\tCA\tC{fields}", f"chr1\t10\t.\tAA\tA{fields}"])
    arguments = normalise_command("joint.vcf.gz")
    Path("genome.fa").write_text(f">chr1\n{run}\n")
    pysam.faidx("genome.fa")
    return arguments


def _both() -> None:
    places({NEW, "1-1000-A-T"})
