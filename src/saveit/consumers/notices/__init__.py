"""What guests are told of their reservations, wherever they are, in the restaurant's words and in their language.

Promises: what happened is told once, through every conversation that a person has open and by mail, with a record of each; the same content
on every channel, in the form that the channel carries; nothing is told that is no longer so; a guest who is talking with us is not told
twice.

It owns `notice_templates`, `channel_templates` and `notices`. It will never call a provider: it plans, and delivery delivers.
"""

from saveit.consumers.notices.actions import (
    About,
    Recipient,
    known_kind,
    notify_person,
    preview,
    preview_on,
    reset_template,
    set_template,
    template_for,
)
from saveit.consumers.notices.composing import compose_chat, compose_letter, reservation_markup
from saveit.consumers.notices.model import (
    KINDS,
    PLACEHOLDERS,
    ChannelNotKnown,
    Language,
    NoticeKind,
    NoticeKindUnknown,
    Papers,
    Template,
    TemplateInvalid,
    Told,
)
from saveit.consumers.notices.reader import MakePapers, notices_consumer, ready_fact, told_of
from saveit.consumers.notices.store import NoticeRow, TemplateRow, list_templates, notices_of_subject
from saveit.consumers.notices.words import (
    DEFAULTS,
    check_template,
    code_words,
    filled,
    phone_code_words,
    template_message_keys,
)

__all__ = [
    "DEFAULTS",
    "KINDS",
    "PLACEHOLDERS",
    "About",
    "ChannelNotKnown",
    "Language",
    "MakePapers",
    "NoticeKind",
    "NoticeKindUnknown",
    "NoticeRow",
    "Papers",
    "Recipient",
    "Template",
    "TemplateInvalid",
    "TemplateRow",
    "Told",
    "check_template",
    "code_words",
    "compose_chat",
    "compose_letter",
    "filled",
    "known_kind",
    "list_templates",
    "notices_consumer",
    "notices_of_subject",
    "notify_person",
    "phone_code_words",
    "preview",
    "preview_on",
    "ready_fact",
    "reservation_markup",
    "reset_template",
    "set_template",
    "template_for",
    "template_message_keys",
    "told_of",
]
