"""How a chapter's kernel is started: from the process that has the packages imported, or afresh.

nbclient drives both alike. Sockets are files where the system has them (no two kernels can pick
the same port), except under Windows.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import default

SOCKET_FILES = os.name == "posix"

AHEAD: dict[str, tuple[str, ...]] = {
    "numpy": (),
    "pandas": (),
    "scipy": (),
    "statsmodels": (),
    "patsy": (),
    "markdown_it": (),
    "frictionless": (),
    # These tie themselves to a shell, or bring something that does: only what they stand on.
    "matplotlib": ("matplotlib.figure", "matplotlib.backends.backend_agg"),
    "seaborn": ("matplotlib.figure", "matplotlib.backends.backend_agg", "pandas", "scipy.stats"),
}
"""Packages that may be imported ahead of the kernels; without a list, whatever is named in them."""


def importable_ahead(reached: frozenset[str]) -> list[str]:
    """Choose, from the names that chapters import, the modules to import ahead."""
    chosen: dict[str, None] = {}
    for name in sorted(reached):
        top = name.split(".")[0]
        if top not in AHEAD:
            continue
        for module in AHEAD[top] or (name,):
            chosen[module] = None
    return list(chosen)


class ForkedProcess:
    """A kernel forked by the server, with the few methods of ``Popen`` that are needed."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """Return nothing while the process lives."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self) -> int:
        """Wait until the process has ended."""
        while self.poll() is None:
            time.sleep(0.02)
        return 0

    def send_signal(self, number: int) -> None:
        """Send a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)


class ForkServer:
    """The process that has the packages imported; ``refused`` says why it does not serve."""

    def __init__(self, packages: list[str], cwd: Path) -> None:
        self._lock = threading.Lock()
        script = Path(__file__).with_name("forkserver.py")
        ours, theirs = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, str(script), str(theirs), *packages],
            stdin=subprocess.PIPE,
            cwd=cwd,
            pass_fds=(theirs,),
        )
        os.close(theirs)
        self._answers = os.fdopen(ours)
        self._refused: str | None = None

    @property
    def refused(self) -> str:
        """Wait until the packages are imported; return why the server refuses, or nothing."""
        with self._lock:
            if self._refused is None:
                line = self._answers.readline()
                self._refused = str(json.loads(line)["refused"]) if line else "it has ended"
            return self._refused

    def fork(self, arguments: list[str], cwd: str, env: dict[str, str]) -> ForkedProcess:
        """Fork a kernel."""
        request = json.dumps({"arguments": arguments, "cwd": cwd, "env": env})
        with self._lock:
            assert self._process.stdin
            self._process.stdin.write(request.encode() + b"\n")
            self._process.stdin.flush()
            return ForkedProcess(json.loads(self._answers.readline())["pid"])

    def close(self) -> None:
        """End the server; kernels that still run notice and end too."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()
        self._answers.close()


class ForkProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Starts a kernel by asking the server for it."""

    server: ForkServer

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork instead of starting ``python -m ipykernel_launcher``."""
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        cwd = str(kwargs.get("cwd") or Path.cwd())
        self.process = self.server.fork(arguments, cwd, dict(kwargs["env"]))
        self.pid = self.pgid = self.process.pid
        self.cwd = cwd
        return self.connection_info


class FreshKernel(AsyncKernelManager):  # type: ignore[misc]
    """A kernel started as usual, with sockets that are files in a short-lived folder."""

    @default("transport")
    def _default_transport(self) -> str:
        return "ipc" if SOCKET_FILES else "tcp"

    @default("connection_file")
    def _default_connection_file(self) -> str:
        self._folder = tempfile.mkdtemp(prefix="book-")
        return os.path.join(self._folder, "k.json")

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            shutil.rmtree(getattr(self, "_folder", ""), ignore_errors=True)

    cleanup_resources = _async_cleanup_resources


def forked_from(server: ForkServer) -> type[FreshKernel]:
    """Return a kernel manager whose kernels are forked from a server."""

    class ForkedKernel(FreshKernel):
        async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
            manager: Any = self
            if manager.provisioner is None and "ipykernel_launcher" in manager.kernel_spec.argv:
                manager.kernel_id = manager.kernel_id or str(uuid.uuid4())
                manager.provisioner = ForkProvisioner(
                    kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager
                )
                manager.provisioner.server = server
            return await super()._async_pre_start_kernel(**kwargs)

        pre_start_kernel = _async_pre_start_kernel

    return ForkedKernel
