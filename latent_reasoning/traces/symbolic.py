r"""Symbolic equality of two LaTeX answers, from any thread, with a time limit an item.

math-verify does the algebra, in a process of its own (`symbolic_worker.py`): a generated answer
such as `9^{9^{9^9}}` keeps any process busy for ever and no thread can be stopped, so the limit is
kept by ending the process. The next item starts a new one, which takes about a second.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Literal

from latent_reasoning.errors import LatentReasoningError

Reply = Literal["same", "different", "unparsable gold", "gave up"]

SECONDS = 3.0
"""Longest processor time one comparison may take."""


@lru_cache(maxsize=1 << 16)
def symbolic_equality(answer: str | None, gold: str) -> Reply:
    r"""Compare as mathematics: `(x+1)^2` is `x^2+2x+1`, `3\sqrt{13}` is `\sqrt{117}`.

    Decimals agree with what they round to six places; lists and sets are compared without order.

    Args:
        answer: The answer found; None asks only whether the gold answer can be read.
        gold: The correct answer. The order counts: `1 < x < 2` as gold takes `(1,2)` as an answer,
            the other way round it does not.

    Returns:
        same, different, unparsable gold, or gave up (after `SECONDS` of processor time, or out of
        memory).

    Raises:
        LatentReasoningError: The process cannot be started, for example without math-verify.
    """
    return _WORKER.ask(gold, answer)


class _Worker:
    """One process and its pipes, shared by all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def ask(self, gold: str, answer: str | None) -> Reply:
        # ASCII-only JSON, so that any text, lone surrogates included, is one line.
        request = json.dumps([gold, answer]).encode("ascii") + b"\n"
        with self._lock:
            process = self._started()
            try:
                reply = self._exchange(process, request)
            except BaseException:
                # Interrupted half-way: the next reply would belong to this request.
                self._stop()
                raise
            if not reply.endswith(b"\n"):
                self._stop()
                return "gave up"
        return json.loads(reply)

    def _exchange(self, process: subprocess.Popen[bytes], request: bytes) -> bytes:
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError):
            process.stdin.write(request)
            process.stdin.flush()
            return process.stdout.readline()
        return b""

    def _started(self) -> subprocess.Popen[bytes]:
        process = self._process
        # A forked child must not talk through its parent's pipes.
        if process is not None and self._owner == os.getpid() and process.poll() is None:
            return process
        self._stop()
        script = Path(__file__).with_name("symbolic_worker.py")
        process = subprocess.Popen(
            [sys.executable, "-P", str(script), str(SECONDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._process, self._owner = process, os.getpid()
        assert process.stdout is not None
        if process.stdout.readline() != b'"ready"\n':
            self._stop()
            raise LatentReasoningError(
                "symbolic_equality: the process that compares answers did not start, expected "
                "math-verify to be importable; install it with: pip install math-verify"
            )
        return process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        if self._owner == os.getpid():
            process.kill()
            process.wait()
        else:
            process.returncode = 0  # another process waits for it


_WORKER = _Worker()
atexit.register(_WORKER._stop)
# A child forked while another thread holds the lock would wait for it for ever.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: setattr(_WORKER, "_lock", threading.Lock()))
