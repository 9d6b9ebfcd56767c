"""What a person of the house sees of conversations, and does in them: the list, the thread, taking over, answering, closing."""
