"""Daily numbers, from facts only.

Promises: every fact counts once, in the transaction that moves the cursor; an act undone is as if it had never been; the figures of a
day are the same however often they are made again from the log (`saveit facts rebuild analytics`).

It owns `analytics_reservations`, `analytics_waiting`, `analytics_talks` and `analytics_talk_bookings`. It holds no personal data, and is
never asked whether a table is free.
"""

from saveit.consumers.analytics.model import (
    AdvisorTalks,
    Analytics,
    ChannelTalks,
    DayFigures,
    Figures,
    HourFigures,
    OpenSeats,
    RestaurantFigures,
    SourceFigures,
    Talks,
    Waiting,
)
from saveit.consumers.analytics.reader import analytics_consumer, forget_figures
from saveit.consumers.analytics.reading import read_figures, read_table
from saveit.consumers.analytics.table import Separator, csv_of

__all__ = [
    "AdvisorTalks",
    "Analytics",
    "ChannelTalks",
    "DayFigures",
    "Figures",
    "HourFigures",
    "OpenSeats",
    "RestaurantFigures",
    "Separator",
    "SourceFigures",
    "Talks",
    "Waiting",
    "analytics_consumer",
    "csv_of",
    "forget_figures",
    "read_figures",
    "read_table",
]
