"""What is kept of every family after its analysis, where, and how is it kept safe from crashes, disks and time?

A folder on a shared file system and no server: Parquet for calls, evidence and tables (`parts`, `calls`, `write`,
`read`), SQLite for families, analyses, consents and decisions (`schema`, `store`), JSON for the manifest of each
analysis (`record`). One writer a family (`lock`); readers never wait. The layout and what it guarantees:
docs/archive.md.
"""
