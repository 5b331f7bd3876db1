"""Symbolic worker: a process of its own that compares two LaTeX answers with math-verify.

It reads one JSON list `[gold, answer]` a line and writes one JSON word a line, see `symbolic.py`.
An item that takes too much processor time ends the process, whatever it is doing; so a busy
machine changes no result. Where the system cannot limit it, and for an item that waits, a clock
does.

Text is parsed by the LaTeX grammar only: math-verify's other reader hands text to sympy's
`parse_expr`, which evaluates it.
"""

import faulthandler
import json
import logging
import os
import signal
import sys
from contextlib import suppress
from functools import lru_cache

MEMORY_BYTES = 4 << 30
"""Address space the process may use, where the system can limit it."""
WAIT = 40
"""Longest time on the clock, in units of the longest processor time."""


def main(seconds: float) -> None:
    """Answer requests until standard input ends."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    logging.disable(logging.CRITICAL)
    # What a library prints must not be taken for a reply.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 1)
        compare = _comparison()
        limited = hasattr(signal, "setitimer")
        replies.write('"ready"\n')
        replies.flush()
        for line in sys.stdin.buffer:
            gold, answer = json.loads(line)
            # Both end the process from outside Python: no Python code runs within a power of
            # huge integers.
            if limited:
                signal.setitimer(signal.ITIMER_PROF, seconds)
            wait = WAIT * seconds if limited else seconds
            faulthandler.dump_traceback_later(wait, exit=True, file=nowhere)
            try:
                reply = compare(gold, answer)
            except (Exception, RecursionError, MemoryError):
                reply = "gave up"
            faulthandler.cancel_dump_traceback_later()
            if limited:
                signal.setitimer(signal.ITIMER_PROF, 0)
            replies.write(json.dumps(reply) + "\n")
            replies.flush()


def _comparison():
    from math_verify import LatexExtractionConfig, parse, verify

    latex = [LatexExtractionConfig()]

    def read(text: str) -> list:
        boxed = f"\\boxed{{{text}}}"
        found = parse(boxed, latex, fallback_mode="no_fallback", parsing_timeout=None)  # type: ignore[arg-type]
        return [one for one in found if not isinstance(one, str)]

    read_gold = lru_cache(maxsize=4096)(read)

    def compare(gold: str, answer: str | None) -> str:
        expected = read_gold(gold)
        if not expected:
            return "unparsable gold"
        if answer is None:
            return "same"
        # The order matters: the gold answer first.
        same = verify(expected, read(answer), timeout_seconds=None)  # type: ignore[arg-type]
        return "same" if same else "different"

    return compare


if __name__ == "__main__":
    main(float(sys.argv[1]))
