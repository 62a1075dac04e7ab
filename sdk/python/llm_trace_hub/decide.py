"""Asks the hub whether an answer may go out."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, Optional, Union

from .encode import encode
from .entries import TraceEntry
from .inside import Inside
from .said import is_usable_id, label, new_id
from .scope import APART

# Weakest first.
ACTIONS = ("ALLOW_ANSWER", "ALLOW_WITH_WARNING", "NEED_CLARIFICATION", "ESCALATE", "BLOCK")
_FIRST_PAUSE_SEC = 0.05
_MOST_BODY = 8_000_000


@dataclass(frozen=True)
class Unavailable:
    """Why the hub gave no decision: disabled, timeout, unreachable, refused or bad_answer."""

    reason: str
    detail: str


@dataclass(frozen=True)
class Decided:
    """A decision, from the hub or, with `unavailable` set, from `on_unavailable`."""

    action: str
    # The answer may go out: ALLOW_ANSWER or ALLOW_WITH_WARNING.
    allowed: bool
    reason_code: str
    # What the policy wants the user to be told.
    message: Optional[str]
    trace_id: Optional[str]
    # Something had failed, and a default took its place.
    degraded: bool
    unavailable: Optional[Unavailable]
    # The decision as the hub answered it.
    decision: Optional[Dict[str, Any]]


@dataclass(frozen=True)
class Guarded(Decided):
    """A decision on one answer; `answer` is what may go out: itself, else the policy's message, else None."""

    answer: Any


class UndecidedError(Exception):
    """Raised by `decide` when the hub gave no decision and `on_unavailable` is `throw`."""

    def __init__(self, why: Unavailable) -> None:
        super().__init__(f"no decision: {why.reason}, {why.detail}")
        self.why = why


OnUnavailable = Union[str, Callable[[Unavailable], str]]


def _allows(action: str) -> bool:
    return action in ACTIONS[:2]


def _text(value: Any) -> Optional[str]:
    return value if isinstance(value, str) else None


def _read_decision(body: Any) -> Optional[Decided]:
    decision = body.get("decision") if isinstance(body, dict) else None
    if not isinstance(decision, dict) or decision.get("action") not in ACTIONS:
        return None
    action = decision["action"]
    return Decided(
        action=action,
        allowed=_allows(action),
        reason_code=_text(decision.get("reason_code")) or "",
        message=_text(decision.get("message")),
        trace_id=_text(decision.get("trace_id")),
        degraded=decision.get("degraded") is True,
        unavailable=None,
        decision=decision,
    )


def inline_trace(trace: TraceEntry) -> Dict[str, Any]:
    """The trace around, as the hub may have to create it for the decision."""
    names = ("name", "user_id", "session_id", "environment", "release", "model", "tags")
    words = {name: trace.words[name] for name in names if trace.words.get(name) is not None}
    return {"trace_id": trace.id, **words}


def decide_body(trace: Optional[Dict[str, Any]], key: Optional[str], **said: Any) -> str:
    """The JSON of a decision's request."""
    contexts = said.pop("contexts", None)
    body = {
        "idempotency_key": label(key) if is_usable_id(key) else new_id(),
        "trace": trace,
        "contexts": [str(each) for each in contexts][:200] if contexts else None,
        **said,
    }
    return encode({name: value for name, value in body.items() if value is not None}, _MOST_BODY)


class _Asking:
    """One question, asked again with the same key while the hub is away and there is time."""

    def __init__(self, inside: Inside, body: str, timeout: float) -> None:
        self._inside = inside
        self._body = body
        self._until = time.monotonic() + timeout
        self.done = threading.Event()
        self.answer: Union[Decided, Unavailable] = Unavailable("timeout", f"no decision within {timeout:g} s")
        self._then: Optional[Callable[[], None]] = None

    def _ask(self) -> Union[Decided, Unavailable]:
        why = self.answer
        pause = _FIRST_PAUSE_SEC
        while True:
            left = self._until - time.monotonic()
            if left <= 0:
                return why
            # Compression would only make somebody wait.
            answer = self._inside.poster.post("/api/v1/decide", self._body, left, compress=False)
            if answer.kind == "taken":
                decided = _read_decision(answer.body)
                return decided or Unavailable("bad_answer", "the answer holds no decision")
            if answer.kind == "refused":
                return Unavailable("refused", answer.why)
            if answer.late:
                return why
            why = Unavailable("unreachable", answer.why)
            wait = pause if answer.after is None else answer.after
            if time.monotonic() + wait >= self._until:
                return why
            time.sleep(wait)
            pause *= 2

    def run(self) -> None:
        """On a thread of its own: looking up a name, for one, cannot be bounded in time."""
        self._inside.scopes.enter(APART)
        try:
            answer = self._ask()
        except Exception as error:
            self._inside.counters.fault(error)
            answer = Unavailable("unreachable", "a fault inside the client")
        self.answer = answer
        self.done.set()
        if self._then:
            self._then()

    def start(self, then: Optional[Callable[[], None]] = None) -> None:
        self._then = then
        if not self._inside.deciders.submit(self.run):
            self.answer = Unavailable("unreachable", "the process is ending")
            self.done.set()
            if then:
                then()


def asking(inside: Inside, body: str, timeout: float) -> _Asking:
    return _Asking(inside, body, max(0.0, timeout))


def stand_in(inside: Inside, why: Unavailable, on_unavailable: OnUnavailable, trace_id: Optional[str]) -> Decided:
    """Asks `on_unavailable`; one that fails, or says nothing sensible, blocks."""
    inside.counters.count("undecided")
    inside.counters.warn("undecided", f"no decision: {why.reason}, {why.detail}")
    if on_unavailable in ("throw", "raise"):
        raise UndecidedError(why)
    said: Any = on_unavailable
    try:
        if callable(on_unavailable):
            said = on_unavailable(why)
    except Exception as error:
        inside.counters.fault(error)
    action = said if said in ACTIONS else "ALLOW_ANSWER" if said == "allow" else "BLOCK"
    return Decided(action, _allows(action), "HUB_UNAVAILABLE", None, trace_id, True, why, None)
