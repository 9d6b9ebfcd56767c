"""Turns: an event out of the inbox becomes what was heard, the policy's questions are put to the core, its decision is written whole."""
