"""What runs below a node: models, tools, retrievers and chains, with fake chat models."""

from __future__ import annotations

import asyncio
from typing import Any, Dict, List

import pytest
from graphs import State, step
from langchain_core.documents import Document
from langchain_core.language_models.fake_chat_models import FakeListChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph
from langgraph.prebuilt import ToolNode

from llm_trace_hub import LLMTraceClient
from llm_trace_hub.langgraph import TraceHubCallbackHandler, trace_graph


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
