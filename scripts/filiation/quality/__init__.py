"""The quality stage: is every member who the sheet says, and are the data good enough?"""
