"""The patient's signs in the words of the Human Phenotype Ontology, and how well they fit the diseases of a gene."""
