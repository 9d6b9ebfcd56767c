"""What SaveIt does in a second, measured on this machine beside a yardstick that runs in the same minute.

Promises: every measure starts from a database of its own with the product's own settings; rounds of what is compared take turns, so that
a busy neighbour slows both; what could not be measured is reported as skipped, with the reason, never as a number.

It touches nothing outside its temporary directories and `bench/results`. It will never be imported by the product.
"""
