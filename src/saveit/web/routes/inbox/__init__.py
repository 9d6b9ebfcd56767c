"""The inbox of staff: conversations, answers at hand, and who is who."""
