"""The quality stage: is every member who the sheet says, is the data enough, and what does the whole genome show?"""
