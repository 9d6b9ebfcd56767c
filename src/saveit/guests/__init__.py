"""Who comes to eat: what guests say of themselves, in one spelling, sealed, and found again without being opened.

Promises that every spelling of a phone number or an email is the same guest, and that no personal text leaves this room unsealed except
to the one who asked for it. It never guesses that two people are one without an address in common.
"""

from saveit.guests.contact import (
    NAME_LENGTH_MAX,
    SPECIAL_REQUESTS_LENGTH_MAX,
    check_contact,
    email_index,
    email_key,
    normal_email,
    normal_name,
    normal_phone,
    normal_special_requests,
    phone_index,
    phone_key,
)
from saveit.guests.model import (
    ContactError,
    ContactErrorCode,
    ContactField,
    ContactRefused,
    GuestDetails,
    Language,
    open_details,
    seal_details,
)

__all__ = [
    "NAME_LENGTH_MAX",
    "SPECIAL_REQUESTS_LENGTH_MAX",
    "ContactError",
    "ContactErrorCode",
    "ContactField",
    "ContactRefused",
    "GuestDetails",
    "Language",
    "check_contact",
    "email_index",
    "email_key",
    "normal_email",
    "normal_name",
    "normal_phone",
    "normal_special_requests",
    "open_details",
    "phone_index",
    "phone_key",
    "seal_details",
]
