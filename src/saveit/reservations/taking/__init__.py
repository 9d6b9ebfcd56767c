"""How a party comes to have a table: what is on offer, the hold while a guest types, the booking, and the re-seating that makes room.

Every table is asked for through the ledger's combiner or one of its transactions; what a picture shows decides nothing.
"""
