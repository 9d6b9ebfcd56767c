"""The rows of guest books, and their statements bound."""

from datetime import datetime
from uuid import UUID

import msgspec

from saveit.kernel.db import load_statements


class CardRow(msgspec.Struct, frozen=True):
    """A row of `guest_cards`, found for `wanted_id`, who is one with the person."""

    wanted_id: UUID
    restaurant_id: UUID
    person_id: UUID
    card_sealed: bytes | None
    name_sealed: bytes | None
    revision: int
    first_seen_at: datetime


class BookRow(msgspec.Struct, frozen=True):
    """A guest in a restaurant's book."""

    person_id: UUID
    name_sealed: bytes | None
    first_seen_at: datetime


class StandingRow(msgspec.Struct, frozen=True):
    """How a guest stands with a restaurant."""

    person_id: UUID
    no_shows: int
    blocked_at: datetime | None
    blocked_reason: str | None


class OwnerRow(msgspec.Struct, frozen=True):
    """Whose an address may be."""

    person_id: UUID


_STATEMENTS = load_statements("saveit.guests.book")
ENTER_GUESTS = _STATEMENTS.command("enter_guests")
MARK_GUESTS = _STATEMENTS.command("mark_guests")
ADD_MARKS = _STATEMENTS.command("add_marks")
FORGET_TAGS = _STATEMENTS.command("forget_tags")
LOCK_CARD = _STATEMENTS.query("lock_card", CardRow)
CARDS_OF = _STATEMENTS.query("cards_of", CardRow)
SAVE_CARD = _STATEMENTS.command("save_card")
LIST_BOOK = _STATEMENTS.query("list_book", BookRow)
NAMED_IN_BOOKS = _STATEMENTS.query("named_in_books", BookRow)
SEARCH_BOOK = _STATEMENTS.query("search_book", BookRow)
STANDINGS_OF = _STATEMENTS.query("standings_of", StandingRow)
OWNERS_OF = _STATEMENTS.query("owners_of", OwnerRow)
