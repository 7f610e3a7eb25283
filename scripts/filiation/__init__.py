"""Filiation: trio whole-genome analysis, from a family's reads to a candidate report."""

__version__ = "0.1.0"
