"""What a user is told when something is wrong: what was found, where, what was expected, how to repair it.

    FiliationError            exit 1
    ├── UserError             exit 2: a mistake in what we were given
    │   ├── InputError        a data file: FASTQ, BAM/CRAM, VCF/BCF, reference, panel
    │   ├── SheetError        samples.tsv, units.tsv or the PED file
    │   └── ConfigError       config.yaml or a command-line value
    └── ToolError             an external program failed or is missing (exit 1)

A traceback that reaches the user is a fault of ours.
"""

from __future__ import annotations

import errno
import os
import re

# Letters that a terminal obeys, and those that turn the direction in which the rest is read.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """Text of a user's file as it may be shown in a terminal or a log: what a terminal would obey is written out."""
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], text)


class FiliationError(Exception):
    """A failure with a message made for the reader; `__main__` prints it without a traceback."""

    exit_code = 1

    def __init__(self, found: str, *, where: str = "", expected: str = "", repair: str = "") -> None:
        self.found = found
        self.where = where
        self.expected = expected
        self.repair = repair
        super().__init__(self.message())

    def message(self) -> str:
        """The whole message on one paragraph: found, where, expected, repair."""
        parts = [f"{self.where}: {self.found}" if self.where else self.found]
        if self.expected:
            parts.append(f"expected: {self.expected}")
        if self.repair:
            parts.append(f"repair: {self.repair}")
        return "\n  ".join(map(visible, parts))


class UserError(FiliationError):
    """Something the user gave is wrong; nothing was overwritten."""

    exit_code = 2


class InputError(UserError):
    """A data file is damaged, incomplete, or does not belong to this analysis."""


class SheetError(UserError):
    """A sample sheet, unit sheet or PED file contradicts itself or the rules of its columns."""


class ConfigError(UserError):
    """The configuration or a command-line value is not understood."""


class ToolError(FiliationError):
    """An external program is missing, too old, or ended with an error."""


class FaultList(UserError):
    """Several faults found in one pass, so that a user repairs them all before trying again."""

    def __init__(self, faults: list[UserError]) -> None:
        if not faults:
            raise ValueError("a FaultList needs at least one fault")
        self.faults = faults
        super().__init__(f"{len(faults)} fault(s) found")

    def message(self) -> str:
        """Every fault, numbered, in the order in which the files are read."""
        faults = getattr(self, "faults", [])
        if len(faults) == 1:
            return faults[0].message()
        lines = [f"{len(faults)} faults found:"]
        lines += [f"{number}. {fault.message()}" for number, fault in enumerate(faults, 1)]
        return "\n".join(lines)


# What the system says, in words that tell what to do: of places that a user chose, and of the machine.
_PLACES = {
    errno.EEXIST: "a file stands where a folder is needed: give another place",
    errno.ENOTDIR: "a file stands where a folder is needed: give another place",
    errno.EISDIR: "a folder stands where a file is to be written: give another name",
    errno.ENAMETOOLONG: "the path is too long: work in a folder nearer to the root",
    errno.EACCES: "no right to read or write there: give another place, or ask for the right",
    errno.EPERM: "no right to read or write there: give another place, or ask for the right",
    errno.EROFS: "the place can only be read: give another one",
}
_MACHINE = {
    errno.ENOSPC: "the disk is full: make room (df -h), then give the same command again",
    errno.EDQUOT: "the quota is used up: make room (quota -s), then give the same command again",
    errno.EFBIG: "the file would be larger than is allowed (ulimit -f, or the file system): raise the limit",
    errno.EIO: "the disk or the network to it failed: look at the system's log; compare checksums before going on",
    errno.ESTALE: "the network file system lost the file: give the same command again",
    errno.EMFILE: "too many open files (ulimit -n): raise the limit",
}


def environment_fault(error: OSError) -> FiliationError | None:
    """What a failure of the file system means for the user; None for one that is a fault of ours."""
    number = error.errno or 0
    if type(error) is OSError and error.errno is None:
        # htslib's failures come without a number.
        return FiliationError(str(error), repair="is the disk full (df -h)? then make room and give the command again")
    if number == errno.ENOENT and "temporary directory" in str(error.strerror):
        return FiliationError(str(error.strerror), repair="make room (df -h), or set TMPDIR to another folder")
    repair = _PLACES.get(number) or _MACHINE.get(number)
    if repair is None:
        return None
    names = [str(name) for name in (error.filename, error.filename2) if name]
    kind = UserError if number in _PLACES else FiliationError
    return kind(
        os.strerror(number),
        where=" → ".join(names),
        expected="outputs that were there before are as they were; nothing half written is left under their names",
        repair=repair,
    )


def nearest(word: str, choices: list[str]) -> str:
    """The phrase `did you mean 'x'?` for a mistyped word, or '' when nothing is near."""
    import difflib

    found = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    return f"did you mean '{found[0]}'?" if found else ""
