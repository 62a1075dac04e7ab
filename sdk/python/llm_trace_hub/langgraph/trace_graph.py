"""One line that has every run of a compiled graph recorded."""

from __future__ import annotations

from typing import Any, List, Optional, TypeVar

from ..client import LLMTraceClient
from .handler import TraceHubCallbackHandler
from .topology import read_sources, read_topology, titles

G = TypeVar("G")


def trace_graph(
    hub: LLMTraceClient,
    graph: G,
    *,
    name: Optional[str] = None,
    user_id: Optional[str] = None,
    session_id: Optional[str] = None,
    tags: Optional[List[str]] = None,
) -> G:
    """The same compiled graph, every run of which is recorded with its declared topology and the sources of its nodes.

    What cannot be read or wrapped is left as it is.
    """
    fault = hub._inside.counters.fault
    topology, sources = None, {}
    try:
        topology, sources = read_topology(graph), read_sources(graph)
    except Exception as error:
        fault(error)
    try:
        handler = TraceHubCallbackHandler(
            hub,
            name=name or next(iter(titles(graph)), None),
            **{"user_id": user_id, "session_id": session_id, "tags": tags, "graph": topology, "sources": sources},
        )
        wrapped: Any = graph
        return wrapped.with_config(callbacks=[handler])
    except Exception as error:
        fault(error)
        return graph
