"""What the queue holds. Texts are JSON already; times are seconds since 1970."""

from __future__ import annotations

from sys import getsizeof
from typing import Any, Dict, Iterable, List, Optional, Union

# Where an entry is: not handed over, waiting, on its way to the hub, or lost because the queue was full.
IDLE, QUEUED, TAKEN, DROPPED = "idle", "queued", "taken", "dropped"

# What an object and the ids in it take beside its texts.
_FRAME = {"trace": 1500, "span": 1200, "event": 600, "post": 400}


class NodeVisits:
    """How often a node was visited in a trace, and the visits that are open."""

    __slots__ = ("count", "open")

    def __init__(self) -> None:
        self.count = 0
        self.open: List[SpanEntry] = []


class TraceEntry:
    """A trace while it is open, and its header in the queue."""

    kind = "trace"
    __slots__ = (
        *("place", "bytes", "id", "sampled", "own", "wall", "mono", "started", "ended"),
        *("status", "words", "attributes", "root", "visits", "by_main"),
    )

    def __init__(self, id: str, own: bool, sampled: bool, wall: float, mono: float) -> None:
        self.place = IDLE
        self.bytes = 0
        self.id = id
        # False: nothing of it is sent.
        self.sampled = sampled
        # Begun here, so that its header is known; false for a trace that only its id was given of.
        self.own = own
        # The wall clock and the monotonic clock when it began: a clock that is set meanwhile bends no duration.
        self.wall = wall
        self.mono = mono
        self.started = wall
        self.ended: Optional[float] = None
        self.status: Optional[str] = None
        self.words: Dict[str, Any] = {}
        self.attributes: List[str] = []
        self.root: Optional[SpanEntry] = None
        self.visits: Optional[Dict[str, NodeVisits]] = None
        self.by_main = False

    def texts(self) -> Iterable[Optional[str]]:
        return (self.words.get("input_text"), self.words.get("output_text"), *self.attributes)

    def forget(self) -> None:
        """A header is small, and is said again whenever the trace changes."""


class SpanEntry:
    """A span while it is open, and what is to be sent of it."""

    kind = "span"
    __slots__ = (
        *("place", "bytes", "trace", "id", "parent", "parent_id", "name", "type", "started", "ended", "status"),
        *("error", "input", "output", "attributes", "usage", "fixed", "announced"),
    )

    def __init__(
        self,
        trace: TraceEntry,
        id: str,
        parent: Optional["SpanEntry"],
        parent_id: Optional[str],
        name: str,
        type: str,
        started: float,
    ) -> None:
        self.place = IDLE
        self.bytes = 0
        self.trace = trace
        self.id = id
        self.parent = parent
        self.parent_id = parent_id
        self.name = name
        self.type = type
        self.started = started
        self.ended: Optional[float] = None
        self.status: Optional[str] = None
        self.error: Optional[str] = None
        self.input: Optional[str] = None
        self.output: Optional[str] = None
        # JSON members that are not sent yet; `fixed` are said again when the start was lost.
        self.attributes: List[str] = []
        self.usage: List[str] = []
        self.fixed: List[str] = []
        # Its start is with the hub, or on the way.
        self.announced = False

    def texts(self) -> Iterable[Optional[str]]:
        return (self.name, self.input, self.output, self.error, *self.attributes, *self.usage, *self.fixed)

    def forget(self) -> None:
        self.input = self.output = None
        self.attributes, self.usage = [], []


class EventEntry:
    """A LOG or an AMENDMENT."""

    kind = "event"
    __slots__ = ("place", "bytes", "trace", "type", "span_id", "at", "payload", "key")

    def __init__(
        self, trace: TraceEntry, type: str, span_id: Optional[str], at: float, payload: str, key: str
    ) -> None:
        self.place = IDLE
        self.bytes = 0
        self.trace = trace
        self.type = type
        self.span_id = span_id
        self.at = at
        self.payload = payload
        self.key = key

    def texts(self) -> Iterable[Optional[str]]:
        return (self.payload,)

    def forget(self) -> None:
        self.payload = ""


class PostEntry:
    """A request of its own: an evaluation, a run sent whole, or the declared graph of one."""

    kind = "post"
    __slots__ = ("place", "bytes", "path", "body")

    def __init__(self, path: str, body: str) -> None:
        self.place = IDLE
        self.bytes = 0
        self.path = path
        self.body = body

    def texts(self) -> Iterable[Optional[str]]:
        return (self.body,)

    def forget(self) -> None:
        self.body = ""


Entry = Union[TraceEntry, SpanEntry, EventEntry, PostEntry]


def weigh(entry: Entry) -> int:
    """The bytes of memory that an entry holds, rather too many than too few."""
    total = _FRAME[entry.kind]
    for text in entry.texts():
        if text:
            total += len(text) if text.isascii() else getsizeof(text)
    return total
