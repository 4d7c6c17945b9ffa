"""Runs a command as if on another machine: no file of ours, and only the ports that it is given.

It has a network and mounts of its own. The folders in ``--hide`` are empty for it. On its loopback
interface nothing listens but the ``--port``s, each of which leads to the same port of this machine,
as a load balancer in front of a server does::

    python secluded.py --hide /srv/airflow --port 8080 -- airflow edge worker

Linux lends such namespaces to root, and to users where it allows them user namespaces.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import functools
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["has_namespaces", "secluded"]

_UNSHARE = ["unshare", *(() if os.getuid() == 0 else ("--map-root-user",)), "--net", "--mount"]
_SET_FLAGS, _UP = 0x8914, 0x1 | 0x40  # SIOCSIFFLAGS; IFF_UP | IFF_RUNNING


def has_namespaces() -> bool:
    """Whether this user may have them here."""
    with contextlib.suppress(FileNotFoundError):
        return not subprocess.run([*_UNSHARE, "true"], check=False, capture_output=True).returncode
    return False


def secluded(
    command: Sequence[str | Path], *, hide: Sequence[Path], ports: Sequence[int]
) -> list[str | Path]:
    """The command that runs *command* without the folders in *hide*, with *ports*."""
    options = [f"--hide={folder}" for folder in hide] + [f"--port={port}" for port in ports]
    return [sys.executable, __file__, *options, "--", *command]


async def _outside(options: argparse.Namespace) -> int:
    """Start the command inside, and pass its connections on until it ends."""
    ours, its = socket.socketpair()
    inside = [sys.executable, __file__, f"--channel={its.fileno()}", *sys.argv[1:]]
    child = await asyncio.create_subprocess_exec(*_UNSHARE, *inside, pass_fds=[its.fileno()])
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, child.terminate)
    its.close()
    # A socket belongs to the network that it was made in, whichever process holds it.
    _, files, _, _ = await asyncio.to_thread(socket.recv_fds, ours, 1, len(options.port))
    for port, file in zip(options.port, files, strict=True):
        listener = socket.socket(fileno=file)
        await asyncio.start_server(functools.partial(_pass_on, port), sock=listener)
    return await child.wait()


async def _pass_on(port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what a client inside and the server outside say to each other."""
    with contextlib.suppress(OSError):
        answers, far = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_copy(reader, far), _copy(answers, writer))
    writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(2**16):
            writer.write(chunk)
            await writer.drain()
    writer.close()


def _inside(options: argparse.Namespace) -> None:
    """Listen, hand the listening sockets out, hide the folders, and become the command."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14x", b"lo", _UP))
    listeners = [socket.create_server(("127.0.0.1", port)) for port in options.port]
    with socket.socket(fileno=options.channel) as channel:
        socket.send_fds(channel, [b"."], [one.fileno() for one in listeners])
    for folder in options.hide:
        subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=True)
    os.execvp(options.command[0], options.command)


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--channel", type=int)
    parser.add_argument("--hide", action="append", default=[])
    parser.add_argument("--port", action="append", default=[], type=int)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    if options.channel is None:
        sys.exit(asyncio.run(_outside(options)))
    _inside(options)


if __name__ == "__main__":
    _main()
