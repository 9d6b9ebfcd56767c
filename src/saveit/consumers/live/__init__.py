"""What happens, told to whoever looks: to screens of the house, to web chats, and to this process's own pictures.

Promises: a screen is told every fact that it follows, in order, once, also after a break or at another process; a guest's web chat is
shown every message of its session, numbered without gaps, whoever wrote it and wherever; what a guest says there is acknowledged once it
is durable, and taken once however often it is sent; a booking page hears which days of its
restaurant have changed. A day or a restaurant that another process changed is forgotten here within half a
second of its commit, while the database answers; after any gap everything is forgotten.

It owns `chat_sessions` and `chat_frames`. It will never be what a promise of a table rests on: the ledger refuses what a late picture gets
wrong.
"""

from saveit.consumers.live.chats import SESSION_LASTS, Chat, Chats, Look
from saveit.consumers.live.hearing import CHANNEL, Said, Session, SessionForged, enter, hear
from saveit.consumers.live.hub import Hub, Outlet, Screen
from saveit.consumers.live.store import chat_line, forget_chats
from saveit.consumers.live.tail import Forgetful, ForgetfulOfLines, Tail
from saveit.consumers.live.times import Times
from saveit.consumers.live.topics import Group, Sight, Topic, read_place, written

__all__ = [
    "CHANNEL",
    "SESSION_LASTS",
    "Chat",
    "Chats",
    "Forgetful",
    "ForgetfulOfLines",
    "Group",
    "Hub",
    "Look",
    "Outlet",
    "Said",
    "Screen",
    "Session",
    "SessionForged",
    "Sight",
    "Tail",
    "Times",
    "Topic",
    "chat_line",
    "enter",
    "forget_chats",
    "hear",
    "read_place",
    "written",
]
