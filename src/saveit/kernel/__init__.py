"""What every room stands on: settings, clock, ids, errors, fault points, database, crypto and sight. It knows no room.

This door holds nothing. Its rooms are entered by name: `saveit.kernel.db`, `saveit.kernel.postgres`, `saveit.kernel.crypto`,
`saveit.kernel.observe`, and the modules `settings`, `clock`, `ids`, `errors` and `faults`. It owns no tables, and it will never decide
anything about a reservation.
"""
