"""Population frequencies compiled once into a side-car file that is looked up while the genome is scored."""
