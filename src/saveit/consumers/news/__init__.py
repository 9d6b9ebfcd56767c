"""News of what is free, to whoever is choosing: a time that has just gone is told once, with what is left.

Promises that only conversations that spoke of this restaurant and day within half an hour hear of it, each of a time once, and within a
second; the guest who took the table is not told.

It owns `slot_news`. It will never book, hold or promise anything.
"""

from saveit.consumers.news.reader import news_consumer
from saveit.consumers.news.store import forget_news

__all__ = ["forget_news", "news_consumer"]
