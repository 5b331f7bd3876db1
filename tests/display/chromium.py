"""A page in headless Chromium, driven through the DevTools protocol."""

import base64
import json
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Page:
    """One page."""

    def __init__(self, address: str) -> None:
        import websocket

        self.socket = websocket.create_connection(address, timeout=60, suppress_origin=True)
        self.n = 0

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        self.n += 1
        self.socket.send(json.dumps({"id": self.n, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.n:
                assert "error" not in answer, answer
                return answer["result"]

    def run(self, script: str) -> Any:
        """Value of an expression in the page; a promise is awaited."""
        found = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def wait(self, script: str, seconds: float = 60) -> Any:
        """The first value of an expression that counts as true."""
        end = time.monotonic() + seconds
        while not (value := self.run(script)):
            assert time.monotonic() < end, f"{script} stayed {value!r} for {seconds} s"
            time.sleep(0.2)
        return value

    def screenshot(self, path: Path, width: int = 1400, height: int = 1100) -> None:
        self.size(width, height)
        shot = self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))

    def size(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def dark(self) -> None:
        feature = {"name": "prefers-color-scheme", "value": "dark"}
        self.call("Emulation.setEmulatedMedia", features=[feature])


@contextmanager
def chromium(profile: Path, url: str = "about:blank") -> Iterator[Page]:
    """Chromium without a window, ended with the block."""
    assert CHROMIUM, "the caller looks for it first"
    words = [
        *(CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
        *("--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-port=0"),
        *("--window-size=1400,1100", f"--user-data-dir={profile}", url),
    ]
    with (profile.parent / "chromium.log").open("w+b") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log)
        try:
            page = Page(_address(profile.parent / "chromium.log"))
            try:
                yield page
            finally:
                page.socket.close()
        finally:
            process.terminate()
            process.wait(30)


def _address(log: Path) -> str:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = re.search(r"DevTools listening on ws://([\d.:]+)/", log.read_text(errors="replace"))
        if found:
            with urllib.request.urlopen(f"http://{found[1]}/json") as answer:
                pages = [p for p in json.loads(answer.read()) if p["type"] == "page"]
            if pages:
                return str(pages[0]["webSocketDebuggerUrl"])
        time.sleep(0.2)
    raise AssertionError(f"chromium did not start: {log.read_text(errors='replace')}")
