"""Where code stands: the file relative to the root of its repository, the line, the function."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from types import CodeType
from typing import Any, Dict, Optional

_HERE = os.path.dirname(os.path.abspath(__file__))
_MOST_KNOWN = 1000
_known: Dict[str, str] = {}


def _root_of(path: str) -> Optional[str]:
    folder = os.path.dirname(path)
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def short_path(path: str) -> str:
    """A path without what only this machine knows: from its repository, the working directory, or its last parts."""
    known = _known.get(path)
    if known is not None:
        return known
    whole = os.path.abspath(path)
    root = _root_of(whole) or os.getcwd()
    if whole.startswith(root.rstrip(os.sep) + os.sep):
        short = os.path.relpath(whole, root)
    else:
        short = os.sep.join([part for part in whole.split(os.sep) if part][-3:])
    short = short.replace(os.sep, "/")
    if len(_known) < _MOST_KNOWN:
        _known[path] = short
    return short


def _ref(code: CodeType, line: int) -> Dict[str, Any]:
    name = getattr(code, "co_qualname", code.co_name)
    return {"file": short_path(code.co_filename), "line": line, "function": None if name == "<module>" else name}


def caller() -> Optional[Dict[str, Any]]:
    """The line of the app that called into this package: a look at a few frames, no stack is built."""
    try:
        frame = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename.startswith(_HERE):
            frame = frame.f_back
        return None if frame is None else _ref(frame.f_code, frame.f_lineno)
    except Exception:
        return None


def source_of(function: Any) -> Optional[Dict[str, Any]]:
    """Where a function, a method or a callable object is defined; None when it is not written in Python."""
    try:
        while isinstance(function, functools.partial):
            function = function.func
        function = inspect.unwrap(function)
        code = getattr(function, "__code__", None)
        if code is None:
            code = getattr(type(function).__call__, "__code__", None)
        return None if code is None else _ref(code, code.co_firstlineno)
    except Exception:
        return None
