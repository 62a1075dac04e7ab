"""A trace by the HTTP API alone: `pip install httpx`, then `python examples/python/send_trace_via_api.py`."""

from __future__ import annotations

import os
import uuid
from datetime import datetime, timezone

from _env import base_url, load_env, trace_env, trace_url

import httpx


def now() -> str:
    return datetime.now(timezone.utc).isoformat()


load_env()
key = os.environ.get("TRACEHUB_API_KEY") or "dev-key"
trace_id, root_id = str(uuid.uuid4()), str(uuid.uuid4())
question = "How long may I return a pair of shoes?"

with httpx.Client(base_url=base_url(), headers={"x-api-key": key}, timeout=10) as http:

    def send(path: str, body: dict) -> None:
        answer = http.post(path, json=body)
        answer.raise_for_status()
        rejected = answer.json().get("rejected")
        assert not rejected, rejected

    trace = {
        **{"trace_id": trace_id, "name": "chat-request", "start_time": now(), "environment": trace_env()},
        **{"model": "gpt-4.1-mini", "user_id": "user-1", "session_id": "sess-1", "input_text": question},
    }
    root = {
        **{"span_id": root_id, "trace_id": trace_id, "name": "root", "span_type": "root", "start_time": now()},
        "idempotency_key": f"{root_id}:start",
    }
    send("/api/v1/ingest/traces", {"trace": {**trace, "status": "running"}, "spans": [root]})

    def event(kind: str, payload: dict) -> dict:
        about = {"trace_id": trace_id, "span_id": root_id, "event_type": kind, "event_time": now()}
        return {**about, "payload": payload, "idempotency_key": f"{root_id}:{kind.lower()}"}

    log = event("LOG", {"message": "retrieved docs", "metadata": {"k": 5}})
    send("/api/v1/ingest/spans", {"events": [log, event("SPAN_ENDED", {"status": "success"})]})
    ended = {**trace, "status": "success", "end_time": now(), "output_text": "You have 90 days."}
    send("/api/v1/ingest/traces", {"trace": ended})
    evaluation = {
        **{"trace_id": trace_id, "eval_name": "faithfulness", "eval_model": "gpt-4.1-mini", "score": 0.88},
        **{"passed": True, "idempotency_key": f"{trace_id}:faithfulness"},
    }
    send("/api/v1/evals", evaluation)

print(trace_url(trace_id))
