"""How does a record become text and a record again without losing a bit of its decimals?

Programs print the 32-bit decimals of a BCF with six digits, which is not enough to get them back. Here a decimal that
six digits do not name gets the shortest text that does.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def exact_text(value: Any, text: str) -> str:
    """`text` when it names the same 32-bit decimal as `value`, else the shortest text that does."""
    if value is None or text in (".", ""):
        return text
    exact = np.float32(value)
    try:
        same = np.float32(text) == exact or np.isnan(exact)
    except ValueError:
        return text
    return text if same else str(exact)


def decimal_fields(header: Any) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the decimal fields of INFO and of FORMAT in a header."""
    return (
        frozenset(name for name, field in header.info.items() if field.type == "Float"),
        frozenset(name for name, field in header.formats.items() if field.type == "Float"),
    )


def _tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def exact_columns(record: Any, decimals: tuple[frozenset[str], frozenset[str]]) -> list[str]:
    """The columns of a record's line; every decimal of INFO and FORMAT reads back as the stored one."""
    columns: list[str] = str(record).rstrip("\n").split("\t")
    info_decimals, format_decimals = decimals
    columns[5] = exact_text(record.qual, columns[5])
    items = columns[7].split(";")
    for place, item in enumerate(items):
        name, equals, texts = item.partition("=")
        if equals and name in info_decimals:
            values = _tuple(record.info[name])
            items[place] = f"{name}=" + ",".join(map(exact_text, values, texts.split(",")))
    columns[7] = ";".join(items)
    names = columns[8].split(":") if len(columns) > 8 else []
    for field in [place for place, name in enumerate(names) if name in format_decimals]:
        for member, call in enumerate(record.samples.values()):
            cells = columns[9 + member].split(":")
            if field < len(cells):
                values = _tuple(call[names[field]])
                cells[field] = ",".join(map(exact_text, values, cells[field].split(",")))
                columns[9 + member] = ":".join(cells)
    return columns
