"""Real LangGraph apps with fake chat models: what the hub tells is the truth that is written here."""

from __future__ import annotations

import asyncio
from typing import Any, Dict

import pytest
from graphs import State, step
from hubs import Project
from langgraph.checkpoint.memory import MemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Send, interrupt

from llm_trace_hub import LLMTraceClient
from llm_trace_hub.langgraph import trace_graph


def test_w63_a_loop_and_a_branch(client: LLMTraceClient, told) -> None:
    def plan(state: State) -> Dict[str, Any]:
        return {"n": state["n"] + 1, "log": ["plan"]}

    def route(state: State) -> str:
        return "plan" if state["n"] < 3 else "act"

    graph = StateGraph(State).add_node("plan", plan).add_node("act", step("act")).add_node("never", step("never"))
    graph.add_edge(START, "plan").add_conditional_edges("plan", route, ["plan", "act", "never"])
    graph.add_edge("act", END).add_edge("never", END)
    app = trace_graph(client, graph.compile(), name="looper", user_id="u-1")
    assert app.invoke({"n": 0})["log"] == ["plan", "plan", "plan", "act"]
    seen = told()
    assert (seen.trace["name"], seen.trace["user_id"], seen.trace["status"]) == ("looper", "u-1", "success")
    assert seen.visits == {"__start__": 0, "__end__": 0, "plan": 3, "act": 1, "never": 0}
    assert seen.taken == {"__start__ plan": 1, "act __end__": 1, "plan act": 1, "plan plan": 2}
    edges = ["__start__ plan", "act __end__", "never __end__", "plan act", "plan never", "plan plan"]
    assert seen.declared == edges
    # Root and four visits: a conditional edge is no span.
    assert (seen.trace["total_spans"], seen.trace["ended_spans"]) == (5, 5)
    source = seen.span("plan")["attributes"]["metadata"]["source_ref"]
    assert source["file"] == "tests/clients/langgraph-python/test_langgraph.py"
    assert source["line"] == plan.__code__.co_firstlineno


@pytest.mark.parametrize("way", ["invoke", "ainvoke", "stream", "astream"])
def test_parallel_branches_take_their_own_edges_and_no_false_one(client: LLMTraceClient, told, way: str) -> None:
    graph = StateGraph(State)
    for name in ("a", "b", "c", "b2", "d", "end"):
        graph.add_node(name, step(name))
    graph.add_edge(START, "a").add_edge("a", "b").add_edge("a", "c").add_edge("b", "b2").add_edge("c", "d")
    graph.add_edge(["b2", "d"], "end").add_edge("end", END)
    app = trace_graph(client, graph.compile())

    async def astream() -> None:
        async for _ in app.astream({"n": 0}):
            pass

    runs = {
        "invoke": lambda: app.invoke({"n": 0}),
        "ainvoke": lambda: asyncio.run(app.ainvoke({"n": 0})),
        "stream": lambda: list(app.stream({"n": 0})),
        "astream": lambda: asyncio.run(astream()),
    }
    runs[way]()
    seen = told()
    names = ["__start__ a", "a b", "a c", "b b2", "b2 end", "c d", "d end", "end __end__"]
    assert seen.taken == {name: 1 for name in names}
    assert (seen.trace["status"], seen.trace["total_spans"], seen.trace["ended_spans"]) == ("success", 7, 7)


def test_send_command_and_a_subgraph(client: LLMTraceClient, told) -> None:
    inner = StateGraph(State).add_node("write", step("write")).add_node("check", step("check"))
    inner.add_edge(START, "write").add_edge("write", "check").add_edge("check", END)

    def decide(state: State) -> Command:
        return Command(goto="done", update={"log": ["decide"]})

    graph = StateGraph(State).add_node("split", step("split")).add_node("work", lambda state: {"log": [f"work {state['n']}"]})
    graph.add_node("review", inner.compile()).add_node("decide", decide, destinations=("done", "split"))
    graph.add_node("done", step("done")).add_edge(START, "split")
    graph.add_conditional_edges("split", lambda _: [Send("work", {"n": n}) for n in (1, 2, 3)], ["work"])
    graph.add_edge("work", "review").add_edge("review", "decide").add_edge("done", END)
    trace_graph(client, graph.compile()).invoke({"n": 0})
    seen = told()
    visits = {"split": 1, "work": 3, "review": 1, "review:write": 1, "review:check": 1, "decide": 1, "done": 1}
    assert {name: count for name, count in seen.visits.items() if count} == visits
    assert seen.taken == {
        **{"__start__ split": 1, "split work": 3, "work review": 1, "review:write review:check": 1},
        **{"review decide": 1, "decide done": 1, "done __end__": 1},
    }
    assert seen.span("write")["parent_span_id"] == seen.span("review")["id"]
    assert sorted(span["input"]["n"] for span in seen.spans if span["name"] == "work") == [1, 2, 3]
    assert (seen.trace["status"], seen.trace["total_spans"], seen.trace["ended_spans"]) == ("success", 10, 10)


def test_a_command_to_the_graph_around(client: LLMTraceClient, told) -> None:
    def leave(state: State) -> Command:
        return Command(goto="after", graph=Command.PARENT, update={"log": ["leave"]})

    inner = StateGraph(State).add_node("leave", leave).add_edge(START, "leave")
    graph = StateGraph(State).add_node("sub", inner.compile(), destinations=("after",)).add_node("after", step("after"))
    graph.add_edge(START, "sub").add_edge("after", END)
    trace_graph(client, graph.compile()).invoke({"n": 0})
    seen = told()
    assert seen.taken == {"__start__ sub": 1, "sub after": 1, "after __end__": 1}
    assert {span["name"]: span["status"] for span in seen.spans} == dict.fromkeys(("LangGraph", "sub", "leave", "after"), "success")


@pytest.mark.parametrize("inside", [False, True])
def test_an_interrupt_and_the_run_that_resumes_it(client: LLMTraceClient, told, inside: bool) -> None:
    ask = StateGraph(State).add_node("ask", lambda _: {"log": [interrupt({"question": "may I?"})]})
    ask.add_edge(START, "ask").add_edge("ask", END)
    graph = ask
    if inside:
        graph = StateGraph(State).add_node("outer", ask.compile()).add_edge(START, "outer").add_edge("outer", END)
    app = trace_graph(client, graph.compile(checkpointer=MemorySaver()))
    config = {"configurable": {"thread_id": "thread-7"}}
    app.invoke({"n": 0}, config)
    first = told()
    assert (first.trace["status"], first.trace["session_id"], first.trace["error_count"]) == ("interrupted", "thread-7", 0)
    assert {span["status"] for span in first.spans} == {"interrupted"}
    assert first.trace["has_open_spans"] is False
    assert app.invoke(Command(resume="yes"), config)["log"] == ["yes"]
    second = told()
    assert second.trace["id"] != first.trace["id"]
    assert (second.trace["status"], second.trace["session_id"]) == ("success", "thread-7")
    assert second.trace["attributes"]["resume_of"] == first.trace["id"]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_an_error_is_that_of_the_visit_and_of_the_trace_and_reaches_the_app(client, told, asynchronous: bool) -> None:
    failure = TypeError("no such order")

    def bad(state: State) -> None:
        raise failure

    graph = StateGraph(State).add_node("good", step("good")).add_node("bad", bad)
    graph.add_edge(START, "good").add_edge("good", "bad").add_edge("bad", END)
    app = trace_graph(client, graph.compile())
    with pytest.raises(TypeError) as raised:
        asyncio.run(app.ainvoke({"n": 0})) if asynchronous else app.invoke({"n": 0})
    assert raised.value is failure
    seen = told()
    assert seen.trace["status"] == "error"
    assert (seen.span("bad")["status"], seen.span("bad")["error"]) == ("error", "TypeError: no such order")
    assert seen.span("good")["status"] == "success"


def test_many_runs_at_once_stay_apart_and_a_hub_that_is_away_is_not_noticed(client, open_client, project: Project) -> None:
    graph = StateGraph(State).add_node("x", step("x")).add_node("y", step("y"))
    compiled = graph.add_edge(START, "x").add_edge("x", "y").add_edge("y", END).compile()
    app = trace_graph(client, compiled)

    async def main() -> None:
        await asyncio.gather(*(app.ainvoke({"n": 0}) for _ in range(50)))

    asyncio.run(main())
    assert client.flush(timeout=20)
    listed = project.traces()
    assert len(listed) == 50
    assert {(each["status"], each["total_spans"], each["ended_spans"]) for each in listed} == {("success", 3, 3)}
    away = open_client(base_url="http://127.0.0.1:9")
    assert trace_graph(away, compiled).invoke({"n": 0})["log"] == ["x", "y"]
    assert (away.stats().faults, away.stats().acknowledged) == (0, 0)
