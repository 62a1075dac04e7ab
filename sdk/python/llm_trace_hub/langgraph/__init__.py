"""Records runs of LangChain and LangGraph; needs `langchain-core`, which every app of theirs has."""

from .handler import TraceHubCallbackHandler
from .trace_graph import trace_graph

__all__ = ["TraceHubCallbackHandler", "trace_graph"]
