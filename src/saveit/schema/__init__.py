"""The schema: numbered migrations, and `schema.sql`, which tests/house proves equal to what they make.

This room holds no code. The migrations own every table; each room's door says which of them are its own.
"""
