"""Group E: names, forms of the sheet and configurations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import yaml

from builders.inputs import GENOME
from builders.sheets import member, trio, write_run
from builders.stored_reads import write_fasta
from catalogue.calls import sound_lines, write_calls
from catalogue.case import Case

Rows = list[dict[str, str]]
Edit = Callable[[bytes], bytes]
SHEET = "samples.tsv"
CHECK = ["check", "--config", "config.yaml"]


def lay(rows: Rows | None = None, pedigree: str = "", **config: object) -> None:
    """Genome, joint calls, sheet, PED file and configuration of a family."""
    write_fasta(Path("genome.fa"), GENOME)
    write_calls(Path("joint.vcf.gz"), sound_lines())
    sound: Rows = trio(vcf="joint.vcf.gz") if rows is None else rows
    write_run(Path(), sound, (), pedigree, **{"reference": {"fasta": "genome.fa"}, **config})


def sheet_of(rows: Rows) -> Callable[[], Sequence[str]]:
    """`filiation check` of these rows."""

    def make() -> Sequence[str]:
        lay(rows)
        return CHECK

    return make


def edited(edit: Edit, file: str = SHEET, pedigree: str = "") -> Callable[[], Sequence[str]]:
    """`filiation check` with the bytes of one file edited."""

    def make() -> Sequence[str]:
        lay(pedigree=pedigree)
        path = Path(file)
        path.write_bytes(edit(path.read_bytes()))
        return CHECK

    return make


def sound_rows(**child: str) -> Rows:
    """The rows of the trio, the child's cells changed."""
    rows: Rows = trio(vcf="joint.vcf.gz")
    rows[0].update(child)
    return rows


NAMES = {
    "space": "a b",
    "quote": 'a"b',
    "apostrophe": "a'b",
    "semicolon": "a;b",
    "command": "$(touch x)",
    "backquote": "`x`",
    "leading hyphen": "-rf",
    "two points": "..",
    "slash": "a/b",
    "climbing": "../../escaped",
    "300 letters": "a" * 300,
    "look-alike letter": "СHILD",
    "accent": "Élodie",
    "zero-width space": "CHI\u200bLD",
    "star": "a*",
    "braces": "{sample}",
    "dollar": "$HOME",
    "point": "a.b",
    "bar": "a|b",
    "ampersand": "a&b",
    "percent": "a%00b",
    "backslash": "a\\b",
    "comma": "a,b",
    "formula": "=1+1",
    "tag": "<b>",
    "underscore first": "_a",
    "hash": "#a",
    "right-to-left mark": "a\u202eb",
}
KEPT_AS_TEXT = ("NA", "null", "00123", "1e5", "NaN", "None", "True", "1E10", "nan", "inf", "0x1F", "007", "1-2")
SEPARATORS = (
    ("semicolons, as a French spreadsheet writes", lambda data: data.replace(b"\t", b";")),
    ("commas", lambda data: data.replace(b"\t", b",")),
    ("spaces", lambda data: data.replace(b"\t", b"  ")),
)


def names_and_forms() -> list[Case]:
    """Names that are refused or kept as text, and forms of the sheet itself."""
    cases = [
        Case(
            "E2",
            f"{column} name with {words}",
            sheet_of(_named(column, name)),
            "check",
            (f"{column} '",),
            SHEET,
            rf"line 2, column {column}",
        )
        for words, name in NAMES.items()
        for column in ("sample", "family")
        # A line that begins with # is a comment; a sheet of comments alone has no row.
        if (words, column) != ("hash", "family")
    ]
    cases += [
        Case(
            "E1",
            f"sample called {name}",
            _kept_as_text(name),
            "check",
            ("1 families, 3 members", f"trio ({name}, FATHER"),
            code=0,
        )
        for name in KEPT_AS_TEXT
    ]
    cases += [Case("E5", words, edited(edit), "check", ("",), SHEET, "line 1") for words, edit in SEPARATORS]
    cases += [
        Case("E5", words, edited(edit), "check", ("1 families, 3 members",), code=0)
        for words, edit in (
            ("carriage returns", lambda data: data.replace(b"\n", b"\r\n")),
            ("byte-order mark", lambda data: b"\xef\xbb\xbf" + data),
            ("byte-order mark and carriage returns", lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n")),
            ("no line end at the end", lambda data: data.rstrip(b"\n")),
            ("trailing blank rows", lambda data: data + b"\n\n"),
            ("trailing rows of empty cells", lambda data: data + b"\t" * data.split(b"\n")[0].count(b"\t") + b"\n"),
        )
    ]
    cases += [
        Case(
            "E5",
            "UTF-16, as a spreadsheet's Unicode text",
            edited(lambda data: data.decode().encode("utf-16")),
            "check",
            ("UTF-8",),
            SHEET,
        ),
        Case(
            "E5",
            "Latin-1 accents",
            edited(lambda data: data.replace(b"CHILD", "Élodie".encode("latin-1"))),
            "check",
            ("UTF-8",),
            SHEET,
            "byte|line",
        ),
        Case(
            "E5",
            "old Macintosh line ends",
            edited(lambda data: data.replace(b"\n", b"\r")),
            "check",
            ("1 families, 3 members",),
            code=0,
        ),
    ]
    cases += [
        Case(
            "E6",
            "a row twice",
            sheet_of([*sound_rows(), sound_rows()[0]]),
            "check",
            ("stands on line 2 already",),
            SHEET,
            "line 5",
        ),
        Case(
            "E6",
            "a sample in two families",
            sheet_of(
                [*sound_rows(), member("CHILD", "proband", "male", "yes", vcf="joint.vcf.gz") | {"family": "FAM2"}]
            ),
            "check",
            ("stands on line 2 already",),
            SHEET,
            "line 5",
        ),
        Case(
            "E6",
            "no column sample",
            edited(lambda data: data.replace(b"\tsample\t", b"\tname\t", 1)),
            "check",
            ("sample",),
            SHEET,
            "line 1",
        ),
        Case(
            "E6",
            "no column family",
            edited(lambda data: b"\n".join(line.split(b"\t", 1)[-1] for line in data.split(b"\n"))),
            "check",
            ("family",),
            SHEET,
            "line 1",
        ),
        Case(
            "E6",
            "a column twice",
            edited(lambda data: data.replace(b"\tsex\t", b"\trole\t", 1)),
            "check",
            ("role",),
            SHEET,
            "line 1",
        ),
        Case(
            "E6",
            "a column that is not known",
            edited(lambda data: data.replace(b"\tsex\t", b"\tgender\t", 1)),
            "check",
            ("gender",),
            SHEET,
            "line 1",
        ),
        Case(
            "E6",
            "a cell too few",
            edited(lambda data: data.replace(b"\tproband\t", b"\t", 1)),
            "check",
            ("cells",),
            SHEET,
            "line 2",
        ),
        Case(
            "E6",
            "a cell too many",
            edited(lambda data: data.replace(b"\tproband\t", b"\tproband\tx\t", 1)),
            "check",
            ("cells",),
            SHEET,
            "line 2",
        ),
        Case(
            "E6",
            "a row of empty cells in the middle",
            edited(
                lambda data: data.replace(
                    b"\nFAM\tFATHER", b"\n" + b"\t" * data.split(b"\n")[0].count(b"\t") + b"\nFAM\tFATHER"
                )
            ),
            "check",
            ("1 families, 3 members",),
            code=0,
        ),
        Case(
            "E6",
            "a header alone",
            edited(lambda data: data.split(b"\n")[0] + b"\n"),
            "check",
            ("a header and no row",),
            SHEET,
        ),
        Case("E6", "an empty sheet", edited(lambda data: b""), "check", ("empty",), SHEET),
        Case(
            "E6",
            "a sheet that is a spreadsheet file",
            edited(lambda data: b"PK\x03\x04" + bytes(range(256)) * 8),
            "check",
            ("UTF-8",),
            SHEET,
        ),
        Case(
            "E6", "NUL bytes", edited(lambda data: data.replace(b"CHILD", b"CHI\0LD")), "check", ("",), SHEET, "line 2"
        ),
    ]
    return cases


def _kept_as_text(name: str) -> Callable[[], Sequence[str]]:
    """The child under a name that a reader of spreadsheets would take for a number or for nothing."""

    def make() -> Sequence[str]:
        lay(_named("sample", name))
        write_calls(Path("joint.vcf.gz"), [line.replace("CHILD", name) for line in sound_lines()])
        return CHECK

    return make


def _named(column: str, name: str) -> Rows:
    rows = sound_rows()
    for row in rows if column == "family" else rows[:1]:
        row[column] = name
    return rows


def _config(text: str | dict[str, object]) -> Callable[[], Sequence[str]]:
    def make() -> Sequence[str]:
        lay()
        path = Path("config.yaml")
        path.write_text(text if isinstance(text, str) else yaml.safe_dump({**yaml.safe_load(path.read_text()), **text}))
        return CHECK

    return make


def configurations() -> list[Case]:
    """Configuration files that are not what they say."""
    texts = (
        ("not YAML", "samples: [1,\n", ("not valid YAML",)), ("a list", "- samples.tsv\n", ("",)), ("empty", "", ("",)),
        ("a number", "7\n", ("",)), ("tabs for spaces", "reference:\n\tfasta: genome.fa\n", ("not valid YAML",)),
        ("a key twice", "samples: samples.tsv\nsamples: other.tsv\n", ("samples",)),
        ("bytes of no text", "\x00\x01", ("",)), ("an anchor of itself", "a: &x [*x]\n", ("",)),
    )  # fmt: skip
    objects = (
        ("function call", 'samples: !!python/object/apply:os.system ["touch owned"]\n'),
        ("object", "samples: !!python/object:pathlib.Path {}\n"),
        ("module", "samples: !!python/module:os\n"),
        ("name", "samples: !!python/name:os.system\n"),
    )
    return [
        *(
            Case("E6", f"configuration: {name}", _config(text), "check", found, "config.yaml")
            for name, text, found in texts
        ),
        *(
            Case(
                "S4",
                f"configuration with a {name} of Python",
                _config(text),
                "check",
                ("not valid YAML",),
                "config.yaml",
            )
            for name, text in objects
        ),
        Case(
            "E6",
            "configuration: key that is not known",
            _config({"smaples": "x"}),
            "check",
            ("'smaples'",),
            "config.yaml",
        ),
        Case(
            "E6",
            "configuration: text for a number",
            _config({"calling": {"intervals": "many"}}),
            "check",
            ("",),
            "config.yaml",
        ),
    ]


def cases() -> list[Case]:
    """Every case of this module."""
    return [*names_and_forms(), *configurations()]
