"""Runs that several tests look at: the demonstration, and the reduced family taken undisturbed to its report."""

from builders.shared_runs import demo, made_once, reduced_inputs, undisturbed

__all__ = ["demo", "made_once", "reduced_inputs", "undisturbed"]
