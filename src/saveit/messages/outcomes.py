"""What became of a call to a provider. The words are few, because delivery has to act on each."""

from typing import Literal, TypeAlias

import msgspec

Scope: TypeAlias = Literal["call", "line", "recipient"]
RefusalKind: TypeAlias = Literal["undeliverable", "window_closed", "opted_out", "stop_line", "bug"]


class Sent(msgspec.Struct, frozen=True, tag="sent"):
    """The provider has it. That is not delivery: a status tells that, or nothing does.

    `channel_message_id` is empty where the call has no message, such as a read mark. `recipient` is how the provider spells whom it
    reached, where it says.
    """

    channel_message_id: str
    recipient: str | None = None

    def __repr__(self) -> str:
        """Leave the recipient out."""
        return f"Sent({self.channel_message_id})"


class RetryAfter(msgspec.Struct, frozen=True, tag="retry_after"):
    """Certainly not sent, and worth another try. `scope` says what has to wait: this call alone, the whole line, or all for this recipient.

    `after_s` is the provider's wish or the contract's; None leaves it to the usual back-off.
    """

    scope: Scope
    code: str
    after_s: float | None = None


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """Certainly not sent, and never will be as it is.

    undeliverable: this recipient cannot be reached here; try another channel. window_closed: only a template passes.
    opted_out: write the ledger, stop, never retry. stop_line: credentials or account; nothing passes until a person acts.
    bug: our request was wrong; a person looks at it. `detail` is the provider's text, without the guest's words.
    """

    kind: RefusalKind
    code: str
    detail: str = ""


class Unknown(msgspec.Struct, frozen=True, tag="unknown"):
    """It may have been sent. It is settled by a status or a look-up, never by sending again."""

    code: str


Failure: TypeAlias = RetryAfter | Refused
Outcome: TypeAlias = Sent | RetryAfter | Refused | Unknown
