"""Files that guests sent: noted with their message, copied apart from it, opened for whoever may see the conversation."""
