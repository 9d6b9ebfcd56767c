"""Enters guests into the book of the restaurant that they booked at, so that staff find them by name.

Promises that every guest who ever booked is in it, under the name that was booked with last. It owns no tables: the book is the guests'
room's. Beside the booking, and after it: finding a guest by name may be a second late, and a booking never waits for it.
"""

from saveit.consumers.guestbook.reader import guest_book_consumer

__all__ = ["guest_book_consumer"]
