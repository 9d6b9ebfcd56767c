"""What a message states: spelling brings it into one form; contact, times, dates and people each take out what is theirs.

Promises pure functions over text. Each leaves blanks where it took something, so that nothing is read twice.
"""
