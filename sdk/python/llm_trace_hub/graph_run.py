"""Visits of LangGraph nodes, and runs that are sent whole."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Dict, List, Optional

from .encode import encode
from .entries import NodeVisits, SpanEntry, TraceEntry
from .recorder import Recorder
from .said import label, new_id, read_usage
from .scope import Scope
from .wire import time_text

_MOST_BODY = 8_000_000


def parents_list(parents: Any) -> List[str]:
    """One node, several, or none."""
    if parents is None:
        return []
    return [parents] if isinstance(parents, str) else [str(each) for each in parents]


def start_node(
    recorder: Recorder,
    here: Scope,
    *,
    node_id: str,
    node_name: Optional[str],
    node_type: str,
    parents: Any,
    input_state: Any,
    metadata: Optional[Dict[str, Any]],
    source_ref: Optional[Dict[str, Any]],
    by_name: bool = True,
) -> SpanEntry:
    """Begins a visit of a node; a second visit of the same node is another span. `by_name`: it can be ended by its id."""
    trace = here.trace
    with recorder.lock:
        if trace.visits is None:
            trace.visits = {}
        visits = trace.visits.setdefault(node_id, NodeVisits())
        visits.count += 1
        visit = visits.count
    about = {
        "framework": "langgraph",
        "node_id": node_id,
        "node_name": node_name or node_id,
        "node_type": node_type,
        "parent_node_ids": parents_list(parents),
        "visit": visit,
        "metadata": {**(metadata or {}), "source_ref": source_ref},
    }
    span = recorder.start_span(
        trace, here.span, here.span_id, node_name or node_id, type="langgraph_node", fixed=about, input=input_state
    )
    if by_name:
        visits.open.append(span)
    return span


def end_node(recorder: Recorder, trace: TraceEntry, node_id: str, duration_ms: Any, **said: Any) -> Optional[SpanEntry]:
    """Ends the latest open visit of a node, and gives it; None when there is none."""
    visits = (trace.visits or {}).get(node_id)
    if visits is None or not visits.open:
        return None
    span = visits.open.pop()
    is_number = isinstance(duration_ms, (int, float)) and duration_ms >= 0
    recorder.end_span(span, end_time=round(span.started, 6) + duration_ms / 1000 if is_number else None, **said)
    return span


def _time(value: Any) -> Optional[str]:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        value = value.timestamp()
    return time_text(float(value))


def _state(value: Any) -> Any:
    return value if value is None or isinstance(value, dict) else {"value": value}


def _node(run_id: str, position: int, node: Dict[str, Any]) -> Dict[str, Any]:
    node_id = str(node["node_id"])
    said = {
        "node_id": node_id,
        "node_name": label(node.get("node_name") or node_id),
        "node_type": node.get("node_type"),
        "parent_node_ids": parents_list(node.get("parent_node_ids") or node.get("parent_node_id")),
        "span_id": node.get("span_id"),
        "visit": node.get("visit"),
        "status": node.get("status"),
        "start_time": _time(node["start_time"]),
        "end_time": _time(node.get("end_time")),
        "input_state": _state(node.get("input_state")),
        "output_state": _state(node.get("output_state")),
        "metadata": node.get("metadata"),
        "error": node.get("error"),
        **read_usage(node.get("token_usage") or node),
        "idempotency_key": str(node.get("idempotency_key") or f"{run_id}:{node_id}:{position}")[:255],
    }
    return {name: value for name, value in said.items() if value is not None}


def run_body(
    *,
    graph_name: str,
    run_id: Optional[str],
    nodes: List[Dict[str, Any]],
    start_time: Any = None,
    end_time: Any = None,
    **said: Any,
) -> str:
    """The JSON of a run's request."""
    run_id = run_id or new_id()
    begun = start_time or (nodes[0]["start_time"] if nodes else datetime.now(timezone.utc))
    body = {
        **{name: value for name, value in said.items() if value is not None},
        "run_id": label(run_id),
        "graph_name": label(graph_name),
        "start_time": _time(begun),
        "nodes": [_node(run_id, position, node) for position, node in enumerate(nodes)],
    }
    if end_time is not None:
        body["end_time"] = _time(end_time)
    return encode(body, _MOST_BODY)
