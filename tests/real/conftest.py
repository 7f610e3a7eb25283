"""Real data of reference individuals, beside the repository; every test here skips when it is absent."""

from __future__ import annotations

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the shared test data."""
    if not SHARED.is_dir():
        pytest.skip("../shared/data is not there: real reads and calls are not tested")
    return SHARED
