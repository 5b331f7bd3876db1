"""The Python of README.md runs as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def test_readme_python_runs(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    words = done.stdout.split()
    frequency, accuracy = float(words[-2]), float(words[-1])
    assert 0 <= frequency <= 1
    assert 0 <= accuracy <= 1


def test_readme_names_every_package() -> None:
    text = README.read_text(encoding="utf-8")
    package = README.parent / "latent_reasoning"
    parts = [p.name for p in package.iterdir() if (p / "__init__.py").is_file()]
    assert [name for name in parts if f"latent_reasoning/{name}/" not in text] == []
