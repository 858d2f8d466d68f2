"""A process that has the heavy packages imported, and forks a kernel whenever it is asked to.

Most of a short chapter's time is spent importing the same packages as its neighbours. Here they
are imported once, without side effects, and each kernel starts as a copy of this process that
has run no code yet. A kernel must not be able to tell: what reads its surroundings while it is
imported (the terminal, the plotting backend) sees what a fresh kernel would show it, and where
that can't be had (a package prints something or starts a thread) this process refuses to serve.

Started by ``kernels.py`` with the number of the pipe for answers and the packages to import.
Requests are lines of JSON on the standard input; the process ends with it.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import importlib
import io
import json
import os
import random
import signal
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

NEVER = ("matplotlib.pyplot", "matplotlib_inline.backend_inline")
"""Modules that tie themselves to the shell they are imported in."""


def import_deepest(name: str) -> None:
    """Import the module in a dotted name, which may go on with the name of something in it."""
    while name:
        try:
            importlib.import_module(name)
        except ImportError:  # a chapter that needs what is not there will say so itself
            name = name.rpartition(".")[0]
        else:
            return


def import_quietly(packages: list[str]) -> str:
    """Import packages as a kernel would; return why this process can't serve, or nothing."""
    heard = io.TextIOWrapper(io.BytesIO(), encoding="UTF-8")  # as a kernel's own streams
    shell = SimpleNamespace(kernel=None)  # pandas asks whether it runs in a terminal
    with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
        import ipykernel.kernelapp

        importlib.import_module("ipykernel.zmqshell")
        # the frontend's own settings of warnings come first, as they do in a kernel
        with warnings.catch_warnings(record=True) as caught:
            before = list(warnings.filters)
            vars(builtins)["get_ipython"] = lambda: shell
            for name in packages:
                import_deepest(name)
            del vars(builtins)["get_ipython"]
            after = list(warnings.filters)
    assert ipykernel.kernelapp
    heard.flush()
    if caught or heard.buffer.getvalue():
        return "a package warns or prints when it is imported"
    added = [entry for entry in after if entry not in before]
    warnings.filters[:0] = added  # type: ignore[index]
    tied = [name for name in NEVER if name in sys.modules]
    if tied:
        return f"{tied[0]} was imported ahead"
    if len(os.listdir("/proc/self/task")) != 1:
        return "a package starts a thread when it is imported"
    return ""


def become_kernel(request: dict[str, Any]) -> None:
    """Turn this process, just forked, into the kernel that was asked for."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = open(0)  # noqa: SIM115
    os.chdir(request["cwd"])
    parent = os.environ["JPY_PARENT_PID"]
    os.environ.clear()
    os.environ.update(request["env"], JPY_PARENT_PID=parent)
    random.seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    from ipykernel.kernelapp import launch_new_instance

    launcher = importlib.import_module("ipykernel_launcher")
    sys.argv = [str(launcher.__file__), *request["arguments"]]
    launch_new_instance()


def main() -> None:
    """Import, say whether this process can serve, then fork for each request."""
    answers = os.fdopen(int(sys.argv[1]), "w", buffering=1)
    del sys.path[0]  # this folder
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # read when ipykernel is imported
    backend = os.environ.get("MPLBACKEND")
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    refusal = import_quietly(sys.argv[2:])
    if backend is None:
        del os.environ["MPLBACKEND"]
    answers.write(json.dumps({"refused": refusal}) + "\n")
    if refusal:
        return
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended kernels leave nothing behind
    gc.collect()
    gc.freeze()
    while line := os.read(0, 1 << 20):
        while not line.endswith(b"\n"):
            line += os.read(0, 1 << 20)
        child = os.fork()
        if child == 0:
            answers.close()
            become_kernel(json.loads(line))
            os._exit(0)
        answers.write(json.dumps({"pid": child}) + "\n")


if __name__ == "__main__":
    sys.argv[0] = str(Path(sys.argv[0]).name)
    main()
