"""Real LangGraph apps with fake chat models: what the hub tells is the truth that is written here."""

from __future__ import annotations

import asyncio
import operator
from typing import Annotated, Any, Dict, List, TypedDict

import pytest
from hubs import Project, Told
from langchain_core.documents import Document
from langchain_core.language_models.fake_chat_models import FakeListChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langgraph.checkpoint.memory import MemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import Command, Send, interrupt

from llm_trace_hub import LLMTraceClient
from llm_trace_hub.langgraph import TraceHubCallbackHandler, trace_graph


class State(TypedDict, total=False):
    n: int
    log: Annotated[List[str], operator.add]
    messages: Annotated[List[Any], operator.add]


def step(name: str):
    def run(state: State) -> Dict[str, Any]:
        return {"log": [name]}

    return run


class Graph(Told):
    """A trace with its graph as the hub draws it."""

    def __init__(self, project: Project, trace_id: str) -> None:
        super().__init__(project.ask(f"/traces/{trace_id}"))
        graph = project.ask(f"/traces/{trace_id}/graph")
        self.visits = {node["node_id"]: node["visits"] for node in graph["nodes"]}
        self.taken = {f"{edge['from']} {edge['to']}": edge["taken"] for edge in graph["edges"] if edge["taken"]}
        self.declared = sorted(f"{edge['from']} {edge['to']}" for edge in graph["edges"] if edge["declared"])


@pytest.fixture
def told(client: LLMTraceClient, project: Project):
    def read() -> Graph:
        assert client.flush()
        stats = client.stats()
        assert (stats.dropped, stats.rejected, stats.faults) == (0, 0, 0)
        return Graph(project, project.traces()[0]["id"])

    return read


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


class Documents(BaseRetriever):
    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> List[Document]:
        return [Document(page_content=f"about {query}", metadata={"source": "kb"})]


@tool
def lookup(id: int) -> str:
    """Finds an order."""
    return f"order {id}"


def answer_of(**more: Any) -> AIMessage:
    usage = {"input_tokens": 120, "output_tokens": 24, "total_tokens": 144, "input_token_details": {"cache_read": 40}}
    return AIMessage(
        content="forty-two", usage_metadata=usage, response_metadata={"model_name": "gpt-4.1-mini"}, **more
    )


@pytest.mark.parametrize("asynchronous", [False, True])
def test_models_tools_and_retrievers_hang_under_their_node_and_tokens_count_once(
    client: LLMTraceClient, told, asynchronous: bool
) -> None:
    model = GenericFakeChatModel(messages=iter([answer_of()]))
    chain = ChatPromptTemplate.from_messages([("human", "{question}")]) | model | StrOutputParser()

    @client.observe
    def helper(question: str) -> str:
        return question.upper()

    def answer(state: State) -> Dict[str, Any]:
        Documents().invoke("orders")
        lookup.invoke({"id": 7})
        helper("what?")
        return {"log": [chain.invoke({"question": "what is it?"})]}

    async def aanswer(state: State, config: RunnableConfig) -> Dict[str, Any]:
        await Documents().ainvoke("orders", config)
        await lookup.ainvoke({"id": 7}, config)
        helper("what?")
        return {"log": [await chain.ainvoke({"question": "what is it?"}, config)]}

    graph = StateGraph(State).add_node("answer", aanswer if asynchronous else answer)
    graph.add_edge(START, "answer").add_edge("answer", END)
    app = trace_graph(client, graph.compile())
    asyncio.run(app.ainvoke({"n": 0})) if asynchronous else app.invoke({"n": 0})
    seen = told()
    counts = (seen.trace["input_tokens"], seen.trace["output_tokens"], seen.trace["status"], seen.trace["has_open_spans"])
    assert counts == (120, 24, "success", False)
    visit = seen.span("answer")["id"]
    below = {span["name"]: span for span in seen.spans if span["parent_span_id"] == visit}
    assert sorted(span["span_type"] for span in below.values()) == ["chain", "retriever", "task", "tool"]
    assert (below["lookup"]["input"], below["lookup"]["output"]) == ({"id": 7}, "order 7")
    assert below["Documents"]["output"][0]["page_content"] == "about orders"
    assert below["helper"]["output"] == "WHAT?"
    [llm] = [span for span in seen.spans if span["span_type"] == "llm"]
    assert llm["parent_span_id"] == below["RunnableSequence"]["id"]
    assert (llm["model"], llm["cache_read_tokens"], llm["input"]) == (
        *("gpt-4.1-mini", 40),
        [{"role": "user", "content": "what is it?"}],
    )
    assert (llm["output"]["role"], llm["output"]["content"]) == ("assistant", "forty-two")


def test_an_agent_with_a_tool_node(client: LLMTraceClient, told) -> None:
    calls = [{"name": "lookup", "args": {"id": 7}, "id": "call-1"}]
    model = GenericFakeChatModel(messages=iter([answer_of(tool_calls=calls), answer_of()]))

    def agent(state: State) -> Dict[str, Any]:
        return {"messages": [model.invoke(state.get("messages") or "where?")]}

    def route(state: State) -> str:
        return "tools" if state["messages"][-1].tool_calls else END

    graph = StateGraph(State).add_node("agent", agent).add_node("tools", ToolNode([lookup])).add_edge(START, "agent")
    graph.add_conditional_edges("agent", route, ["tools", END]).add_edge("tools", "agent")
    trace_graph(client, graph.compile()).invoke({"n": 0})
    seen = told()
    assert {name: count for name, count in seen.visits.items() if count} == {"agent": 2, "tools": 1}
    assert seen.taken == {"__start__ agent": 1, "agent tools": 1, "tools agent": 1, "agent __end__": 1}
    assert (seen.span("lookup")["parent_span_id"], seen.span("lookup")["output"]) == (seen.span("tools")["id"], "order 7")
    assert (seen.trace["input_tokens"], seen.trace["output_tokens"], seen.trace["status"]) == (240, 48, "success")
    assert len([span for span in seen.spans if span["span_type"] == "llm"]) == 2


def test_inside_a_trace_of_the_app_a_graph_is_a_span_and_a_model_alone_is_a_trace(client, told) -> None:
    handler = TraceHubCallbackHandler(client)
    graph = StateGraph(State).add_node("only", step("only")).add_edge(START, "only").add_edge("only", END).compile()
    with client.trace("request"):
        graph.invoke({"n": 0}, {"callbacks": [handler]})
    inner = told()
    assert (inner.trace["name"], inner.trace["total_spans"], inner.trace["ended_spans"]) == ("request", 3, 3)
    FakeListChatModel(responses=["hi"]).invoke("hello", {"callbacks": [handler]})
    alone = told()
    assert (alone.trace["total_spans"], alone.trace["ended_spans"], alone.trace["status"]) == (2, 2, "success")


def test_the_time_to_the_first_token_of_a_stream_is_told(client: LLMTraceClient, told) -> None:
    model = GenericFakeChatModel(messages=iter([AIMessage(content="one two three")]))
    assert len(list(model.stream("count", {"callbacks": [TraceHubCallbackHandler(client)]}))) > 2
    [llm] = [span for span in told().spans if span["span_type"] == "llm"]
    assert llm["attributes"]["time_to_first_token_ms"] >= 0
    assert llm["output"]["content"] == "one two three"


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
