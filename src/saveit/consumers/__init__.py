"""What happens after an act has been committed: each room here reads the facts on its own, and may be run again at any time.

Rooms here do not know each other.
"""
