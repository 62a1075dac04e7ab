"""From where a run of a graph came to a visit."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence


class Visit:
    """A visit of a node in one run of a graph, with where it said to go on."""

    def __init__(self, node: str, id: str, step: int) -> None:
        # The name inside its graph, and the whole id, `outer:inner`.
        self.node = node
        self.id = id
        self.step = step
        # Nodes that a conditional edge or a Command of it named; None without any.
        self.goes_to: Optional[List[str]] = None

    def goes(self, names: List[str]) -> None:
        self.goes_to = [*(self.goes_to or []), *names]


class GraphRun:
    """One run of a graph: the outermost, or that of a subgraph."""

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.visits: List[Visit] = []


def _is(value: Any, kind: str) -> bool:
    return any(each.__name__ == kind for each in type(value).__mro__)


def names_in(value: Any) -> Optional[List[str]]:
    """Names in what a conditional edge gives: a name, a Send, or a list of them; None when it is something else."""
    if isinstance(value, str):
        return [str(value)]
    if isinstance(value, (list, tuple)):
        found = [names_in(each) for each in value]
        return None if any(each is None for each in found) else [name for names in found for name in names or []]
    return [value.node] if _is(value, "Send") else None


def is_command(value: Any) -> bool:
    return _is(value, "Command")


def goto_in(value: Any) -> List[str]:
    """Where the Commands in a node's result lead, inside its own graph."""
    if isinstance(value, (list, tuple)):
        return [name for each in value for name in goto_in(each)]
    if not is_command(value) or getattr(value, "graph", None) is not None:
        return []
    return names_in(value.goto or []) or []


def _joined(triggers: Sequence[str]) -> List[str]:
    """`join:a+b:dest` names its sources."""
    found: List[str] = []
    for trigger in triggers:
        if trigger.startswith("join:") and trigger.count(":") >= 2:
            found.extend(trigger[len("join:") : trigger.rindex(":")].split("+"))
    return found


def _is_static(graph: Optional[Dict[str, Any]], source: str, target: str) -> bool:
    return any(
        edge["source"] == source and edge["target"] == target and not edge.get("conditional")
        for edge in (graph or {}).get("edges", ())
    )


def parents_of(
    run: GraphRun, node: str, step: int, triggers: Sequence[str], graph: Optional[Dict[str, Any]]
) -> List[str]:
    """The nodes from which a run came to a visit: by its join, by what named it, by a declared edge.

    Without a declared graph a lone candidate is taken; of several none, since a false edge is worse than none.
    """
    sources = _joined(triggers)
    if sources:
        return [run.prefix + name for name in sources]
    before = [visit for visit in run.visits if visit.step == step - 1]
    silent = [visit for visit in before if visit.goes_to is None]
    certain = [visit.id for visit in before if node in (visit.goes_to or ())]
    certain += [visit.id for visit in silent if _is_static(graph, visit.id, run.prefix + node)]
    if certain:
        return list(dict.fromkeys(certain))
    ids = list(dict.fromkeys(visit.id for visit in silent))
    return ids if graph is None and len(ids) == 1 else []
