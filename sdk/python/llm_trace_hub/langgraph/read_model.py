"""What LangChain says of calls of models."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from ..read_openai import at

_ROLES = {"human": "user", "ai": "assistant", "generic": "user", "AIMessageChunk": "assistant"}


def _text(value: Any) -> Optional[str]:
    return value if isinstance(value, str) and value else None


def _count(value: Any) -> Optional[int]:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _given(**said: Any) -> Dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}


def is_message(value: Any) -> bool:
    return any(each.__name__ == "BaseMessage" for each in type(value).__mro__)


def read_message(message: Any) -> Any:
    """A message of LangChain as role, content and tool calls."""
    if not is_message(message):
        return message
    role = getattr(message, "role", None) or message.type
    return _given(
        role=_ROLES.get(role, role),
        content=message.content,
        name=_text(message.name),
        tool_calls=getattr(message, "tool_calls", None) or None,
        tool_call_id=_text(getattr(message, "tool_call_id", None)),
    )


def read_prompts(prompts: List[List[Any]]) -> List[Any]:
    """The messages of the first prompt; of several prompts all."""
    read = [[read_message(message) for message in messages] for messages in prompts]
    return read[0] if len(read) == 1 else read


def read_model(params: Any, metadata: Any) -> Dict[str, Any]:
    """Model and provider, as far as the start of a call names them."""
    model = _text(at(metadata, "ls_model_name")) or _text(at(params, "model")) or _text(at(params, "model_name"))
    return _given(model=model, provider=_text(at(metadata, "ls_provider")))


def read_generation(result: Any) -> Any:
    """What a model gave: its message, or its text."""
    message = at(result, "generations", 0, 0, "message")
    return at(result, "generations", 0, 0, "text") if message is None else read_message(message)


def read_tokens(result: Any) -> Dict[str, Any]:
    """Tokens of a call: from the message, else from what the provider counted for the whole result."""
    message = at(result, "generations", 0, 0, "message")
    usage = at(message, "usage_metadata")
    counted = at(result, "llm_output", "token_usage")
    told = at(message, "response_metadata")

    def count(*found: Any) -> Optional[int]:
        return next((each for each in map(_count, found) if each is not None), None)

    return _given(
        model=_text(at(told, "model_name")) or _text(at(told, "model")),
        input_tokens=count(at(usage, "input_tokens"), at(counted, "prompt_tokens")),
        output_tokens=count(at(usage, "output_tokens"), at(counted, "completion_tokens")),
        cache_read_tokens=count(at(usage, "input_token_details", "cache_read")),
        reasoning_tokens=count(at(usage, "output_token_details", "reasoning")),
    )
