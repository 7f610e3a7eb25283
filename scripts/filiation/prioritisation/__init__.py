"""From annotated survivors to ranked candidates: rules with a reason for every removal, panel, pairs, rank."""
