"""Reading and writing files: the only place where formats, compression and coordinates are converted."""
