"""Where do the jobs of a run go, will they fit there, and which of an earlier run are still at work?"""
