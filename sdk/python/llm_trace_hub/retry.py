"""What is tried again, how often, and after which pause."""

from __future__ import annotations

import random

FIRST_PAUSE_SEC = 0.25
_LONGEST_PAUSE_SEC = 15.0
# A 500 is the request's own fault when others are taken around it: it is parted and, alone, given up. Else it is the hub's.
FAILURES_ALONE, FAILURES_AMONG_OTHERS = 3, 8
AROUND_SEC = 1.0
# Statuses that speak of what is in the body, so that a part of it may be taken.
OF_ITEMS = frozenset((400, 409, 413, 422))


def pause(tries: int) -> float:
    """Twice as long each time, up to a bound, and never the same for two clients."""
    return min(_LONGEST_PAUSE_SEC, FIRST_PAUSE_SEC * 2 ** min(tries, 10)) * (0.5 + random.random() / 2)
