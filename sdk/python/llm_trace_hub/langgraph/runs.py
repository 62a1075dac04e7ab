"""The runs of LangChain that are under way, and the traces and spans that stand for them."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional

from ..client import LLMTraceClient
from ..entries import SpanEntry, TraceEntry
from ..graph_calls import declare
from ..graph_run import start_node
from ..handles import given
from ..inside import OpenById
from ..said import is_interrupt
from ..scope import Scope
from .ways import GraphRun, Visit, is_command, parents_of

_MOST_PAUSED = 1000


class Begun(NamedTuple):
    """What a run says when it begins."""

    run_id: Any
    name: str
    input: Any
    metadata: Dict[str, Any]
    tags: List[str]


class Waiting(NamedTuple):
    """What the span of a run would be, while it may turn out to be a graph or a conditional edge only."""

    name: str
    input: Any
    at: float


class Run:
    """A run that is under way."""

    def __init__(self, trace: TraceEntry, span: Optional[SpanEntry], owns: str, parent: Optional["Run"]) -> None:
        self.trace = trace
        # The span that its children hang under.
        self.span = span
        # What ends with it: nothing, its span, or the whole trace.
        self.owns = owns
        self.graph: Optional[GraphRun] = None
        self.visit: Optional[Visit] = None
        # The visit around it.
        self.around: Optional[Visit] = (parent.visit or parent.around) if parent else None
        self.waiting: Optional[Waiting] = None
        # A run that may be a conditional edge: what comes after the function in the sequence of a node.
        self.is_after_node = False
        self.has_tokens = False
        self.interrupted = False
        self.top: Optional[Run] = (parent.top or parent) if parent else None
        # The scope that it made current, and the one before.
        self.entered: Any = None
        self.before: Any = None


def text(value: Any) -> Optional[str]:
    return value if isinstance(value, str) and value else None


def _path_of(namespace: str) -> str:
    """`outer:uuid|inner:uuid` without the ids of the tasks, as `outer:inner`."""
    return ":".join(part.rpartition(":")[0] or part for part in namespace.split("|"))


class Runs:
    """One handler's runs."""

    def __init__(
        self,
        hub: LLMTraceClient,
        *,
        user_id: Optional[str],
        session_id: Optional[str],
        tags: Optional[List[str]],
        graph: Optional[Dict[str, Any]],
        sources: Optional[Dict[str, Any]],
    ) -> None:
        self._inside = hub._inside
        self._recorder = hub._inside.recorder
        self._user_id = user_id
        self._session_id = session_id
        self._tags = tags or []
        self._graph = graph
        self._sources = sources or {}
        self._open: OpenById[Run] = OpenById()
        # Traces that wait for a person, by thread.
        self._paused: Dict[str, str] = {}

    def get(self, run_id: Any) -> Optional[Run]:
        return self._open.get(str(run_id)) if run_id is not None else None

    def keep(self, run_id: Any, trace: TraceEntry, span: Optional[SpanEntry], owns: str, parent: Optional[Run]) -> Run:
        run = Run(trace, span, owns, parent)
        self._open.set(str(run_id), run)
        return run

    def open_root(self, begun: Begun, is_graph: bool) -> Run:
        """The outermost run: a trace of its own, or a span where the app has one already."""
        here = self._inside.scopes.current()
        if here is not None:
            span = self._recorder.start_span(
                here.trace, here.span, here.span_id, begun.name, type="chain", input=begun.input
            )
            return self.keep(begun.run_id, here.trace, span, "span", None)
        if self._inside.scopes.is_apart:
            trace, root = self._recorder.silent(begun.name)
            return self.keep(begun.run_id, trace, root, "trace", None)
        metadata = begun.metadata
        thread = text(metadata.get("thread_id"))
        about: Dict[str, Any] = given(thread_id=thread)
        if is_command(begun.input) and getattr(begun.input, "resume", None) is not None:
            about.update(resumed=True, **given(resume_of=self._paused.pop(thread or "", None)))
        ids = {
            "external_trace_id": str(begun.run_id),
            "user_id": self._user_id or text(metadata.get("user_id")),
            "session_id": self._session_id or text(metadata.get("session_id")) or thread,
        }
        tags = [*self._tags, *begun.tags]
        trace, root = self._recorder.start_trace(
            begun.name, input=begun.input, tags=tags, attributes=about, **given(**ids)
        )
        if self._graph and is_graph:
            declare(self._inside, trace, begun.name, str(begun.run_id), self._graph)
        return self.keep(begun.run_id, trace, root, "trace", None)

    def wait(self, begun: Begun, parent: Run) -> None:
        """A run inside a visit: a span, unless it turns out to be a graph or a conditional edge."""
        settled = self.settle(parent)
        run = self.keep(begun.run_id, settled.trace, settled.span, "nothing", settled)
        run.waiting = Waiting(begun.name, begun.input, self._recorder.time_in(run.trace))
        steps = [tag.rpartition(":")[2] for tag in begun.tags if tag.startswith("seq:step:")]
        run.is_after_node = parent.visit is not None and any(step != "1" for step in steps)

    def settle(self, run: Run) -> Run:
        """A run that waited is a span after all."""
        if run.waiting is not None:
            name, input, at = run.waiting
            run.waiting = None
            run.span = self._recorder.start_span(
                run.trace, run.span, None, name, type="chain", input=input, start_time=at
            )
            run.owns = "span"
        return run

    def open_span(self, run_id: Any, found: Run, name: str, **said: Any) -> Run:
        parent = self.settle(found)
        span = self._recorder.start_span(parent.trace, parent.span, None, name, **said)
        return self.keep(run_id, parent.trace, span, "span", parent)

    def open_visit(self, begun: Begun, parent: Run) -> None:
        metadata, name = begun.metadata, begun.name
        namespace = text(metadata.get("langgraph_checkpoint_ns"))
        id = _path_of(namespace) if namespace else name
        step = metadata.get("langgraph_step")
        step = step if isinstance(step, int) else 0
        # What has visits is a graph, and has no span of its own unless it is the outermost.
        parent.waiting = None
        if parent.graph is None:
            parent.graph = GraphRun(id[: len(id) - len(name)])
        triggers = [each for each in metadata.get("langgraph_triggers") or () if isinstance(each, str)]
        parents = parents_of(parent.graph, name, step, triggers, self._graph)
        visit = Visit(name, id, step)
        parent.graph.visits.append(visit)
        span = start_node(
            *(self._recorder, Scope(parent.trace, parent.span, None)),
            **{"node_id": id, "node_name": name, "node_type": "node", "parents": parents, "input_state": begun.input},
            metadata=given(langgraph_step=step, checkpoint_ns=namespace),
            source_ref=self._sources.get(id),
            by_name=False,
        )
        run = self.keep(begun.run_id, parent.trace, span, "span", parent)
        run.visit = visit
        self.enter(run)

    def enter(self, run: Run) -> None:
        """Makes its span the current one of the app's function that is about to run."""
        scopes = self._inside.scopes
        run.before, run.entered = scopes.raw(), Scope(run.trace, run.span, run.span.id if run.span else None)
        scopes.enter(run.entered)

    def end(self, run_id: Any, **said: Any) -> None:
        run = self.get(run_id)
        if run is None:
            return
        self._open.pop(str(run_id))
        if run.entered is not None:
            self._inside.scopes.leave(run.entered, run.before)
        if run.top is not None and is_interrupt(said.get("error")):
            run.top.interrupted = True
        if run.interrupted and said.get("error") is None:
            said["status"] = "interrupted"
        if run.owns == "span" and run.span is not None:
            self._recorder.end_span(run.span, **said)
        if run.owns != "trace":
            return
        thread = run.trace.words.get("session_id")
        if run.interrupted and thread and len(self._paused) < _MOST_PAUSED:
            self._paused[thread] = run.trace.id
        self._recorder.end_trace(run.trace, **{name: value for name, value in said.items() if name != "usage"})

    def first_token(self, run: Run) -> None:
        """Tells how long the first part of an answer took."""
        if run.span is not None and not run.has_tokens:
            run.has_tokens = True
            ms = round((self._recorder.time_in(run.trace) - run.span.started) * 1000, 3)
            self._recorder.set_span(run.span, attributes={"time_to_first_token_ms": ms})
