"""The LangGraph app of the other clients, in Python: a loop, a branch, parallel nodes and their join, a graph in a node,
Send, a tool that fails, an interrupt and its resume."""

from __future__ import annotations

import operator
from typing import Annotated, TypedDict

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langchain_core.tracers.langchain import wait_for_all_tracers
from langgraph.checkpoint.memory import MemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Send, interrupt


class State(TypedDict, total=False):
    n: int
    log: Annotated[list[str], operator.add]


class Model(BaseChatModel):
    @property
    def _llm_type(self) -> str:
        return "fake"

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        usage = {"input_tokens": 120, "output_tokens": 34, "total_tokens": 154}
        message = AIMessage(
            content="forty-two",
            usage_metadata={**usage, "input_token_details": {"cache_read": 40}},
            response_metadata={"model_name": "gpt-4.1-mini"},
        )
        return ChatResult(generations=[ChatGeneration(message=message)])


@tool
def broken() -> str:
    """Fails."""
    raise TypeError("bad tool")


model = Model()


def step(name: str):
    return lambda _state: {"log": [name]}


def plan(state: State, config: RunnableConfig):
    model.invoke([HumanMessage("what is it?")], config)
    return {"n": state["n"] + 1, "log": ["plan"]}


def act(_state: State, config: RunnableConfig):
    try:
        broken.invoke({}, config)
    except TypeError:
        pass
    return {"log": ["act"]}


inner = StateGraph(State).add_node("write", step("write")).add_node("check", step("check"))
inner.add_edge(START, "write").add_edge("write", "check").add_edge("check", END)

graph = StateGraph(State)
graph.add_node("plan", plan).add_node("fan", step("fan")).add_node("left", step("left"))
graph.add_node("right", step("right")).add_node("review", inner.compile())
graph.add_node("map", lambda state: {"log": [f"map {state['n']}"]}).add_node("act", act)
graph.add_node("approve", lambda _state: {"log": [interrupt("may I?")]})
graph.add_edge(START, "plan")
graph.add_conditional_edges("plan", lambda state: "plan" if state["n"] < 2 else "fan", ["plan", "fan"])
graph.add_edge("fan", "left").add_edge("fan", "right").add_edge(["left", "right"], "review")
graph.add_conditional_edges("review", lambda _state: [Send("map", {"n": 1}), Send("map", {"n": 2})], ["map"])
graph.add_edge("map", "act").add_edge("act", "approve").add_edge("approve", END)
app = graph.compile(checkpointer=MemorySaver(), name="shop")

thread = {"configurable": {"thread_id": "thread-1"}}
app.invoke({"n": 0}, thread)
app.invoke(Command(resume="yes"), thread)
wait_for_all_tracers()
