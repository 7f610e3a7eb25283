"""A family that starts from its stored calls, with all that a run of the workflow needs, small enough for many runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from builders.finished_runs import usual_calls, write_public
from builders.sheets import write_sheet

FAMILY = "FAM"
COLUMNS = ("family", "sample", "role", "sex", "affected", "pre_indication", "vcf")


def write_stored_family(folder: Path, **changes: Any) -> Path:
    """config/, data/ and nothing else in a folder; paths are relative, so that it can be copied. Returns the folder.

    changes : further sections of config.yaml.
    """
    data = folder / "data"
    data.mkdir(parents=True)
    public = write_public(data)
    usual_calls().written(data / "calls.vcf.gz")
    rows = [
        dict(zip(COLUMNS, (FAMILY, *cells, "data/calls.vcf.gz"), strict=True))
        for cells in (
            ("CHILD", "proband", "male", "yes", "deficience-intellectuelle"),
            ("FATHER", "father", "male", "no", "."),
            ("MOTHER", "mother", "female", "no", "."),
        )
    ]
    config: dict[str, Any] = {
        "reference": {"assembly": "GRCh38"},
        "frequencies": [{"name": "population", "vcf": str(public["frequency"].relative_to(folder))}],
        "annotation": {"consequences": "existing", "clinvar_vcf": str(public["clinvar"].relative_to(folder))},
        "prioritisation": {"panels": str(public["panels"].relative_to(folder))},
        "report": {"pdf": False},
    }
    for section, values in changes.items():
        config[section] = {**config.get(section, {}), **values}
    (folder / "config").mkdir()
    write_sheet(folder / "config" / "samples.tsv", COLUMNS, rows)
    (folder / "config" / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return folder
