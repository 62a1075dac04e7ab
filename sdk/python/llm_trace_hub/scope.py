"""Where the running code stands, each client with its own place, kept over `await`."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, NamedTuple, Optional

from .entries import SpanEntry, TraceEntry


class Scope(NamedTuple):
    """In a trace, inside a span of it; the span may be known by its id only."""

    trace: TraceEntry
    span: Optional[SpanEntry]
    span_id: Optional[str]


# The client's own work, which is never traced.
APART = "apart"


class Scopes:
    """A context variable, with what ended out of turn passed over."""

    def __init__(self) -> None:
        self._place: ContextVar[Any] = ContextVar("tracehub", default=None)

    def raw(self) -> Any:
        return self._place.get()

    def enter(self, scope: Any) -> None:
        """Makes a scope the one of the code that follows."""
        self._place.set(scope)

    def leave(self, scope: Any, before: Any) -> None:
        """Back to where the code stood, unless it has gone elsewhere meanwhile."""
        if self._place.get() is scope:
            self._place.set(before)

    @property
    def is_apart(self) -> bool:
        return self._place.get() is APART

    def current(self) -> Optional[Scope]:
        """The trace around, and the innermost span that has not ended."""
        scope = self._place.get()
        if scope is None or scope is APART or scope.trace.ended is not None:
            return None
        span = scope.span
        if span is None or span.ended is None:
            return scope
        while span is not None and span.ended is not None:
            span = span.parent
        return Scope(scope.trace, span, span.id if span is not None else None)
