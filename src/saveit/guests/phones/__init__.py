"""Whose phone it is: a code goes to it, and whoever types the code holds it."""
