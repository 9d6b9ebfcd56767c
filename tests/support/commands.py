"""Commands as processes of their own, forked from one that has read the sources: reading them takes each two seconds of a processor.

A command is forked as a shell would, with its own environment, input, output and exit code; only what is the same for all, the sources and
the packages they stand on, has been read before. `saveit up` is started the long way, by tests/commands.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

_SEED = """
import json, os, sys
from saveit.__main__ import main
control = os.fdopen(os.dup(0), "r")
answers = os.fdopen(os.dup(1), "w")
while line := control.readline():
    asked = json.loads(line)
    child = os.fork()
    if not child:
        for fd, (path, flags) in enumerate(zip(asked["files"], (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY))):
            os.dup2(os.open(path, flags), fd)
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")
        os.environ.clear()
        os.environ.update(asked["environment"])
        sys.argv = ["saveit", *asked["arguments"]]
        code = 1
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        except BaseException:
            sys.excepthook(*sys.exc_info())
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), file=answers, flush=True)
"""


class Answer(NamedTuple):
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


@cache
def _seed() -> subprocess.Popen[str]:
    """The process that has read the sources. It ends with ours: nobody holds the other end of its input then."""
    return subprocess.Popen(
        [sys.executable, "-c", _SEED],
        env=bare_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def bare_environment() -> dict[str, str]:
    """Return our environment without what would change how SaveIt starts."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("SAVEIT_", "PROMETHEUS_"))
    }


def forked(arguments: Sequence[str], *, stdin: str, variables: Mapping[str, str]) -> Answer:
    """Run one command to its end."""
    with tempfile.TemporaryDirectory(prefix="saveit-command-") as directory:
        files = [Path(directory, name) for name in ("in", "out", "err")]
        for path, text in zip(files, (stdin, "", ""), strict=True):
            path.write_text(text, encoding="utf-8")
        asked = {
            "arguments": list(arguments),
            "environment": bare_environment() | dict(variables),
            "files": [str(path) for path in files],
        }
        seed = _seed()
        assert seed.stdin is not None
        assert seed.stdout is not None
        seed.stdin.write(json.dumps(asked) + "\n")
        seed.stdin.flush()
        code = int(seed.stdout.readline())
        return Answer(code, files[1].read_text(encoding="utf-8"), files[2].read_text(encoding="utf-8"))
