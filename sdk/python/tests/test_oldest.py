"""Python 3.9 reads every file, and finds in it nothing that a later Python has brought."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Iterator, List, Union

import pytest

SDK = Path(__file__).resolve().parents[1]
EXAMPLES = SDK.parents[1] / "examples"
FILES = sorted(
    [
        *(SDK / "llm_trace_hub").rglob("*.py"),
        *(SDK / "tests").glob("*.py"),
        *EXAMPLES.rglob("*.py"),
        *(SDK.parents[1] / "bench").glob("*.py"),
    ]
)
# What came with 3.10 and later, by the module that has it.
LATER = {
    "typing": {"TypeAlias", "ParamSpec", "Concatenate", "TypeGuard", "Self", "Never", "assert_never", "override"},
    "dataclasses": {"KW_ONLY"},
    "itertools": {"pairwise", "batched"},
    "asyncio": {"TaskGroup", "timeout", "Runner"},
    "datetime": {"UTC"},
    "enum": {"StrEnum"},
    "contextlib": {"aclosing", "chdir"},
    "types": {"NoneType", "UnionType", "EllipsisType"},
    "inspect": {"get_annotations"},
}
BUILT_IN = {"int", "str", "float", "bool", "bytes", "dict", "list", "tuple", "set", "type", "object"}
LATER_MODULES = {"tomllib"}
LATER_ARGUMENTS = {"dataclass": {"slots", "kw_only"}, "zip": {"strict"}}
Function = (ast.FunctionDef, ast.AsyncFunctionDef)


def _evaluated(node: ast.AST, is_postponed: bool) -> Iterator[ast.AST]:
    """A node and those below it, without the annotations that nobody evaluates."""
    yield node
    left_out: List[Union[ast.AST, None]] = []
    if is_postponed and isinstance(node, Function):
        left_out.append(node.returns)
    if is_postponed and isinstance(node, (ast.AnnAssign, ast.arg)):
        left_out.append(node.annotation)
    for child in ast.iter_child_nodes(node):
        if child not in left_out:
            yield from _evaluated(child, is_postponed)


def _is_type(node: ast.AST) -> bool:
    """Whether an operand of `|` is a type: None, or a name that is written as types are."""
    if isinstance(node, ast.Constant):
        return node.value is None
    if isinstance(node, ast.Subscript):
        return _is_type(node.value)
    if isinstance(node, ast.Name) and node.id in BUILT_IN:
        return True
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name[:1].isupper() and not name.isupper()


def newer(text: str) -> List[str]:
    """What in a file a Python 3.9 would stumble over as it runs, line by line."""
    tree = ast.parse(text, feature_version=(3, 9))
    is_postponed = any(
        isinstance(each, ast.ImportFrom) and each.module == "__future__" and each.names[0].name == "annotations"
        for each in tree.body
    )
    found = []
    for node in _evaluated(tree, is_postponed):
        what = None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            what = "a union by |" if _is_type(node.left) or _is_type(node.right) else None
        elif isinstance(node, ast.ImportFrom) and node.module in LATER:
            what = ", ".join(sorted({each.name for each in node.names} & LATER[node.module])) or None
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [node.module] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
            what = ", ".join(sorted(LATER_MODULES.intersection(name for name in names if name))) or None
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            what = node.attr if node.attr in LATER.get(node.value.id, ()) else None
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            given = {each.arg for each in node.keywords} & LATER_ARGUMENTS.get(node.func.id, set())
            what = ", ".join(sorted(filter(None, given))) or None
        if what:
            found.append(f"line {getattr(node, 'lineno', 0)}: {what}")
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_has_nothing_that_python_3_9_lacks(file: Path) -> None:
    assert newer(file.read_text(encoding="utf-8")) == []


POSTPONED = "from __future__ import annotations\n"
NEWER = {
    "a union that is evaluated": "Known = int | None",
    "a union in an annotation that is evaluated": "def f(a: int | None): ...",
    "a union in a call, though annotations are postponed": POSTPONED + "x = cast(int | str, y)",
    "an import of later typing": POSTPONED + "from typing import Self",
    "a group of tasks": "import asyncio\nasyncio.TaskGroup()",
    "slots of a dataclass": POSTPONED + "@dataclass(slots=True)\nclass A: ...",
    "a zip that is strict": "zip(a, b, strict=True)",
}


@pytest.mark.parametrize("what", NEWER)
def test_what_is_newer_is_found(what: str) -> None:
    assert len(newer(NEWER[what])) == 1


def test_syntax_that_is_newer_is_refused() -> None:
    with pytest.raises(SyntaxError):
        newer("match a:\n    case 1: ...")


def test_an_annotation_that_nobody_evaluates_may_be_as_new_as_it_likes() -> None:
    assert newer(POSTPONED + "def f(a: int | None) -> str | None: ...\nb: int | str = flags | 1\n") == []


def test_every_module_is_imported_by_the_python_that_runs_this() -> None:
    names = [
        ".".join(path.relative_to(SDK).with_suffix("").parts).replace(".__init__", "")
        for path in (SDK / "llm_trace_hub").glob("*.py")
    ]
    imports = [sys.executable, "-c", f"import {', '.join(names)}"]
    ended = subprocess.run(imports, capture_output=True, text=True, cwd=SDK)
    assert ended.returncode == 0, ended.stderr
