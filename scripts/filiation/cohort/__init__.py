"""Which families carry an allele or have a variant in a gene, and how often was it seen in the laboratory itself?

The index adds up what each family of the archive gives (`index`); counts without the family itself (`frequency`).
"""
