"""Group C: what stands in the records and header of a VCF or BCF."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from builders.vcf import other_base
from catalogue.calls import (
    COMMANDS,
    FIRST,
    HEADER,
    LAST,
    Change,
    added,
    cell,
    replaced,
    sound_lines,
    write_calls,
)
from catalogue.case import Case

LAST_LINE = rf"line {LAST + 1}\b"
LAST_RECORD = r"record 40\b|chr2:139"
CHILD = "0/1:15,15:30:99:400,0,400"
LAST_CELLS = sound_lines()[LAST].split("\t")


@dataclass(frozen=True)
class Fault:
    """A change of the sound calls that check, normalise and screen must all refuse.

    found : what each command, or every one, says; a command that is not named is not asked.
    forms : endings of the files; place : of a text VCF, `line N`.
    """

    row: str
    name: str
    change: Change
    found: str | dict[str, str]
    forms: tuple[str, ...] = ("vcf", "vcf.gz")
    place: str = LAST_LINE
    record: str = LAST_RECORD


def member(value: str) -> Change:
    """Another call of the child in the last record."""
    return cell("CHILD", value)


def line(edit: Callable[[str], str], number: int = LAST) -> Change:
    """One line edited."""
    return lambda lines: [*lines[:number], edit(lines[number]), *lines[number + 1 :]]


def column_line(edit: Callable[[str], str]) -> Change:
    """The #CHROM line edited."""
    return line(edit, FIRST - 1)


ALL = ("vcf", "vcf.gz", "bcf")
NOT_DECLARED = "is not declared in the header"
POSITION = {"check": "POS '", "normalise": "not a number", "screen": "not a number"}
BEYOND = {"check": "POS '", "normalise": "position ", "screen": "position "}
ONLY_CHECK_AND_NORMALISE = ("check", "normalise")

FAULTS = [
    *(
        Fault("C1", f"position {text!r}", cell("POS", text), POSITION)
        for text in ("12x", "-5", "", "100.5", "+150", "1e2", "0x90", "1,000", "١٥٠")
    ),
    Fault(
        "C1", "position 0", cell("POS", "0"), {"check": "POS '0'", "normalise": "not sorted", "screen": "not sorted"}
    ),
    *(Fault("C2", f"position {text}", cell("POS", text), BEYOND) for text in ("2147483648", "4294967296", "600")),
    Fault("C2", "position of twelve digits", cell("POS", "999999999999"), POSITION),
    Fault("C2", "position beyond the contig in a BCF", cell("POS", "600"), "position 600", ("bcf",)),
    Fault("C3", "one sample column too few", line(lambda text: text.rsplit("\t", 1)[0]), "columns"),
    Fault("C3", "no sample columns", line(lambda text: "\t".join(text.split("\t")[:9])), "columns"),
    Fault("C3", "line ends after QUAL", line(lambda text: "\t".join(text.split("\t")[:6])), "columns"),
    Fault("C3", "line ends after ALT", line(lambda text: "\t".join(text.split("\t")[:5])), "columns"),
    Fault("C3", "line of one word", line(lambda text: "chr2"), {"check": "no tab", "screen": "", "normalise": ""}),
    Fault("C3", "column missing in the middle", line(lambda text: text.replace("\tPASS", "")), "column"),
    Fault(
        "C4",
        "one call too many",
        line(lambda text: f"{text}\t0/1"),
        {"check": "13 columns", "normalise": "4 samples", "screen": "4 samples"},
    ),
    Fault(
        "C4",
        "a tab at the end",
        line(lambda text: f"{text}\t"),
        {"check": "13 columns", "normalise": "4 samples", "screen": "4 samples"},
    ),
    Fault(
        "C4",
        "a column inserted",
        line(lambda text: text.replace("\tPASS", "\tX\tPASS")),
        {"check": "13 columns", "normalise": "", "screen": ""},
    ),
    Fault(
        "C5",
        "spaces for tabs",
        line(lambda text: text.replace("\t", " ")),
        {"check": "no tab", "normalise": "columns", "screen": "columns"},
    ),
    Fault(
        "C5",
        "one space for a tab",
        line(lambda text: text.replace("\t", " ", 1)),
        {"check": "11 columns", "normalise": "not declare", "screen": "not declare"},
    ),
    Fault(
        "C5",
        "four spaces for a tab",
        line(lambda text: text.replace("\tPASS\t", "    PASS\t")),
        {"check": "11 columns", "normalise": "", "screen": ""},
    ),
    Fault(
        "C5",
        "a blank line between records",
        lambda lines: [*lines[:LAST], "", lines[LAST]],
        {"check": "an empty line", "normalise": "a blank line", "screen": "a blank line"},
    ),
    Fault(
        "C5",
        "a blank line at the end",
        added(""),
        {"check": "an empty line", "normalise": "a blank line", "screen": "a blank line"},
        place=rf"line {LAST + 2}\b",
    ),
    Fault("C5", "a NUL byte in INFO", cell("INFO", "A\0B"), "NUL"),
    Fault("C5", "a NUL byte in CHROM", cell("CHROM", "ch\0r2"), "NUL"),
    Fault("C5", "a NUL byte in a call", member("0/1:15,15:30:9\x009:400,0,400"), "NUL"),
    Fault(
        "C5",
        "a second header among the records",
        lambda lines: [*lines[:LAST], HEADER[-1], lines[LAST]],
        {"check": "POS 'POS'", "normalise": "header line", "screen": "header line"},
    ),
    Fault(
        "C6",
        "byte-order mark",
        lambda lines: ["\ufeff" + lines[0], *lines[1:]],
        {"check": "byte-order mark", "normalise": "byte-order mark", "screen": "byte order mark"},
        place="line 1|first bytes",
    ),
    Fault("C6", "no ##fileformat", lambda lines: lines[1:], "no ##fileformat", place="line 1|header"),
    Fault(
        "C6",
        "##fileformat on the second line",
        lambda lines: [lines[1], lines[0], *lines[2:]],
        "no ##fileformat",
        place="line 1|header",
    ),
    Fault(
        "C6",
        "no #CHROM line",
        lambda lines: [text for text in lines if not text.startswith("#CHROM")],
        "#CHROM line",
        place="line 1|header",
    ),
    Fault(
        "C6",
        "#CHROM line with spaces",
        column_line(lambda text: text.replace("\t", " ")),
        {"check": "spaces instead of tabs", "normalise": "spaces instead of tabs", "screen": "column line"},
        place=rf"line {FIRST}\b|header",
    ),
    Fault(
        "C6",
        "#CHROM line of other columns",
        column_line(lambda text: text.replace("QUAL", "SCORE")),
        "column line",
        place=rf"line {FIRST}\b|header",
    ),
    Fault(
        "C7",
        "one REF that is not the genome's",
        cell("REF", other_base(other_base(LAST_CELLS[3]))),
        {"check": "REF differs from the reference at 1 of 40", "normalise": "REF is '"},
        ALL,
        place="chr2:139",
    ),
    Fault(
        "C7",
        "REF of every record shifted by one base",
        lambda lines: [
            *lines[:FIRST],
            *("\t".join([c[0], str(int(c[1]) + 1), *c[2:]]) for c in (text.split("\t") for text in lines[FIRST:])),
        ],
        {"check": "REF differs", "normalise": "REF is '"},
        ALL,
        place="chr1:",
        record="chr1:",
    ),
    Fault(
        "C7",
        "contig lengths of GRCh37",
        replaced("length=1000", "length=249250621"),
        {"check": "249,250,621", "normalise": "249250621 bases"},
        ALL,
        place="chr1",
        record="chr1",
    ),
    Fault(
        "C8",
        "contigs without chr",
        replaced("chr", ""),
        {"check": "without chr", "normalise": "bare style"},
        ALL,
        place=r"\(1\)",
        record=r"\(1\)",
    ),
    Fault(
        "C8",
        "chr in the header and not in the records",
        lambda lines: [text if text.startswith("#") else text[3:] for text in lines],
        {"check": NOT_DECLARED, "normalise": "not declare", "screen": "not declare"},
        place=rf"line {FIRST + 1}\b",
    ),
    Fault(
        "C8",
        "one record without chr",
        line(lambda text: text[3:]),
        {"check": NOT_DECLARED, "normalise": "not declare", "screen": "not declare"},
    ),
    Fault(
        "C8",
        "one contig without chr in the header",
        replaced("ID=chr2", "ID=2"),
        {"check": "with chr and without", "normalise": "", "screen": "not declare"},
        place="chr2|joint",
    ),
    Fault(
        "C9",
        "undeclared contig",
        cell("CHROM", "chr9"),
        {"check": "contig 'chr9' is not", "normalise": "not declare", "screen": "not declare"},
    ),
    Fault("C9", "undeclared FILTER", cell("FILTER", "Odd"), "FILTER 'Odd' is not declared"),
    Fault("C9", "undeclared second FILTER", cell("FILTER", "LowQual;Odd"), "FILTER 'Odd' is not declared"),
    Fault("C9", "undeclared INFO", cell("INFO", "ODD=1"), "INFO 'ODD' is not declared"),
    Fault("C9", "undeclared INFO flag", cell("INFO", "ODD"), "INFO 'ODD' is not declared"),
    Fault(
        "C9",
        "undeclared FORMAT that is used",
        replaced("ID=AD,", "ID=XD,"),
        "is not declared",
        place=rf"line {FIRST + 1}\b",
    ),
    Fault("C9", "undeclared FORMAT of no use", cell("FORMAT", "GT:XX:DP:GQ:PL"), "FORMAT 'XX' is not declared"),
    *(
        Fault(
            "C10",
            f"{name} as {kind}",
            replaced(f"ID={name},Number={number},Type={right}", f"ID={name},Number={number},Type={kind}"),
            f"FORMAT/{name} is declared as {kind}",
            place=f"FORMAT/{name}",
            record=f"FORMAT/{name}",
            forms=forms,
        )
        for name, number, right, kind, forms in (
            ("AD", "R", "Integer", "String", ALL),
            ("DP", "1", "Integer", "String", ALL),
            ("PL", "G", "Integer", "String", ALL),
            ("GQ", "1", "Integer", "Character", ("vcf",)),
            ("GT", "1", "String", "Integer", ("vcf", "vcf.gz")),
        )
    ),
    Fault(
        "C10",
        "type that does not exist",
        replaced("ID=AD,Number=R,Type=Integer", "ID=AD,Number=R,Type=Whole"),
        "FORMAT/AD is declared as Whole",
        ("vcf",),
        place="FORMAT/AD",
    ),
    Fault(
        "C10",
        "depth as a flag",
        replaced("ID=DP,Number=1,Type=Integer", "ID=DP,Number=0,Type=Flag"),
        "FORMAT/DP is declared as Flag",
        ("vcf",),
        place="FORMAT/DP",
    ),
    Fault(
        "C11",
        "the father twice",
        replaced("FATHER\tMOTHER", "FATHER\tFATHER"),
        {"check": "stands 2 times", "normalise": "stands 2 times", "screen": "given twice"},
        place=rf"line {FIRST}\b|header",
    ),
    Fault(
        "C11",
        "the child twice",
        replaced("CHILD\tFATHER", "CHILD\tCHILD"),
        {"check": "stands 2 times", "normalise": "stands 2 times", "screen": "given twice"},
        place=rf"line {FIRST}\b|header",
    ),
    Fault(
        "C12",
        "two records exchanged",
        lambda lines: [*lines[:-2], lines[-1], lines[-2]],
        {"check": "after a later position", "normalise": "not sorted", "screen": "not sorted"},
        ALL,
    ),
    Fault(
        "C12",
        "a contig that comes back",
        lambda lines: [*lines, lines[FIRST]],
        {"check": "after a later position", "normalise": "not sorted", "screen": "not sorted"},
        ALL,
        place=rf"line {LAST + 2}\b",
        record="record 41",
    ),
    Fault(
        "C15",
        "allele 7 of 2",
        member(CHILD.replace("0/1", "0/7")),
        {"check": "'0/7' of CHILD", "normalise": "allele number 7", "screen": "allele number 7"},
    ),
    Fault(
        "C15",
        "allele 7 of 2 in a BCF",
        member(CHILD.replace("0/1", "0/7")),
        {"normalise": "allele number 7", "screen": "allele number 7"},
        ("bcf",),
    ),
    Fault(
        "C15",
        "allele 3 of 3",
        lambda lines: cell("ALT", f"{LAST_CELLS[4]},T" if LAST_CELLS[4] != "T" else "T,A")(
            lines[:LAST] + ["\t".join([*LAST_CELLS[:8], "GT", "1/3", "0/1", "0/2"])]
        ),
        {"check": "'1/3' of CHILD", "normalise": "allele number", "screen": "allele number"},
    ),
    Fault(
        "C15",
        "allele of a hundred digits",
        member(CHILD.replace("0/1", "0/" + "9" * 100)),
        {"check": "of CHILD", "normalise": "", "screen": ""},
    ),
    *(
        Fault(
            "C15",
            f"genotype {text!r}",
            member(CHILD.replace("0/1", text)),
            {"check": "of CHILD", "normalise": "genotype of CHILD", "screen": "genotype of CHILD"},
        )
        for text in ("a/b", "0/-1", "0//1", "0/", "het", "")
    ),
    *(
        Fault(
            "C18",
            f"damaged depth, {text}",
            member(f"0/1:{text}:99:400,0,400"),
            {"check": "cannot be parsed", "normalise": "CHILD", "screen": "CHILD"},
        )
        for text in ("x,15:30", "15,15:3O", "15;15:30")
    ),
    Fault(
        "C18",
        "more values than fields",
        member(f"{CHILD}:7"),
        {"check": "cannot be parsed", "normalise": "more values of CHILD", "screen": "more values of CHILD"},
    ),
    Fault(
        "C18",
        "a field given twice",
        cell("FORMAT", "GT:AD:AD:GQ:PL"),
        {"check": "cannot be parsed", "normalise": "FORMAT/AD given twice", "screen": "FORMAT/AD given twice"},
    ),
    *(
        Fault("C24", f"{column} {text!r}", cell(column, text), {"check": "REF '", "normalise": "", "screen": ""})
        for column, text in (
            ("REF", "R"),
            ("ALT", "Y"),
            ("REF", "-"),
            ("REF", ""),
            ("ALT", ""),
            ("REF", "."),
            ("ALT", "A,"),
            ("ALT", "A,,C"),
            ("REF", "U"),
            ("ALT", "a b"),
            ("REF", "<DEL>"),
        )
    ),
    Fault(
        "C24",
        "REF of IUPAC letters in a BCF",
        cell("REF", "R"),
        {"normalise": "REF 'R'", "screen": "REF 'R'"},
        ("bcf",),
    ),
    Fault(
        "C24", "REF N where the genome is known", cell("REF", "N"), {"normalise": "REF is 'N'"}, ALL, place="chr2:139"
    ),
    Fault("C24", "ALT equal to REF", cell("ALT", LAST_CELLS[3]), {"normalise": "same allele twice"}, ("vcf", "vcf.gz")),
    *(
        Fault(
            "C25", f"block of a gVCF, {alt}", cell("ALT", alt), {"check": "gVCF", "normalise": "gVCF"}, place="chr2:139"
        )
        for alt in ("<NON_REF>", "<*>")
    ),
    *(
        Fault(
            "C25",
            f"variant of a gVCF, {alt}",
            lambda lines, alt=alt: (
                lines[:LAST]
                + ["\t".join([*LAST_CELLS[:4], f"{LAST_CELLS[4]},{alt}", *LAST_CELLS[5:8], "GT", "0/1", "0/0", "0/0"])]
            ),
            "gVCF",
            place="chr2:139",
        )
        for alt in ("<NON_REF>", "<*>")
    ),
    Fault(
        "C26",
        "sign of phase read by an old htslib",
        lambda lines: line(lambda text: text.replace("\t0/1:", "\t/0/1:", 1))(
            [text.replace("VCFv4.2", "VCFv4.4") for text in lines]
        ),
        {"screen": ""},
        ("vcf.gz",),
    ),
]


def _make(fault: Fault, form: str, command: str) -> Callable[[], Sequence[str]]:
    def make() -> Sequence[str]:
        write_calls(Path(f"joint.{form}"), fault.change(sound_lines()))
        return COMMANDS[command](f"joint.{form}")

    return make


def cases() -> list[Case]:
    """Every fault, in each form, given to each command that it is for; text without compression to check alone."""
    made = []
    for fault in FAULTS:
        found = fault.found if isinstance(fault.found, dict) else dict.fromkeys(COMMANDS, fault.found)
        for form in fault.forms:
            for command, words in found.items():
                if form == "vcf" and len(fault.forms) > 1 and command == "screen":
                    continue
                place = fault.record if form == "bcf" else fault.place
                case = Case(
                    fault.row,
                    f"{fault.name}, .{form}",
                    _make(fault, form, command),
                    command,
                    found=(words,),
                    file=f"joint.{form}",
                    place=place,
                )
                made.append(case)
    return made
