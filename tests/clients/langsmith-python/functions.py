"""Functions wrapped by `traceable`: usage, a failed tool, a file, feedback."""

from __future__ import annotations

from langsmith import Client, get_current_run_tree, traceable
from langsmith.schemas import Attachment

client = Client()
POINT = bytes.fromhex("89504e470d0a1a0a0d0a2d2d00ff")
USAGE = {"input_tokens": 120, "output_tokens": 34, "total_tokens": 154}


@traceable(run_type="llm", client=client, metadata={"ls_provider": "openai", "ls_model_name": "gpt-4.1-mini"})
def call(messages):
    return {"role": "assistant", "content": "Four.", "usage_metadata": USAGE}


@traceable(run_type="tool", client=client)
def broken():
    raise ValueError("bad tool")


@traceable(client=client, dangerously_allow_filesystem=False)
def look(text: str, point: Attachment):
    return {"seen": True}


root = ""


@traceable(client=client, tags=["beta"], metadata={"session_id": "s-1", "user_id": "u-1"})
def pipeline(question: str):
    global root
    root = str(get_current_run_tree().id)
    try:
        broken()
    except ValueError:
        pass
    look("a point", Attachment(mime_type="image/png", data=POINT))
    return call([{"role": "user", "content": "What is 2+2?"}])


pipeline("What is 2+2?")
client.create_feedback(root, "helpful", score=0.75, comment="It was.", trace_id=root)
client.flush()
