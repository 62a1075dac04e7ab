"""Entries as requests. What an entry says is copied under the lock, and written as JSON outside of it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Dict, Iterable, List, Optional, Tuple

from .encode import encode, quote
from .entries import Entry, SpanEntry, TraceEntry

TRACES = "/api/v1/ingest/traces"
EVENTS = "/api/v1/ingest/spans"
RUNS = "/api/v1/ingest/langgraph-runs"
EVALS = "/api/v1/evals"

Members = Iterable[Tuple[str, Optional[str]]]


class Request:
    """One request to the hub; `parts` are its items as JSON, so that it can be cut in two when the hub refuses it."""

    __slots__ = ("path", "head", "parts", "tail", "items", "bytes", "tries", "failed_at", "due")

    def __init__(self, path: str, head: str, parts: List[str], tail: str, items: int) -> None:
        self.path = path
        self.head = head
        self.parts = parts
        self.tail = tail
        # Entries of the queue that are settled with it.
        self.items = items
        self.bytes = sum(map(len, parts)) + len(head)
        self.tries = 0
        # When it was first answered with a fault of the hub, and before when it is not to be sent.
        self.failed_at: Optional[float] = None
        self.due = 0.0

    @property
    def body(self) -> str:
        return f"{self.head}{','.join(self.parts)}{self.tail}"

    def halve(self) -> Optional[Tuple["Request", "Request"]]:
        """Two halves, each with its envelope; None when there is nothing to part."""
        if self.items < 2:
            return None
        # A trace's header counts with the first half; with one span only it goes alone.
        header = self.items - len(self.parts)
        middle = len(self.parts) >> 1
        first, second = self.parts[:middle], self.parts[middle:]
        return (
            Request(self.path, self.head, first, self.tail, middle + header),
            Request(self.path, self.head, second, self.tail, len(second)),
        )


def time_text(at: float) -> str:
    """RFC 3339 to the microsecond."""
    moment = datetime.fromtimestamp(at, timezone.utc)
    return f"{moment.isoformat(timespec='microseconds')[:-6]}Z"


def _quoted(text: Any) -> Optional[str]:
    return None if text is None else quote(str(text))


def _time(at: Optional[float]) -> Optional[str]:
    return None if at is None else f'"{time_text(at)}"'


def _object(members: Members, more: Iterable[str] = ()) -> str:
    """A JSON object of members that are JSON already; what is None is left out."""
    return f"{{{','.join([f'{quote(name)}:{json}' for name, json in members if json is not None] + list(more))}}}"


def _attributes(members: List[str]) -> Optional[str]:
    return f"{{{','.join(members)}}}" if members else None


_WORDS = ("external_trace_id", "name", "model", "environment", "release", "user_id", "session_id")


def _header(trace: TraceEntry) -> str:
    words = dict(trace.words)
    tags, reviewed = words.get("tags"), words.get("user_review_passed")
    return _object(
        [
            ("trace_id", quote(trace.id)),
            ("status", _quoted("running" if trace.ended is None else trace.status)),
            ("start_time", _time(trace.started)),
            ("end_time", _time(trace.ended)),
            *[(name, _quoted(words.get(name))) for name in (*_WORDS, "input_text", "output_text")],
            ("tags", encode(tags) if tags else None),
            ("attributes", _attributes(list(trace.attributes))),
            ("user_review_passed", None if reviewed is None else "true" if reviewed else "false"),
        ]
    )


class _SpanSaid:
    """What is to be sent of a span, as it stands now."""

    __slots__ = (
        *("id", "trace_id", "parent_id", "name", "type", "started", "ended", "status", "error"),
        *("input", "output", "attributes", "usage", "fixed", "announced"),
    )

    def __init__(self, span: SpanEntry) -> None:
        self.trace_id = span.trace.id
        for name in self.__slots__:
            if name != "trace_id":
                setattr(self, name, getattr(span, name))

    def whole(self) -> str:
        """The whole of a span, or its start, as an entry of `spans`."""
        is_open = self.ended is None
        members = [
            ("span_id", quote(self.id)),
            ("trace_id", quote(self.trace_id)),
            ("parent_span_id", _quoted(self.parent_id)),
            ("name", quote(self.name)),
            ("span_type", quote(self.type)),
            ("status", _quoted("running" if is_open else self.status)),
            ("start_time", _time(self.started)),
            ("end_time", _time(self.ended)),
            ("error", _quoted(self.error)),
            ("input", self.input),
            ("output", self.output),
            ("attributes", _attributes(self.fixed + self.attributes)),
            ("idempotency_key", quote(f"{self.id}:start" if is_open else self.id)),
        ]
        return _object(members, self.usage)

    def started_event(self) -> str:
        is_open = self.ended is None
        members = [
            ("name", quote(self.name)),
            ("span_type", quote(self.type)),
            ("parent_span_id", _quoted(self.parent_id)),
            ("input", self.input),
            ("attributes", _attributes(self.fixed + (self.attributes if is_open else []))),
        ]
        payload = _object(members, self.usage if is_open else ())
        return _event(self.trace_id, self.id, "SPAN_STARTED", self.started, payload, f"{self.id}:start")

    def ended_event(self) -> str:
        members = [
            ("status", _quoted(self.status)),
            ("parent_span_id", _quoted(self.parent_id)),
            ("error", _quoted(self.error)),
            # Set after the start was sent.
            ("input", self.input if self.announced else None),
            ("output", self.output),
            ("attributes", _attributes(self.attributes)),
        ]
        at = self.started if self.ended is None else self.ended
        return _event(self.trace_id, self.id, "SPAN_ENDED", at, _object(members, self.usage), f"{self.id}:end")


def _event(trace_id: str, span_id: Optional[str], type: str, at: float, payload: str, key: str) -> str:
    return _object(
        [
            ("trace_id", quote(trace_id)),
            ("span_id", _quoted(span_id)),
            ("event_type", quote(type)),
            ("event_time", _time(at)),
            ("payload", payload),
            ("idempotency_key", quote(key)),
        ]
    )


class Batch:
    """What was taken from the queue, with what it says at this moment."""

    def __init__(self, entries: List[Entry]) -> None:
        self.items = len(entries)
        self._traces: Dict[str, Tuple[TraceEntry, List[_SpanSaid], bool]] = {}
        # Events are told by functions, to be written later.
        self._events: List[Any] = []
        self._alone: List[Request] = []
        for entry in entries:
            self._add(entry)
        # The headers as they stand: a trace may go on meanwhile.
        self._headers = {id: _snapshot(trace) for id, (trace, _, _) in self._traces.items()}

    def _add(self, entry: Entry) -> None:
        if entry.kind == "span":
            self._add_span(entry)
        elif entry.kind == "trace":
            _, spans, _ = self._traces.get(entry.id, (entry, [], False))
            self._traces[entry.id] = (entry, spans, True)
        elif entry.kind == "event":
            said = (entry.trace.id, entry.span_id, entry.type, entry.at, entry.payload, entry.key)
            self._events.append(lambda: _event(*said))
        else:
            self._alone.append(Request(entry.path, entry.body, [], "", 1))

    def _add_span(self, span: SpanEntry) -> None:
        said = _SpanSaid(span)
        if span.announced:
            self._events.append(said.ended_event)
        elif span.trace.own:
            self._traces.setdefault(span.trace.id, (span.trace, [], False))[1].append(said)
        else:
            self._events.append(said.started_event)
            if span.ended is not None:
                self._events.append(said.ended_event)
        span.announced = True
        span.forget()

    def requests(self) -> List[Request]:
        """One request for each trace that was begun here, one for all events, one for each other."""
        built = []
        for id, (_, spans, has_header) in self._traces.items():
            parts = [span.whole() for span in spans]
            head = f'{{"trace":{_header(self._headers[id])},"spans":['
            built.append(Request(TRACES, head, parts, "]}", len(parts) + has_header))
        if self._events:
            parts = [write() for write in self._events]
            built.append(Request(EVENTS, '{"events":[', parts, "]}", len(parts)))
        return built + self._alone


def _snapshot(trace: TraceEntry) -> TraceEntry:
    copy = TraceEntry(trace.id, trace.own, trace.sampled, trace.wall, trace.mono)
    copy.started, copy.ended, copy.status = trace.started, trace.ended, trace.status
    copy.words, copy.attributes = dict(trace.words), list(trace.attributes)
    return copy
