"""From arrays of calls to trio evidence: validates, calls the kernels, returns arrays and tables."""
