"""What was measured, as a table for people and as JSON for whoever compares runs."""

import os
import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Literal

import msgspec

RESULTS = Path(__file__).parent / "results" / "latest.json"


class Measure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One number. Where there is a ratio, the limit is the ratio's; `skipped` says why there is no number."""

    value: float | None
    unit: str
    limit: float | None = None
    ratio: float | None = None
    at_least: bool = False
    """Whether the limit is one to reach rather than one to stay under."""
    note: str = ""
    skipped: str = ""

    @property
    def judged(self) -> float | None:
        """The number that the limit is about."""
        return self.value if self.ratio is None else self.ratio

    @property
    def verdict(self) -> Literal["met", "missed", "skipped", ""]:
        """How the number stands to its limit."""
        if self.skipped:
            return "skipped"
        if self.limit is None or self.judged is None:
            return ""
        met = self.judged >= self.limit if self.at_least else self.judged <= self.limit
        return "met" if met else "missed"


class Report(msgspec.Struct, frozen=True):
    """One run: on which machine, when, and its measures by name."""

    machine: str
    when: datetime
    measures: dict[str, Measure]


def machine() -> str:
    """Describe the machine in a line."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        model = next(
            (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model
        )
    # A load beside what is measured here takes more from one busy process than from sixteen: ratios suffer too.
    load = f"load {os.getloadavg()[0]:.1f} before"
    return f"{os.cpu_count()} cores, {model}, Python {platform.python_version()}, {platform.system()}, {load}"


def skipped(unit: str, why: str, *, limit: float | None = None, at_least: bool = False) -> Measure:
    """Return a measure that could not be taken."""
    return Measure(None, unit, limit=limit, at_least=at_least, skipped=why)


def write(report: Report, path: Path = RESULTS) -> None:
    """Keep the run for those who read JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")


def table(report: Report) -> str:
    """Return the run as a table in Markdown, as the README quotes it."""
    rows = [("measure", "value", "unit", "ratio", "goal", "", "")]
    for name, measure in report.measures.items():
        goal = ""
        if measure.limit is not None:
            goal = f"{'≥' if measure.at_least else '≤'} {measure.limit:g}"
        rows.append(
            (
                name,
                _shown(measure.value),
                measure.unit,
                _shown(measure.ratio),
                goal,
                measure.verdict,
                measure.skipped or measure.note,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join((f"{report.machine}, {report.when:%Y-%m-%d %H:%M} UTC", "", *lines))


def percentile(values: list[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def middle(values: Sequence[float]) -> float:
    """Return the median; of nothing it is a bug."""
    return median(values)


def _shown(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"  # noqa: PLR2004 - three digits are what a noisy machine can tell.
