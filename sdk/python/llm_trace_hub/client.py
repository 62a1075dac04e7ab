"""The client: records what an LLM app does and asks for decisions."""

from __future__ import annotations

import asyncio
import functools
import sys
from dataclasses import replace
from typing import Any, Callable, Dict, List, Optional

import httpx

from . import at_exit
from .counters import Stats
from .decide_calls import DecideCalls
from .flushes import FlushError, FlushReport
from .graph_calls import GraphCalls
from .handles import Span, Trace, given, open_span, open_trace, silent_span
from .inside import Inside, safely
from .observe import observed
from .options import Drop, Mask, read_options

_FLUSH_SEC = 10.0


class LLMTraceClient(GraphCalls, DecideCalls):
    """Records what an LLM app does and asks for decisions.

    No method raises into the app or waits on the network in the caller's stack, but for those that are asked to: `flush`
    and `decide` wait within their timeouts. What is not given is taken from `TRACEHUB_BASE_URL`, `TRACEHUB_API_KEY`,
    `TRACEHUB_ENABLED`, `TRACEHUB_ENVIRONMENT`, `TRACEHUB_RELEASE` and `TRACEHUB_SAMPLE_RATE`.
    """

    def __init__(
        self,
        base_url: Optional[str] = None,
        api_key: Optional[str] = None,
        batch_size: int = 500,
        flush_interval_sec: float = 1.0,
        max_retries: Optional[int] = None,
        *,
        enabled: Optional[bool] = None,
        environment: Optional[str] = None,
        release: Optional[str] = None,
        sample_rate: Optional[float] = None,
        max_queue_bytes: int = 16 * 1024 * 1024,
        request_timeout_sec: float = 10.0,
        exit_timeout_sec: float = 2.0,
        max_value_length: int = 1_000_000,
        mask: Optional[Mask] = None,
        on_drop: Optional[Callable[[Drop], None]] = None,
        on_warning: Optional[Callable[[str], None]] = None,
        transport: Optional[httpx.BaseTransport] = None,
    ) -> None:
        """`max_retries` is taken for older code and means nothing: what the hub does not take is kept and tried again."""
        settings = read_options(
            **{"base_url": base_url, "api_key": api_key, "enabled": enabled, "environment": environment},
            **{"release": release, "sample_rate": sample_rate, "max_queue_bytes": max_queue_bytes, "mask": mask},
            **{"batch_size": batch_size, "flush_interval_sec": flush_interval_sec, "on_warning": on_warning},
            **{"request_timeout_sec": request_timeout_sec, "exit_timeout_sec": exit_timeout_sec, "on_drop": on_drop},
            max_value_length=max_value_length,
        )
        self._inside = Inside(settings, transport)
        if settings.enabled:
            at_exit.remember(self)

    def trace(
        self,
        name: str,
        *,
        input: Any = None,
        user_id: Optional[str] = None,
        session_id: Optional[str] = None,
        model: Optional[str] = None,
        environment: Optional[str] = None,
        release: Optional[str] = None,
        tags: Optional[List[str]] = None,
        attributes: Optional[Dict[str, Any]] = None,
        trace_id: Optional[str] = None,
        external_trace_id: Optional[str] = None,
    ) -> Trace:
        """A trace for `with` or `async with`, which ends with its block; or to be ended with `end()`."""
        said = {"input": input, "user_id": user_id, "session_id": session_id, "model": model, "tags": tags}
        more = {"environment": environment, "release": release, "attributes": attributes}
        ids = {"trace_id": trace_id, "external_trace_id": external_trace_id}
        return open_trace(self._inside, name, **given(**said, **more, **ids))

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
    ) -> Span:
        """A span of the trace around, wherever the code stands; outside of one it is a trace of its own."""
        said = given(type=type, input=input, output=output, attributes=attributes, usage=usage, span_id=span_id)
        return open_span(self._inside, self._inside.scopes.current(), name, **said)

    def observe(
        self,
        run: Optional[Callable[..., Any]] = None,
        *,
        name: Optional[str] = None,
        type: str = "task",
        capture_input: bool = True,
        capture_output: bool = True,
    ) -> Any:
        """A decorator, with or without arguments: each call is a span; outside of a trace, a trace."""
        if run is None:
            return functools.partial(
                self.observe, name=name, type=type, capture_input=capture_input, capture_output=capture_output
            )
        return observed(self._inside, run, name, type, input=capture_input, output=capture_output)

    def flush(self, timeout: float = _FLUSH_SEC, *, strict: bool = False) -> FlushReport:
        """Waits until all that was recorded before is with the hub, or the time is over.

        The report is true when nothing is missing, and says else what was lost and what still waits. With `strict` a
        report that is not true is raised, as a `FlushError`.
        """
        report = self._inside.sender.flush(timeout) if self._inside.settings.enabled else FlushReport()
        if strict and not report:
            raise FlushError(report)
        return report

    async def aflush(self, timeout: float = _FLUSH_SEC, *, strict: bool = False) -> FlushReport:
        """`flush` for asyncio: the event loop is not held up."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, functools.partial(self.flush, timeout, strict=strict))

    def shutdown(self, timeout: float = _FLUSH_SEC, *, strict: bool = False) -> FlushReport:
        """Flushes and takes nothing more; what is unsent after that is counted as lost."""
        report = self.flush(timeout)
        at_exit.forget(self)
        self._inside.sender.close()
        self._inside.poster.close()
        if strict and not report:
            raise FlushError(report)
        return report

    async def ashutdown(self, timeout: float = _FLUSH_SEC, *, strict: bool = False) -> FlushReport:
        """`shutdown` for asyncio."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, functools.partial(self.shutdown, timeout, strict=strict))

    def stats(self) -> Stats:
        """What was recorded, acknowledged, lost, and what waits."""
        with self._inside.lock:
            waits = {"pending": self._inside.sender.pending, "pending_bytes": self._inside.sender.pending_bytes}
            return replace(self._inside.counters.stats, **waits)

    def _at_exit(self) -> None:
        """What the main thread began with `start_trace` and never ended, ends with the program."""
        error = getattr(sys, "last_value", None)
        for trace in self._inside.traces.values():
            if trace.by_main:
                self._inside.recorder.end_trace(trace, **given(error=error))
        timeout = self._inside.settings.exit_timeout_sec
        if timeout > 0 and self._inside.sender.pending:
            self._inside.sender.flush(timeout, inline=True)

