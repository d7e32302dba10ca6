"""Event loop on a thread of its own, where requests run that callers wait for."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from ..errors import GymError, lost
from ..process import OfOneProcess

T = TypeVar("T")


class Loop(OfOneProcess):
    """Event loop on a thread, which ends with the process."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stepgym", daemon=True)
        self._waited: set[_Running[Any]] = set()
        self._lock = threading.Lock()
        self._is_stopped = False
        self._thread.start()

    def run(self, request: Coroutine[Any, Any, T]) -> T:
        """Runs a request and waits for it. An interrupt cancels the wait.

        Raises:
            LostError: ``CONNECTION_LOST`` after ``stop``, and in a fork of the process.
        """
        running = _Running(request, self._waited)
        try:
            self._call(running.start)
        except GymError:
            request.close()
            raise
        try:
            return running.answer.result()
        except BaseException:
            if not running.answer.done():
                with contextlib.suppress(GymError):
                    self._call(running.cancel)
            raise

    def post(self, request: Coroutine[Any, Any, object]) -> None:
        """Runs a request without waiting for it; what becomes of it is not reported."""
        try:
            self._call(_Running(request, self._waited).start)
        except GymError:
            request.close()

    def stop(self) -> None:
        """Ends the thread, and with it every wait. A second call, and one in a fork, does nothing."""
        ending = self._ended()
        try:
            self._call(lambda: self._loop.create_task(ending), last=True)
        except GymError:
            ending.close()
            return
        self._thread.join()
        self._loop.close()

    def _call(self, call: Callable[[], object], *, last: bool = False) -> None:
        """Calls on the loop: none after the last."""
        self.expect_own_process()
        with self._lock:
            if self._is_stopped:
                raise lost("the client was closed")
            self._is_stopped = last
            self._loop.call_soon_threadsafe(call)

    async def _ended(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for running in self._waited:
            running.fail(lost("the client was closed"))
        self._loop.stop()


class _Running(Generic[T]):
    """Request on the loop, whose answer another thread waits for. It hands the answer over where the request returns:
    ``asyncio.run_coroutine_threadsafe`` chains two futures, which takes further turns of the loop.

    Args:
        request: What runs.
        waited: Requests without an answer, which it is one of while it runs.

    Attributes:
        answer: What the request returned or raised.
    """

    def __init__(self, request: Coroutine[Any, Any, T], waited: set[_Running[Any]]) -> None:
        self._request = request
        self._waited = waited
        self._task: asyncio.Task[None] | None = None
        self.answer: Future[T] = Future()

    def start(self) -> None:
        self._waited.add(self)
        self._task = asyncio.create_task(self._run())

    def cancel(self) -> None:
        """Ends a request whose answer nothing waits for any more."""
        self._waited.discard(self)
        if self._task is not None:
            self._task.cancel()

    def fail(self, error: GymError) -> None:
        """Answers a request whose task was cancelled, perhaps before it began."""
        self._request.close()
        self.answer.set_exception(error)

    async def _run(self) -> None:
        try:
            self.answer.set_result(await self._request)
        except asyncio.CancelledError:
            return
        except BaseException as error:
            self.answer.set_exception(error)
        self._waited.discard(self)
