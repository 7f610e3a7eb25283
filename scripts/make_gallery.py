"""Pictures of the demo's report for docs/gallery.md, by Chromium and pdftoppm found on PATH.

filiation demo --output-dir demo
python scripts/make_gallery.py demo/results/DEMO/report docs/pictures/gallery
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from take_picture import OPTIONS

# name: (what stands behind # in the address, width, height)
VIEWS = {
    "summary": ("l=fr", 1500, 1250),
    "candidate": ("at=candidate-1&open=1&l=fr", 1500, 1500),
    "candidate-english": ("at=candidate-1&open=1&l=en", 1500, 1500),
    "genome": ("genome", 1500, 900),
}


def picture(page: Path, view: str, width: int, height: int, target: Path) -> None:
    """One view of the page as PNG."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("no Chromium on PATH; install the package chromium")
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [browser, *OPTIONS, f"--user-data-dir={profile}", f"--window-size={width},{height}"]
            + ["--virtual-time-budget=4000", f"--screenshot={target.resolve()}", f"{page.resolve().as_uri()}#{view}"],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def main() -> None:
    """Write every picture."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("report", type=Path, help="folder of the demo's report")
    parser.add_argument("pictures", type=Path, help="folder to write")
    options = parser.parse_args()
    page = next(options.report.glob("*.rcp.html"))
    options.pictures.mkdir(parents=True, exist_ok=True)
    for name, (view, width, height) in VIEWS.items():
        picture(page, view, width, height, options.pictures / f"{name}.png")
    pdf = page.with_suffix(".pdf")
    if pdf.is_file() and shutil.which("pdftoppm"):
        for number, name in ((1, "paper-summary"), (2, "paper-candidate")):
            target = options.pictures / name
            command = ["pdftoppm", "-png", "-r", "80", "-f", str(number), "-l", str(number), "-singlefile"]
            subprocess.run([*command, str(pdf), str(target)], check=True)


if __name__ == "__main__":
    main()
