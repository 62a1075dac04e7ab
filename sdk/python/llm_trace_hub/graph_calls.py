"""The LangGraph calls of the client, under the names that they have always had."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional

from .entries import TraceEntry
from .graph_run import end_node, run_body, start_node
from .inside import Inside, safely
from .said import is_usable_id, label, new_id
from .source_ref import caller, source_of
from .span_calls import SpanCalls
from .wire import RUNS


class NodeContext(NamedTuple):
    """A visit of a LangGraph node that has begun."""

    trace_id: str
    node_id: str
    span_id: str


class GraphCalls(SpanCalls):
    """Runs of a graph told node by node, or whole."""

    @safely(lambda *_, **__: "")
    def start_langgraph_run(
        self,
        graph_name: str,
        run_id: Optional[str] = None,
        input_text: Optional[str] = None,
        model: Optional[str] = None,
        environment: Optional[str] = None,
        user_id: Optional[str] = None,
        session_id: Optional[str] = None,
        attributes: Optional[Dict[str, Any]] = None,
        *,
        release: Optional[str] = None,
        tags: Optional[List[str]] = None,
        trace_id: Optional[str] = None,
        graph: Optional[Dict[str, Any]] = None,
    ) -> str:
        """Begins the trace of a run, and gives its id. `graph` declares nodes and edges, so that ways are exact."""
        run_id = label(run_id or new_id())
        begun = self.start_trace(
            graph_name,
            **{"input_text": input_text, "model": model, "environment": environment, "user_id": user_id},
            **{"session_id": session_id, "release": release, "tags": tags, "trace_id": trace_id},
            external_trace_id=run_id,
            attributes={"framework": "langgraph", "graph_name": graph_name, "run_id": run_id, **(attributes or {})},
        )
        if graph:
            self.declare_graph(begun, graph_name, run_id, graph)
        return begun

    @safely()
    def declare_graph(self, trace_id: str, graph_name: str, run_id: str, graph: Dict[str, Any]) -> None:
        """Tells the nodes and edges of a run's graph: `{"nodes": [{"id"}], "edges": [{"source", "target"}]}`."""
        trace = self._inside.trace_of(trace_id)
        if trace is not None:
            declare(self._inside, trace, graph_name, run_id, graph)

    @safely()
    def end_langgraph_run(
        self, status: Optional[str] = None, output_text: Optional[str] = None, error: Any = None, trace_id: Optional[str] = None
    ) -> None:
        """Ends a LangGraph run, by default the one around."""
        self.end_trace(trace_id=trace_id, status=status, output_text=output_text, error=error)

    @safely(lambda self, node_id="", *_, **__: NodeContext("", str(node_id), ""))
    def start_langgraph_node(
        self,
        node_id: str,
        node_name: Optional[str] = None,
        node_type: str = "runnable",
        parent_node_id: Any = None,
        input_state: Any = None,
        metadata: Optional[Dict[str, Any]] = None,
        source_ref: Any = None,
    ) -> NodeContext:
        """Begins a visit of a node. `parent_node_id` may be a list.

        Its source is `source_ref`, a dict or the node's function, else that of `metadata`, else the line that called.
        """
        node_id = str(node_id)
        given = source_of(source_ref) if callable(source_ref) else source_ref
        source = given or (metadata or {}).get("source_ref") or caller()
        here = self._inside.scopes.current()
        if here is None:
            self.start_trace(node_name or node_id)
            here = self._inside.scopes.current()
            if here is None:
                return NodeContext("", node_id, "")
        span = start_node(
            self._inside.recorder,
            here,
            node_id=node_id,
            node_name=node_name,
            node_type=node_type,
            parents=parent_node_id,
            input_state=input_state,
            metadata=metadata,
            source_ref=source,
        )
        self._inside.spans.set(span.id, span)
        return NodeContext(here.trace.id, node_id, span.id)

    @safely()
    def end_langgraph_node(
        self,
        node_id: str,
        status: Optional[str] = None,
        output_state: Any = None,
        token_usage: Optional[Dict[str, Any]] = None,
        duration_ms: Optional[float] = None,
        error: Any = None,
    ) -> None:
        """Ends the latest open visit of a node in the trace around."""
        here = self._inside.scopes.current()
        if here is not None:
            said = {"output": output_state, "usage": token_usage, "status": status, "error": error}
            span = end_node(self._inside.recorder, here.trace, str(node_id), duration_ms, **said)
            if span is not None:
                self._inside.spans.pop(span.id)

    def ingest_langgraph_run(
        self,
        graph_name: str,
        run_id: Optional[str] = None,
        nodes: Optional[List[Dict[str, Any]]] = None,
        trace_id: Optional[str] = None,
        status: str = "success",
        start_time: Any = None,
        end_time: Any = None,
        **said: Any,
    ) -> str:
        """Sends a whole run; gives the id of its trace.

        `nodes` are dicts as `POST /api/v1/ingest/langgraph-runs` takes them; a `token_usage` is read like elsewhere.
        """
        trace_id = trace_id if is_usable_id(trace_id) else new_id()
        self._ingest_run(
            {"graph_name": graph_name, "run_id": run_id, "nodes": nodes or [], "trace_id": trace_id},
            {"status": status, "start_time": start_time, "end_time": end_time, **said},
        )
        return trace_id

    @safely()
    def _ingest_run(self, run: Dict[str, Any], said: Dict[str, Any]) -> None:
        self._inside.recorder.post(None, RUNS, run_body(**run, **said))


def declare(inside: Inside, trace: TraceEntry, graph_name: str, run_id: str, graph: Dict[str, Any]) -> None:
    """Posts the declared graph of a run, beside its nodes."""
    about = {"trace_id": trace.id, "graph_name": graph_name, "run_id": run_id, "graph": graph}
    inside.recorder.post(trace, RUNS, run_body(**about, start_time=trace.started, nodes=[]))
