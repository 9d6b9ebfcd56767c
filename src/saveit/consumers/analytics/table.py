"""Figures as a file that a spreadsheet opens."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias
from uuid import UUID

from saveit.consumers.analytics.model import CountedRow

_COLUMNS = (
    "bookings",
    "covers",
    "walk_ins",
    "walk_in_covers",
    "check_ins",
    "cancellations",
    "no_shows",
    "seat_minutes",
)
_SPANISH = (
    "restaurante",
    "fecha",
    "hora",
    "canal",
    "reservas",
    "personas",
    "grupos sin reserva",
    "personas sin reserva",
    "llegadas",
    "cancelaciones",
    "ausencias",
    "minutos por asiento",
)
_SOURCES = {
    "api": "por programa",
    "web": "web",
    "staff": "sala",
    "walk_in": "sin reserva",
    "phone": "teléfono",
    "booking_page": "página de reservas",
    "waitlist": "lista de espera",
    "link": "enlace del cliente",
    "webchat": "chat web",
    "sms_twilio": "SMS",
    "sms_aws": "SMS",
    "email_ses": "correo",
    "email_smtp": "correo",
    "voice_twilio": "teléfono",
    "voice_connect": "teléfono",
    "whatsapp_meta": "WhatsApp",
    "whatsapp_twilio": "WhatsApp",
    "instagram": "Instagram",
    "messenger": "Messenger",
    "telegram": "Telegram",
}
Separator: TypeAlias = Literal["comma", "semicolon"]
_SEPARATORS: dict[Separator, str] = {"comma": ",", "semicolon": ";"}
# A cell that begins so is run as a formula by spreadsheets (CWE-1236), whoever wrote the name of the restaurant.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_of(
    rows: Sequence[CountedRow],
    names: Mapping[UUID, str],
    *,
    separator: Separator = "comma",
    language: Literal["es", "en"] = "en",
) -> bytes:
    """Return the rows as CSV (RFC 4180) in UTF-8 with its mark, without which Excel reads accents wrongly.

    In Spanish for people; in English as the columns and sources are named everywhere else.

    Where the comma is the decimal mark, spreadsheets expect a semicolon between cells and put all of a line into one otherwise.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=_SEPARATORS[separator])
    writer.writerow(_SPANISH if language == "es" else ("restaurant", "date", "hour", "source", *_COLUMNS))
    for row in rows:
        writer.writerow(
            (
                _cell(names[row.restaurant_id]),
                row.service_on.isoformat(),
                row.hour,
                _cell(_SOURCES.get(row.source, row.source) if language == "es" else row.source),
                *(getattr(row, name) for name in _COLUMNS),
            )
        )
    return text.getvalue().encode("utf-8-sig")


def _cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
