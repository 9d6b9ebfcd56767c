"""What WhatsApp's error codes mean for the message that met them; the numbers are from Meta's error page and from what others saw."""

from collections.abc import Mapping
from types import MappingProxyType

from saveit.messages import Failure, Refused, RetryAfter

# A sustained pair rate of one message in six seconds to one guest (131056).
_PAIR_S = 6.0
# "Hours" is all that Meta says of its spam limit; an hour is tried first, and each try that fails waits again.
_SPAM_S = 3_600.0
# The cap on marketing to one guest is judged anew each day.
_MARKETING_CAP_S = 86_400.0
_TEMPLATES = range(132_000, 132_070)
_PERMISSIONS = (0, 3, 10, 190, *range(200, 300))


def _failures() -> dict[int, Failure]:
    known: dict[int, Failure] = {}
    known |= {code: RetryAfter("call", str(code)) for code in (1, 2, 131_000, 131_016, 131_053)}
    known |= {code: RetryAfter("line", str(code)) for code in (4, 80_007, 130_429, 133_016)}
    known |= {code: Refused("bug", str(code)) for code in (100, 131_008, 131_009, 131_021, 131_030, 131_051)}
    known |= {code: Refused("bug", str(code), "template") for code in _TEMPLATES}
    known |= {code: Refused("stop_line", str(code)) for code in (368, 130_497, 131_031, *_PERMISSIONS)}
    # 130472: the guest is in an experiment of Meta's; 131062: a guest without a phone cannot be sent this.
    known |= {code: Refused("undeliverable", str(code)) for code in (130_472, 131_026, 131_062)}
    known |= {
        131_047: Refused("window_closed", "131047"),
        131_048: RetryAfter("line", "131048", _SPAM_S),
        131_049: RetryAfter("recipient", "131049", _MARKETING_CAP_S),
        131_050: Refused("opted_out", "131050"),
        131_056: RetryAfter("recipient", "131056", _PAIR_S),
    }
    return known


FAILURES: Mapping[int, Failure] = MappingProxyType(_failures())
