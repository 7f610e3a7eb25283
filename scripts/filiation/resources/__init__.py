"""Public data: what the product can use, where it comes from, and is the copy here whole and the declared one?"""
