"""What calls of OpenAI's client say, as spans tell it."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Optional

# Settings of a call worth seeing, beside its messages.
_SETTINGS = (
    *("temperature", "top_p", "max_tokens", "max_completion_tokens", "max_output_tokens", "seed", "stream", "tools"),
    *("tool_choice", "response_format", "reasoning_effort"),
)


def at(value: Any, *path: Any) -> Any:
    """A member, or a member of a member, of a dict, a list or an object; None where there is none."""
    for name in path:
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(name, int):
            value = value[name] if isinstance(value, (list, tuple)) and len(value) > name else None
        else:
            value = getattr(value, name, None)
    return value


def _plain(value: Any) -> Any:
    """A model of the client as a dict without what is not set."""
    dump = getattr(value, "model_dump", None)
    return dump(exclude_none=True) if callable(dump) else value


def read_usage(answer: Any) -> Dict[str, Any]:
    """Tokens as chat completions, responses and embeddings count them."""
    usage = at(answer, "usage")
    read = {
        "model": at(answer, "model"),
        "input_tokens": at(usage, "prompt_tokens") or at(usage, "input_tokens"),
        "output_tokens": at(usage, "completion_tokens") or at(usage, "output_tokens"),
        "cache_read_tokens": at(usage, "prompt_tokens_details", "cached_tokens")
        or at(usage, "input_tokens_details", "cached_tokens"),
        "reasoning_tokens": at(usage, "completion_tokens_details", "reasoning_tokens")
        or at(usage, "output_tokens_details", "reasoning_tokens"),
    }
    return {name: value for name, value in read.items() if value is not None}


def settings_of(body: Dict[str, Any]) -> Dict[str, Any]:
    return {name: body[name] for name in _SETTINGS if isinstance(body.get(name), (str, int, float, bool, list, dict))}


class _Chat:
    """The chunks of a chat completion, added up."""

    def __init__(self) -> None:
        self._head: Dict[str, Any] = {}
        self._choices: Dict[int, Dict[str, Any]] = {}

    def add(self, part: Any) -> None:
        for name in ("model", "usage"):
            if at(part, name) is not None:
                self._head[name] = at(part, name)
        for said in at(part, "choices") or []:
            choice = self._choices.setdefault(at(said, "index") or 0, {"message": {"role": "assistant"}})
            message, delta = choice["message"], at(said, "delta")
            for name in ("content", "refusal", "reasoning_content"):
                if isinstance(at(delta, name), str):
                    message[name] = message.get(name, "") + at(delta, name)
            for call in at(delta, "tool_calls") or []:
                self._add_call(message.setdefault("tool_calls", []), call)
            choice["finish_reason"] = at(said, "finish_reason") or choice.get("finish_reason")

    def _add_call(self, calls: List[Dict[str, Any]], said: Any) -> None:
        position = at(said, "index")
        position = len(calls) if position is None else position
        while len(calls) <= position:
            calls.append({"id": None, "type": "function", "function": {"name": "", "arguments": ""}})
        call = calls[position]
        call["id"] = call["id"] or at(said, "id")
        for name in ("name", "arguments"):
            call["function"][name] += at(said, "function", name) or ""

    def answer(self) -> Any:
        return {**self._head, "choices": [self._choices[n] for n in sorted(self._choices)]}


class _Response:
    """The events of a response: the last one carries the whole."""

    def __init__(self) -> None:
        self._whole: Any = None
        self._written = ""

    def add(self, part: Any) -> None:
        if at(part, "response") is not None:
            self._whole = at(part, "response")
        if at(part, "type") == "response.output_text.delta":
            self._written += at(part, "delta") or ""

    def answer(self) -> Any:
        if at(self._whole, "output"):
            return self._whole
        return {"model": at(self._whole, "model"), "usage": at(self._whole, "usage"), "output_text": self._written}


def _chat_output(answer: Any) -> Any:
    messages = [_plain(at(choice, "message")) for choice in at(answer, "choices") or []]
    return messages[0] if len(messages) == 1 else messages


def _response_output(answer: Any) -> Any:
    return at(answer, "output_text") or [_plain(each) for each in at(answer, "output") or []]


def _response_input(body: Dict[str, Any]) -> Any:
    if body.get("instructions"):
        return {"instructions": body["instructions"], "input": body.get("input")}
    return body.get("input")


def _vectors(answer: Any) -> Any:
    vectors = at(answer, "data") or []
    first = at(vectors, 0, "embedding")
    return {"vectors": len(vectors), "dimensions": len(first) if isinstance(first, list) else None}


class Kind(NamedTuple):
    """How a kind of call is told: what goes in, what comes out, and what a stream of it adds up to."""

    type: str
    input: Callable[[Dict[str, Any]], Any]
    output: Callable[[Any], Any]
    gather: Callable[[], Any]


def _messages(body: Dict[str, Any]) -> Any:
    return body.get("messages")


# The calls that are told, by their path in the client.
KINDS: Dict[str, Kind] = {
    "chat.completions.create": Kind("llm", _messages, _chat_output, _Chat),
    "chat.completions.parse": Kind("llm", _messages, _chat_output, _Chat),
    "responses.create": Kind("llm", _response_input, _response_output, _Response),
    "embeddings.create": Kind("embedding", lambda body: body.get("input"), _vectors, _Chat),
}


def kind_of(path: str) -> Optional[Kind]:
    return KINDS.get(path)


def leads_to_kind(path: str) -> bool:
    return any(each.startswith(f"{path}.") for each in KINDS)
