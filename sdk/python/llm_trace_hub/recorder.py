"""Turns what the app says into entries of the queue: ids, times, masks and JSON are settled here, once."""

from __future__ import annotations

import random
import time
from typing import Any, Dict, List, Optional, Tuple

from .counters import Counters
from .encode import as_text, encode, quote
from .entries import DROPPED, QUEUED, EventEntry, PostEntry, SpanEntry, TraceEntry
from .options import Settings
from .said import is_usable_id, label, new_id, seconds, status_of_error, text_of_error, usage_members
from .sender import Sender

_LABELS = frozenset(("name", "external_trace_id", "model", "environment", "release", "user_id", "session_id"))
_now = time.perf_counter


def _name(name: Any) -> str:
    return ("" if name is None else str(name))[:1024] or "span"


class Recorder:
    """Values are masked and encoded before the lock is taken, so that none of the app's code runs under it."""

    def __init__(self, settings: Settings, counters: Counters, sender: Sender, lock) -> None:
        self._settings = settings
        self._counters = counters
        self._sender = sender
        self.lock = lock

    def masked(self, value: Any, field: str) -> Any:
        if self._settings.mask is None or value is None:
            return value
        try:
            return self._settings.mask(value, field)
        except Exception as error:
            self._counters.fault(error)
            return "[masking failed]"

    def json(self, value: Any, field: str) -> Optional[str]:
        if value is None:
            return None
        return encode(self.masked(value, field), self._settings.max_value_length)

    def text(self, value: Any, field: str) -> str:
        return as_text(self.masked(value, field), self._settings.max_value_length)

    def members(self, values: Any) -> List[str]:
        """Attributes as JSON members; what is no object has none."""
        written = self.json(values, "attributes") if values else None
        return [written[1:-1]] if written and written != "{}" and written.startswith("{") else []

    def time_in(self, trace: TraceEntry) -> float:
        """Seconds since 1970: the wall clock of the trace's start, carried on by the monotonic one."""
        return trace.wall + (_now() - trace.mono)

    def _put(self, entry: Any, trace: TraceEntry) -> None:
        if trace.sampled:
            self._sender.put(entry)

    def _trace(self, trace_id: str, own: bool, sampled: bool) -> TraceEntry:
        return TraceEntry(trace_id, own, sampled and self._settings.enabled, time.time(), _now())

    def foreign(self, trace_id: str) -> TraceEntry:
        """A trace that was begun elsewhere; only its id is known."""
        return self._trace(str(trace_id), False, True)

    def silent(self, name: str) -> Tuple[TraceEntry, SpanEntry]:
        """A trace of which nothing is sent, for where there is none to be, and its root span."""
        trace = self._trace(new_id(), True, False)
        trace.root = root = self.start_span(trace, None, None, name, type="root")
        return trace, root

    def _describe(self, trace: TraceEntry, said: Dict[str, Any]) -> None:
        words: Dict[str, Any] = {}
        for name, value in said.items():
            if value is None:
                continue
            if name in _LABELS:
                words[name] = label(value)
            elif name == "tags" and isinstance(value, (list, tuple, set)):
                words["tags"] = list(dict.fromkeys(label(tag) for tag in value if tag))[:100]
            # A text is the trace's own; anything else is kept as JSON with the root span.
            elif name in ("input", "output") and isinstance(value, str):
                words[f"{name}_text"] = self.text(value, name)
            elif name == "user_review_passed":
                words[name] = bool(value)
        attributes = self.members(said.get("attributes"))
        with self.lock:
            trace.words.update(words)
            trace.attributes.extend(attributes)

    def start_trace(self, name: str, **said: Any) -> Tuple[TraceEntry, SpanEntry]:
        """Begins a trace; gives it and its root span."""
        rate = self._settings.sample_rate
        sampled = rate >= 1 or random.random() < rate
        if not sampled:
            self._counters.count("unsampled")
        given = said.get("trace_id")
        trace = self._trace(given if is_usable_id(given) else new_id(), True, sampled)
        input = _unless_text(said.get("input"))
        trace.root = root = self.start_span(trace, None, None, name, type="root", input=input)
        if trace.sampled:
            for each in ("environment", "release"):
                if said.get(each) is None:
                    said[each] = getattr(self._settings, each)
            self._describe(trace, {**said, "name": name})
        with self.lock:
            self._put(trace, trace)
        return trace, root

    def start_span(
        self,
        trace: TraceEntry,
        parent: Optional[SpanEntry],
        parent_id: Optional[str],
        name: str,
        *,
        type: Optional[str] = None,
        span_id: Optional[str] = None,
        start_time: Any = None,
        fixed: Optional[Dict[str, Any]] = None,
        **said: Any,
    ) -> SpanEntry:
        given = None if start_time is None else seconds(start_time)
        span = SpanEntry(
            trace,
            span_id if span_id is not None and is_usable_id(span_id) else new_id(),
            parent,
            parent.id if parent is not None else parent_id,
            _name(name),
            "task" if type is None else str(type)[:64],
            self.time_in(trace) if given is None else given,
        )
        if not trace.sampled:
            return span
        if fixed:
            span.fixed = self.members(fixed)
        if said:
            _add(span, self._written(said))
        with self.lock:
            self._sender.put(span)
        return span

    def _written(self, said: Dict[str, Any]) -> Dict[str, Any]:
        """What is said of a span as it is kept."""
        written: Dict[str, Any] = {}
        for name, value in said.items():
            if value is None:
                continue
            if name == "input" or name == "output":
                written[name] = self.json(value, name)
            elif name == "attributes":
                written[name] = self.members(value)
            elif name == "usage":
                written[name] = usage_members(value)
            elif name == "name" and value:
                written[name] = _name(value)
        return written

    def set_span(self, span: SpanEntry, **said: Any) -> None:
        """Says more of a span: before its end with it, afterwards as an amendment."""
        if not span.trace.sampled:
            return
        if span.ended is not None:
            return self.amend(span.trace, span.id, **said)
        written = self._written(said)
        with self.lock:
            _add(span, written)
            if span.place == QUEUED:
                self._sender.put(span)

    def end_span(
        self, span: SpanEntry, *, status: Optional[str] = None, error: Any = None, end_time: Any = None, **said: Any
    ) -> None:
        if span.ended is not None:
            return
        given = None if end_time is None else seconds(end_time)
        at = self.time_in(span.trace) if given is None else given
        written = self._written(said) if said and span.trace.sampled else {}
        told = None if error is None else self.text(text_of_error(error), "error")
        with self.lock:
            if span.ended is not None:
                return
            _add(span, written)
            span.ended = max(span.started, at)
            span.status = str(status) if status else "success" if error is None else status_of_error(error)
            span.error = told
            # A start that was lost is told again with the end.
            if span.place == DROPPED:
                span.announced = False
            # One that waits, and weighs what it did, is where it should be.
            if span.place != QUEUED or written or told is not None:
                self._put(span, span.trace)

    def end_trace(
        self, trace: TraceEntry, *, status: Optional[str] = None, error: Any = None, end_time: Any = None, **said: Any
    ) -> None:
        if trace.ended is not None:
            return
        root, output = trace.root, _unless_text(said.get("output"))
        if root is not None:
            self.end_span(root, output=output, status=status, error=error, end_time=end_time)
        if trace.sampled and said:
            self._describe(trace, said)
        given = seconds(end_time)
        at = root.ended if root is not None else self.time_in(trace) if given is None else given
        with self.lock:
            trace.ended = max(trace.started, at)
            trace.status = str(status) if status else "success" if error is None else status_of_error(error)
            if trace.own:
                self._put(trace, trace)

    def set_trace(self, trace: TraceEntry, **said: Any) -> None:
        """Says more of a trace; after its end too."""
        if not trace.sampled:
            return
        self._describe(trace, said)
        rest = {name: value for name in ("input", "output") if (value := _unless_text(said.get(name))) is not None}
        if trace.root is not None and rest:
            self.set_span(trace.root, **rest)
        if trace.own:
            with self.lock:
                self._put(trace, trace)

    def _event(self, trace: TraceEntry, type: str, span_id: Optional[str], payload: str) -> None:
        entry = EventEntry(trace, type, span_id, self.time_in(trace), payload, new_id())
        with self.lock:
            self._put(entry, trace)

    def log(
        self, trace: TraceEntry, span_id: Optional[str], message: Any, level: str = "info", metadata: Any = None
    ) -> None:
        if not trace.sampled:
            return
        said = {"message": self.masked(message, "message"), "level": level}
        if metadata is not None:
            said["metadata"] = self.masked(metadata, "attributes")
        self._event(trace, "LOG", span_id, encode(said, self._settings.max_value_length))

    def amend(self, trace: TraceEntry, span_id: str, **said: Any) -> None:
        if not trace.sampled:
            return
        get = said.get
        patch = [
            f'"{wire}":{quote(str(get(name))[:most])}'
            for name, wire, most in (("name", "name", 1024), ("type", "span_type", 64), ("status", "status", 32))
            if get(name)
        ]
        if get("error") is not None:
            patch.append(f'"error":{quote(self.text(text_of_error(said["error"]), "error"))}')
        for name in ("input", "output"):
            if get(name) is not None:
                patch.append(f'"{name}":{self.json(said[name], name)}')
        if get("attributes"):
            patch.append(f'"attributes":{{{",".join(self.members(said["attributes"]))}}}')
        patch.extend(usage_members(get("usage")))
        self._event(trace, "AMENDMENT", span_id, f'{{"patch":{{{",".join(patch)}}}}}')

    def post(self, trace: Optional[TraceEntry], path: str, body: str) -> None:
        """A request of its own, beside the batches."""
        if self._settings.enabled and (trace is None or trace.sampled):
            with self.lock:
                self._sender.put(PostEntry(path, body))


def _add(span: SpanEntry, written: Dict[str, Any]) -> None:
    """Adds what was written to a span that is not sent yet."""
    for name, value in written.items():
        if name == "attributes" or name == "usage":
            getattr(span, name).extend(value)
        else:
            setattr(span, name, value)


def _unless_text(value: Any) -> Any:
    return None if isinstance(value, str) else value
