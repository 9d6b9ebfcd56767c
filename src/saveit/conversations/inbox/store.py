"""The rows of an inbox, and their statements bound."""

from datetime import datetime
from uuid import UUID

import msgspec

from saveit.kernel.db import load_statements


class InboxRow(msgspec.Struct, frozen=True):
    """A conversation as a list shows it."""

    conversation_id: UUID
    advisor_id: UUID | None
    line_id: UUID
    channel: str
    address_sealed: bytes
    person_id: UUID | None
    status: str
    ai_epoch: int
    ai_attention: bool
    language: str
    seq: int
    opened_at: datetime
    closed_at: datetime | None
    last_inbound_at: datetime | None
    last_at: datetime
    handed_over_at: datetime | None
    handed_over_why: str
    taken_at: datetime | None
    taken_by: UUID | None
    unread: int
    last_message_id: UUID | None


class HeardRow(msgspec.Struct, frozen=True):
    """What the provider calls a message."""

    channel_message_id: str | None


class CountsRow(msgspec.Struct, frozen=True):
    """How many conversations are open, need a human, and have something unread for one."""

    open: int
    needs_human: int
    unread: int


class MessageRow(msgspec.Struct, frozen=True):
    """A row of `messages`, as people read it."""

    message_id: UUID
    conversation_id: UUID
    line_id: UUID
    channel: str
    seq: int
    direction: str
    author: str
    author_id: UUID | None
    kind: str
    content_sealed: bytes | None
    part_sealed: bytes | None
    status: str
    error: str
    created_at: datetime
    status_at: datetime


class TakenRow(msgspec.Struct, frozen=True):
    """A conversation that was taken, or closed."""

    conversation_id: UUID


class QuickAnswerRow(msgspec.Struct, frozen=True):
    """A row of `quick_answers`."""

    quick_answer_id: UUID
    restaurant_id: UUID
    language: str
    shortcut: str
    text: str
    revision: int


class CountRow(msgspec.Struct, frozen=True):
    """A number of test messages."""

    counted: int


class LineTestRow(msgspec.Struct, frozen=True):
    """A test message."""

    message_id: UUID


_STATEMENTS = load_statements("saveit.conversations.inbox")
LIST_INBOX = _STATEMENTS.query("list_inbox", InboxRow)
FIND_IN_INBOX = _STATEMENTS.query("find_in_inbox", InboxRow)
COUNT_INBOX = _STATEMENTS.query("count_inbox", CountsRow)
LAST_HEARD = _STATEMENTS.query("last_heard", HeardRow)
MESSAGES_BY_ID = _STATEMENTS.query("messages_by_id", MessageRow)
MESSAGES_BEFORE = _STATEMENTS.query("messages_before", MessageRow)
MESSAGES_AFTER = _STATEMENTS.query("messages_after", MessageRow)
MESSAGES_OF_PEOPLE = _STATEMENTS.query("messages_of_people", MessageRow)
MESSAGES_UNSETTLED = _STATEMENTS.query("messages_unsettled", MessageRow)
TAKE_CONVERSATION = _STATEMENTS.query("take_conversation", TakenRow)
NOTE_READ = _STATEMENTS.command("note_read")
CLOSE_CONVERSATION = _STATEMENTS.query("close_conversation", TakenRow)
LIST_QUICK_ANSWERS = _STATEMENTS.query("list_quick_answers", QuickAnswerRow)
FIND_QUICK_ANSWER = _STATEMENTS.query("find_quick_answer", QuickAnswerRow)
SAVE_QUICK_ANSWER = _STATEMENTS.command("save_quick_answer")
REMOVE_QUICK_ANSWER = _STATEMENTS.command("remove_quick_answer")
LOCK_LINE_TESTS = _STATEMENTS.command("lock_line_tests")
COUNT_LINE_TESTS = _STATEMENTS.query("count_line_tests", CountRow)
NOTE_LINE_TEST = _STATEMENTS.command("note_line_test")
LIST_LINE_TESTS = _STATEMENTS.query("list_line_tests", LineTestRow)
