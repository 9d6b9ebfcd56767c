"""The rows of people, and their statements bound."""

from datetime import datetime
from uuid import UUID

import msgspec

from saveit.kernel.db import load_statements


class AddressRow(msgspec.Struct, frozen=True):
    """Whose an address is."""

    person_id: UUID


class PersonRow(msgspec.Struct, frozen=True):
    """A row of `people`."""

    person_id: UUID
    details_sealed: bytes | None
    language: str
    merged_into: UUID | None


class FamilyRow(msgspec.Struct, frozen=True):
    """One of the people who are one."""

    person_id: UUID


class MovedRow(msgspec.Struct, frozen=True):
    """An address that changed its person."""

    kind: str
    blind_index: bytes


class LinkRow(msgspec.Struct, frozen=True):
    """A row of `person_links`."""

    link_id: UUID
    person_id: UUID
    into_person_id: UUID
    how: str
    linked_by: str
    linked_at: datetime
    moved: list[str]
    undone_by: str | None
    undone_at: datetime | None


class ConsentRow(msgspec.Struct, frozen=True):
    """What a person wants to hear."""

    scope: str
    allowed: bool
    how: str
    changed_at: datetime


class SaidRow(msgspec.Struct, frozen=True):
    """A word about what a person wants to hear, as it was said."""

    scope: str
    allowed: bool
    how: str
    said_at: datetime
    text_version: int | None
    language: str | None
    house: str | None


class CountRow(msgspec.Struct, frozen=True):
    """A number of codes."""

    counted: int


class CodeRow(msgspec.Struct, frozen=True):
    """A code that may be said."""

    code_id: UUID
    person_id: UUID
    code_digest: bytes


_STATEMENTS = load_statements("saveit.guests.people")
CLAIM_ADDRESS = _STATEMENTS.query("claim_address", AddressRow)
FIND_ADDRESS = _STATEMENTS.query("find_address", AddressRow)
INSERT_PERSON = _STATEMENTS.command("insert_person")
FIND_PERSON = _STATEMENTS.query("find_person", PersonRow)
LIST_PEOPLE = _STATEMENTS.query("list_people", PersonRow)
SAVE_DETAILS = _STATEMENTS.command("save_details")
FAMILY = _STATEMENTS.query("family", FamilyRow)
LOCK_PEOPLE = _STATEMENTS.query("lock_people", FamilyRow)
MOVE_ADDRESSES = _STATEMENTS.query("move_addresses", MovedRow)
RETURN_ADDRESS = _STATEMENTS.command("return_address")
MERGE_PERSON = _STATEMENTS.command("merge_person")
INSERT_LINK = _STATEMENTS.command("insert_link")
FIND_LINK = _STATEMENTS.query("find_link", LinkRow)
LIST_LINKS = _STATEMENTS.query("list_links", LinkRow)
UNDO_LINK = _STATEMENTS.command("undo_link")
SAVE_CONSENT = _STATEMENTS.command("save_consent")
KEEP_CONSENT = _STATEMENTS.command("keep_consent")
LIST_CONSENTS_SAID = _STATEMENTS.query("list_consents_said", SaidRow)
LIST_CONSENTS = _STATEMENTS.query("list_consents", ConsentRow)
COUNT_CODES = _STATEMENTS.query("count_codes", CountRow)
INSERT_CODE = _STATEMENTS.command("insert_code")
TRY_CODES = _STATEMENTS.query("try_codes", CodeRow)
USE_CODE = _STATEMENTS.command("use_code")
