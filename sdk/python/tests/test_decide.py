"""Decisions, and what holds when there is none."""

from __future__ import annotations

import asyncio
from typing import Any, Dict

import pytest
from hubs import Project

from llm_trace_hub import UndecidedError

POLICY = """
version: 2
name: sdk
default: ALLOW_ANSWER
signals:
  pii: { kinds: [email], in: output }
rules:
  - id: pii-out
    when: signals.pii.count > 0
    then: BLOCK
    reason: PII_DETECTED
    message: I cannot share personal data.
"""


@pytest.fixture
def policy(project: Project) -> None:
    project.send("/policies", {"name": "sdk", "definition": POLICY, "active": True})


@pytest.mark.parametrize("asynchronous", [False, True])
def test_w63_an_answer_that_may_go_out_is_handed_back(client, project: Project, policy, asynchronous: bool) -> None:
    def guard(answer: str) -> Any:
        return asyncio.run(client.aguard(answer, input="where?")) if asynchronous else client.guard(answer, input="where?")

    with client.trace("chat", input="where?", user_id="u") as trace:
        good, bad = guard("It is on its way."), guard("Write to jane.doe@example.com.")
    assert (good.allowed, good.answer, good.action, good.unavailable) == (True, "It is on its way.", "ALLOW_ANSWER", None)
    assert (bad.allowed, bad.action, bad.reason_code) == (False, "BLOCK", "PII_DETECTED")
    assert bad.answer == "I cannot share personal data."
    client.flush()
    told = project.trace(trace.trace_id)
    assert good.trace_id == trace.trace_id
    assert (told.trace["name"], told.trace["user_id"]) == ("chat", "u")
    assert [decision["action"] for decision in told.decisions] == ["BLOCK", "ALLOW_ANSWER"]


def test_the_same_key_gives_the_same_decision_and_one_only(client, project: Project) -> None:
    with client.trace("t") as trace:
        first = client.decide(input="a", output="b", trace_id=trace.trace_id, idempotency_key="once")
    client.flush()
    again = client.decide(input="a", output="b", trace_id=trace.trace_id, idempotency_key="once")
    assert first.decision["id"] == again.decision["id"]
    assert len(project.trace(trace.trace_id).decisions) == 1


AWAY: Dict[str, Any] = {
    "is not there": ({"cut": "before"}, "unreachable"),
    "never answers": ({"hang": True}, "timeout"),
    "answers 503": ({"status": 503}, "unreachable"),
    "answers 500": ({"status": 500}, "unreachable"),
    "refuses the key": ({"status": 401}, "refused"),
    "answers something else": ({"body": '{"ok":true}'}, "bad_answer"),
    "answers an action that is none": ({"body": '{"decision":{"action":"YES"}}'}, "bad_answer"),
}


@pytest.mark.parametrize("what", AWAY)
def test_a_hub_that_gives_no_decision_blocks_unless_asked_otherwise_and_is_always_marked(what: str, open_client, faulty) -> None:
    how, reason = AWAY[what]
    client = open_client(base_url=faulty(lambda *_: how).url)
    timeout = 0.15 if reason == "timeout" else 1.0
    blocked = client.decide(output="x", timeout=timeout)
    allowed = asyncio.run(client.aguard("x", timeout=timeout, on_unavailable="allow"))
    assert (blocked.action, blocked.allowed, blocked.degraded, blocked.decision) == ("BLOCK", False, True, None)
    assert (allowed.allowed, allowed.answer, allowed.reason_code) == (True, "x", "HUB_UNAVAILABLE")
    assert {blocked.unavailable.reason, allowed.unavailable.reason} == {reason}
    assert client.stats().undecided == 2


def test_on_unavailable_may_be_a_function_or_throw_and_one_that_fails_blocks(open_client, faulty) -> None:
    client = open_client(base_url=faulty(lambda *_: {"status": 401}).url)

    def fail(_: Any) -> str:
        raise RuntimeError("no")

    def ask(on_unavailable: Any) -> str:
        return client.decide(output="x", on_unavailable=on_unavailable).action

    assert ask(lambda why: "ESCALATE" if why.reason == "refused" else "allow") == "ESCALATE"
    assert (ask(lambda _: "allow"), ask(lambda _: "perhaps"), ask(fail), ask(7)) == ("ALLOW_ANSWER", "BLOCK", "BLOCK", "BLOCK")
    with pytest.raises(UndecidedError) as raised:
        ask("throw")
    assert raised.value.why.reason == "refused"


def test_a_hub_that_is_back_within_the_time_decides_by_the_same_key(open_client, faulty, project: Project) -> None:
    server = faulty(lambda _, number: {"status": 503} if number <= 2 else None, behind=True)
    client = open_client(base_url=server.url)
    with client.trace("t"):
        decided = client.decide(input="a", output="b", timeout=10)
    assert decided.unavailable is None
    bodies = {came.body for came in server.came if came.path == "/api/v1/decide"}
    assert len(bodies) == 1


def test_a_decision_that_the_hub_did_not_make_is_seen_on_the_trace(open_client, faulty, project: Project) -> None:
    server = faulty(lambda came, _: {"status": 404} if came.path == "/api/v1/decide" else None, behind=True)
    client = open_client(base_url=server.url)
    with client.trace("t") as trace:
        client.guard("x", on_unavailable="allow")
    assert client.flush()
    assert "decision unavailable" in str(project.trace(trace.trace_id).timeline)


def test_the_event_loop_goes_on_while_a_decision_is_awaited(open_client, faulty) -> None:
    client = open_client(base_url=faulty(lambda *_: {"hang": True}).url)

    async def main() -> int:
        turns = 0
        decision = asyncio.ensure_future(client.adecide(output="x", timeout=0.2))
        while not decision.done():
            await asyncio.sleep(0.001)
            turns += 1
        return turns

    assert asyncio.run(main()) > 10
