"""What a laboratory attaches to its quality file: every goal of reliability, measured here, and what shows it.

goals         what is promised, the floor of each promise, and the tests or benchmark that measure it
measure       run them, one process each, and read what they found
requirements  which guideline asks for what, and which goal or test shows it
page          the table as Markdown, HTML and JSON
"""
