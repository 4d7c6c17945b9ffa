"""Headless Chromium, driven through its DevTools protocol: what a page shows a person."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import requests

from . import env
from .processes import Processes

__all__ = ["Browser", "has_chromium"]


def has_chromium() -> bool:
    """Whether the browser is installed."""
    return shutil.which("chromium") is not None


class Browser:
    """One page of one browser."""

    def __init__(self) -> None:
        self.folder = env.scratch("chromium")
        self.processes = Processes(self.folder)
        self._socket: Any = None
        self._open = contextlib.ExitStack()
        self._number = 0

    def start(self, width: int = 1400, height: int = 900) -> None:
        """Start the browser and open an empty page of *width* by *height* pixels."""
        from websockets.sync.client import connect

        options = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        options += ["--no-sandbox"]  # which root cannot have
        options += ["--no-proxy-server", f"--window-size={width},{height}"]
        options += [f"--user-data-dir={self.folder / 'data'}", "--remote-debugging-port=0"]
        self.processes.start("chromium", ["chromium", *options, "about:blank"], os.environ)
        port = self.processes.wait("Chromium", self._port)
        pages = requests.get(f"http://127.0.0.1:{port}/json/list", timeout=60).json()
        page = next(one for one in pages if one["type"] == "page")
        opened = connect(page["webSocketDebuggerUrl"], max_size=None, proxy=None)
        self._socket = self._open.enter_context(opened)

    def stop(self) -> None:
        """Close it."""
        self._open.close()
        self.processes.stop(grace=2)

    def set_cookie(self, url: str, name: str, value: str) -> None:
        """Give the site of *url* a cookie."""
        self.call("Network.setCookie", url=url, name=name, value=value)

    def go(self, url: str) -> None:
        """Go to *url*; use `wait_text` to wait until it shows something."""
        self.call("Page.navigate", url=url)

    def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression in the page."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return found["result"].get("value")

    def text(self) -> str:
        """The visible text of the page."""
        shown = self.evaluate("document.body ? document.body.innerText : ''") or ""
        return str(shown).replace("\xa0", " ")

    def click(self, label: str) -> None:
        """Click the button whose accessible name is *label*."""
        found = f"document.querySelector('button[aria-label={json.dumps(label)}]')"
        self.processes.wait(label, lambda: self.evaluate(f"!!{found}"), every=0.3)
        self.evaluate(f"{found}.click()")

    def wait_text(self, *words: str) -> str:
        """Wait until the page shows all of *words*, and return its text."""

        def probe() -> str | None:
            shown = self.text()
            return shown if all(word in shown for word in words) else None

        try:
            return self.processes.wait(f"{words} on a page", probe, every=0.3)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\nThe page shows:\n{self.text()[:3000]}") from None

    def screenshot(self, path: Path, **options: Any) -> None:
        """Write what the page looks like as a PNG file; *options* of DevTools may clip it."""
        picture = self.call("Page.captureScreenshot", format="png", **options)["data"]
        path.write_bytes(base64.b64decode(picture))

    def call(self, method: str, **params: Any) -> Any:
        """Call one method of the DevTools protocol.

        Raises:
            RuntimeError: The browser refused it.
        """
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(timeout=120))
            if answer.get("id") != self._number:  # an event
                continue
            if "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']}")
            return answer["result"]

    def _port(self) -> int | None:
        told = self.folder / "data" / "DevToolsActivePort"
        lines = told.read_text().splitlines() if told.exists() else []
        return int(lines[0]) if lines else None
