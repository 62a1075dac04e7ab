"""OpenAI's real client against a server that answers like theirs."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Dict

import pytest
from hubs import Came, Project
from openai import AsyncOpenAI, AuthenticationError, OpenAI

from llm_trace_hub import wrap_openai

USAGE = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15, "prompt_tokens_details": {"cached_tokens": 4}}
HEAD = {"id": "c", "created": 1, "model": "gpt-4.1-mini-2025-04-14"}
CALL = {"id": "call-1", "type": "function", "function": {"name": "lookup", "arguments": '{"id":7}'}}


def chat(message: Dict[str, Any]) -> Dict[str, Any]:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", **message}}
    return {**HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE}


def chunks(asked: Dict[str, Any]) -> str:
    deltas = [{"role": "assistant", "content": "It is "}, {"content": "on its way."}]
    parts = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    if (asked.get("stream_options") or {}).get("include_usage"):
        parts.append({"choices": [], "usage": USAGE})
    said = [json.dumps({**HEAD, "object": "chat.completion.chunk", **part}) for part in parts]
    return "".join(f"data: {each}\n\n" for each in [*said, "[DONE]"])


def answer(came: Came, _: int) -> Dict[str, Any]:
    asked = json.loads(came.body)
    if came.path.endswith("/embeddings"):
        data = [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}]
        return {"body": json.dumps({"object": "list", "model": "e", "data": data, "usage": {"prompt_tokens": 2, "total_tokens": 2}})}
    if asked["model"] == "refused":
        return {"status": 401, "body": '{"error":{"message":"no such key"}}'}
    if asked.get("stream"):
        return {"body": chunks(asked), "headers": {"content-type": "text/event-stream"}}
    message = {"content": None, "tool_calls": [CALL]} if asked.get("tools") else {"content": "It is on its way."}
    return {"body": json.dumps(chat(message)), "headers": {"content-type": "application/json"}}


ASK = {"model": "gpt-4.1-mini", "messages": [{"role": "user", "content": "Where is my order?"}]}


@pytest.fixture
def api(faulty) -> Dict[str, Any]:
    return {"base_url": f"{faulty(answer).url}/v1", "api_key": "k", "max_retries": 0}


def llm_of(project: Project) -> Dict[str, Any]:
    told = project.trace(project.traces()[0]["id"])
    assert (told.trace["has_open_spans"], told.trace["total_spans"]) == (False, 2)
    return next(span for span in told.spans if span["span_type"] in ("llm", "embedding"))


def test_w63_a_completion_with_its_tokens(client, project: Project, api) -> None:
    openai = wrap_openai(client, OpenAI(**api))
    assert isinstance(openai, OpenAI)
    said = openai.chat.completions.create(**ASK, temperature=0.2)
    assert said.choices[0].message.content == "It is on its way."
    client.flush()
    llm = llm_of(project)
    assert (llm["name"], llm["model"], llm["provider"]) == ("chat.completions.create", HEAD["model"], "openai")
    assert (llm["input_tokens"], llm["output_tokens"], llm["cache_read_tokens"]) == (12, 3, 4)
    assert (llm["input"], llm["output"]["content"]) == (ASK["messages"], "It is on its way.")
    assert llm["attributes"]["temperature"] == 0.2


def test_tool_calls_and_an_options_copy(client, project: Project, api) -> None:
    openai = wrap_openai(client, OpenAI(**api)).with_options(timeout=5)
    tools = [{"type": "function", "function": {"name": "lookup", "parameters": {"type": "object"}}}]
    with client.trace("chat"):
        openai.chat.completions.create(**ASK, tools=tools)
    client.flush()
    assert llm_of(project)["output"]["tool_calls"][0]["function"]["name"] == "lookup"


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_stream_is_the_same_and_told_when_it_ends(client, project: Project, api, asynchronous: bool) -> None:
    async def main() -> list:
        openai = wrap_openai(client, AsyncOpenAI(**api), stream_usage=True)
        return [part async for part in await openai.chat.completions.create(**ASK, stream=True)]

    if asynchronous:
        parts = asyncio.run(main())
    else:
        openai = wrap_openai(client, OpenAI(**api), stream_usage=True)
        with openai.chat.completions.create(**ASK, stream=True) as stream:
            parts = list(stream)
    assert [part.choices[0].delta.content for part in parts] == ["It is ", "on its way."]
    client.flush()
    llm = llm_of(project)
    assert (llm["output"], llm["status"]) == ({"role": "assistant", "content": "It is on its way."}, "success")
    assert (llm["input_tokens"], llm["output_tokens"]) == (12, 3)
    assert llm["attributes"]["time_to_first_token_ms"] > 0


def test_a_stream_that_is_left_is_told_as_cancelled(client, project: Project, api) -> None:
    stream = wrap_openai(client, OpenAI(**api)).chat.completions.create(**ASK, stream=True)
    next(iter(stream))
    stream._iterator.close()
    stream.close()
    client.flush()
    assert (llm_of(project)["status"], llm_of(project)["output"]["content"]) == ("cancelled", "It is ")


def test_an_error_is_told_and_raised(client, project: Project, api) -> None:
    with pytest.raises(AuthenticationError):
        wrap_openai(client, OpenAI(**api)).chat.completions.create(**{**ASK, "model": "refused"})
    client.flush()
    assert llm_of(project)["status"] == "error"


def test_embeddings_and_what_is_not_told(client, project: Project, api) -> None:
    openai = wrap_openai(client, OpenAI(**api))
    assert openai.base_url.path == "/v1/"
    assert len(openai.embeddings.create(model="e", input="shoes").data[0].embedding) == 2
    client.flush()
    told = llm_of(project)
    assert (told["input"], told["input_tokens"], told["output"]) == ("shoes", 2, {"vectors": 1, "dimensions": 2})
