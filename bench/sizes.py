"""How much is done for each measure: all of it takes minutes, the least of it seconds."""

from msgspec import Struct


class Sizes(Struct, frozen=True, kw_only=True):
    """How much is done. Rounds are repeated and their median taken."""

    restaurants: int = 200
    days: int = 30
    tables: int = 20
    """Of each restaurant; half for two, half for four."""
    rounds: int = 5
    bookings: int = 6_000
    """In one round through the core."""
    floor_s: int = 3
    """One round of pgbench."""
    crowd_rounds: int = 9
    """A crowd is decided in milliseconds, so more rounds cost little."""
    rival_rounds: int = 5
    loaded: int = 1_000_000
    """Reservations in the database when the calendar is read."""
    calendars: int = 150
    http_s: float = 3.0
    http_per_s: int = 6_000
    """Requests made beforehand for each second; more than a machine like this one answers."""
    passes: int = 40
    """Shown at the door again and again; a restaurant of twenty tables has no more guests in four hours."""
    hello_s: float = 1.5
    paced_s: float = 8.0
    turns: int = 500
    """Guests who write at one moment."""
    readings_of_texts: int = 100
    sockets: int = 5_000
    screens: int = 20
    facts: int = 60
    """Told to the screens one by one."""
    offers: int = 400
    readings: int = 5
    streams: int = 12
    """Seeded request streams for the gain of re-seating."""
    optimum_s: float = 5.0
    """Given to the search for the clairvoyant optimum of one stream."""


FULL = Sizes()
TINY = Sizes(
    restaurants=3,
    days=3,
    tables=20,
    rounds=1,
    bookings=8,
    floor_s=1,
    crowd_rounds=1,
    rival_rounds=1,
    loaded=100,
    calendars=2,
    http_s=0.3,
    http_per_s=100,
    passes=2,
    hello_s=0.2,
    paced_s=0.5,
    turns=4,
    readings_of_texts=2,
    sockets=20,
    screens=2,
    facts=3,
    offers=3,
    readings=1,
    streams=1,
    optimum_s=0.5,
)
"""Enough to see that the harness works; its numbers mean nothing."""
