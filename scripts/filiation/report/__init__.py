"""What does the RCP d'aval read? One HTML file and one TSV per family, both written from one `ReportData`."""
