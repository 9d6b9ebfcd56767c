"""A restaurant's guest book: what staff note of a guest, and how a guest is found in it."""
