"""From a genome and a family's reads to its joint calls: everything that runs an aligner or a caller."""
