"""Stored calls on their way through the chain: normalised, given frequencies, consequences and ClinVar."""
