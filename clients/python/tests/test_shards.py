"""Nodes that share shards: the client asks them where its session is, before every connection."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import Proxy, Server

import stepgym


class Node:
    """Answers of a node: where a shard is."""

    def __init__(self, answer: bytes, status: int = 200) -> None:
        asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self.asked = asked
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/guess-number"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def nodes() -> Iterator[list[Node]]:
    opened: list[Node] = []
    yield opened
    for node in opened:
        node.server.shutdown()
        node.server.server_close()


def test_a_session_is_sought_again_at_any_node_whenever_its_connection_breaks(
    server: Server, proxied: Proxy, nodes: list[Node]
) -> None:
    found = b'{"shard": "0", "url": "http://127.0.0.1:%d"}' % proxied.port
    nodes += [Node(b'{"error": {"code": "SHARD_LOST", "message": "none"}}', 503), Node(found)]
    with stepgym.connect([node.url for node in nodes], shard_key="a b") as gym:
        episode = gym.reset(seed=1)
        episode.step("50")
        proxied.cut()
        episode.step("25")
        assert episode.index == 2
    assert nodes[1].asked[0] == "/shards?key=a%20b"
    assert len(nodes[1].asked) >= 2
    assert len(nodes[0].asked) == len(nodes[1].asked)


def test_what_no_node_has_and_what_is_no_node_is_said(nodes: list[Node]) -> None:
    nodes += [Node(b'{"error": {"code": "SHARD_LOST", "message": "ask again"}}', 503), Node(b"{}")]
    with pytest.raises(stepgym.GymError, match="ask again") as none_has_it:
        stepgym.connect([nodes[0].url])
    assert none_has_it.value.code == "SHARD_LOST"
    with pytest.raises(stepgym.GymError, match="shares no shards"):
        stepgym.connect([nodes[1].url])
    with pytest.raises(stepgym.GymError, match="at least"):
        stepgym.connect([])
    with pytest.raises(stepgym.GymError, match="list of their addresses"):
        stepgym.connect(nodes[0].url, shard_key="a")
