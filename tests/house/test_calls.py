"""Calls that take from the world what must come in as an argument, hide what failed, or wait for nothing."""

import ast
import re

import pytest

from tests.house.sources import Source, python_files

# The edges of a process, where whatever fails must be written down and the rest go on. File and function, and why there.
CATCH_ALL_ALLOWED: dict[str, str] = {
    "src/saveit/web/sockets/__init__.py __call__": "whatever a socket meets, it is closed with a code and the others go on",
    "src/saveit/web/edge/front.py _answer": "whatever a request meets, its caller gets an answer",
    "src/saveit/ledger/combiner.py _attempt": "the combiner's task outlives any act; the error goes to the act's caller",
    "src/saveit/gateway/intake.py _keep_all": "the writer's task outlives any delivery; the error goes to who delivered it",
    "src/saveit/outbox/runner.py _attempt": "the edge of a consumer: a fact that fails is tried again, then parked",
    "src/saveit/outbox/runner.py _read": "a consumer's task outlives any step; the next look tries again",
    "src/saveit/reservations/queue.py promote_due": "a waitlist that cannot be served must not close the restaurant",
    "src/saveit/timers/jobs.py _one": "one customer's act; another's must not wait until it is mended",
    "src/saveit/dialogue/turns/worker.py _take_or_delay": "a bad event is tried again, then parked, and the rest go on",
    "src/saveit/timers/schedule.py run": "the timers' task outlives a lost database, and a library that gives up",
}
CLOCKS = {"src/saveit/kernel/clock.py"}
# Everything else gets its Settings handed down.
ENVIRONMENT_READERS = {
    "src/saveit/__main__.py": "the process begins here",
    "src/saveit/app.py": "the composition root",
    "src/saveit/kernel/postgres/process.py": "a server of ours is given where the loader finds its libraries, and nothing else",
    "src/saveit/kernel/observe/metrics.py": "the metrics library takes its shared directory from there, and only from there",
}
# A wait for a condition must look again after a while; it is written once.
WAITS_ALLOWED: dict[str, str] = {}

TIME_READERS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
}
ID_MAKERS = {"uuid1", "uuid4", "uuid.uuid1", "uuid.uuid4"}
SLEEPS = {"time.sleep", "asyncio.sleep", "anyio.sleep", "sleep"}
FAULT_POINT = re.compile(r"[a-z]+(_[a-z]+)*(\.[a-z]+(_[a-z]+)*){2,}")


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for a chain of names, and an empty text for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            return f"{dotted(value)}.{attribute}".lstrip(".")
        case _:
            return ""


def calls(source: Source, names: set[str]) -> list[str]:
    """List where a file calls one of these, by the end of the dotted name."""
    return [
        f"{source.path}:{node.lineno} {dotted(node.func)}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        for name in [dotted(node.func)]
        if name in names or ".".join(name.split(".")[-2:]) in names
    ]


def catches_all(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler takes whatever comes and lets it end there."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    broad = any(kind is None or dotted(kind) in {"Exception", "BaseException"} for kind in kinds)
    last = handler.body[-1]
    raised_again = isinstance(last, ast.Raise) and last.exc is None
    return broad and not raised_again


def broad_handlers(tree: ast.Module) -> list[tuple[str, int]]:
    """List the functions in which everything is caught or suppressed, with the line."""
    found: list[tuple[str, int]] = []

    def visit(node: ast.AST, inside: str) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = node.name
        suppresses = (
            isinstance(node, ast.Call)
            and dotted(node.func).endswith("suppress")
            and any(dotted(argument) in {"Exception", "BaseException"} for argument in node.args)
        )
        if suppresses or (isinstance(node, ast.ExceptHandler) and catches_all(node)):
            found.append((inside, getattr(node, "lineno", 0)))
        for child in ast.iter_child_nodes(node):
            visit(child, inside)

    visit(tree, "module")
    return found


def test_everything_is_caught_only_at_the_edge_of_a_process() -> None:
    found = [
        f"{source.path}:{line} {function}"
        for source in python_files("src", "bench", "tests")
        for function, line in broad_handlers(source.tree)
        if f"{source.path} {function}" not in CATCH_ALL_ALLOWED
    ]

    assert found == []


def test_every_allowed_edge_is_still_there() -> None:
    there = {
        f"{source.path} {function}"
        for source in python_files("src", "bench", "tests")
        for function, _ in broad_handlers(source.tree)
    }

    assert sorted(CATCH_ALL_ALLOWED.keys() - there) == []


def test_the_time_is_read_from_a_clock_that_was_handed_in() -> None:
    found = [
        place
        for source in python_files("src")
        if source.path not in CLOCKS
        for place in calls(source, TIME_READERS)
    ]

    assert found == []


def test_ids_are_made_from_a_time_and_an_entropy_that_were_handed_in() -> None:
    assert [place for source in python_files("src") for place in calls(source, ID_MAKERS)] == []


def test_the_environment_is_read_where_a_process_begins() -> None:
    found = [
        f"{source.path}:{node.lineno}"
        for source in python_files("src")
        if source.path not in ENVIRONMENT_READERS
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.getenv"}
    ]

    assert found == []


def test_tests_wait_for_conditions_and_never_for_time() -> None:
    found = [
        f"{source.path}:{node.lineno}"
        for source in python_files("tests")
        if source.path not in WAITS_ALLOWED
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and dotted(node.func) in SLEEPS
        # Giving way to other tasks once is no wait.
        if not (len(node.args) == 1 and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0)
    ]

    assert found == []


def test_fault_points_are_named_by_room_act_and_moment() -> None:
    wrong = [
        f"{source.path}:{node.lineno}"
        for source in python_files("src")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and dotted(node.func) in {"faults.reach", "reach"}
        for name in [node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None]
        if not (isinstance(name, str) and FAULT_POINT.fullmatch(name))
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("handler", "broad"),
    [
        ("try:\n    f()\nexcept Exception:\n    pass", True),
        ("try:\n    f()\nexcept:\n    pass", True),
        ("try:\n    f()\nexcept (ValueError, Exception) as e:\n    log(e)", True),
        ("try:\n    f()\nexcept BaseException:\n    undo()\n    raise", False),
        ("try:\n    f()\nexcept ValueError:\n    pass", False),
        ("with contextlib.suppress(Exception):\n    f()", True),
        ("with suppress(KeyError):\n    f()", False),
    ],
)
def test_each_way_to_catch_everything_is_seen(handler: str, *, broad: bool) -> None:
    assert bool(broad_handlers(ast.parse(handler))) is broad
