"""Event loop on a thread of its own, where requests run that callers wait for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from ..errors import lost

T = TypeVar("T")


class Loop:
    """Event loop on a thread, which ends with the process."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stepgym", daemon=True)
        self._thread.start()

    def run(self, request: Coroutine[Any, Any, T]) -> T:
        """Runs a request and waits for it. An interrupt cancels the wait."""
        if self._loop.is_closed():
            request.close()
            raise lost("the client was closed")
        running = _Running(request)
        self._loop.call_soon_threadsafe(running.start)
        try:
            return running.answer.result()
        except BaseException:
            if not running.answer.done():
                self._loop.call_soon_threadsafe(running.cancel)
            raise

    def post(self, request: Coroutine[Any, Any, object]) -> None:
        """Runs a request without waiting for it; what becomes of it is not reported."""
        if self._loop.is_closed():
            request.close()
            return
        posted = asyncio.run_coroutine_threadsafe(request, self._loop)
        posted.add_done_callback(lambda done: done.cancelled() or done.exception())

    def stop(self) -> None:
        """Ends the thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


class _Running(Generic[T]):
    """Request on the loop, whose answer another thread waits for. It hands the answer over where the request returns:
    ``asyncio.run_coroutine_threadsafe`` chains two futures, which takes further turns of the loop.

    Attributes:
        answer: What the request returned or raised.
    """

    def __init__(self, request: Coroutine[Any, Any, T]) -> None:
        self._request = request
        self._task: asyncio.Task[None] | None = None
        self.answer: Future[T] = Future()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        try:
            self.answer.set_result(await self._request)
        except BaseException as error:
            self.answer.set_exception(error)
