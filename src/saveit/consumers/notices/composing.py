"""From what is to be told to what a channel is given: the same content for a chat and for a letter. Pure."""

from collections.abc import Mapping
from html import escape

import msgspec

from saveit.consumers.notices.model import Papers, Template, Told
from saveit.consumers.notices.words import choices_of, filled, values_of
from saveit.messages import Attachment, TemplateUse, UnifiedResponse

_WITH_PASS = frozenset({"confirmed", "pass", "changed", "reminder"})
_WITH_CALENDAR = frozenset({"confirmed", "changed", "cancelled"})
_PASS_ID = "pass"  # noqa: S105 - the name of a picture.
# What mail programs show of a reservation by themselves: https://schema.org/FoodEstablishmentReservation.
_SCHEMA_STATUSES = {
    "cancelled": "https://schema.org/ReservationCancelled",
    "pending": "https://schema.org/ReservationPending",
}
# A mail has nothing to tap under it; a link stands where a chat has its buttons.
_WITH_MANAGING = frozenset({"confirmed", "changed", "reminder"})
_MANAGE_WORDS = {"es": "Cámbiala o cancélala aquí", "en": "Change or cancel it here"}
_TAKE_WORDS = {"es": "Tómala o déjala aquí", "en": "Take it or leave it here"}
_PASS_WORDS = {"es": "Código QR de la reserva", "en": "QR code of the booking"}


def compose_chat(
    told: Told, template: Template, papers: Papers | None, *, with_buttons: bool = False
) -> UnifiedResponse:
    """Return the notice for a chat: its text, the pass as a picture where it opens the door, and what can be tapped.

    Buttons are for channels on which something can be tapped: a number that a guest sends back to an old message would mean anything.
    """
    attachments: tuple[Attachment, ...] = ()
    if papers is not None and told.kind in _WITH_PASS:
        attachments = (
            Attachment(
                kind="image", url=papers.pass_url, media_type="image/png", file_name=f"{told.code}.png"
            ),
        )
    return UnifiedResponse(
        text=filled(template.text, told),
        buttons=choices_of(told) if with_buttons else (),
        attachments=attachments,
        template=_approved(told, template),
        language=told.language,
        subject=filled(template.subject, told),
    )


def compose_letter(told: Told, template: Template, papers: Papers | None) -> UnifiedResponse:
    """Return the notice for a mail: plain and HTML, the pass inside it, and the calendar entry as an invitation or its withdrawal."""
    attachments: list[Attachment] = []
    has_pass = papers is not None and told.kind in _WITH_PASS
    if papers is not None and has_pass:
        attachments.append(
            Attachment(
                kind="image",
                url=papers.pass_url,
                media_type="image/png",
                file_name=f"{told.code}.png",
                content=papers.pass_png,
                content_id=_PASS_ID,
            )
        )
    if papers is not None and told.kind in _WITH_CALENDAR:
        method = "CANCEL" if told.kind == "cancelled" else "REQUEST"
        attachments.append(
            Attachment(
                kind="document",
                url=papers.calendar_url,
                media_type=f"text/calendar; method={method}; charset=UTF-8",
                file_name=f"{told.code}.ics",
                content=papers.calendar,
            )
        )
    text = filled(template.text, told)
    words = (
        _TAKE_WORDS
        if told.kind == "waitlist_offer"
        else _MANAGE_WORDS
        if told.kind in _WITH_MANAGING
        else None
    )
    if words is not None and told.manage_url and told.manage_url not in text:
        text += f"\n\n{words[told.language]}: {told.manage_url}"
    return UnifiedResponse(
        text=text,
        attachments=tuple(attachments),
        language=told.language,
        subject=filled(template.subject, told),
        html=_page(told, text, has_pass=has_pass),
    )


def reservation_markup(told: Told) -> dict[str, object]:
    """Return the reservation as schema.org says it."""
    markup: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "FoodEstablishmentReservation",
        "reservationNumber": told.code,
        "reservationStatus": _SCHEMA_STATUSES.get(told.kind, "https://schema.org/ReservationConfirmed"),
        "underName": {"@type": "Person", "name": told.guest},
        "reservationFor": {
            "@type": "FoodEstablishment",
            "name": told.restaurant,
            "address": {"@type": "PostalAddress", "streetAddress": told.address},
        },
        "startTime": told.starts_at.isoformat(),
        "endTime": told.ends_at.isoformat(),
        "partySize": told.party_size,
    }
    return markup


def _approved(told: Told, template: Template) -> TemplateUse | None:
    if not template.provider_name and not template.provider_reference:
        return None
    values: Mapping[str, str] = values_of(told)
    return TemplateUse(
        name=template.provider_name,
        language=told.language,
        parameters=tuple(values[name] for name in template.provider_parameters),
        reference=template.provider_reference,
    )


def _page(told: Told, text: str, *, has_pass: bool) -> str:
    """Return the mail's HTML: no pictures from elsewhere, no script but the mark-up, and every word of a guest escaped."""
    paragraphs = "".join(
        f'<p style="margin:0 0 16px">{_linked(block)}</p>' for block in text.split("\n\n") if block.strip()
    )
    picture = (
        f'<p style="text-align:center"><img src="cid:{_PASS_ID}" width="240" height="240" '
        f'alt="{escape(_PASS_WORDS[told.language])}"></p>'
        if has_pass
        else ""
    )
    # "</" inside a string would end the script.
    markup = msgspec.json.encode(reservation_markup(told)).decode().replace("</", "<\\/")
    about = " · ".join(escape(each) for each in (told.restaurant, told.address, told.phone) if each)
    return (
        f'<!doctype html><html lang="{told.language}"><head><meta charset="utf-8">'
        f'<title>{escape(told.restaurant)}</title><script type="application/ld+json">{markup}</script></head>'
        '<body style="margin:0;padding:24px;font:16px/1.5 sans-serif;color:#222">'
        f"{paragraphs}{picture}"
        f'<p style="color:#666;font-size:13px">{about}</p></body></html>'
    )


def _linked(block: str) -> str:
    """Return lines as HTML, the links of ours that stand in them to be tapped."""
    lines: list[str] = []
    for line in block.split("\n"):
        words = [
            f'<a href="{escape(word)}">{escape(word)}</a>'
            if word.startswith(("https://", "http://"))
            else escape(word)
            for word in line.split(" ")
        ]
        lines.append(" ".join(words))
    return "<br>".join(lines)
