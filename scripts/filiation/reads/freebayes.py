"""How are freebayes genotypes written in the fields that every later step reads: GT, AD, DP, GQ, PL?"""

from __future__ import annotations

from collections.abc import Iterator

FORMAT = "GT:AD:DP:GQ:PL"
# The same ceiling as bcftools call: beyond it a quality says nothing more.
MAXIMUM_GENOTYPE_QUALITY = 127
_DECLARATIONS = {
    "GQ": '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality, phred, rounded down">\n',
    "GL": '##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Genotype likelihoods, phred, from GL">\n',
}
_DROPPED = ("RO", "AO", "QR", "QA", "MIN_DP")


def convert_header(line: str) -> Iterator[str]:
    """The header line as it is, changed, or not at all when it declares a field that is not kept."""
    if line.startswith("##FORMAT=<ID="):
        name = line[len("##FORMAT=<ID=") :].split(",")[0]
        if name in _DROPPED:
            return
        line = _DECLARATIONS.get(name, line)
    yield line


def convert_record(line: str) -> str:
    """One record with likelihoods as PL (0 is the best genotype), GQ as a whole number; missing stays `.`."""
    columns = line.rstrip("\n").split("\t")
    names = columns[8].split(":")
    for number in range(9, len(columns)):
        values = dict(zip(names, columns[number].split(":"), strict=False))
        columns[number] = ":".join(
            [
                "./." if values.get("GT", ".") == "." else values["GT"],
                values.get("AD", "."),
                values.get("DP", "."),
                genotype_quality(values.get("GQ", ".")),
                phred_likelihoods(values.get("GL", ".")),
            ]
        )
    columns[8] = FORMAT
    return "\t".join(columns) + "\n"


def genotype_quality(text: str) -> str:
    """A real-valued quality as a whole number, rounded down, at most 127."""
    if text == ".":
        return "."
    return str(max(0, min(MAXIMUM_GENOTYPE_QUALITY, int(float(text)))))


def phred_likelihoods(text: str) -> str:
    """log10 likelihoods as phred-scaled whole numbers relative to the best genotype."""
    if "." in text.split(","):
        return "."
    values = [float(value) for value in text.split(",")]
    best = max(values)
    return ",".join(str(round(-10 * (value - best))) for value in values)
