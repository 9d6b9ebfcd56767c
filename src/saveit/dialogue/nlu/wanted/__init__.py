"""What a guest wants: weighed from the words that are left when what is stated has been taken out.

Promises the same answer for the same words. The tables are read, never written, while the program runs.
"""
