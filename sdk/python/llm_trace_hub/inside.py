"""What the parts of a client share, and the ways in and out that keep faults from the app."""

from __future__ import annotations

import functools
import threading
from typing import Any, Callable, Dict, Generic, Optional, TypeVar, cast

import httpx

from .counters import Counters
from .entries import SpanEntry, TraceEntry
from .options import Settings
from .post import Poster
from .recorder import Recorder
from .scope import Scopes
from .sender import Sender
from .workers import Workers

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
_MOST_OPEN = 10_000


class OpenById(Generic[T]):
    """What is open, by its id; the oldest is forgotten when nobody ever ends what they begin."""

    def __init__(self) -> None:
        self._open: Dict[str, T] = {}

    def get(self, id: Optional[str]) -> Optional[T]:
        return None if id is None else self._open.get(id)

    def set(self, id: str, value: T) -> None:
        self._open[id] = value
        if len(self._open) > _MOST_OPEN:
            self._open.pop(next(iter(self._open)), None)

    def pop(self, id: str) -> Optional[T]:
        return self._open.pop(id, None)

    def values(self):
        return list(self._open.values())


class Inside:
    """One client's record, place, queue and connections, under one lock."""

    def __init__(self, settings: Settings, transport: Optional[httpx.BaseTransport] = None) -> None:
        # Reentrant: a signal handler or a finalizer of the app may come in while it is held.
        self.lock = threading.RLock()
        self.settings = settings
        self.counters = Counters(settings, self.lock)
        self.scopes = Scopes()
        self.poster = Poster(settings, transport)
        self.sender = Sender(settings, self.counters, self.poster, self.lock)
        self.recorder = Recorder(settings, self.counters, self.sender, self.lock)
        self.deciders = Workers("tracehub-decide", 32)
        self.traces: OpenById[TraceEntry] = OpenById()
        self.spans: OpenById[SpanEntry] = OpenById()

    def trace_of(self, trace_id: Optional[str]) -> Optional[TraceEntry]:
        """The trace of this id, or the one around."""
        if trace_id is None:
            here = self.scopes.current()
            return here.trace if here else None
        return self.traces.get(trace_id) or self.recorder.foreign(trace_id)

    def forget(self) -> None:
        """In a forked process."""
        self.counters.forget()
        self.poster.forget()
        self.sender.forget()
        self.deciders.forget()


def _nothing(*_: Any, **__: Any) -> None:
    return None


def safely(otherwise: Callable[..., Any] = _nothing) -> Callable[[F], F]:
    """Keeps what fails inside a method from the app; `otherwise` is called like the method, for what is given then."""

    def wrap(method: F) -> F:
        @functools.wraps(method)
        def safe(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                return method(self, *args, **kwargs)
            except Exception as error:
                self._inside.counters.fault(error)
                return otherwise(self, *args, **kwargs)

        return cast(F, safe)

    return wrap
