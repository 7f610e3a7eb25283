"""Damaged PED files, sheets, panels, gene lists, HPO lists, BED, GFF and configurations, read and compared.

Each mutant is refused with a message of ours, or read as a slow, plain parse of the same text reads it. Run as a
program it tries a range of seeds in this process, so that a signal ends only the child:

    python -m builders.text_mutants FIRST COUNT FOLDER
"""

from __future__ import annotations

import json
import random
import re
import sys
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from builders.panel import write_panel
from builders.panel_sources import write_gene_table
from filiation.errors import UserError

WORDS = (
    "", ".", "0", "-1", "1e9", "nan", "NA", "null", "²", "١", "99999999999999999999", "é", "\x00", "\u2028", "\x85",
    "\x0b", "\x0c", "\x1c", "\r", "\n", "\t", " ", "\u00a0", "\ufeff", '"', "'", "#", "=1+1", ";", ",", ":", "{",
    "}", "[", "&a", "*a", "!!python/name:os.system", "A" * 5000, "../x", "male", "HP:0001250", "HGNC:1", "proband",
    "track", "browser", "##FASTA", "##", "%00", "\ud800",
)  # fmt: skip
SOUND_PANEL = {"PANK2": ("core", "AR"), "FTL": ("hpo", "AD"), "WDR45": ("lab", "XL")}
LENGTHS = {"chr1": 1000, "chr2": 500}


def mutated(text: str, generator: random.Random) -> bytes:
    """One to three changes in cells, lines or letters; now and then of the encoding or the end."""
    lines = text.split("\n")
    for _ in range(generator.randint(1, 3)):
        number = generator.randrange(len(lines))
        mark = "\t" if "\t" in lines[number] else generator.choice((";", ":", " "))
        cells = lines[number].split(mark)
        place = generator.randrange(len(cells))
        kind = generator.randrange(9)
        if kind == 0:
            cells[place] = generator.choice(WORDS)
        elif kind == 1:
            del cells[place]
        elif kind == 2:
            cells.insert(place, generator.choice(WORDS))
        elif kind == 3:
            other = generator.randrange(len(cells))
            cells[place], cells[other] = cells[other], cells[place]
        elif kind == 4:
            word = cells[place]
            cut = generator.randrange(len(word) + 1)
            cells[place] = word[:cut] + generator.choice(WORDS) + word[cut + generator.randint(0, 1) :]
        elif kind == 5:
            lines.insert(generator.randrange(len(lines) + 1), generator.choice(lines))
        elif kind == 6:
            generator.shuffle(lines)
        elif kind == 7:
            cells[place] = cells[place].swapcase()
        else:
            cells = generator.choice(lines).split(mark)
        if kind not in (5, 6):
            lines[number] = mark.join(cells)
    content = "\n".join(lines).encode("utf-8", errors="surrogatepass")
    chance = generator.random()
    if chance < 0.03:
        content = content.decode("utf-8", errors="replace").encode("utf-16")
    elif chance < 0.06:
        content = content.replace(b"\n", b"\r\n")
    elif chance < 0.12 and content:
        content = content[: generator.randrange(len(content))]
    elif chance < 0.15 and content:
        at = generator.randrange(len(content))
        content = content[:at] + bytes([generator.randrange(256)]) + content[at + 1 :]
    return content


PED = (
    "#family\tsample\tfather\tmother\tsex\tphenotype\nFAM\tCHILD\tFATHER\tMOTHER\t1\t2\nFAM\tFATHER\t0\t0\t1\t1\n"
    "FAM\tMOTHER\t0\t0\t2\t1\nFAM\tSISTER\tFATHER\tMOTHER\t2\t0\n"
)


def read_ped(path: Path) -> Any:
    """Every person with parents."""
    from filiation.errors import FaultList
    from filiation.io.ped import collect_rows

    rows, faults = collect_rows(path)
    if faults:
        raise FaultList(faults)
    return sorted((row.family, row.sample, row.father, row.mother) for row in rows)


def plain_ped(path: Path) -> Any:
    """By splitting every line at blanks."""
    rows = []
    for line in path.read_bytes().decode("utf-8-sig").splitlines():
        cells = line.split()
        if (
            not cells
            or cells[0].startswith("#")
            or (not rows and len(cells) > 4 and cells[4].lower() in ("sex", "gender"))
        ):
            continue
        father, mother = ("" if cell in ("0", ".", "-9") else cell for cell in cells[2:4])
        rows.append((cells[0], cells[1], father, mother))
    return sorted(rows)


SHEET = (
    "family\tsample\trole\tsex\taffected\tvcf\tvcf_sample\thpo_terms\nFAM\tCHILD\tproband\tmale\tyes\tj.vcf\tC1\tHP:0001250\n"
    "FAM\tFATHER\tfather\tmale\tno\tj.vcf\tF1\t\nFAM\tMOTHER\tmother\tfemale\tno\tj.vcf\tM1\t\n"
)


def read_sheet(path: Path) -> Any:
    """Sample, family, file and column of every row."""
    from filiation.config import SampleRow
    from filiation.errors import FaultList
    from filiation.io.sheet_rows import read_rows

    lines, faults, _ = read_rows(path, SampleRow, "sample sheet")
    if faults:
        raise FaultList(faults)
    return [(line.row.family, line.row.sample, line.row.vcf or "", line.row.vcf_sample or "") for line in lines]


def plain_sheet(path: Path) -> Any:
    """By splitting every line at tabs, under the names of the first."""
    text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith("#")]
    names = [name.strip() for name in lines[0].split("\t")]
    rows = []
    for line in lines[1:]:
        row = dict(zip(names, (cell.strip() for cell in line.split("\t")), strict=False))
        values = [row.get(name, "") for name in ("family", "sample", "vcf", "vcf_sample")]
        rows.append(tuple("" if value == "." else value for value in values))
    return rows


def read_panel(path: Path) -> Any:
    """Symbol, id and tier of every gene."""
    from filiation.panels.load import load_panel

    return sorted((gene.symbol, gene.hgnc_id, gene.tier) for gene in load_panel(path).genes.values())


def plain_panel(path: Path) -> Any:
    """By splitting every line that follows the header."""
    lines = re.split(r"\r\n|\n|\r", path.read_bytes().decode())
    rows = [line.split("\t") for line in lines if line and not line.startswith("##")]
    names = rows[0]
    found = [dict(zip(names, row, strict=True)) for row in rows[1:]]
    return sorted(
        (_own(row["gene"]), "" if row["hgnc_id"] == "." else _own(row["hgnc_id"]), row["tier"]) for row in found
    )


def _own(text: str) -> str:
    """A cell without the apostrophe that our tables put before what a spreadsheet would compute."""
    return text[1:] if len(text) > 2 and text[0] == "'" and text[1] in "=+-@" else text


GENE_LIST = "gene\n# of the laboratory\nPANK2\tAR\nHGNC:3999  # iron\nC5orf42\tAR\nWDR45\tXL\nONE\n"


@cache
def gene_table(folder: str) -> Any:
    """The small HGNC table."""
    from filiation.genes.table import load_gene_table

    return load_gene_table(write_gene_table(Path(folder) / "hgnc.tsv"))


def read_gene_list(path: Path) -> Any:
    """Ids of the genes."""
    from filiation.panels.importing import import_list

    return sorted({row["hgnc_id"] for row in import_list(path, "genes", gene_table(str(path.parent))).rows})


def plain_gene_list(path: Path) -> Any:
    """The first word of every line, looked up one by one."""
    table = gene_table(str(path.parent))
    found = set()
    lines = re.split(r"\r\n|\n|\r", path.read_bytes().decode("utf-8-sig", errors="backslashreplace"))
    for number, line in enumerate(lines):
        word = re.split(r"[\t,;]", line.partition("#")[0].strip())[0].strip()
        if not word or (not found and number < 9 and word.lower() in ("gene", "symbol", "hgnc_id", "genes")):
            continue
        found.add(table.require(word).hgnc_id)
    return sorted(found)


SIGNS = "HP:0001250;HP:0000252; Seizure ;HP:0001263\nHP:0000038;Macrocephaly;HP:0001250 Seizure"


def read_signs(path: Path) -> Any:
    """Ids of the terms."""
    from filiation.phenotype.terms import resolve_terms, split_terms

    return resolve_terms(split_terms(path.read_bytes().decode("utf-8", errors="replace"))).ids


def plain_signs(path: Path) -> Any:
    """Each term alone, each id once."""
    from filiation.phenotype.terms import resolve_terms

    text = path.read_bytes().decode("utf-8", errors="replace")
    parts = [part for line in text.split("\n") for part in line.split(";") if part.strip()]
    return tuple(dict.fromkeys(found for part in parts for found in resolve_terms([part.strip()]).ids))


BED = "track name=regions\nchr1\t0\t100\ta\nchr1\t90\t200\tb\nchr1\t500\t1000\nchr2\t0\t500\tc\t0\t+\n#end\n"


def read_bed(path: Path) -> Any:
    """The merged regions."""
    from filiation.reads.intervals import require_regions

    return require_regions(path, LENGTHS)


def plain_bed(path: Path) -> Any:
    """Every base of every line in a set."""
    covered = set()
    for line in re.split(r"\r\n|\n|\r", path.read_bytes().decode("utf-8", errors="backslashreplace")):
        if not line.strip() or line.startswith(("#", "track", "browser")):
            continue
        contig, start, end = line.split("\t")[:3]
        covered |= {(contig, base) for base in range(int(start), int(end))}
    regions = []
    for contig, length in LENGTHS.items():
        inside = [base for base in range(length + 1) if (contig, base) in covered]
        for base in inside:
            if regions and regions[-1][0] == contig and regions[-1][2] == base:
                regions[-1] = (contig, regions[-1][1], base + 1)
            else:
                regions.append((contig, base, base + 1))
    return regions


GFF = "##gff-version 3\n" + "".join(
    f"chr1\tx\tgene\t{n * 100 + 1}\t{n * 100 + 90}\t.\t+\t.\tID=gene:G{n};gene_id=G{n};Name={name}\n"
    f"chr1\tx\tmRNA\t{n * 100 + 1}\t{n * 100 + 90}\t.\t+\t.\tID=transcript:T{n};Parent=gene:G{n}\n"
    f"chr1\tx\texon\t{n * 100 + 1}\t{n * 100 + 50}\t.\t+\t.\tParent=transcript:T{n}\n"
    for n, name in enumerate(("PANK2", "FTL", "WDR45"))
)


def read_gff(path: Path) -> Any:
    """Symbols of the genes."""
    from filiation.io.genes import load_genes

    return load_genes(path).symbols


def plain_gff(path: Path) -> Any:
    """Name, or id, of every line that is a gene's; a later line of one ID stands for the earlier."""
    genes = {}
    for line in re.split(r"\r\n|\n|\r", path.read_bytes().decode("utf-8", errors="backslashreplace")):
        if line.startswith("##FASTA"):
            break
        cells = line.split("\t")
        if not line.strip() or line.startswith(("#", "track", "browser")):
            continue
        attributes = dict(re.findall(r"(?:^|;)\s*(\w+)=([^;]+)", cells[8]))
        own = attributes.get("ID", "")
        if cells[2] != "exon" and (cells[2].endswith("gene") or own.startswith("gene:")):
            named = attributes.get("gene_name") or attributes.get("Name") or attributes.get("gene")
            symbol = named or attributes.get("gene_id") or own.partition(":")[2]
            genes[own or symbol] = symbol
    return sorted(set(genes.values()))


CONFIG = (
    "samples: samples.tsv\nreference:\n  fasta: genome.fa\n  assembly: auto\nannotation:\n  consequences: none\n"
    "frequencies:\n  - name: gnomAD\n    vcf: af.vcf.gz\ncalling:\n  intervals: 4\n"
)


def read_config(path: Path) -> Any:
    """The keys that were given, as they were understood."""
    from filiation.config import load_config

    return load_config(path).model_dump(exclude_unset=True, mode="json")


def plain_config(path: Path) -> Any:
    """What PyYAML alone makes of it, nothing at all being no key; `null` sections are as if they were not there."""
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}


def same_config(found: Any, wanted: Any) -> bool:
    """Whether every key that was written is there, and its text."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            value is None or (key in found and same_config(found[key], value)) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(same_config, found, wanted))
    return str(found) == str(wanted) or found == wanted


PARSERS: dict[str, tuple[str, str, Callable[[Path], Any], Callable[[Path], Any]]] = {
    "ped": ("family.ped", PED, read_ped, plain_ped),
    "sheet": ("samples.tsv", SHEET, read_sheet, plain_sheet),
    "panel": ("panel.tsv", "", read_panel, plain_panel),
    "genes": ("genes.txt", GENE_LIST, read_gene_list, plain_gene_list),
    "signs": ("signs.txt", SIGNS, read_signs, plain_signs),
    "bed": ("regions.bed", BED, read_bed, plain_bed),
    "gff": ("genes.gff3", GFF, read_gff, plain_gff),
    "config": ("config.yaml", CONFIG, read_config, plain_config),
}
OUTCOMES = ("refused", "read")


def try_mutant(name: str, path: Path) -> str:
    """`refused`, `read`, or what is wrong."""
    _, _, read, plain = PARSERS[name]
    try:
        found = read(path)
    except UserError as error:
        return "refused" if str(error).strip() else "refused without a word"
    except Exception:
        return "traceback: " + traceback.format_exc()[-400:]
    try:
        wanted = plain(path)
    except Exception as error:
        return f"read, and the plain parse cannot: {type(error).__name__}: {error}"
    same = same_config(found, wanted) if name == "config" else list(found) == list(wanted)
    return "read" if same else f"differs: {found!r} and plainly {wanted!r}"[:600]


def main(first: int, count: int, folder: Path) -> int:
    """Try seeds; counts by parser and outcome as JSON. The seed that killed the process stays in a file."""
    warnings.simplefilter("ignore")
    folder.mkdir(parents=True, exist_ok=True)
    panel = write_panel(folder / "sound.tsv", SOUND_PANEL)
    outcomes: dict[str, Counter[str]] = {name: Counter() for name in PARSERS}
    for seed in range(first, first + count):
        name = list(PARSERS)[seed % len(PARSERS)]
        file, text, _, _ = PARSERS[name]
        path = folder / file
        path.write_bytes(mutated(text or panel.read_text(), random.Random(seed)))
        (folder / "seed").write_text(str(seed), encoding="utf-8")
        outcome = try_mutant(name, path)
        outcomes[name][outcome if outcome in OUTCOMES else f"seed {seed} {outcome}"] += 1
    print(json.dumps(outcomes))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
