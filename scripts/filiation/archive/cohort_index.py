"""What does the archive ask of the cohort index? One place for all three questions."""

from __future__ import annotations

import importlib
from typing import Any

from filiation.errors import ToolError


def index_function(module: str, name: str) -> Any | None:
    """A function of the cohort package; None while that part is not installed."""
    try:
        return getattr(importlib.import_module(f"filiation.cohort.{module}"), name, None)
    except ModuleNotFoundError:
        return None


def require_function(module: str, name: str) -> Any:
    """A function of the cohort package, or a ToolError."""
    found = index_function(module, name)
    if found is None:
        raise ToolError(f"this installation has no cohort index ({module}.{name})", repair="install filiation again")
    return found
