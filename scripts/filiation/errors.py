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
        return "\n  ".join(parts)


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


def nearest(word: str, choices: list[str]) -> str:
    """The phrase `did you mean 'x'?` for a mistyped word, or '' when nothing is near."""
    import difflib

    found = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    return f"did you mean '{found[0]}'?" if found else ""
