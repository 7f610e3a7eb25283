"""Can a run begin: do configuration, sheets and every input file agree, and are the files whole?"""
