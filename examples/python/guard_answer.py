"""Two answers of a support bot, each asked about before it goes out."""

from __future__ import annotations

from _env import load_env, trace_env, trace_url

load_env()

from llm_trace_hub import LLMTraceClient  # noqa: E402

client = LLMTraceClient(environment=trace_env())
question = "Where is my order?"

for answer in ("Your order is on its way.", "Ask Jane, her number is 010-1234-5678."):
    with client.trace("support", input=question, user_id="user-1") as trace:
        guarded = client.guard(answer, input=question, on_unavailable="block")
        why = guarded.unavailable.reason if guarded.unavailable else guarded.reason_code
        said = guarded.answer or "I have passed this on to a colleague."
        trace.set(output=said)
    print(f"{guarded.action} ({why})\n  {said}\n  {trace_url(trace.trace_id)}")

client.flush(strict=True)
