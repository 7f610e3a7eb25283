"""Makes `builders` and `reference` importable from every test, and tells of the runs on a cluster at the end.

pytest puts the folder of this file on the path.
"""

from __future__ import annotations

import pytest

from builders.series import write_series


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Which faults were tried on a cluster, what came of each; or, loudly, that there was no cluster."""
    write_series(terminalreporter)
