"""Under which short name is a report known? One that depends on its candidates alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from filiation.io.tables import cells_of
from filiation.model.columns import CANDIDATES


def run_name(family: str, candidates: Sequence[dict[str, Any]]) -> str:
    """Twelve characters: two reports of a family with the same candidates have the same name."""
    cells = [cells_of(row, CANDIDATES) for row in candidates]
    return hashlib.sha256(json.dumps([family, cells]).encode()).hexdigest()[:12]
