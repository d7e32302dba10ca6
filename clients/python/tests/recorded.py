"""What a server recorded, and what commands make of it."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conftest import COMMAND


def run_in(folder: Path) -> Path:
    """Folder of the only run that was recorded there."""
    [manifest] = folder.rglob("manifest.json")
    return manifest.parent


def lines_of(folder: Path) -> Iterator[dict[str, Any]]:
    """Lines of the only run that was recorded there."""
    for segment in sorted((run_in(folder) / "segments").iterdir()):
        yield from (json.loads(line) for line in segment.read_text().splitlines())


def written_by(command: str, run: Path, *flags: str) -> Iterator[dict[str, Any]]:
    """Lines of the file that a command writes of a run."""
    file = run.parent / f"{command}.jsonl"
    subprocess.run([*COMMAND, command, str(run), *flags, "--out", str(file)], check=True, capture_output=True)
    return map(json.loads, file.read_text().splitlines())
