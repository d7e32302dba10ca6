"""A server of one's own, for notebooks and scripts."""

from __future__ import annotations

import atexit
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .encoding import plain
from .errors import GymError, error_of, invalid, lost
from .process import OfOneProcess
from .sync import Gym, connect_then

_START_SECONDS = 120.0
_STOP_SECONDS = 15.0

_NPX_ERROR = re.compile(r"^npm (error|ERR!) (code ENOTCACHED|.*npx canceled|could not determine executable)", re.M)
"""What npx says of a package that it does not find and may not fetch."""


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

    The server ends with this process, however it ends. An interrupt (Ctrl-C, or of a notebook's cell) leaves it alone.

    Args:
        environment: Name of an environment, or the path of a module.
        hooks: Reward hooks by name or path, with options as ``name:key=value``.
        record: Folder where the run is recorded.
        command: Command that runs stepgym, such as ``["node", "CHECKOUT/dist/bin/stepgym.js"]``. By default
            ``stepgym`` on the path, else what ``npx stepgym`` finds from the working folder upwards.
        timeout: Seconds for a reply.
        options: Options of the environment.

    Raises:
        RefusedError: ``CONFIG_INVALID`` if stepgym is not installed here; what the server refuses to start with.
        LostError: ``CONNECTION_LOST`` if the server does not start, with what it printed.
    """
    arguments = ["serve", "--env", environment, "--port", "0", "--json", "--until-input-ends"]
    arguments += [part for hook in hooks for part in ("--hook", hook)]
    arguments += [] if record is None else ["--record", str(record)]
    for name, value in options.items():
        arguments += ["--set", f"{name}={json.dumps(plain(value, f'the option {name}'))}"]
    process = _started([*(command or _command()), *arguments])
    stop = _Stop(process)
    try:
        address = _address(process)
    except BaseException:
        stop()
        raise
    return connect_then(stop, address, timeout=timeout)


def _command() -> list[str]:
    if found := shutil.which("stepgym"):
        return [found]
    if found := shutil.which("npx"):
        return [found, "--offline", "--no-install", "stepgym"]
    raise _not_installed("there is no command stepgym, and none npx")


def _not_installed(found: str) -> GymError:
    return invalid(
        f"stepgym is not installed here: {found}; work in a folder where `npx stepgym` runs (its checkout, or a "
        "project with it), or give the command: local(..., command=['node', 'CHECKOUT/dist/bin/stepgym.js'])"
    )


def _started(command: Sequence[str]) -> subprocess.Popen[str]:
    """Server in a session of its own, where no signal of this terminal reaches it."""
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, start_new_session=True)
    except OSError as error:
        raise invalid(f"the command {command[0]!r} cannot be started: {error}") from None


class _Stop(OfOneProcess):
    """Ends a server once, at the latest with this process; a fork of it leaves the server alone."""

    def __init__(self, server: subprocess.Popen[str]) -> None:
        super().__init__()
        self._server = server
        atexit.register(self)

    def __call__(self) -> None:
        atexit.unregister(self)
        if self.is_in_fork:
            return
        self._server.terminate()
        try:
            self._server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        for stream in (self._server.stdin, self._server.stdout, self._server.stderr):
            if stream is not None:
                stream.close()


def _address(process: subprocess.Popen[str]) -> str:
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
    if "error" in started:
        raise error_of(started["error"]["code"], started["error"]["message"])
    text = "".join(printed)
    if _NPX_ERROR.search(text):
        raise _not_installed(f"npx does not find it from {Path.cwd()}")
    raise lost(f"the server did not start:\n{text[-2000:]}")


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
