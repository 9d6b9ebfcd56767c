"""Who comes to eat: what guests say of themselves, in one spelling, sealed, and found again without being opened.

Promises that every spelling of a phone number or an email is the same guest, and that no personal text leaves this room unsealed except
to the one who asked for it. Two people become one only by an address in common that a provider vouches for, or by a code sent from one
to the other; every link is written down and can be undone.

What staff note of a guest is sealed too, in each restaurant's own book, where guests are found by keyed digests of the beginnings of their
names.

It owns `people`, `addresses`, `person_links`, `consents`, `link_codes`, `guest_cards` and `guest_marks`. It never guesses.
"""

from saveit.guests.book.cards import (
    NOTES_LENGTH_MAX,
    TAG_LENGTH_MAX,
    TAGS_MAX,
    Card,
    CardConflict,
    Found,
    cards_of,
    enter,
    in_book,
    note,
    search,
    standings_of,
)
from saveit.guests.book.store import StandingRow
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
from saveit.guests.people.identity import (
    CodeToSend,
    Person,
    Writer,
    ask_for_code,
    channel_key,
    family_of,
    find_person,
    identify,
    introduce,
    link,
    list_links,
    may_be_told,
    part,
    say_code,
    say_consent,
)

__all__ = [
    "NAME_LENGTH_MAX",
    "NOTES_LENGTH_MAX",
    "SPECIAL_REQUESTS_LENGTH_MAX",
    "TAGS_MAX",
    "TAG_LENGTH_MAX",
    "Card",
    "CardConflict",
    "CodeToSend",
    "ContactError",
    "ContactErrorCode",
    "ContactField",
    "ContactRefused",
    "Found",
    "GuestDetails",
    "Language",
    "Person",
    "StandingRow",
    "Writer",
    "ask_for_code",
    "cards_of",
    "channel_key",
    "check_contact",
    "email_index",
    "email_key",
    "enter",
    "family_of",
    "find_person",
    "identify",
    "in_book",
    "introduce",
    "link",
    "list_links",
    "may_be_told",
    "normal_email",
    "normal_name",
    "normal_phone",
    "normal_special_requests",
    "note",
    "open_details",
    "part",
    "phone_index",
    "phone_key",
    "say_code",
    "say_consent",
    "seal_details",
    "search",
    "standings_of",
]
