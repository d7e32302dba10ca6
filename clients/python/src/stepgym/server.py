"""A server of one's own, for notebooks and scripts."""

from __future__ import annotations

import atexit
import json
import shutil
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .errors import error_of, invalid, lost
from .sync import Gym, connect_then

_START_SECONDS = 120.0
_STOP_SECONDS = 15.0


def local(
    environment: str,
    *,
    hooks: Sequence[str] = (),
    record: str | Path | None = None,
    command: Sequence[str] | None = None,
    timeout: float = 60.0,
    **options: object,
) -> Gym:
    """Starts a server of one environment on this machine and connects to it. ``close`` of the client ends both.

    Args:
        environment: Name of an environment, or the path of a module.
        hooks: Reward hooks by name or path, with options as ``name:key=value``.
        record: Folder where the run is recorded.
        command: Command that runs stepgym; ``stepgym`` on the path, else ``npx --no-install stepgym``, by default.
        timeout: Seconds for a reply.
        options: Options of the environment.

    Raises:
        RefusedError: ``CONFIG_INVALID`` if stepgym is not installed here; what the server refuses to start with.
        LostError: ``CONNECTION_LOST`` if the server does not start, with what it printed.
    """
    arguments = ["serve", "--env", environment, "--port", "0", "--json"]
    arguments += [part for hook in hooks for part in ("--hook", hook)]
    arguments += [] if record is None else ["--record", str(record)]
    arguments += [part for name, value in options.items() for part in ("--set", f"{name}={json.dumps(value)}")]
    process = subprocess.Popen(
        [*(command or _command()), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    stop = _Stop(process)
    return connect_then(stop, _address(process, stop), timeout=timeout)


def _command() -> list[str]:
    if found := shutil.which("stepgym"):
        return [found]
    if found := shutil.which("npx"):
        return [found, "--no-install", "stepgym"]
    raise invalid("stepgym is not installed here: npm install stepgym, or give the command that runs it")


class _Stop:
    """Ends a server once, at the latest with this process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        atexit.register(self)

    def __call__(self) -> None:
        atexit.unregister(self)
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()


def _address(process: subprocess.Popen[str], stop: _Stop) -> str:
    """Address that the server prints once it listens."""
    printed: list[str] = []
    errors = threading.Thread(target=_drain, args=(process.stderr, printed), daemon=True)
    errors.start()
    timer = threading.Timer(_START_SECONDS, process.kill)
    timer.start()
    try:
        started = _first_json(process.stdout)
    finally:
        timer.cancel()
    if "environments" in started:
        # What the server prints later must not fill the pipe.
        threading.Thread(target=_drain, args=(process.stdout, []), daemon=True).start()
        return str(started["environments"][0]["url"])
    process.wait()
    errors.join()
    stop()
    if "error" in started:
        raise error_of(started["error"]["code"], started["error"]["message"])
    raise lost(f"the server did not start:\n{''.join(printed)[-2000:]}")


def _first_json(lines: Any) -> dict[str, Any]:
    """First JSON object that is printed; an empty one if the output ends before."""
    text = ""
    for line in lines:
        text += line
        try:
            started: dict[str, Any] = json.loads(text)
        except ValueError:
            continue
        return started
    return {}


def _drain(stream: Any, kept: list[str]) -> None:
    """Reads a stream to its end, and keeps its last lines."""
    try:
        for line in stream:
            kept.append(line)
            del kept[:-200]
    except ValueError:
        return
