"""Servers as child processes: started, watched while we wait, and stopped by process id."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import psutil

__all__ = ["ProcessDiedError", "Processes", "free_port"]

T = TypeVar("T")


class ProcessDiedError(RuntimeError):
    """A server ended by itself; the text ends with the tail of its log."""


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Processes:
    """A group of child processes, each with a log in one folder and a session of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._commands: dict[str, tuple[Any, ...]] = {}
        self._reviving = False

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        environ: Mapping[str, str],
        pass_fds: Sequence[int] = (),
    ) -> None:
        """Start *command*; what it prints goes to ``<name>.log``."""
        self._commands[name] = (command, environ, pass_fds)
        with self.file(name).open("ab") as log:
            self.running[name] = subprocess.Popen(
                [str(part) for part in command],
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                pass_fds=pass_fds,
                start_new_session=True,
            )

    def file(self, name: str) -> Path:
        """Return where the log of a process is."""
        return self.folder / f"{name}.log"

    def log(self, name: str, characters: int = 4000) -> str:
        """Return the tail of one log."""
        return self.file(name).read_text(errors="replace")[-characters:]

    @contextlib.contextmanager
    def revived(self) -> Iterator[None]:
        """Start a process that ends meanwhile again, as an init does, where `check` sees it."""
        self._reviving = True
        try:
            yield
        finally:
            self._reviving = False

    def check(self) -> None:
        """Raise unless every process lives.

        Raises:
            ProcessDiedError: One does not.
        """
        for name, process in list(self.running.items()):
            if (code := process.poll()) is None:
                continue
            if self._reviving:
                self.start(name, *self._commands[name])
            else:
                msg = f"{name} exited with {code}:\n{self.log(name)}"
                raise ProcessDiedError(msg)

    def wait(
        self,
        what: str,
        probe: Callable[[], T | None],
        *,
        seconds: float = 300,
        every: float = 0.05,
    ) -> T:
        """Call *probe* until it returns something true, while every process lives.

        Args:
            what: What is waited for.
            probe: Looks whether it is there.
            seconds: How long it may take on a busy machine.
            every: Seconds between two looks, which cost a server something.

        Raises:
            ProcessDiedError: A process ended.
            TimeoutError: Nothing came of it; the text has the tail of every log.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.check()
            if found := probe():
                return found
            time.sleep(every)
        logs = "".join(f"\n--- {name}\n{self.log(name, 1500)}" for name in self.running)
        msg = f"Waited {seconds} s for {what}.{logs}"
        raise TimeoutError(msg)

    def stop(self, *names: str, how: signal.Signals = signal.SIGTERM, grace: float = 5) -> None:
        """Stop some processes, or all: *how* asks; SIGKILL takes each family after *grace* s."""
        stopping = {name: self.running[name] for name in names or self.running}
        families = {name: _family(process.pid) for name, process in stopping.items()}
        for process in stopping.values():
            if process.poll() is None:
                process.send_signal(how)
        everyone = [one for family in families.values() for one in family]
        _wait_gone(everyone, grace)
        for name, process in stopping.items():
            _kill(families[name], process.pid)
            process.wait()
            del self.running[name]
        _wait_gone(everyone, grace)


def _family(pid: int) -> list[psutil.Process]:
    """Return a process and its descendants; psutil knows them again even if an id is reused."""
    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    return []


def _kill(family: Sequence[psutil.Process], group: int) -> None:
    """Kill what is left of a family, and of the session that its parent led."""
    for process in family:
        with contextlib.suppress(psutil.Error):
            process.kill()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _wait_gone(processes: Sequence[psutil.Process], seconds: float) -> None:
    """Wait until no process runs, or *seconds* have passed."""
    deadline = time.monotonic() + seconds
    while any(map(_runs, processes)) and time.monotonic() < deadline:
        time.sleep(0.02)


def _runs(process: psutil.Process) -> bool:
    """Whether a process can still do anything; a zombie only waits for its parent."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
