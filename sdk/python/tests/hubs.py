"""The hub of the test run, as its users see it, and one that misbehaves by script."""

from __future__ import annotations

import gzip
import json
import os
import socket
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Dict, List, NamedTuple, Optional

import httpx

HUB = os.environ.get("TRACEHUB_TEST_HUB", "")
TAKEN = '{"accepted":1,"duplicates":0,"rejected":[]}'


class Project(NamedTuple):
    key: str

    def ask(self, path: str, **params: Any) -> Any:
        answer = httpx.get(f"{HUB}/api/v1{path}", headers={"x-api-key": self.key}, params=params, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, path: str, body: Any) -> Any:
        answer = httpx.post(f"{HUB}/api/v1{path}", headers={"x-api-key": self.key}, json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def traces(self) -> List[Dict[str, Any]]:
        return self.ask("/traces", page_size=100)["items"]

    def trace(self, trace_id: str) -> "Told":
        return Told(self.ask(f"/traces/{trace_id}"))


class Told:
    """Everything that the hub knows of a trace, its spans by name."""

    def __init__(self, answer: Dict[str, Any]) -> None:
        self.trace = answer["trace"]
        self.spans = answer["spans"]
        self.evaluations = answer["evaluations"]
        self.decisions = answer["decision_history"]
        self.timeline = answer["timeline"]

    def span(self, name: str) -> Dict[str, Any]:
        return next(span for span in self.spans if span["name"] == name)

    @property
    def root(self) -> Dict[str, Any]:
        return next(span for span in self.spans if span["span_type"] == "root")


def mint() -> Project:
    admin = {"x-api-key": "dev-key"}
    made = httpx.post(f"{HUB}/api/v1/projects", headers=admin, json={"name": f"python {uuid.uuid4()}"}, timeout=10)
    rotated = httpx.post(f"{HUB}/api/v1/projects/{made.json()['id']}/rotate-key", headers=admin, timeout=10)
    return Project(rotated.json()["api_key"])


class Came(NamedTuple):
    """A request as it came, inflated."""

    path: str
    body: str
    headers: Dict[str, str]


Script = Callable[[Came, int], Optional[Dict[str, Any]]]


class FaultyHub:
    """A server on a real socket that answers by script, in front of the hub or of nothing.

    A script gives `status`, `headers`, `body`, `cut` (`before` or `middle`), `hang`, `slow` (seconds before the answer)
    and `after_hub` (the hub has it first); None = as the hub behind says, or as one that takes everything.
    """

    def __init__(self, script: Script, behind: bool = False, port: int = 0) -> None:
        self.script = script
        self.behind = behind
        self.came: List[Came] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                outer._handle(self)

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def _handle(self, request: BaseHTTPRequestHandler) -> None:
        raw = request.rfile.read(int(request.headers["content-length"]))
        plain = gzip.decompress(raw) if request.headers.get("content-encoding") == "gzip" else raw
        came = Came(request.path, plain.decode(), {name.lower(): value for name, value in request.headers.items()})
        with self._lock:
            self.came.append(came)
            number = len(self.came)
        how = self.script(came, number)
        told = (200, TAKEN)
        if self.behind and (how is None or how.get("after_hub")):
            kept = {name: came.headers[name] for name in ("content-type", "x-api-key", "content-encoding") if name in came.headers}
            answer = httpx.post(f"{HUB}{came.path}", content=raw, headers=kept, timeout=20)
            told = (answer.status_code, answer.text)
        self._answer(request, how or {}, *told)

    def _answer(self, request: BaseHTTPRequestHandler, how: Dict[str, Any], status: int, text: str) -> None:
        if how.get("hang"):
            self._over.wait(30)
            return
        time.sleep(how.get("slow", 0))
        body = how.get("body", text).encode()
        if how.get("cut") != "before":
            request.send_response(how.get("status", status))
            for name, value in how.get("headers", {}).items():
                request.send_header(name, value)
            request.send_header("content-length", str(len(body)))
            request.end_headers()
            request.wfile.write(body[: len(body) // 2] if how.get("cut") else body)
            request.wfile.flush()
        if how.get("cut"):
            # With data unread or a linger of none, the other side sees a reset.
            request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            request.close_connection = True
            request.connection.close()

    def stop(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()


def until(what: str, true: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited too long until {what}"
        time.sleep(0.005)


def bodies(came: List[Came]) -> List[Any]:
    return [json.loads(each.body) for each in came]
