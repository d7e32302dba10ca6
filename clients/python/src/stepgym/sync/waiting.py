"""Methods of the asynchronous classes as methods that wait."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from .loop import Loop

P = ParamSpec("P")
Inner = TypeVar("Inner")
Outer = TypeVar("Outer", bound="Waiting[Any]")
T = TypeVar("T")
R = TypeVar("R")


class Waiting(Generic[Inner]):
    """Object whose methods run those of another on a loop, and wait for them."""

    def __init__(self, loop: Loop, inner: Inner) -> None:
        self._loop = loop
        self._inner = inner


def waits_for(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]],
) -> Callable[[Callable[[Outer, T], R]], Callable[Concatenate[Outer, P], R]]:
    """Method that waits for one of the inner object: with its parameters and its docstring. The function that is
    decorated makes what is returned of what that one returned."""

    def decorated(made_of: Callable[[Outer, T], R]) -> Callable[Concatenate[Outer, P], R]:
        @wraps(made_of)
        def wait(self: Outer, /, *args: P.args, **kwargs: P.kwargs) -> R:
            return made_of(self, self._loop.run(method(self._inner, *args, **kwargs)))

        returned = inspect.signature(made_of).return_annotation
        wait.__doc__ = method.__doc__
        wait.__dict__["__signature__"] = inspect.signature(method).replace(return_annotation=returned)
        return wait

    return decorated
