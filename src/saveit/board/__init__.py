"""The board of a day: everything that the people at the door look at, in one answer.

Promises that whoever reads the board and then follows the facts after its `sequence` misses nothing: the place in the log is taken before
anything else is read. What may be told only to those who attend guests (whole phones, notes, allergies) is left out for everybody else.

It owns no tables and changes nothing.
"""

from saveit.board.model import (
    Board,
    BoardBlock,
    BoardEntry,
    BoardGuest,
    BoardHold,
    BoardInterval,
    BoardPerson,
    BoardReservation,
    BoardService,
    BoardTable,
    BoardTotals,
    BoardWaiting,
    Forecast,
    TableState,
)
from saveit.board.reading import read_board

__all__ = [
    "Board",
    "BoardBlock",
    "BoardEntry",
    "BoardGuest",
    "BoardHold",
    "BoardInterval",
    "BoardPerson",
    "BoardReservation",
    "BoardService",
    "BoardTable",
    "BoardTotals",
    "BoardWaiting",
    "Forecast",
    "TableState",
    "read_board",
]
