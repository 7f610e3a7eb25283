"""Join the intervals' calls, each record once, sorted and indexed.

Examples:
  filiation gather-calls --input calls/1.bcf calls/2.bcf --output results/FAM/calling/FAM.bcf
"""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument(
        "--input", required=True, nargs="+", metavar="BCF", help="calls of the intervals, in their order"
    )
    parser.add_argument("--output", required=True, help="BCF to write, with .csi beside it")


def main(options: argparse.Namespace) -> int | None:
    """Run the command."""
    from filiation.reads.calling import gather_calls

    records = gather_calls(options.input, options.output)
    print(f"{records} records from {len(options.input)} intervals", file=sys.stderr)
    return 0
