"""The imperative calls of the client, under the names that they have always had."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, Dict, List, NamedTuple, Optional

from .encode import encode
from .handles import given
from .inside import Inside, safely
from .said import label as short, new_id
from .scope import Scope
from .wire import EVALS


class SpanContext(NamedTuple):
    """Where the running code stands. `span_id` is None in a trace of which only the id is known."""

    trace_id: str
    span_id: Optional[str]


def _has_no_loop() -> bool:
    return asyncio._get_running_loop() is None


class SpanCalls:
    """Traces, spans, lines and evaluations, by call."""

    _inside: Inside

    @safely(lambda *_, **__: "")
    def start_trace(
        self,
        name: str,
        input_text: Any = None,
        model: Optional[str] = None,
        environment: Optional[str] = None,
        user_id: Optional[str] = None,
        session_id: Optional[str] = None,
        attributes: Optional[Dict[str, Any]] = None,
        *,
        release: Optional[str] = None,
        tags: Optional[List[str]] = None,
        trace_id: Optional[str] = None,
        external_trace_id: Optional[str] = None,
        user_review_passed: Optional[bool] = None,
    ) -> str:
        """Begins a trace, which is the one of the code that follows until `end_trace`; gives its id."""
        said = {"input": input_text, "user_id": user_id, "session_id": session_id, "model": model, "tags": tags}
        more = {"environment": environment, "release": release, "attributes": attributes}
        ids = {"trace_id": trace_id, "external_trace_id": external_trace_id}
        reviewed = given(user_review_passed=user_review_passed)
        trace, root = self._inside.recorder.start_trace(name, **given(**said, **more, **ids), **reviewed)
        trace.by_main = threading.current_thread() is threading.main_thread() and _has_no_loop()
        self._inside.traces.set(trace.id, trace)
        self._inside.scopes.enter(Scope(trace, root, root.id))
        return trace.id

    @safely()
    def end_trace(
        self,
        trace_id: Optional[str] = None,
        *,
        output_text: Any = None,
        status: Optional[str] = None,
        error: Any = None,
        attributes: Optional[Dict[str, Any]] = None,
        tags: Optional[List[str]] = None,
        user_review_passed: Optional[bool] = None,
    ) -> None:
        """Ends a trace, by default the one around, and its root span."""
        trace = self._inside.trace_of(trace_id)
        if trace is None:
            return
        said = given(output=output_text, status=status, error=error, attributes=attributes, tags=tags)
        self._inside.recorder.end_trace(trace, **said, **given(user_review_passed=user_review_passed))
        self._inside.traces.pop(trace.id)

    @safely(lambda *_, **__: SpanContext("", None))
    def start_span(
        self,
        name: str,
        span_type: str = "task",
        attributes: Optional[Dict[str, Any]] = None,
        *,
        input: Any = None,
        usage: Optional[Dict[str, Any]] = None,
        span_id: Optional[str] = None,
    ) -> SpanContext:
        """Begins a span, the parent of those that follow until `end_span`. Outside of a trace it begins one."""
        inside = self._inside
        here = inside.scopes.current()
        if here is None:
            self.start_trace(name)
            here = inside.scopes.current()
            if here is None:
                return SpanContext("", None)
        said = given(attributes=attributes, input=input, usage=usage)
        span = inside.recorder.start_span(
            here.trace, here.span, here.span_id, name, type=span_type, span_id=span_id, **said
        )
        inside.spans.set(span.id, span)
        inside.scopes.enter(Scope(here.trace, span, span.id))
        return SpanContext(here.trace.id, span.id)

    @safely()
    def end_span(
        self,
        status: Optional[str] = None,
        error: Any = None,
        span_id: Optional[str] = None,
        *,
        output: Any = None,
        attributes: Optional[Dict[str, Any]] = None,
        usage: Optional[Dict[str, Any]] = None,
    ) -> None:
        """Ends a span, by default the current one; its parent is current again."""
        here = self._inside.scopes.current() if span_id is None else None
        span = self._inside.spans.get(span_id) if span_id is not None else here.span if here else None
        # The root span ends with its trace.
        if span is None or span is span.trace.root:
            return
        said = given(output=output, attributes=attributes, usage=usage)
        self._inside.recorder.end_span(span, status=status, error=error, **said)
        self._inside.spans.pop(span.id)

    @safely()
    def amend_span(
        self,
        span_id: str,
        trace_id: Optional[str] = None,
        *,
        name: Optional[str] = None,
        type: Optional[str] = None,
        status: Optional[str] = None,
        error: Any = None,
        input: Any = None,
        output: Any = None,
        attributes: Optional[Dict[str, Any]] = None,
        usage: Optional[Dict[str, Any]] = None,
    ) -> None:
        """Says more of a span, or corrects it, also long after its end."""
        known = self._inside.spans.get(span_id)
        trace = known.trace if known is not None else self._inside.trace_of(trace_id)
        if trace is not None:
            said = given(name=name, type=type, status=status, error=error, input=input, output=output, usage=usage)
            self._inside.recorder.amend(trace, str(span_id), **said, **given(attributes=attributes))

    @safely()
    def log_event(
        self, message: str, level: str = "info", span_id: Optional[str] = None, metadata: Optional[Dict[str, Any]] = None
    ) -> None:
        """Writes a line on the timeline, by default at the current span."""
        here = self._inside.scopes.current()
        known = self._inside.spans.get(span_id)
        trace = known.trace if known is not None else here.trace if here else None
        if trace is not None:
            at = span_id if span_id is not None else here.span_id if here else None
            self._inside.recorder.log(trace, at, message, level, metadata)

    @safely()
    def attach_eval(
        self,
        eval_name: str,
        eval_model: str,
        score: float,
        passed: bool,
        trace_id: Optional[str] = None,
        span_id: Optional[str] = None,
        metadata: Optional[Dict[str, Any]] = None,
        user_review_passed: Optional[bool] = None,
        *,
        label: Optional[str] = None,
        explanation: Optional[str] = None,
        idempotency_key: Optional[str] = None,
    ) -> None:
        """Attaches a score or verdict to a trace, by default the one around, or to a span of it."""
        trace = self._inside.trace_of(trace_id)
        if trace is None and span_id is None:
            return
        body = given(
            **{"trace_id": trace.id if trace else None, "span_id": span_id, "metadata": metadata},
            **{"eval_name": short(eval_name), "eval_model": short(eval_model), "score": score, "passed": passed},
            **{"label": None if label is None else short(label), "user_review_passed": user_review_passed},
            explanation=None if explanation is None else str(explanation)[:10_000],
            # Settled here, so that a retry is no second evaluation.
            idempotency_key=idempotency_key or new_id(),
        )
        self._inside.recorder.post(trace, EVALS, encode(body))

    @safely()
    def set_context(self, trace_id: str, span_id: Optional[str] = None) -> None:
        """Makes a trace, and a span of it, the one of the code that follows; what came from elsewhere goes on here."""
        trace = self._inside.trace_of(trace_id)
        if trace is not None:
            self._inside.scopes.enter(Scope(trace, self._inside.spans.get(span_id), span_id))

    @safely()
    def get_context(self) -> Optional[SpanContext]:
        """The trace and span around, or None."""
        here = self._inside.scopes.current()
        return None if here is None else SpanContext(here.trace.id, here.span_id)
