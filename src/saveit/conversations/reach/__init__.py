"""Who may still be written to, which lines may be used, and what providers say about lines."""
