"""SaveIt takes restaurant reservations from every channel and never books a table twice.

The rooms stand in layers; each is entered by its door, `saveit.<room>`, and the arrows of import point one way. `pyproject.toml` holds
the layers and `tests/house` the doors. This package itself holds nothing: importing it costs nothing.

Copyright © 2025 SaveIt App. All rights reserved.
"""
