"""Compiled number work: numpy and numba only, arrays in and arrays out, no strings, files or configuration."""
