"""Peers in processes of their own, so that each has its environment and its memory.

A peer prints `ready` when it has loaded what it needs. For every line it is sent it does its work
once and prints one line of JSON. Peers that are not at work wait, so rounds can be interleaved.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


class PeerMissing(Exception):  # noqa: N818
    """A peer could not be started, for example because it is not installed."""


class Peer:
    """A running peer."""

    def __init__(self, script: str, words: Sequence[str], python: str = sys.executable) -> None:
        self.name = words[0]
        # A file, as a pipe that nobody reads would stop a peer that says much.
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self._process = subprocess.Popen(
            [python, str(HERE / script), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "TQDM_DISABLE": "1"},
        )
        self._read(lambda line: line == "ready")

    def run(self) -> dict[str, float]:
        """Do the work once."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return json.loads(self._read(lambda line: line.startswith("{")))

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.wait()

    def _read(self, wanted: Callable[[str], bool]) -> str:
        # Libraries print to stdout too; what is not ours is passed over.
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if wanted(line.strip()):
                return line.strip()
        self.close()
        self._errors.seek(0)
        error = self._errors.read()
        last = (error.strip().splitlines() or ["it ended without a word"])[-1]
        raise PeerMissing(f"{self.name}: {last}")


def serve(work: Callable[[], dict[str, Any]]) -> None:
    """Be a peer: do the work for every line that comes."""
    print("ready", flush=True)
    for _ in sys.stdin:
        print(json.dumps(work()), flush=True)


def interleaved(peers: Sequence[Peer], rounds: int) -> dict[str, list[dict[str, float]]]:
    """Every peer once a round, after one round that is not counted."""
    found: dict[str, list[dict[str, float]]] = {peer.name: [] for peer in peers}
    try:
        for i in range(rounds + 1):
            for peer in peers:
                measured = peer.run()
                print(f"round {i}: {peer.name} {measured}", file=sys.stderr)
                if i:
                    found[peer.name].append(measured)
    finally:
        for peer in peers:
            peer.close()
    return found
