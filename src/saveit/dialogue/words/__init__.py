"""Every word the house says to a guest: sentences by name in Spanish and English, and how dates, times, parties and money are said.

Promises that both languages say everything, each sentence with the same blanks; tests/dialogue holds it. It decides nothing.
"""

from saveit.dialogue.words import en, es
from saveit.dialogue.words.speech import Voice, capital

__all__ = ["Voice", "capital", "en", "es"]
