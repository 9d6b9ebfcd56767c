"""What becomes of a reservation, and what the host does on the evening: changes, moves, walk-ins, blocks, and what falls due.

These acts run in a transaction of their own, with their locks in one order: day, restaurant, reservation, tables, counters, guest.
"""
