"""Which gene is this: HGNC identity of a name, and which genes an annotation can show."""
