"""The words of the domain as plain types: families, variants, inheritance, contigs, table columns. No I/O."""
