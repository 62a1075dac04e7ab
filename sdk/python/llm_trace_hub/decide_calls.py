"""`decide` and `guard`, for code that waits and for code that awaits."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import asdict
from typing import Any, Dict, List, Optional, Tuple

from .decide import Decided, Guarded, OnUnavailable, Unavailable, asking, decide_body, inline_trace, stand_in
from .inside import Inside

_TIMEOUT_SEC = 2.0


def _guarded(answer: Any, decided: Decided) -> Guarded:
    return Guarded(**{**decided.__dict__, "answer": answer if decided.allowed else decided.message})


class DecideCalls:
    """The decision calls of the client."""

    _inside: Inside

    def _question(self, said: Dict[str, Any]) -> Tuple[Optional[str], Optional[str]]:
        """The body of the request and the id of its trace; no body when there is nobody to ask."""
        inside, trace_id = self._inside, said.pop("trace_id")
        try:
            here = inside.scopes.current()
            known = inside.traces.get(trace_id) if trace_id is not None else here.trace if here else None
            trace = inline_trace(known) if known is not None and known.sampled else None
            if trace is None and trace_id is not None:
                # A trace that the hub has not heard of yet is created by the decision.
                trace = {"trace_id": str(trace_id)}
            if not inside.settings.enabled:
                return None, trace_id
            return decide_body(trace, said.pop("idempotency_key"), **said), trace_id
        except Exception as error:
            inside.counters.fault(error)
            return None, trace_id

    def _answer(self, answer: Any, on_unavailable: OnUnavailable, trace_id: Optional[str]) -> Decided:
        if isinstance(answer, Decided):
            return answer
        here = self._inside.scopes.current()
        decided = stand_in(self._inside, answer, on_unavailable, trace_id or (here.trace.id if here else None))
        if here:
            about = {**asdict(answer), "action": decided.action}
            with contextlib.suppress(Exception):
                self._inside.recorder.log(here.trace, here.span_id, "decision unavailable", "warning", about)
        return decided

    def decide(
        self,
        *,
        input: Any = None,
        output: Any = None,
        contexts: Optional[List[str]] = None,
        trace_id: Optional[str] = None,
        idempotency_key: Optional[str] = None,
        request_payload: Optional[Dict[str, Any]] = None,
        response_payload: Optional[Dict[str, Any]] = None,
        policy_id: Optional[str] = None,
        policy_version: Optional[int] = None,
        dry_run: Optional[bool] = None,
        timeout: float = _TIMEOUT_SEC,
        on_unavailable: OnUnavailable = "block",
    ) -> Decided:
        """Asks the hub whether an answer may go out; answers within `timeout` seconds, retries included.

        When the hub gives no decision, `on_unavailable` says what holds: `block` (the default), `allow`, what a function
        says of it, or an `UndecidedError` with `throw`. Such a decision has `unavailable` set, and is counted.
        """
        body, trace = self._question(
            {
                **{"input": input, "output": output, "contexts": contexts, "trace_id": trace_id},
                **{"request_payload": request_payload, "response_payload": response_payload, "dry_run": dry_run},
                **{"force_policy_id": policy_id, "force_policy_version": policy_version},
                "idempotency_key": idempotency_key,
            }
        )
        answer: Any = Unavailable("disabled", "the client is switched off")
        if body is not None:
            ask = asking(self._inside, body, timeout)
            ask.start()
            ask.done.wait(timeout)
            answer = ask.answer
        return self._answer(answer, on_unavailable, trace)

    async def adecide(self, *, timeout: float = _TIMEOUT_SEC, on_unavailable: OnUnavailable = "block", **said: Any) -> Decided:
        """`decide` for asyncio, with the same arguments: the event loop is not held up."""
        names = ("input", "output", "contexts", "trace_id", "idempotency_key", "request_payload", "response_payload")
        question = {name: said.get(name) for name in (*names, "dry_run")}
        question["force_policy_id"], question["force_policy_version"] = said.get("policy_id"), said.get("policy_version")
        body, trace = self._question(question)
        answer: Any = Unavailable("disabled", "the client is switched off")
        if body is not None:
            loop, done = asyncio.get_running_loop(), asyncio.Event()

            def tell() -> None:
                with contextlib.suppress(RuntimeError):  # The loop may be closed by then.
                    loop.call_soon_threadsafe(done.set)

            ask = asking(self._inside, body, timeout)
            ask.start(tell)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(done.wait(), timeout)
            answer = ask.answer
        return self._answer(answer, on_unavailable, trace)

    def guard(self, answer: Any, **question: Any) -> Guarded:
        """`decide` for one answer: gives it back when it may go out, else what the policy wants to be said instead."""
        return _guarded(answer, self.decide(output=answer, **question))

    async def aguard(self, answer: Any, **question: Any) -> Guarded:
        """`guard` for asyncio."""
        return _guarded(answer, await self.adecide(output=answer, **question))
