"""Area `features`: every score of `latent-reasoning features` for 16384 features, on random rows.

A store of rows of width 128 is scored for one behaviour, all of it in the selection part but a
tenth for fitting; 64 features fire on a row. Time and memory are of everything: labels, reading,
encoding, scores, tests. `floor` is the dense encoder product alone. `sae_dashboard` (dashboards of
SAELens, the successor of sae-vis) computes the statistics of its dashboards (largest value,
density, quantiles) from such rows, encoded, for 512 of the features. Both are measured on 10^4
of the rows, and scaled; its contexts and its own run of the model are not counted.
"""

import sys
import tempfile
from pathlib import Path

from features_peer import write_random_store
from peers import Peer, PeerMissing
from rows import Row, compare

PEERS = ("floor", "sae_dashboard")
PEER_ROWS = 10**4
"""Rows the peers are measured on."""


def _once(name: str, words: list[str], python: str = sys.executable) -> dict[str, float]:
    peer = Peer("features_peer.py", [name, *words], python)
    measured = peer.run()
    peer.close()
    print(f"features: {name} {words[0]} rows {measured}", file=sys.stderr)
    return measured


def run(quick: bool, pythons: dict[str, str]) -> list[Row]:
    """The rows of this area: one run of each, for a million rows take minutes.

    Args:
        quick: A tenth of the rows.
        pythons: Python of each peer with an environment of its own.
    """
    n_rows = 10**5 if quick else 10**6
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for n in (n_rows // 10, n_rows):
            write_random_store(Path(folder) / str(n), n)
            found[n] = _once("ours", [str(n), str(Path(folder) / str(n))])
    theirs = {}
    for name in PEERS:
        try:
            theirs[name] = _once(name, [str(PEER_ROWS)], pythons.get(name) or sys.executable)
        except PeerMissing as missing:
            print(f"features: left out {missing}", file=sys.stderr)
    case, unit = f"{n_rows:.0e} x 16384", "processor-s"
    ours = found[n_rows]
    rows = [
        compare(case, name, "10^6 rows", unit, [ours["million"]], [one["million"]], False)
        for name, one in theirs.items()
    ]
    memory = f"ours at {n_rows // 10:.0e} rows"
    small = found[n_rows // 10]["peak"]
    rows.append(compare(case, memory, "peak memory", "MiB", [ours["peak"]], [small], False))
    return rows
