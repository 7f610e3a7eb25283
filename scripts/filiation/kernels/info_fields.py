"""What are the bytes of records whose INFO is longer by the screen's evidence, without a Python object for each?

Fields stand in the order of `scoring.evidence_fields`: what many records share is handed over encoded; the six of
a record's own follow, each where it is known: two floats, a flag, a float, two counts.
"""

from __future__ import annotations

import math

import numpy as np

from filiation.kernels._jit import inline, jit
from filiation.kernels.memory import borrow
from filiation.kernels.table_text import put, put_number
from filiation.kernels.vcf_text import DOT, NEWLINE, RETURN, TAB

# Fields of a record's own: posterior, odds, doubtful index case, frequency, homozygotes, hemizygotes.
OWN_FIELDS = 6
_FLAG, _COUNTS = 2, (4, 5)
SHARED_FIELDS = 4
_SEMICOLON, _EQUALS, _MINUS, _PLUS, _ZERO = 59, 61, 45, 43, 48
_LETTER_E = 101
# Nine digits give the same 32-bit float back.
_LEAST, _MOST = 100_000_000, 1_000_000_000
# The longest text of an own field beside its name: a sign, nine digits, a point, an exponent.
_LONGEST_VALUE = 24


def put_decimal(out: np.ndarray, at: int, value: float) -> int:
    """Write a finite 32-bit float as a decimal that gives it back; returns the place behind it."""
    single = float(np.float32(value))
    if math.copysign(1.0, single) < 0.0:
        out[at] = _MINUS
        at += 1
        single = -single
    if single == 0.0:
        out[at] = _ZERO
        return at + 1
    exponent = math.floor(math.log10(single))
    digits = round(single * 10.0 ** (8 - exponent))
    if digits < _LEAST:
        exponent -= 1
        digits = round(single * 10.0 ** (8 - exponent))
    if digits >= _MOST:
        exponent += 1
        digits = (digits + 5) // 10
    after = put_number(out, at + 1, digits)
    out[at] = out[at + 1]
    out[at + 1] = DOT
    out[after] = _LETTER_E
    out[after + 1] = _MINUS if exponent < 0 else _PLUS
    return put_number(out, after + 2, abs(exponent))


put_decimal_jit = inline(put_decimal)


def put_typed_count(out: np.ndarray, at: int, count: int) -> int:
    """Write a number of zero or more as BCF types it, in one, two or four bytes."""
    kind = 1 if count <= 127 else 2 if count <= 32767 else 3
    out[at] = 16 + kind
    size = 4 if kind == 3 else kind
    for byte in range(size):
        out[at + 1 + byte] = (count >> (8 * byte)) & 255
    return at + 1 + size


put_typed_count_jit = inline(put_typed_count)


def put_own(
    out: np.ndarray,
    at: int,
    v: int,
    own: np.ndarray,
    singles: np.ndarray,
    names: np.ndarray,
    name_ends: np.ndarray,
    is_bcf: bool,
) -> tuple[int, int]:
    """Write a record's own fields; returns the place behind them and how many there are. A line's begin with `;`."""
    written = 0
    for item in range(OWN_FIELDS):
        value = own[item, v]
        if math.isnan(value) or (item == _FLAG and value == 0.0):
            continue
        written += 1
        if not is_bcf:
            out[at] = _SEMICOLON
            at += 1
        start = name_ends[item - 1] if item > 0 else 0
        at = put(out, at, names, start, name_ends[item] - start)
        if item == _FLAG:
            continue
        if item in _COUNTS:
            at = put_typed_count_jit(out, at, int(value)) if is_bcf else put_number(out, at, int(value))
        elif is_bcf:
            for byte in range(4):
                out[at + byte] = singles[item, v, byte]
            at += 4
        else:
            at = put_decimal_jit(out, at, value)
    return at, written


put_own_jit = inline(put_own)


def is_own_item(data: np.ndarray, at: int, stop: int, keys: np.ndarray, key_ends: np.ndarray) -> bool:
    """Whether the item of INFO at `at` is `.` or one of the fields to be written."""
    size = 0
    while at + size < stop and data[at + size] != _SEMICOLON and data[at + size] != _EQUALS:
        size += 1
    if size == 1 and data[at] == DOT:
        return True
    start = 0
    for key in range(key_ends.size):
        if key_ends[key] - start == size:
            same = True
            for k in range(size):
                same = same and data[at + k] == keys[start + k]
            if same:
                return True
        start = key_ends[key]
    return False


is_own_item_jit = inline(is_own_item)


def place_in_line(
    data: np.ndarray, start: int, end: int, keys: np.ndarray, key_ends: np.ndarray
) -> tuple[int, int, int]:
    """Where INFO of a line starts and ends, and the line without its end; start -1 when an item has to be replaced."""
    while end > start and (data[end - 1] == NEWLINE or data[end - 1] == RETURN):
        end -= 1
    at = start
    for _ in range(7):
        while at < end and data[at] != TAB:
            at += 1
        at += 1
    stop = at
    item = at
    odd = False
    while True:
        if stop >= end or data[stop] == TAB or data[stop] == _SEMICOLON:
            alone = item == at and stop == at + 1 and (stop >= end or data[stop] == TAB)
            odd = odd or (is_own_item_jit(data, item, stop, keys, key_ends) and not (alone and data[at] == DOT))
            if stop >= end or data[stop] == TAB:
                return (-1 if odd else at), stop, end
            item = stop + 1
        stop += 1


place_in_line_jit = inline(place_in_line)


def room_for(
    starts: np.ndarray, ends: np.ndarray, shared_offset: np.ndarray, shared: np.ndarray, name_ends: np.ndarray
) -> int:
    """Bytes that the longer records take at most."""
    room = 0
    for v in range(len(starts)):
        room += ends[v] - starts[v] + shared_offset[shared[v] + 1] - shared_offset[shared[v]]
    return room + len(starts) * int(name_ends[-1] + OWN_FIELDS * _LONGEST_VALUE + 2)


room_for_jit = inline(room_for)


def lines_with_fields(
    data: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    shared_text: np.ndarray,
    shared_offset: np.ndarray,
    shared: np.ndarray,
    own: np.ndarray,
    singles: np.ndarray,
    names: np.ndarray,
    name_ends: np.ndarray,
    keys: np.ndarray,
    key_ends: np.ndarray,
) -> tuple[np.ndarray, int]:
    """VCF lines whose INFO is longer, one behind the other, each with its end.

    data : uint8; starts, ends : int64 (v,), each line with or without its end.
    shared_text : uint8; shared_offset : int64 (s+1,); shared : int64 (v,), which of those texts each record has.
    own : float64 (6, v), NaN unknown; singles : uint8 (6, v, 4), the same as 32-bit floats, little-endian.
    names : uint8, `NAME=` of each one behind the other; name_ends : int64 (6,).
    keys, key_ends : the names of all fields that are written, without `=`.

    Returns the bytes, and -1; or the first line that has one of the fields, or an item `.` among others, already.
    """
    data, names, shared_text, keys = borrow(data), borrow(names), borrow(shared_text), borrow(keys)
    out = np.empty(room_for_jit(starts, ends, shared_offset, shared, name_ends), dtype=np.uint8)
    lines = borrow(out)
    at = 0
    for v in range(len(starts)):
        info, stop, end = place_in_line_jit(data, starts[v], ends[v], keys, key_ends)
        if info < 0:
            return out[:0], v
        alone = stop == info + 1 and data[info] == DOT
        at = put(lines, at, data, starts[v], (info if alone else stop) - starts[v])
        if not alone:
            lines[at] = _SEMICOLON
            at += 1
        start = shared_offset[shared[v]]
        at = put(lines, at, shared_text, start, shared_offset[shared[v] + 1] - start)
        at, _ = put_own_jit(lines, at, v, own, singles, names, name_ends, False)
        at = put(lines, at, data, stop, end - stop)
        lines[at] = NEWLINE
        at += 1
    return out[:at], -1


lines_with_fields_jit = jit(lines_with_fields)


def records_with_fields(
    data: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    shared_text: np.ndarray,
    shared_offset: np.ndarray,
    shared: np.ndarray,
    own: np.ndarray,
    singles: np.ndarray,
    names: np.ndarray,
    name_ends: np.ndarray,
) -> np.ndarray:
    """BCF records whose INFO is longer, one behind the other; none of them has one of the fields already.

    As `lines_with_fields`; `shared_text` is keys with typed values, `names` keys, with the type behind that of a float.
    """
    data, names, shared_text = borrow(data), borrow(names), borrow(shared_text)
    out = np.empty(room_for_jit(starts, ends, shared_offset, shared, name_ends), dtype=np.uint8)
    records = borrow(out)
    at = 0
    for v in range(len(starts)):
        record = at
        first = starts[v]
        length = 0
        for byte in range(4):
            length |= int(data[first + byte]) << (8 * byte)
        at = put(records, at, data, first, 8 + length)
        start = shared_offset[shared[v]]
        at = put(records, at, shared_text, start, shared_offset[shared[v] + 1] - start)
        at, written = put_own_jit(records, at, v, own, singles, names, name_ends, True)
        # How long the shared block is, and how many fields of INFO it has.
        longer = at - record - 8
        for byte in range(4):
            records[record + byte] = (longer >> (8 * byte)) & 255
        fields = int(data[first + 24]) + (int(data[first + 25]) << 8) + SHARED_FIELDS + written
        records[record + 24], records[record + 25] = fields & 255, (fields >> 8) & 255
        at = put(records, at, data, first + 8 + length, ends[v] - first - 8 - length)
    return out[:at]


records_with_fields_jit = jit(records_with_fields)
