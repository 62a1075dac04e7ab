"""What every example needs of its surroundings."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Runs from a checkout, without the package being installed.
sys.path.insert(0, str(ROOT / "sdk/python"))


def load_env() -> None:
    """Takes what the `.env` at the root of the repository says, unless the environment says it already."""
    try:
        lines = (ROOT / ".env").read_text(encoding="utf-8").splitlines()
    except OSError:  # There need not be one.
        return
    for line in lines:
        name, is_set, value = line.strip().partition("=")
        if is_set and name and not name.startswith("#") and not os.environ.get(name.strip()):
            os.environ[name.strip()] = value.strip().strip("\"'")


def base_url() -> str:
    return os.environ.get("TRACEHUB_BASE_URL") or "http://localhost:8000"


def trace_env() -> str:
    return os.environ.get("TRACE_ENV") or "local"


def pause_seconds(usual: float) -> float:
    """How long to wait between steps, for who watches."""
    given = os.environ.get("EXAMPLE_PAUSE_MS")
    return usual if given is None else float(given) / 1000


def trace_url(trace_id: str) -> str:
    """Where a person sees a trace."""
    return f"http://localhost:3000/traces/{trace_id}"
