"""Engines behind the door of understanding: Lex, and language models that fill in a form; the built-in one stands behind each of them.

Promises an answer for every text, within a few seconds: a provider that is slow, down, over its quota or not to be made sense of is
answered for by the built-in engine. What comes back is a form with the fields of an understanding, checked by the same structs; nothing
that a guest writes can make a provider do more than fill it in wrongly, and the policy asks before anything is done.

It will never write, book or answer; it keeps no text and logs none.
"""

from saveit.dialogue.engines.choosing import engine_of
from saveit.dialogue.engines.guarded import Guarded
from saveit.dialogue.engines.model import CannotUnderstand, Provider

__all__ = ["CannotUnderstand", "Guarded", "Provider", "engine_of"]
