"""What does new knowledge change for the families that are in the archive, and why?

A release names what is new (`release`); the index says whom it can concern; their stored calls are judged again, and
every change is told with its cause (`compare`).
"""
