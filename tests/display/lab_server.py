"""JupyterLab on a free port, with settings, kernels and history of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

QUIET = '{"fetchNews": "false", "checkForUpdates": false, "doNotDisturbMode": true}'


@contextmanager
def jupyterlab(folder: Path, notebooks: Path) -> Iterator[str]:
    """A server over a folder of notebooks, ended with the block; yields its address."""
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(QUIET)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    names = ("CONFIG", "RUNTIME", "DATA")
    environment = os.environ | {f"JUPYTER_{name}_DIR": str(folder / name) for name in names}
    environment |= {
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    words = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--expose-app-in-browser", f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1"),
        *("--IdentityProvider.token=", f"--ServerApp.root_dir={notebooks}"),
    ]
    with (folder / "jupyterlab.log").open("wb") as log:
        server = subprocess.Popen(words, stdout=log, stderr=log, env=environment)
        try:
            _until_it_answers(f"http://127.0.0.1:{port}/api", folder / "jupyterlab.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(60)


def _until_it_answers(url: str, log: Path) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url).close()
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise AssertionError(f"JupyterLab did not start: {log.read_text(errors='replace')}")
