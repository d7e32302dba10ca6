"""The libraries that adapters need, which are extras of the package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Imports below it that miss a library say which extra installs it.

    Raises:
        ModuleNotFoundError: With the missing library as ``name``.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        advice = f"{missing.msg}: install the extra {extra}, as in pip install './clients/python[{extra}]'"
        raise ModuleNotFoundError(advice, name=missing.name, path=missing.path) from None
