"""Which bytes did each step read and write, how many reads and records were in them, and is that still so?"""
