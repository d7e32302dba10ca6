"""Servers that the tests play on, and a proxy that breaks their connections."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import stepgym

# The tiny model of the examples.
sys.path.append(str(Path(__file__).parents[3] / "examples/python"))

COMMAND = shlex.split(os.environ.get("TEST_STEPGYM", "npx --no-install stepgym"))


class Server:
    """`stepgym serve` of one or more environments, which can be killed and started again on its record."""

    def __init__(self, *arguments: str, port: int = 0) -> None:
        self.arguments = arguments
        self.port = port
        self.start()

    def start(self) -> None:
        command = [*COMMAND, "serve", "--port", str(self.port), "--json", *self.arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        text = ""
        for line in self.process.stdout:
            text += line
            if line == "}\n":
                break
        self.url = json.loads(text)["url"]
        self.port = int(self.url.rsplit(":", 1)[1])

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self._wait()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self._wait()

    def _wait(self) -> None:
        self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()


class Proxy:
    """TCP proxy whose connections can be cut or swallow everything, and whose server's answers can be held back."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.is_open = threading.Event()
        self.is_open.set()
        self.connections = 0
        self._sockets: list[socket.socket] = []
        self._swallowing: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Breaks all connections."""
        sockets, self._sockets = self._sockets, []
        for each in sockets:
            _drop(each)

    def swallow(self) -> None:
        """Hands nothing on any more, while all connections stay open."""
        self._swallowing += self._sockets

    def close(self) -> None:
        self._listener.close()
        self.is_open.set()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            self.connections += 1
            self._sockets += [client, server]
            threading.Thread(target=self._pump, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, True), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        try:
            while data := source.recv(65536):
                if is_answer:
                    self.is_open.wait()
                if source not in self._swallowing:
                    sink.sendall(data)
        except OSError:
            pass
        _drop(source)
        _drop(sink)


def _drop(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Server of a few environments, without tokens."""
    names = ("guess-number", "grid", "webshop")
    arguments = [part for name in names for part in ("--env", name)]
    started = Server(*arguments, "--hook", "success", "--limit", "sessions=200")
    yield started
    started.close()


@pytest.fixture
def guess(server: Server) -> Iterator[stepgym.Gym]:
    """Client of guess-number."""
    with stepgym.connect(f"{server.url}/guess-number") as gym:
        yield gym


@pytest.fixture
def shop(server: Server) -> Iterator[stepgym.Gym]:
    """Client of webshop."""
    with stepgym.connect(f"{server.url}/webshop") as gym:
        yield gym


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers of a test's own."""
    servers: list[Server] = []

    def start(*arguments: str, port: int = 0) -> Server:
        servers.append(Server(*arguments, port=port))
        return servers[-1]

    yield start
    for each in servers:
        each.close()


@pytest.fixture
def proxied(server: Server) -> Iterator[Proxy]:
    """Proxy in front of the shared server."""
    proxy = Proxy(server.port)
    yield proxy
    proxy.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Empty folder."""
    return tmp_path
