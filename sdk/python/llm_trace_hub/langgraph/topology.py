"""What a compiled graph declares of itself."""

from __future__ import annotations

import re
from typing import Any, Dict, List

from ..source_ref import source_of

_MOST_NODES, _MOST_EDGES = 1000, 10_000
_FRAME = re.compile(r"(^|:)__(start|end)__$")


def _outer(id: str) -> str:
    return id.rpartition(":")[0]


def _edge(edge: Any) -> Dict[str, Any]:
    drawn = {"source": str(edge.source), "target": str(edge.target)}
    return {**drawn, "conditional": True} if edge.conditional else drawn


def read_topology(graph: Any) -> Dict[str, Any]:
    """Its nodes and edges, and those inside its subgraphs as `outer:inner`.

    A node that holds a subgraph stays a node, since it is visited.
    """
    outer = graph.get_graph()
    try:
        xray = graph.get_graph(xray=True)
    except Exception:  # A subgraph that cannot be drawn.
        xray = outer
    nodes = [*outer.nodes.values(), *(node for id, node in xray.nodes.items() if _outer(id) and not _FRAME.search(id))]
    inner = [
        edge
        for edge in xray.edges
        if _outer(edge.source)
        and _outer(edge.source) == _outer(edge.target)
        and not _FRAME.search(edge.source)
        and not _FRAME.search(edge.target)
    ]
    return {
        "nodes": [{"id": str(node.id), "name": str(node.name)[:255]} for node in nodes][:_MOST_NODES],
        "edges": [_edge(edge) for edge in [*outer.edges, *inner]][:_MOST_EDGES],
    }


def _function_of(runnable: Any) -> Any:
    for name in ("func", "afunc"):
        function = getattr(runnable, name, None)
        if callable(function):
            return function
    return None


def read_sources(graph: Any, prefix: str = "") -> Dict[str, Dict[str, Any]]:
    """Where the functions of the nodes stand, by node id."""
    found: Dict[str, Dict[str, Any]] = {}
    nodes: Any = getattr(getattr(graph, "builder", None), "nodes", None) or {}
    for name, spec in nodes.items():
        runnable = getattr(spec, "runnable", spec)
        source = source_of(_function_of(runnable))
        if source:
            found[f"{prefix}{name}"] = source
        if hasattr(runnable, "builder"):
            found.update(read_sources(runnable, f"{prefix}{name}:"))
    return found


def titles(graph: Any) -> List[str]:
    """A name of its own, if the graph has one."""
    name = getattr(graph, "name", None)
    return [name] if isinstance(name, str) and name and name != "LangGraph" else []
