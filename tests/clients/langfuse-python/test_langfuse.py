"""The SDK 2 of Langfuse, unmodified, against the door that it knows."""

from __future__ import annotations

import os
from datetime import datetime, timezone

import httpx
import pytest
from langfuse import Langfuse
from langfuse.decorators import langfuse_context, observe

HUB = os.environ["TRACEHUB_TEST_HUB"]


class Project:
    def __init__(self) -> None:
        admin = httpx.Client(base_url=HUB, headers={"x-api-key": "dev-key"})
        made = admin.post("/api/v1/projects", json={"name": f"langfuse {datetime.now(timezone.utc)}"}).json()
        rotated = admin.post(f"/api/v1/projects/{made['id']}/rotate-key").json()
        self.id: str = made["id"]
        self.key: str = rotated["api_key"]
        self.http = httpx.Client(base_url=HUB, headers={"x-api-key": self.key})

    def trace(self, trace_id: str) -> tuple[dict, dict[str, dict]]:
        told = self.http.get(f"/api/v1/traces/{trace_id}").json()
        return told, {span["name"]: span for span in told["spans"]}


@pytest.fixture
def project() -> Project:
    return Project()


@pytest.fixture
def langfuse(project: Project) -> Langfuse:
    return Langfuse(public_key="pk-any", secret_key=project.key, host=HUB, release="r-7", environment="staging")


def test_the_key_is_checked(langfuse: Langfuse) -> None:
    assert langfuse.auth_check()
    wrong = Langfuse(public_key="pk-any", secret_key="-".join(["sk", "wrong"]), host=HUB)
    with pytest.raises(Exception):
        wrong.auth_check()


def test_observations_and_scores(project: Project, langfuse: Langfuse) -> None:
    trace = langfuse.trace(name="chat", user_id="u-1", session_id="s-1", tags=["beta"], input={"q": "why?"})
    span = trace.span(name="work", input={"q": "why?"}, metadata={"attempt": 1})
    generation = span.generation(name="call", model="gpt-4.1", input=[{"role": "user", "content": "why?"}])
    generation.update(completion_start_time=datetime.now(timezone.utc))
    generation.end(
        output="because",
        usage_details={"input": 80, "input_cache_read": 40, "output": 24, "total": 144},
        cost_details={"input": 0.25, "output": 0.5},
    )
    span.event(name="cache miss", level="DEBUG")
    span.update(level="ERROR", status_message="cut off")
    span.end(output="because", metadata={"done": True})
    trace.update(output="because")
    generation.score(name="tone", value=0.8, comment="kind")
    trace.score(name="topic", value="refund", data_type="CATEGORICAL")
    langfuse.flush()

    told, spans = project.trace(trace.id)
    shown = told["trace"]
    assert {name: shown[name] for name in ("name", "status", "user_id", "session_id", "tags", "release")} == {
        "name": "chat",
        "status": "error",
        "user_id": "u-1",
        "session_id": "s-1",
        "tags": ["beta"],
        "release": "r-7",
    }
    assert (shown["environment"], shown["output_text"], shown["total_spans"]) == ("staging", "because", 3)
    assert (shown["input_tokens"], shown["output_tokens"], shown["cost_usd"]) == (120, 24, 0.75)
    assert (spans["work"]["status"], spans["work"]["error"], spans["work"]["output"]) == ("error", "cut off", "because")
    assert spans["work"]["attributes"]["metadata"] == {"attempt": 1, "done": True}
    assert (spans["call"]["span_type"], spans["call"]["cache_read_tokens"]) == ("llm", 40)
    assert spans["call"]["parent_span_id"] == span.id
    assert spans["cache miss"]["span_type"] == "event"
    scores = sorted((one["eval_name"], one["score"], one["label"], one["span_id"]) for one in told["evaluations"])
    assert scores == [("tone", 0.8, None, generation.id), ("topic", 1, "refund", None)]


def test_functions_that_are_observed(project: Project) -> None:
    langfuse_context.configure(public_key="pk-any", secret_key=project.key, host=HUB, enabled=True)
    seen: dict[str, str] = {}

    @observe(as_type="generation")
    def call(question: str) -> str:
        langfuse_context.update_current_observation(model="gpt-4.1", usage={"input": 7, "output": 3})
        raise ValueError("bad tool")

    @observe()
    def answer(question: str) -> str:
        seen["trace"] = langfuse_context.get_current_trace_id()
        langfuse_context.update_current_trace(user_id="u-2")
        try:
            return call(question)
        except ValueError:
            return "sorry"

    assert answer("why?") == "sorry"
    langfuse_context.flush()

    # The outermost function is the trace itself, and how that ended is on no wire: it ends as what it called last did.
    told, spans = project.trace(seen["trace"])
    assert (told["trace"]["name"], told["trace"]["user_id"], told["trace"]["status"]) == ("answer", "u-2", "error")
    assert (told["trace"]["input_tokens"], told["trace"]["output_tokens"]) == (7, 3)
    assert (spans["call"]["status"], spans["call"]["error"]) == ("error", "bad tool")
    assert told["trace"]["output_text"] == "sorry"
