"""What is known of a variant, its transcripts, its gene and its place on the genome."""
