"""The built-in trio: simulated genome, family, reads and annotation, and what must be found in them.

Every assumption stands in the docstring of the module that makes it: `genome` (sequence), `genes` (models),
`planted` (the cases), `population` (polymorphisms), `family` (transmission), `reads` (sequencing).
Nothing here comes from a person; symbols are those of real genes, their sequences are invented.
"""
