"""Does a recording survive being killed? Kill it at random instants, resume, compare every byte.

    python experiments/benchmarks/kills.py [--kills 200] [--seed 0] [--json FILE]

An embedded pair is recorded once without interruption. Then the same recording is begun in another
folder and killed (SIGKILL) at a random instant, begun again and killed again, until it finishes;
and so on until enough kills have landed. After every kill the folder is looked at: a shard that
counted must be there still, with the bytes of the uninterrupted recording, and the store must not
open unless it is whole. Every finished store must equal the uninterrupted one file by file.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import hashlib
import random
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from latent_reasoning.activations.ledger import committed
from latent_reasoning.activations.manifest import FILE
from latent_reasoning.activations.record import record_pair
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.artifacts import provenance, write_json
from latent_reasoning.errors import ActivationError
from latent_reasoning.models.pair import ModelPair, load_pair
from latent_reasoning.organisms.grammar import organism_problems

POINTS = ("blocks.0.hook_attn_out", "blocks.1.hook_resid_post")
PAIR = ("organism:latent", "organism:latent/rl-truth")


@dataclass
class Outcome:
    """What was seen; everything but the first three must be 0."""

    kills: int = 0
    """Processes that died of SIGKILL before they were done."""
    finished: int = 0
    """Stores that were finished after being killed."""
    shards_at_kill: list[int] = field(default_factory=list)
    """Shards that counted when the process died."""
    shards_lost: int = 0
    """Shards that counted and were gone later."""
    shards_differing: int = 0
    """Shards that counted and whose bytes were not those of the uninterrupted recording."""
    opened_unfinished: int = 0
    """Stores that opened although they were not whole."""
    files_differing: int = 0
    """Files of finished stores that differ from the uninterrupted one, or exist in one only."""


def record(pair: ModelPair, path: Path, n_problems: int, shard_rows: int) -> None:
    """The recording that is killed."""
    problems = organism_problems("held-out", n_problems, seed=0)
    record_pair(pair, problems, POINTS, path, shard_rows=shard_rows, dtype="bfloat16")


def checksums(folder: Path) -> dict[str, str]:
    """Every file of a folder with the hash of its content."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def run_and_kill(pair: ModelPair, path: Path, delay: float, size: tuple[int, int]) -> bool:
    """Record in a process of its own; returns whether it was killed before it was done."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            record(pair, path, *size)
            status = 0
        finally:
            os._exit(status)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        sys.exit("kills: a resumed recording failed; see the traceback above")
    return os.WIFSIGNALED(status)


def look(path: Path, expected: dict[str, str], before: set[int], outcome: Outcome) -> set[int]:
    """Examine a folder after a kill; returns the shards that count in it."""
    if not path.exists():
        return set()
    if (path / FILE).exists():
        ActivationStore.open(path, verify=True)
        return before
    try:
        ActivationStore.open(path)
        outcome.opened_unfinished += 1
    except ActivationError:
        pass
    shards = committed(path)
    outcome.shards_lost += len(before - set(shards))
    for shard in shards.values():
        found = [hashlib.sha256((path / f.file).read_bytes()).hexdigest() for f in shard.files]
        outcome.shards_differing += found != [expected[f.file] for f in shard.files]
    outcome.shards_at_kill.append(len(shards))
    return set(shards)


def run(kills: int, seed: int, n_problems: int = 240, shard_rows: int = 700) -> Outcome:
    """Kill recordings until enough kills have landed."""
    pair = load_pair(*PAIR)
    rng, outcome = random.Random(seed), Outcome()
    with tempfile.TemporaryDirectory() as folder:
        whole, path = Path(folder) / "whole", Path(folder) / "killed"
        record(pair, Path(folder) / "warm", n_problems, shard_rows)
        started = time.perf_counter()
        record(pair, whole, n_problems, shard_rows)
        seconds = time.perf_counter() - started
        expected = checksums(whole)
        while outcome.kills < kills:
            there: set[int] = set()
            while run_and_kill(pair, path, rng.uniform(0, seconds), (n_problems, shard_rows)):
                outcome.kills += 1
                there = look(path, expected, there, outcome)
                if outcome.kills == kills:
                    record(pair, path, n_problems, shard_rows)
                    break
            found = checksums(path)
            outcome.files_differing += len(set(found.items()) ^ set(expected.items()))
            outcome.finished += 1
            shutil.rmtree(path)
    return outcome


def main() -> int:
    """Run from the command line; the status says whether anything was wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    settings = {"kills": options.kills, "pair": PAIR, "hook_points": POINTS}
    command = f"python experiments/benchmarks/kills.py --kills {options.kills}"
    origin = provenance(f"{command} --seed {options.seed}", settings, options.seed)
    outcome = run(options.kills, options.seed)
    wrong = (
        outcome.shards_lost
        + outcome.shards_differing
        + outcome.opened_unfinished
        + outcome.files_differing
    )
    print(
        f"{outcome.kills} kills, {outcome.finished} stores finished: {outcome.shards_lost} shards "
        f"lost, {outcome.shards_differing} shards and {outcome.files_differing} files differing, "
        f"{outcome.opened_unfinished} unfinished stores opened; at the kill "
        f"{min(outcome.shards_at_kill)} to {max(outcome.shards_at_kill)} shards counted"
    )
    if options.json:
        write_json(options.json, {"provenance": origin, "outcome": asdict(outcome)})
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
