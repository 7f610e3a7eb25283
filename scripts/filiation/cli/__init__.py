"""One module per sub-command: docstring = help, `add_arguments`, `main`; the science lives elsewhere."""
