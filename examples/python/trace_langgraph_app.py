"""A real LangGraph app with the handler: `pip install langgraph`, then run it. The model is a fake one."""

from __future__ import annotations

import operator
from typing import Annotated, Any, Dict, List, TypedDict

from _env import load_env, trace_env, trace_url

load_env()

from langchain_core.language_models.fake_chat_models import FakeListChatModel  # noqa: E402
from langgraph.graph import END, START, StateGraph  # noqa: E402

from llm_trace_hub import LLMTraceClient, trace_graph  # noqa: E402

client = LLMTraceClient(environment=trace_env())
model = FakeListChatModel(responses=["You have 90 days."])


class State(TypedDict, total=False):
    question: str
    tries: int
    notes: Annotated[List[str], operator.add]
    answer: str


def search(state: State) -> Dict[str, Any]:
    return {"tries": state.get("tries", 0) + 1, "notes": ["Shoes may come back for 90 days."]}


def enough(state: State) -> str:
    return "reply" if state["tries"] >= 2 else "search"


def reply(state: State) -> Dict[str, Any]:
    return {"answer": model.invoke(state["question"]).content}


graph = StateGraph(State).add_node("search", search).add_node("reply", reply)
graph.add_edge(START, "search").add_conditional_edges("search", enough, ["search", "reply"]).add_edge("reply", END)
app = trace_graph(client, graph.compile(), name="shoe_shop")

with client.trace("request", input="How long may I return a pair of shoes?") as trace:
    answer = app.invoke({"question": "How long may I return a pair of shoes?"})["answer"]
    trace.set(output=answer)

client.flush(strict=True)
print(answer)
print(trace_url(trace.trace_id))
