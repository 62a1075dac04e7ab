"""The code that the project began with, word for word."""

from __future__ import annotations

import pytest
from hubs import HUB, Project

SPANS = '''
from llm_trace_hub import LLMTraceClient

client = LLMTraceClient(base_url="http://localhost:8000", api_key="dev-key")

trace_id = client.start_trace(
    name="chat-request",
    input_text="질문",
    model="gpt-4.1-mini",
    environment="prod",
    user_id="user-1",
    session_id="sess-1",
)

span = client.start_span("retrieval", span_type="tool", attributes={"source": "kb"})
client.log_event("retrieved docs", metadata={"k": 5}, span_id=span.span_id)
client.end_span(status="success", span_id=span.span_id)

client.attach_eval(
    eval_name="faithfulness",
    eval_model="gpt-4.1-mini",
    score=0.9,
    passed=True,
    trace_id=trace_id,
    user_review_passed=True,
)

client.flush()
'''

NODES = '''
trace_id = client.start_langgraph_run(
    graph_name="agent_router",
    run_id="lg-run-001",
    input_text="환불 규정 알려줘",
    model="gpt-4.1-mini",
)

client.start_langgraph_node(
    node_id="router",
    node_name="intent_router",
    node_type="router",
    input_state={"question": "환불 규정 알려줘"},
)
client.end_langgraph_node(node_id="router", output_state={"route": "policy_lookup"})

client.start_langgraph_node(
    node_id="policy_lookup",
    node_name="policy_lookup",
    node_type="tool",
    parent_node_id="router",
    input_state={"route": "policy_lookup"},
)
client.end_langgraph_node(node_id="policy_lookup", output_state={"policy_id": "refund-v3"})

client.flush()
'''


def here(code: str, project: Project) -> str:
    """The same code against the hub and the project of this test."""
    return code.replace("http://localhost:8000", HUB).replace("dev-key", project.key)


def test_w56_the_seeds_spans_are_closed_and_its_trace_is_a_success(run, project: Project) -> None:
    code, _, err = run(here(SPANS, project))
    assert (code, err) == (0, "")
    [listed] = project.traces()
    told = project.trace(listed["id"])
    assert told.trace["name"] == "chat-request"
    assert told.trace["status"] == "success"
    assert (told.trace["total_spans"], told.trace["ended_spans"], told.trace["completion_rate"]) == (2, 2, 1)
    assert told.trace["input_text"] == "질문"
    assert (told.trace["environment"], told.trace["user_id"], told.trace["session_id"]) == ("prod", "user-1", "sess-1")
    retrieval = told.span("retrieval")
    assert (retrieval["status"], retrieval["span_type"], retrieval["attributes"]) == ("success", "tool", {"source": "kb"})
    assert retrieval["parent_span_id"] == told.root["id"]
    [evaluation] = told.evaluations
    assert (evaluation["eval_name"], evaluation["score"], evaluation["passed"]) == ("faithfulness", 0.9, True)
    assert [entry["payload"]["message"] for entry in told.timeline if entry["event_type"] == "LOG"] == ["retrieved docs"]


def test_w61_the_seeds_nodes_are_closed_with_the_lines_of_the_caller(run, project: Project) -> None:
    code, _, err = run(here(SPANS, project) + NODES)
    assert (code, err) == (0, "")
    listed = next(each for each in project.traces() if each["name"] == "agent_router")
    told = project.trace(listed["id"])
    assert (told.trace["status"], told.trace["total_spans"], told.trace["ended_spans"]) == ("success", 3, 3)
    assert told.trace["external_trace_id"] == "lg-run-001"
    lines = (here(SPANS, project) + NODES).split("\n")
    for name in ("intent_router", "policy_lookup"):
        source = told.span(name)["attributes"]["metadata"]["source_ref"]
        # The line of the call's name; Python 3.9 and later give a call the line where it begins.
        assert lines[source["line"] - 1].startswith("client.start_langgraph_node(")
        assert source["function"] is None
        assert not source["file"].startswith("/")
    graph = project.ask(f"/traces/{told.trace['id']}/graph")
    assert [(edge["from"], edge["to"]) for edge in graph["edges"]] == [("router", "policy_lookup")]


def test_a_program_that_dies_of_an_error_leaves_a_trace_with_that_error(run, project: Project) -> None:
    code, _, err = run(here(SPANS, project) + "raise LookupError('no such shoe')\n")
    assert code == 1
    assert "no such shoe" in err
    [listed] = project.traces()
    told = project.trace(listed["id"])
    assert (told.trace["status"], told.root["error"]) == ("error", "LookupError: no such shoe")


@pytest.mark.parametrize("names", [["a", "b", "c"]])
def test_w57_siblings_are_siblings(client, project: Project, names) -> None:
    trace_id = client.start_trace("siblings")
    for name in names:
        client.start_span(name)
        client.end_span()
    outer = client.start_span("outer")
    client.start_span("inner")
    client.end_span()
    client.end_span(span_id=outer.span_id)
    client.start_span("after")
    client.end_span()
    client.end_trace()
    assert client.flush()
    told = project.trace(trace_id)
    for name in (*names, "outer", "after"):
        assert told.span(name)["parent_span_id"] == told.root["id"]
    assert told.span("inner")["parent_span_id"] == outer.span_id
    assert (told.trace["status"], told.trace["total_spans"], told.trace["ended_spans"]) == ("success", 7, 7)
