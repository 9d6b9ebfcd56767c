"""What a restaurant sees of a whole day at once, and of a guest's past."""
