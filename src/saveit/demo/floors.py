"""Three floors as a waiter would draw them: areas, tables with their places, and which of them are joined for larger parties."""

from collections.abc import Iterator

import msgspec

from saveit.venues import TableDraft


class Row(msgspec.Struct, frozen=True):
    """Tables in a line, a step apart, numbered one after the other. Lengths are in metres."""

    area: str
    first: int
    count: int
    covers: tuple[int, int]
    x: float
    y: float
    step: float = 2.0
    shape: str = "square"
    prefix: str = ""
    online: bool = True
    priority: int = 0

    def tables(self) -> Iterator[TableDraft]:
        """Yield the tables, still without their area's id."""
        wide = 1.6 if self.shape == "rectangle" else 0.6 if self.shape == "bar" else 0.9
        for place in range(self.count):
            yield TableDraft(
                number=f"{self.prefix}{self.first + place}",
                covers_min=self.covers[0],
                covers_max=self.covers[1],
                x=self.x + place * self.step,
                y=self.y,
                width=wide,
                height=0.6 if self.shape == "bar" else 0.9,
                shape=self.shape,
                online=self.online,
                priority=self.priority,
            )


class Joined(msgspec.Struct, frozen=True):
    """Tables that are pushed together."""

    numbers: tuple[str, ...]
    covers: tuple[int, int]


class FloorPlan(msgspec.Struct, frozen=True):
    """A whole floor."""

    areas: tuple[str, ...]
    rows: tuple[Row, ...]
    joined: tuple[Joined, ...]


BOGOTA = FloorPlan(
    areas=("Salón", "Terraza", "Barra"),
    rows=(
        Row("Salón", 1, 4, (1, 2), 1, 1),
        Row("Salón", 5, 4, (2, 4), 1, 3.5, step=2.2),
        Row("Salón", 9, 2, (4, 6), 1, 6, step=3.5, shape="rectangle"),
        Row("Terraza", 11, 4, (2, 4), 12, 1, shape="round"),
        Row("Terraza", 15, 2, (1, 2), 12, 3.5, shape="round"),
        Row("Barra", 1, 2, (1, 2), 12, 6, shape="bar", prefix="B", priority=20),
    ),
    joined=(
        Joined(("5", "6"), (5, 8)),
        Joined(("7", "8"), (5, 8)),
        Joined(("6", "7"), (5, 8)),
        Joined(("9", "10"), (8, 12)),
        Joined(("11", "12"), (5, 8)),
        Joined(("1", "2"), (3, 4)),
    ),
)

MADRID = FloorPlan(
    areas=("Comedor", "Patio", "Barra"),
    rows=(
        Row("Comedor", 1, 6, (1, 2), 1, 1, step=1.8),
        Row("Comedor", 7, 6, (2, 4), 1, 3.5),
        Row("Comedor", 13, 2, (5, 8), 1, 6, step=4, shape="rectangle"),
        Row("Patio", 20, 4, (2, 4), 15, 1, shape="round"),
        Row("Patio", 24, 2, (1, 2), 15, 3.5, shape="round"),
        Row("Barra", 1, 4, (1, 2), 15, 6, step=1.0, shape="bar", prefix="B", priority=20),
    ),
    joined=(
        Joined(("7", "8"), (5, 8)),
        Joined(("8", "9"), (5, 8)),
        Joined(("7", "8", "9"), (8, 12)),
        Joined(("10", "11"), (5, 8)),
        Joined(("11", "12"), (5, 8)),
        Joined(("13", "14"), (9, 16)),
        Joined(("20", "21"), (5, 8)),
    ),
)

NEW_YORK = FloorPlan(
    areas=("Dining room", "Garden", "Counter"),
    rows=(
        Row("Dining room", 1, 4, (1, 2), 1, 1),
        Row("Dining room", 5, 3, (2, 4), 1, 3.5, step=2.4),
        # A booth the house keeps for whoever calls.
        Row("Dining room", 8, 1, (3, 6), 9, 3.5, shape="rectangle", online=False),
        Row("Garden", 11, 3, (2, 4), 13, 1, shape="round"),
        Row("Counter", 1, 3, (1, 2), 13, 4, step=1.0, shape="bar", prefix="C", priority=20),
    ),
    joined=(Joined(("5", "6"), (5, 8)), Joined(("6", "7"), (5, 8)), Joined(("11", "12"), (5, 7))),
)
