"""Instagram as a channel."""

from datetime import timedelta

from saveit.channels.families.meta import ThreadsChannel
from saveit.messages import Can, ChoiceLimits, Limit, Need

# Counted in octets by the provider: "reservación" is twelve.
_TEXT = Limit(1000, "octets")
# 640 characters above buttons; as octets they are within both limits.
_ABOVE_BUTTONS = Limit(640, "octets")
# Payloads may be 1000 characters long; ours are ids.
_PAYLOAD_OCTETS = 1000


class Instagram(ThreadsChannel):
    """A professional account on Instagram."""

    name: str = "instagram"
    can: Can = Can(
        text=_TEXT,
        buttons=ChoiceLimits(
            count_max=3, title=Limit(20), id_octets_max=_PAYLOAD_OCTETS, text=_ABOVE_BUTTONS
        ),
        quick_replies=ChoiceLimits(count_max=13, title=Limit(20), id_octets_max=_PAYLOAD_OCTETS, text=_TEXT),
        media=frozenset({"image", "audio", "video"}),
        typing=True,
        read_marks=True,
        reply_window=timedelta(hours=24),
        human_window=timedelta(days=7),
        per_line_s=300.0,
    )
    names: tuple[Need, ...] = (
        Need(
            name="account",
            meaning="The id of the professional account",
            meaning_es="El identificador de la cuenta profesional",
        ),
    )

    def __init__(self) -> None:
        """Speak for it."""
        super().__init__("instagram", "https://graph.instagram.com", "{account}/messages")
