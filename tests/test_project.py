"""Rules of the whole project that no other tool holds."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from importlinter import cli as import_linter
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts import web

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
SOURCE = sorted((ROOT / "src").rglob("*.py"))
PYTHON = [
    *SOURCE,
    *sorted((ROOT / "tests").rglob("*.py")),
    *sorted((ROOT / "scripts").glob("*.py")),
    ROOT / "hatch_build.py",
]
TYPESCRIPT = [path for path in web.sources() if path.suffix in {".ts", ".css", ".html"}]

FILE_CEILING = 300
TEST_FILE_CEILING = 400
"""A file of tests is a list of cases, which is read by looking one up."""
FUNCTION_CEILING = 60
LONG_FILES = {
    "tests/rtsp/test_client.py": "every way in which a conversation with a camera can go",
    "web/src/live/live-socket.ts": "one class: a connection and the streams that share it",
}
"""Files that may be longer, each with the reason; one that no longer needs it fails too."""

WALL_CLOCK = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "date.today"}
SHELL = {"os.system", "os.popen", "create_subprocess_shell", "subprocess.getoutput"}
QUEUES = {"Queue", "LifoQueue", "PriorityQueue", "SimpleQueue"}

REGISTRIES = "pypi pythonhosted npmjs debian crates yarnpkg npmmirror"
REGISTRY_ADDRESS = re.compile(
    rf"\b(?:{'|'.join(REGISTRIES.split())})\.(?:org|com|io)\b", re.IGNORECASE
)
MACHINE_PATH = re.compile(r"(?<![\w.*])/(?:root|work|home/\w+|Users/\w+)/")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes(), filename=str(path))


def here(path: Path, node: ast.AST | None = None) -> str:
    line = getattr(node, "lineno", None)
    return path.relative_to(ROOT).as_posix() + (f":{line}" if line else "")


def dotted(node: ast.AST) -> list[str]:
    """The names that a node uses, as written: `asyncio.Queue`; for an import, what it brings."""
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return [ast.unparse(node)] if isinstance(node, ast.Name | ast.Attribute) else []


def uses(names: set[str], allowed: set[str]) -> Iterator[str]:
    """Where the source uses one of these names, also with more in front of it."""
    ends = tuple(f".{name}" for name in names)
    for path in SOURCE:
        if here(path) not in allowed:
            for node in ast.walk(tree(path)):
                if any(f".{name}".endswith(ends) for name in dotted(node)):
                    yield here(path, node)


def is_unbounded_queue(node: ast.AST) -> bool:
    """Whether the node makes a queue without a size, or with size 0, which means the same."""
    if not isinstance(node, ast.Call) or not any(
        name.split(".")[-1] in QUEUES for name in dotted(node.func)
    ):
        return False
    sizes = node.args[:1] + [word.value for word in node.keywords if word.arg == "maxsize"]
    return not sizes or (isinstance(sizes[0], ast.Constant) and sizes[0].value == 0)


def committed() -> list[Path]:
    """Every file under version control, or, in an unpacked distribution, none."""
    if not (ROOT / ".git").exists():
        pytest.skip("this copy of the project is not a git repository")
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    ).stdout
    return [path for name in listing.split("\0") if name and (path := ROOT / name).is_file()]


def test_imports_point_from_the_browser_to_the_camera() -> None:
    assert import_linter.lint_imports(str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_a_file_says_one_thing() -> None:
    long = set()
    for path in (*PYTHON, *TYPESCRIPT):
        is_test = {"test", "tests"} & set(path.relative_to(ROOT).parts)
        if path.read_bytes().count(b"\n") > (TEST_FILE_CEILING if is_test else FILE_CEILING):
            long.add(here(path))
    assert long == LONG_FILES.keys()


def test_functions_are_short() -> None:
    long = [
        f"{here(path, node)} {node.name}"
        for path in PYTHON
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= FUNCTION_CEILING
    ]
    assert long == []


def test_time_is_an_argument() -> None:
    assert list(uses(WALL_CLOCK, allowed={"src/liveedge/clock.py"})) == []


def test_nothing_runs_through_a_shell() -> None:
    with_shell = [
        here(path, node)
        for path in SOURCE
        for node in ast.walk(tree(path))
        if isinstance(node, ast.keyword) and node.arg == "shell"
    ]
    assert with_shell + list(uses(SHELL, allowed=set())) == []


def test_every_queue_has_a_bound() -> None:
    unbounded = [
        here(path, node)
        for path in SOURCE
        for node in ast.walk(tree(path))
        if is_unbounded_queue(node)
    ]
    assert unbounded == []


def test_no_committed_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = []
    for path in committed():
        text = path.read_text(errors="replace")
        found += [
            f"{here(path)}: {match.group()}"
            for pattern in (REGISTRY_ADDRESS, MACHINE_PATH)
            for match in pattern.finditer(text)
        ]
    assert found == []


def test_the_locks_hold_hashes_and_no_address() -> None:
    assert {lock.stem for lock in LOCKS} == {"build", "dev", "node", "runtime"}
    for lock in LOCKS:
        text = lock.read_text()
        assert "://" not in text
        assert "--index-url" not in text
        for pin in re.split(r"\n(?=\w)", text)[1:]:
            assert "--hash=sha256:" in pin, f"{lock.name}: {pin.splitlines()[0]} has no hash"


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = project["project"]["dependencies"]
    extras = project["project"]["optional-dependencies"]
    asked = {
        "build": project["build-system"]["requires"],
        "dev": [*runtime, *chain(*extras.values()), *project["dependency-groups"]["dev"]],
        "node": [web.NODE_PACKAGE],
        "runtime": runtime,
    }
    for name, requirements in asked.items():
        locked = pinned(ROOT / "requirements" / f"{name}.txt")
        for requirement in map(Requirement, requirements):
            versions = locked.get(canonicalize_name(requirement.name), ())
            assert versions, f"{requirement} is not in the lock {name}; run: make lock"
            assert all(map(requirement.specifier.contains, versions)), f"{name}: {requirement}"


def test_the_locks_agree() -> None:
    runtime, dev, build = (
        pinned(ROOT / "requirements" / f"{name}.txt") for name in ("runtime", "dev", "build")
    )
    assert runtime.items() <= dev.items()
    assert [name for name in build.keys() & dev.keys() if build[name] != dev[name]] == []


def pinned(lock: Path) -> dict[str, tuple[str, ...]]:
    """The versions of each package in a lock (several, where they depend on the Python)."""
    versions: dict[str, tuple[str, ...]] = {}
    for pin in re.finditer(r"^([\w.-]+)==([^\s;]+)", lock.read_text(), re.MULTILINE):
        name, version = canonicalize_name(pin[1]), pin[2]
        versions[name] = (*versions.get(name, ()), version)
    return versions


def test_test_modules_are_named_by_their_path() -> None:
    """An `__init__.py` would name tests/packaging `packaging`, which is somebody else's package."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []
