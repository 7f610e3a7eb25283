"""ACMG/AMP criteria of one variant, each in one of four states with the value that decided it: a proposal."""
