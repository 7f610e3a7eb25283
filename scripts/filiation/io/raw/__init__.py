"""Fast streaming of VCF and BCF: compressed bytes to arrays in worker threads, without an object for a record."""
