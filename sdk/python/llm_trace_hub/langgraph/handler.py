"""The callbacks of LangChain, as spans."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, Optional

from langchain_core.callbacks import BaseCallbackHandler

from ..client import LLMTraceClient
from ..inside import safely
from .read_model import is_message, read_generation, read_model, read_prompts, read_tokens
from .runs import Begun, Runs, text
from .ways import goto_in, names_in

_HIDDEN = "langsmith:hidden"


def _name_of(serialized: Any, name: Any, otherwise: str = "run") -> str:
    said = serialized if isinstance(serialized, dict) else {}
    ids = said.get("id")
    last = ids[-1] if isinstance(ids, list) and ids else None
    return text(name) or text(said.get("name")) or text(last) or otherwise


def _is_visit(begun: Begun) -> bool:
    named = begun.metadata.get("langgraph_node") == begun.name
    return named and any(tag.startswith("graph:step:") for tag in begun.tags)


def _command_of(error: BaseException) -> Any:
    """The Command with which LangGraph goes on in the graph around; None for an error that is one."""
    if type(error).__name__ != "ParentCommand":
        return None
    return error.args[0] if error.args else error


def _read_input(input: Any) -> Any:
    """What a tool was given: JSON, when it is."""
    try:
        return json.loads(input)
    except (TypeError, ValueError):
        return input


def _content_of(output: Any) -> Any:
    return output.content if is_message(output) and hasattr(output, "tool_call_id") else output


class TraceHubCallbackHandler(BaseCallbackHandler):
    """Records runs of LangChain and LangGraph: give it as a callback. A fault in here never reaches the run."""

    # Called in turn and at once, also by asyncio, so that times and the current span are those of the run.
    run_inline = True
    raise_error = False

    def __init__(
        self,
        hub: LLMTraceClient,
        *,
        name: Optional[str] = None,
        user_id: Optional[str] = None,
        session_id: Optional[str] = None,
        tags: Optional[List[str]] = None,
        graph: Optional[Dict[str, Any]] = None,
        sources: Optional[Dict[str, Any]] = None,
    ) -> None:
        """`name` is that of the traces; `graph` and `sources` are what `trace_graph` reads from a compiled graph."""
        super().__init__()
        self._inside = hub._inside
        self._name = name
        self._runs = Runs(
            hub, user_id=user_id, session_id=session_id, tags=tags, graph=graph, sources=sources
        )

    @safely()
    def on_chain_start(
        self,
        serialized: Any,
        inputs: Any,
        *,
        run_id: Any,
        parent_run_id: Any = None,
        tags: Optional[List[str]] = None,
        metadata: Optional[Dict[str, Any]] = None,
        name: Optional[str] = None,
        **_: Any,
    ) -> None:
        begun = Begun(run_id, _name_of(serialized, name), inputs, metadata or {}, list(tags or ()))
        parent = self._runs.get(parent_run_id)
        if parent is None:
            self._runs.open_root(begun._replace(name=self._name or begun.name), is_graph=True)
        elif _HIDDEN in begun.tags:
            self._runs.keep(run_id, parent.trace, parent.span, "nothing", parent)
        elif _is_visit(begun):
            self._runs.open_visit(begun, parent)
        elif parent.visit or parent.around:
            self._runs.wait(begun, parent)
        else:
            self._runs.open_span(run_id, parent, begun.name, type="chain", input=inputs)

    @safely()
    def on_chain_end(self, outputs: Any, *, run_id: Any, **_: Any) -> None:
        run = self._runs.get(run_id)
        if run is None:
            return
        if run.waiting is not None:
            names = names_in(outputs) if run.is_after_node else None
            if names is not None and run.around is not None:
                run.around.goes(names)
            else:
                self._runs.settle(run)
        goes_to = goto_in(outputs) if run.visit else []
        if run.visit and goes_to:
            run.visit.goes(goes_to)
        self._runs.end(run_id, output=outputs)

    @safely()
    def on_chain_error(self, error: BaseException, *, run_id: Any, **_: Any) -> None:
        run = self._runs.get(run_id)
        if run is None:
            return
        self._runs.settle(run)
        command = _command_of(error)
        if command is None:
            return self._runs.end(run_id, error=error)
        if run.visit:
            # The visit in the graph around goes where the command says; the one that said it goes nowhere in its own.
            is_own = getattr(command, "graph", None) == "__parent__"
            run.visit.goes([] if is_own else names_in(command.goto or []) or [])
        self._runs.end(run_id)

    def _open(
        self, run_id: Any, parent_run_id: Any, name: str, metadata: Optional[Dict[str, Any]], **said: Any
    ) -> Any:
        """A call of a model, a tool or a retriever; one that stands alone gets a trace around it."""
        parent = self._runs.get(parent_run_id)
        if parent is None:
            title = self._name or name
            begun = Begun(f"{run_id}/around", title, said.get("input"), metadata or {}, [])
            parent = self._runs.open_root(begun, is_graph=False)
        return self._runs.open_span(run_id, parent, name, **said)

    @safely()
    def _close(self, run_id: Any, tell: Callable[[], Dict[str, Any]]) -> None:
        said = tell()
        self._runs.end(run_id, **said)
        self._runs.end(f"{run_id}/around", **said)

    @safely()
    def on_llm_start(
        self,
        serialized: Any,
        prompts: List[str],
        *,
        run_id: Any,
        parent_run_id: Any = None,
        metadata: Optional[Dict[str, Any]] = None,
        name: Optional[str] = None,
        invocation_params: Optional[Dict[str, Any]] = None,
        **_: Any,
    ) -> None:
        said = {"input": prompts[0] if len(prompts) == 1 else prompts, "usage": read_model(invocation_params, metadata)}
        self._open(run_id, parent_run_id, _name_of(serialized, name, "llm"), metadata, type="llm", **said)

    @safely()
    def on_chat_model_start(
        self,
        serialized: Any,
        messages: List[List[Any]],
        *,
        run_id: Any,
        parent_run_id: Any = None,
        metadata: Optional[Dict[str, Any]] = None,
        name: Optional[str] = None,
        invocation_params: Optional[Dict[str, Any]] = None,
        **_: Any,
    ) -> None:
        said = {"input": read_prompts(messages), "usage": read_model(invocation_params, metadata)}
        self._open(run_id, parent_run_id, _name_of(serialized, name, "llm"), metadata, type="llm", **said)

    @safely()
    def on_llm_new_token(self, token: str, *, run_id: Any, **_: Any) -> None:
        run = self._runs.get(run_id)
        if run is not None and not run.has_tokens:
            self._runs.first_token(run)

    def on_llm_end(self, response: Any, *, run_id: Any, **_: Any) -> None:
        self._close(run_id, lambda: {"output": read_generation(response), "usage": read_tokens(response)})

    def on_llm_error(self, error: BaseException, *, run_id: Any, **_: Any) -> None:
        self._close(run_id, lambda: {"error": error})

    @safely()
    def on_tool_start(
        self,
        serialized: Any,
        input_str: str,
        *,
        run_id: Any,
        parent_run_id: Any = None,
        metadata: Optional[Dict[str, Any]] = None,
        name: Optional[str] = None,
        inputs: Optional[Dict[str, Any]] = None,
        tool_call_id: Optional[str] = None,
        **_: Any,
    ) -> None:
        said: Dict[str, Any] = {"input": _read_input(input_str) if inputs is None else inputs}
        if tool_call_id:
            said["attributes"] = {"tool_call_id": tool_call_id}
        run = self._open(run_id, parent_run_id, _name_of(serialized, name, "tool"), metadata, type="tool", **said)
        self._runs.enter(run)

    def on_tool_end(self, output: Any, *, run_id: Any, **_: Any) -> None:
        self._close(run_id, lambda: {"output": _content_of(output)})

    def on_tool_error(self, error: BaseException, *, run_id: Any, **_: Any) -> None:
        self._close(run_id, lambda: {"error": error})

    @safely()
    def on_retriever_start(
        self,
        serialized: Any,
        query: str,
        *,
        run_id: Any,
        parent_run_id: Any = None,
        metadata: Optional[Dict[str, Any]] = None,
        name: Optional[str] = None,
        **_: Any,
    ) -> None:
        title = _name_of(serialized, name, "retriever")
        self._open(run_id, parent_run_id, title, metadata, type="retriever", input=query)

    def on_retriever_end(self, documents: Any, *, run_id: Any, **_: Any) -> None:
        self._close(run_id, lambda: {"output": documents})

    def on_retriever_error(self, error: BaseException, *, run_id: Any, **_: Any) -> None:
        self._close(run_id, lambda: {"error": error})
