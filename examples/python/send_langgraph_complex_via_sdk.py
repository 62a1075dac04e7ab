"""Nine nodes with two branches side by side and pauses to watch.

The answer is OpenAI's with `OPENAI_API_KEY`, made up without.
"""

from __future__ import annotations

import os
import time
from typing import Any, Callable, Dict, Tuple

from _env import load_env, pause_seconds, trace_env, trace_url

load_env()

import httpx  # noqa: E402

from llm_trace_hub import LLMTraceClient  # noqa: E402

client = LLMTraceClient()
MODEL = "gpt-4.1-mini"
QUESTION = "Where is order 1042, and may I still return it?"
Done = Tuple[Dict[str, Any], Any]


def ask(prompt: str) -> Tuple[str, Dict[str, Any]]:
    key = os.environ.get("OPENAI_API_KEY")
    if not key:
        text = f"A made-up answer to: {prompt}"
        # About four characters are a token.
        return text, {"model": MODEL, "prompt_tokens": len(prompt) // 4, "completion_tokens": len(text) // 4}
    body = {"model": MODEL, "temperature": 0.2, "messages": [{"role": "user", "content": prompt}]}
    headers = {"authorization": f"Bearer {key}"}
    answer = httpx.post("https://api.openai.com/v1/chat/completions", headers=headers, json=body, timeout=60)
    answer.raise_for_status()
    said = answer.json()
    return said["choices"][0]["message"]["content"], {"model": MODEL, **said["usage"]}


def input_guard() -> Done:
    return {"allowed": True}, None


def query_rewriter() -> Done:
    text, usage = ask(f"Rewrite as a search query: {QUESTION}")
    return {"query": text}, usage


def retrieval_web() -> Done:
    return {"pages": 3}, None


def retrieval_order_db() -> Done:
    return {"order": {"id": 1042, "state": "shipped"}}, None


def evidence_ranker() -> Done:
    return {"kept": 2}, None


def action_planner() -> Done:
    return {"plan": ["read the order", "answer"]}, None


def sql_executor() -> Done:
    return {"rows": 1}, None


def answer_generator() -> Done:
    text, usage = ask(QUESTION)
    return {"answer": text}, usage


def safety_reviewer() -> Done:
    return {"safe": True}, None


def begin(run: Callable[[], Done], node_type: str, parents: Any) -> None:
    # The source of a node is its function, not the line of this helper.
    client.start_langgraph_node(run.__name__, node_type=node_type, parent_node_id=parents, source_ref=run)


def finish(run: Callable[[], Done]) -> Dict[str, Any]:
    state, usage = run()
    client.end_langgraph_node(run.__name__, output_state=state, token_usage=usage)
    return state


def pause() -> None:
    client.flush()
    time.sleep(pause_seconds(0.8))


def visit(run: Callable[[], Done], node_type: str, parents: Any) -> Dict[str, Any]:
    begin(run, node_type, parents)
    pause()
    return finish(run)


trace_id = client.start_langgraph_run(
    graph_name="order_assistant",
    run_id=f"lg-complex-{time.time_ns()}",
    input_text=QUESTION,
    model=MODEL,
    environment=trace_env(),
)
print(trace_url(trace_id), flush=True)

visit(input_guard, "guardrail", None)
visit(query_rewriter, "llm", "input_guard")
begin(retrieval_web, "retriever", "query_rewriter")
begin(retrieval_order_db, "tool", "query_rewriter")
pause()
finish(retrieval_web)
finish(retrieval_order_db)
visit(evidence_ranker, "reranker", ["retrieval_web", "retrieval_order_db"])
visit(action_planner, "planner", "evidence_ranker")
visit(sql_executor, "tool", "action_planner")
answer = visit(answer_generator, "llm", "sql_executor")["answer"]
visit(safety_reviewer, "guardrail", "answer_generator")

client.end_langgraph_run(output_text=answer)
client.flush(strict=True)
