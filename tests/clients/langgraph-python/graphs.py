"""What the apps of these tests have in common, and what the hub tells of a run."""

from __future__ import annotations

import operator
from typing import Annotated, Any, Dict, List, TypedDict

from hubs import Project, Told


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
