"""Traces and spans in the app's hands: as context managers, sync or async, or ended by hand."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from .entries import SpanEntry, TraceEntry
from .inside import Inside, safely
from .scope import Scope


def given(**said: Any) -> Dict[str, Any]:
    """What was said, without what was not."""
    return {name: value for name, value in said.items() if value is not None}


class _Handle:
    """Enters its scope with `with`, and leaves it; what is raised inside is recorded and passes on."""

    _inside: Inside
    _scope: Scope
    _before: Any = None

    def _finish(self, said: Dict[str, Any]) -> None:
        raise NotImplementedError

    def __enter__(self) -> Any:
        try:
            self._before = self._inside.scopes.raw()
            self._inside.scopes.enter(self._scope)
        except Exception as fault:
            self._inside.counters.fault(fault)
        return self

    def __exit__(self, kind: Any, error: Optional[BaseException], trace: Any) -> None:
        try:
            self._finish({} if error is None else {"error": error})
            self._inside.scopes.leave(self._scope, self._before)
        except Exception as fault:
            self._inside.counters.fault(fault)

    async def __aenter__(self) -> Any:
        return self.__enter__()

    async def __aexit__(self, kind: Any, error: Optional[BaseException], trace: Any) -> None:
        self.__exit__(kind, error, trace)

    @safely(lambda self, *_, **__: silent_span(self._inside))
    def span(
        self,
        name: str,
        *,
        type: Optional[str] = None,
        input: Any = None,
        output: Any = None,
        attributes: Optional[Dict[str, Any]] = None,
        usage: Optional[Dict[str, Any]] = None,
        span_id: Optional[str] = None,
        start_time: Any = None,
    ) -> "Span":
        """A span inside: use it with `with`, or end it with `end()`."""
        said = {"input": input, "output": output, "attributes": attributes, "usage": usage}
        ids = {"type": type, "span_id": span_id, "start_time": start_time}
        begun = self._inside.recorder.start_span(*self._scope, name, **ids, **said)
        return Span(self._inside, begun)


class Span(_Handle):
    """A span that is open, or has ended."""

    def __init__(self, inside: Inside, entry: SpanEntry, own_trace: Optional[TraceEntry] = None) -> None:
        self._inside = inside
        self._scope = Scope(entry.trace, entry, entry.id)
        # A span outside of a trace has one of its own, which ends with it.
        self._own_trace = own_trace
        self.entry = entry
        self.span_id = entry.id
        self.trace_id = entry.trace.id

    @safely(lambda self, *_, **__: self)
    def set(
        self,
        *,
        input: Any = None,
        output: Any = None,
        attributes: Optional[Dict[str, Any]] = None,
        usage: Optional[Dict[str, Any]] = None,
        name: Optional[str] = None,
    ) -> "Span":
        """Says more of the span. After its end it is an amendment."""
        said = given(input=input, output=output, attributes=attributes, usage=usage, name=name)
        self._inside.recorder.set_span(self.entry, **said)
        return self

    @safely()
    def log(self, message: str, metadata: Any = None, level: str = "info") -> None:
        """Writes a line on the timeline."""
        self._inside.recorder.log(self.entry.trace, self.span_id, message, level, metadata)

    @safely()
    def end(
        self,
        *,
        output: Any = None,
        status: Optional[str] = None,
        error: Any = None,
        attributes: Optional[Dict[str, Any]] = None,
        usage: Optional[Dict[str, Any]] = None,
        end_time: Any = None,
    ) -> None:
        """Ends the span; once is enough, a second time changes nothing."""
        self._finish(
            given(
                output=output, status=status, error=error, attributes=attributes, usage=usage, end_time=end_time
            )
        )

    def _finish(self, said: Dict[str, Any]) -> None:
        self._inside.recorder.end_span(self.entry, **said)
        if self._own_trace is not None:
            rest = {name: said[name] for name in ("status", "error", "end_time") if name in said}
            self._inside.recorder.end_trace(self._own_trace, **rest)


class Trace(_Handle):
    """A trace that is open, or has ended."""

    def __init__(self, inside: Inside, entry: TraceEntry, root: SpanEntry) -> None:
        self._inside = inside
        self._scope = Scope(entry, root, root.id)
        self.entry = entry
        self.trace_id = entry.id
        self.root = Span(inside, root)

    @safely(lambda self, *_, **__: self)
    def set(
        self,
        *,
        name: Optional[str] = None,
        input: Any = None,
        output: Any = None,
        model: Optional[str] = None,
        user_id: Optional[str] = None,
        session_id: Optional[str] = None,
        tags: Optional[List[str]] = None,
        attributes: Optional[Dict[str, Any]] = None,
        user_review_passed: Optional[bool] = None,
    ) -> "Trace":
        """Says more of the trace, after its end too."""
        said = given(name=name, input=input, output=output, model=model, user_id=user_id, session_id=session_id)
        more = given(tags=tags, attributes=attributes, user_review_passed=user_review_passed)
        self._inside.recorder.set_trace(self.entry, **said, **more)
        return self

    def log(self, message: str, metadata: Any = None, level: str = "info") -> None:
        """Writes a line on the timeline."""
        self.root.log(message, metadata, level)

    @safely()
    def end(
        self, *, output: Any = None, status: Optional[str] = None, error: Any = None, end_time: Any = None
    ) -> None:
        """Ends the trace and its root span."""
        self._finish(given(output=output, status=status, error=error, end_time=end_time))

    def _finish(self, said: Dict[str, Any]) -> None:
        self._inside.recorder.end_trace(self.entry, **said)


def silent_span(inside: Inside) -> Span:
    """A span of which nothing is sent."""
    return Span(inside, inside.recorder.silent("span")[1])


def open_trace(inside: Inside, name: str, **said: Any) -> Trace:
    """Begins a trace; inside the client's own work, one of which nothing is sent."""
    recorder = inside.recorder
    try:
        begun = recorder.silent(name) if inside.scopes.is_apart else recorder.start_trace(name, **said)
    except Exception as error:
        inside.counters.fault(error)
        begun = recorder.silent("trace")
    return Trace(inside, *begun)


def open_span(inside: Inside, here: Optional[Scope], name: str, **said: Any) -> Span:
    """Begins a span where the code stands; outside of a trace it has a trace of its own around it."""
    own = None
    if here is None:
        trace = open_trace(inside, name)
        own, here = trace.entry, Scope(trace.entry, trace.root.entry, trace.root.span_id)
    return Span(inside, inside.recorder.start_span(here.trace, here.span, here.span_id, name, **said), own)
