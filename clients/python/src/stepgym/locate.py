"""Where a session is served, among nodes that share shards."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from .address import socket_address, without_token
from .errors import GymError, error_of, invalid, lost

SECONDS = 3.0
MAX_BYTES = 2**20
_open = build_opener(ProxyHandler({})).open


async def owner_among(nodes: Sequence[str], key: str, token: str | None) -> str:
    """Address of the socket of the node that has the shard of a key. Any node that answers says which.

    Raises:
        GymError: ``SHARD_LOST`` where no node has the shard now, ``CONNECTION_LOST`` where none answers,
            ``UNAUTHORIZED``.
    """
    failure: GymError = lost("no node answered")
    for node in nodes:
        try:
            return await asyncio.to_thread(_owner_at, node, key, token)
        except GymError as error:
            failure = error
    raise failure


def _owner_at(node: str, key: str, token: str | None) -> str:
    address = urlsplit(socket_address(node))
    base = f"{'https' if address.scheme == 'wss' else 'http'}://{address.netloc}"
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    try:
        with _open(Request(f"{base}/shards?key={quote(key, safe='')}", headers=headers), timeout=SECONDS) as response:
            found = json.loads(response.read(MAX_BYTES))["url"]
    except HTTPError as refused:
        raise _refusal(refused, node) from None
    except OSError as error:
        raise lost(f"no answer from {without_token(node)}: {error}") from error
    except (LookupError, RecursionError, TypeError, ValueError):
        raise invalid(f"{without_token(node)} shares no shards: connect to it by its address alone") from None
    if not isinstance(found, str):
        raise invalid(f"{without_token(node)} shares no shards: connect to it by its address alone")
    return socket_address(found + address.path)


def _refusal(refused: HTTPError, node: str) -> GymError:
    try:
        error = json.loads(refused.read(MAX_BYTES))["error"]
        return error_of(error["code"], error["message"])
    except (LookupError, OSError, RecursionError, TypeError, ValueError):
        return lost(f"{without_token(node)} answered {refused.code}")
