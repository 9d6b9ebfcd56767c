"""Messenger as a channel."""

from datetime import timedelta

from saveit.channels.families.meta import ThreadsChannel
from saveit.messages import Can, ChoiceLimits, Limit, Need

_TEXT = Limit(2000)
_ABOVE_BUTTONS = Limit(640)
# Payloads may be 1000 characters long; ours are ids.
_PAYLOAD_OCTETS = 1000


class Messenger(ThreadsChannel):
    """A page on Facebook."""

    name: str = "messenger"
    can: Can = Can(
        text=_TEXT,
        buttons=ChoiceLimits(
            count_max=3, title=Limit(20), id_octets_max=_PAYLOAD_OCTETS, text=_ABOVE_BUTTONS
        ),
        quick_replies=ChoiceLimits(count_max=13, title=Limit(20), id_octets_max=_PAYLOAD_OCTETS, text=_TEXT),
        media=frozenset({"image", "audio", "video", "document"}),
        typing=True,
        read_marks=True,
        reply_window=timedelta(hours=24),
        human_window=timedelta(days=7),
        per_line_s=300.0,
    )
    names: tuple[Need, ...] = (
        Need(name="account", meaning="The id of the page", meaning_es="El identificador de la página"),
    )

    def __init__(self) -> None:
        """Speak for it."""
        super().__init__("page", "https://graph.facebook.com", "me/messages")
