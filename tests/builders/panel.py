"""Small gene panels."""

from __future__ import annotations

from pathlib import Path

from filiation.io.tables import write_table
from filiation.model.columns import PANEL
from filiation.panels.load import Panel, load_panel


def write_panel(path: Path, genes: dict[str, tuple[str, str]]) -> Path:
    """A panel file from {symbol: (tier, mode of inheritance)}."""
    rows = [
        {
            "gene": symbol,
            "hgnc_id": f"HGNC:{number}",
            "tier": tier,
            "inheritance": mode,
            "evidence": "made up",
            "source": "test",
        }
        for number, (symbol, (tier, mode)) in enumerate(genes.items(), 100)
    ]
    write_table(path, PANEL, rows, {"pre_indication": path.stem, "version": "1", "date": "2026-01-01"})
    return path


def panel_of(folder: Path, genes: dict[str, tuple[str, str]]) -> Panel:
    """The panel, written and loaded."""
    return load_panel(write_panel(folder / "test-panel.tsv", genes))
