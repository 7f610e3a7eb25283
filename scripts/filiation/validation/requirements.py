"""What do the guidelines ask of such a program, and what shows that it does it?

`resources/validation/requirements-1.yaml` has one entry a requirement, in our own words, with its source; it is shown
by goals of the validation, by tests and by documents, all of which must exist.
"""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from filiation.errors import ConfigError
from filiation.io.files import require_file


class Requirement(BaseModel):
    """One requirement.

    who : the guideline and its number there. asks : what it asks, in our words.
    goals : ids of goals.yaml. tests : files or folders of tests/, or a test as file::name. documents : files of docs/.
    left : what of it stays with the laboratory.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    who: str
    asks: str
    goals: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    left: str = ""


class Requirements(BaseModel):
    """All requirements of one version of the file, with what was read of the sources."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    version: int
    note: str
    requirements: tuple[Requirement, ...]


def read_requirements(path: str | Path) -> Requirements:
    """The requirements of a file; ConfigError for what it does not know."""
    path = require_file(path, "the file of requirements")
    try:
        return Requirements.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise ConfigError(f"not valid YAML: {' '.join(str(error).split())}", where=str(path)) from None
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(f"{'.'.join(str(p) for p in first['loc'])}: {first['msg']}", where=str(path)) from None
