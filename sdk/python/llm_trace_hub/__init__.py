"""Records what an LLM app does, and asks whether an answer may go out."""

from __future__ import annotations

from typing import Any

from .client import LLMTraceClient
from .counters import Stats
from .decide import Decided, Guarded, Unavailable, UndecidedError
from .flushes import FlushError, FlushReport
from .graph_calls import NodeContext
from .handles import Span, Trace
from .openai_calls import wrap_openai
from .options import Drop
from .span_calls import SpanContext
from .verify_webhook import WebhookError, verify_webhook
from .version import VERSION as __version__

_LANGGRAPH = ("TraceHubCallbackHandler", "trace_graph")

__all__ = [
    *("LLMTraceClient", "SpanContext", "NodeContext", "Span", "Trace", "Stats", "Drop"),
    *("Decided", "Guarded", "Unavailable", "UndecidedError", "FlushError", "FlushReport"),
    *("WebhookError", "verify_webhook", "wrap_openai", "__version__", *_LANGGRAPH),
]


def __getattr__(name: str) -> Any:
    """LangChain is looked for only by who asks for its handler."""
    if name in _LANGGRAPH:
        from . import langgraph

        return getattr(langgraph, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
