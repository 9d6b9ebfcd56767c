"""Stand-ins for every provider, for demos and tests: the same wire, the same limits, the same errors, and faults on demand.

Promises that what the product does here it would do there: guests' messages come as signed requests to the real endpoints, and the
product's calls are judged as the provider judges them. It knows no channel's code; each is written from the provider's contract, so that
the two check each other.

It owns no table and keeps everything in memory. It never runs but with `--demo` or SAVEIT_SANDBOX=1, and never calls anybody.
"""

from saveit.sandbox.api import App, LookUp, SandboxApi, Standing
from saveit.sandbox.behind import Behind
from saveit.sandbox.inside import StageClient, StageWayOut, deliver_to, frames_into
from saveit.sandbox.joining import put_on_stage
from saveit.sandbox.lines import SANDBOX_RESTAURANTS_MAX, sandbox_lines
from saveit.sandbox.model import Call, Entry, Faults, Incoming, Line, Offered, Said, Shown
from saveit.sandbox.providers import AMAZON_HEARING_KEY, HEARING_KEY, voice_of
from saveit.sandbox.stage import ClockThatMoves, Stage, UnknownLine

__all__ = [
    "AMAZON_HEARING_KEY",
    "HEARING_KEY",
    "SANDBOX_RESTAURANTS_MAX",
    "App",
    "Behind",
    "Call",
    "ClockThatMoves",
    "Entry",
    "Faults",
    "Incoming",
    "Line",
    "LookUp",
    "Offered",
    "Said",
    "SandboxApi",
    "Shown",
    "Stage",
    "StageClient",
    "StageWayOut",
    "Standing",
    "UnknownLine",
    "deliver_to",
    "frames_into",
    "put_on_stage",
    "sandbox_lines",
    "voice_of",
]
