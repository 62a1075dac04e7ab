"""Any value, any option, and none of it hurts."""

from __future__ import annotations

import dataclasses
import enum
import json
import random
import time
from datetime import datetime, timezone
from typing import Any

import pytest
from hubs import Project

from llm_trace_hub import LLMTraceClient
from llm_trace_hub.encode import encode
from llm_trace_hub.options import read_options
from llm_trace_hub.post import read_retry_after
from llm_trace_hub.said import new_id, read_usage


def cyclic() -> Any:
    value: Any = {"name": "a"}
    value["self"] = value
    value["list"] = [value]
    return value


def deep(levels: int = 5000) -> Any:
    value: Any = "end"
    for _ in range(levels):
        value = {"value": value}
    return value


def doubling() -> Any:
    """Small in memory, without end when written."""
    value: Any = ["leaf"]
    for _ in range(30):
        value = [value, value]
    return value


@dataclasses.dataclass
class Point:
    x: int
    y: Any


class Order:
    def __init__(self) -> None:
        self.id = 7
        self._session = "hidden"

    @property
    def total(self) -> int:
        raise RuntimeError("not loaded")


class Angry:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("no")

    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__


class Model:
    def model_dump(self) -> Any:
        return {"role": "user"}


class Color(enum.Enum):
    RED = "red"


VALUES = {
    "a cycle": (cyclic(), {"name": "a", "self": "[circular]", "list": ["[circular]"]}),
    "a date": (datetime(2026, 1, 2, tzinfo=timezone.utc), "2026-01-02T00:00:00+00:00"),
    "a set": ({1}, [1]),
    "bytes": (b"secret", "[bytes, 6 bytes]"),
    "numbers that JSON lacks": ([float("nan"), float("inf")], ["nan", "inf"]),
    "a big number": (10**30, 10**30),
    "a number past all bounds": (1 << 100_000, "[int, 100001 bits]"),
    "keys that are no text": ({1: "a", (2, 3): "b", None: "c"}, {"1": "a", "(2, 3)": "b", "None": "c"}),
    "a dataclass": (Point(1, Point(2, None)), {"x": 1, "y": {"x": 2, "y": None}}),
    "a model": ([Model()], [{"role": "user"}]),
    "an object": (Order(), {"id": 7}),
    "an object that raises": ([Angry()], None),
    "an error": (ValueError("bad"), {"name": "ValueError", "message": "bad", "cause": None}),
    "a function and a class": ([deep, Order], ["[function deep]", "[class Order]"]),
    "an enum": (Color.RED, "red"),
    "a lone surrogate": ("\ud800", "\ud800"),
    "a tuple": ((1, "a"), [1, "a"]),
}


@pytest.mark.parametrize("what", VALUES)
def test_a_value_is_written_in_words(what: str) -> None:
    value, expected = VALUES[what]
    text = encode(value)
    assert expected is None or json.loads(text) == expected


def test_what_is_too_long_too_deep_or_too_much_is_cut_and_says_so() -> None:
    assert "deeper than 40 levels" in encode(deep())
    assert json.loads(encode("x" * 500, 100)) == "x" * 100 + "…[cut, 400 characters left out]"
    assert "items left out" in encode(list(range(10_000)), 1000) and len(encode(list(range(10_000)), 1000)) < 1300
    assert "members left out" in encode({f"key{n}": n for n in range(10_000)}, 1000)
    assert len(encode(doubling(), 10_000)) < 100_000
    inner = Order()
    inner.child = Order()  # type: ignore[attr-defined]
    inner.child.child = Order()
    assert json.loads(encode(inner)) == {"id": 7, "child": {"id": 7, "child": "[Order]"}}


def test_w58_no_value_name_or_id_makes_a_call_raise_or_an_item_be_refused(client: LLMTraceClient, project: Project) -> None:
    odd = [cyclic(), deep(), 10**30, Order(), b"x", deep, None, "\ud800\0", Angry(), object(), {"a": {1, 2}}]
    trace = client.trace("odd \0 name \ud800", trace_id="x" * 500, user_id="u" * 500, tags=["t" * 500])
    for value in odd:
        trace.span("s" * 3000, type="y" * 100, input=value, attributes=value).end(output=value)
    usage: Any = {"input_tokens": -1, "output_tokens": 1.4, "cost_usd": float("nan"), "model": "m" * 300}
    trace.span("usage", usage=usage).end(error=Angry())
    trace.span("typo", inputs=1)  # type: ignore[call-arg]
    trace.set(attributes={"deep": deep()}, output=cyclic())
    client.start_span(None)  # type: ignore[arg-type]
    client.end_span(status=Angry())  # type: ignore[arg-type]
    client.log_event(10**30, metadata=cyclic())  # type: ignore[arg-type]
    client.end_langgraph_node(None)  # type: ignore[arg-type]
    client.attach_eval(None, None, 1, True, trace_id=trace.trace_id)  # type: ignore[arg-type]
    client.ingest_langgraph_run("g", nodes=[{"no": "id"}])
    client.end_trace()
    trace.end()
    client.flush()
    stats = client.stats()
    assert (stats.dropped, stats.rejected, stats.pending) == (0, 0, 0)
    told = project.trace(trace.trace_id).trace
    assert (told["total_spans"], told["ended_spans"]) == (len(odd) + 2, len(odd) + 2)


def test_a_mask_sees_every_text_before_it_leaves_and_one_that_fails_hides_it(open_client, project: Project) -> None:
    def mask(value: Any, field: str) -> Any:
        if field == "output":
            raise RuntimeError("the mask is broken")
        return json.loads(json.dumps(value).replace("secret", "***"))

    client = open_client(mask=mask)
    with client.trace("masked", input="my secret") as trace:
        trace.log("a secret", {"note": "secret"})
        trace.span("s", input={"key": "secret"}, attributes={"a": "secret"}).end(output="secret", error=ValueError("secret"))
        trace.set(output="secret")
    client.flush()
    answer = project.ask(f"/traces/{trace.trace_id}")
    assert "secret" not in json.dumps(answer)
    span = project.trace(trace.trace_id).span("s")
    assert (span["input"], span["output"], span["error"]) == ({"key": "***"}, "[masking failed]", "ValueError: ***")


def test_a_clock_that_is_set_back_bends_no_duration(client, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = client.trace("clock")
    span = trace.span("work")
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 3600)
    trace.span("inside").end()
    span.end()
    trace.end()
    monkeypatch.undo()
    client.flush()
    told = project.trace(trace.trace_id)
    for each in (told.trace, *told.spans):
        assert 0 <= each["duration_ms"] < 60_000


def test_what_is_not_sampled_or_switched_off_is_not_sent_and_the_app_runs_the_same(open_client) -> None:
    for options in ({"sample_rate": 0}, {"enabled": False}):
        client = open_client(**options)
        with client.trace("t") as trace, trace.span("s") as span:
            span.set(output=1)
        client.start_trace("x")
        client.start_langgraph_node("n")
        client.attach_eval("e", "m", 1, True)
        client.end_trace()
        assert client.observe(lambda: 3)() == 3
        assert client.flush()
        stats = client.stats()
        assert (stats.recorded, stats.acknowledged, stats.faults) == (0, 0, 0)
    decided = client.decide(output="x")
    assert (decided.allowed, decided.unavailable.reason) == (False, "disabled")


def test_the_environment_fills_in_what_is_not_given() -> None:
    env = {
        **{"TRACEHUB_BASE_URL": "https://hub.example/", "TRACEHUB_API_KEY": "k", "TRACEHUB_ENABLED": "0"},
        **{"TRACEHUB_ENVIRONMENT": "prod", "TRACEHUB_RELEASE": "1.2", "TRACEHUB_SAMPLE_RATE": "0.25"},
    }
    read = read_options(env=env)
    assert (read.base_url, read.api_key, read.enabled) == ("https://hub.example", "k", False)
    assert (read.environment, read.release, read.sample_rate) == ("prod", "1.2", 0.25)
    given = read_options(base_url="http://other:1", enabled=True, sample_rate=7, env=env)
    assert (given.base_url, given.enabled, given.sample_rate) == ("http://other:1", True, 1)
    assert (read_options(env={}).base_url, read_options(env={}).api_key) == ("http://localhost:8000", "dev-key")
    said: list = []
    assert not read_options(base_url="localhost:8000", on_warning=said.append, env={}).enabled
    assert len(said) == 1


def test_retry_after_is_read_as_a_number_or_a_date() -> None:
    assert read_retry_after("2", 0) == 2
    assert read_retry_after("Thu, 01 Jan 1970 00:00:30 GMT", 10) == 20
    assert read_retry_after("Thu, 01 Jan 1970 00:00:30 GMT", 100) == 0
    assert read_retry_after("999999", 0) == 300
    assert read_retry_after("soon", 0) is None and read_retry_after("nan", 0) is None and read_retry_after(None, 0) is None


def test_ids_differ_though_the_app_seeds_its_own_random() -> None:
    random.seed(42)
    one = new_id()
    random.seed(42)
    assert one != new_id()
    assert len({new_id() for _ in range(10_000)}) == 10_000


def test_usage_is_read_under_many_names() -> None:
    assert read_usage({"prompt_tokens": 3, "completion_tokens": 4}) == {"input_tokens": 3, "output_tokens": 4}
    assert read_usage({"total_tokens": 10, "completion_tokens": 4}) == {"output_tokens": 4, "input_tokens": 6}
    assert read_usage({"input_tokens": True, "output_tokens": 1 << 40, "model": 7}) == {}
    assert read_usage("much") == {}
