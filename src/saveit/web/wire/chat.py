"""What opens a web chat, and what is told of it."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from saveit.kernel.ids import RestaurantId
from saveit.venues import Restaurant


class ChatRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose chat: the restaurant's address on the booking page, or its id."""

    restaurant: Annotated[str, Meta(min_length=1, max_length=80)]
    language: Literal["es", "en"] | None = None


class ChatRestaurant(msgspec.Struct, frozen=True, kw_only=True):
    """The restaurant, as the window shows it."""

    id: RestaurantId
    slug: str
    name: str
    language: str
    timezone: str

    @classmethod
    def of(cls, restaurant: Restaurant) -> "ChatRestaurant":
        """Return the part of a restaurant that anybody may know."""
        return cls(
            id=restaurant.id,
            slug=restaurant.slug,
            name=restaurant.name,
            language=restaurant.language,
            timezone=restaurant.timezone,
        )


class ChatSessionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A session: who shows its token is this guest."""

    token: str
    session_id: str
    expires_at: datetime
    socket_url: str
    restaurant: ChatRestaurant
