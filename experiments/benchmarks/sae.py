"""Area `sae`: one training step of a BatchTopK autoencoder, against the floor and against peers.

The same random rows, batch 2048, float32, Adam, on two threads. `floor` is one dense encoder
product and fused Adam: less no trainer that encodes densely can do. sparsify trains a TopK
autoencoder, the others BatchTopK. `peak memory` is what the process needs at most beyond its
libraries and the rows. Processor time is less sensitive to other work on the machine than wall
time.
"""

import sys

from peers import Peer, PeerMissing, interleaved
from rows import Row, compare

BATCH = 2048
THREADS = 2
CASES = {
    "96-768": (96, 768, 16, 100),
    "768-12288": (768, 12288, 64, 2),
    "1536-16384": (1536, 16384, 64, 1),
}
"""Name of a case: d_in, d_sae, k, and steps in a round."""
PEERS = ("ours", "floor", "sae_lens", "dictionary_learning", "sparsify")
METRICS = {
    "wall": ("step time", "s", False),
    "cpu": ("step processor time", "s", False),
    "rate": ("tokens/s", "tokens/s", True),
    "peak": ("peak memory", "MiB", False),
}
"""What a peer reports: its name, its unit, and whether more is better."""


def measure(case: str, rounds: int, pythons: dict[str, str]) -> list[Row]:
    """All peers that are installed on one shape."""
    d_in, d_sae, k, steps = CASES[case]
    words = [str(n) for n in (d_in, d_sae, k, BATCH, steps, THREADS)]
    peers = []
    for name in PEERS:
        try:
            peers.append(Peer("sae_peer.py", [name, *words], pythons.get(name) or sys.executable))
        except PeerMissing as missing:
            print(f"sae: left out {missing}", file=sys.stderr)
    found = interleaved(peers, rounds)
    return [
        compare(
            case,
            name,
            label,
            unit,
            [measured[metric] for measured in found["ours"]],
            [measured[metric] for measured in measurements],
            more,
        )
        for metric, (label, unit, more) in METRICS.items()
        for name, measurements in found.items()
        if name != "ours"
    ]


def run(quick: bool, pythons: dict[str, str]) -> list[Row]:
    """The rows of this area.

    Args:
        quick: Fewer rounds.
        pythons: Python of each peer with an environment of its own.
    """
    rounds = 2 if quick else 5
    return [row for case in CASES for row in measure(case, rounds, pythons)]
