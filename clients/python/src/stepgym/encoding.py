"""JSON as the wire takes it: NumPy values become numbers and lists, what JSON cannot hold is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from .errors import error_of, unframed

JSON: TypeAlias = Any
"""Value that JSON can represent: None, bool, int, float, str, list, dict with text keys."""

Frame: TypeAlias = dict[str, Any]
"""Request, reply or event of the native protocol (docs/wire-native.md)."""

Integer: TypeAlias = int | np.integer[Any]
"""Integer of Python or NumPy."""

_PLAIN = (str, bool, int, type(None))


def plain(value: object, what: str = "the action") -> JSON:
    """Value with NumPy scalars and arrays, tuples and mappings as JSON has them.

    Args:
        value: Any nesting of mappings, sequences, arrays and scalars.
        what: Name of the value, for messages.

    Raises:
        RefusedError: ``FRAME_INVALID`` for NaN, infinities, bytes, keys that are not texts, and other objects; for a
            value that contains itself, or is nested too deeply.
    """
    try:
        return _plain(value, what)
    except RecursionError:
        raise unframed(f"{what} contains itself, or is nested too deeply") from None


def _plain(value: object, what: str) -> JSON:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, np.generic):
        return _plain(_item(value), what)
    if isinstance(value, np.ndarray):
        return _plain(value.tolist(), what)
    if isinstance(value, float):
        return _finite(value, what)
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, Mapping):
        return {_key(key, what): _plain(item, what) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [_plain(item, what) for item in value]
    raise unframed(f"{what} has a value of type {type(value).__name__}, which JSON cannot represent")


def _item(value: np.generic) -> object:
    """Value of Python. Numbers that it has no type for, such as ``longdouble`` and ``bfloat16``, become floats."""
    item = value.item()
    return float(item) if isinstance(item, np.generic) else item


def _finite(value: float, what: str) -> float:
    if math.isfinite(value):
        return value
    raise unframed(f"{what} has the number {value}, which JSON cannot represent: give a finite number or None")


def _key(key: object, what: str) -> str:
    if isinstance(key, str):
        return key
    raise unframed(f"{what} has the key {key!r}: keys are texts")


def seed_of(seed: object) -> JSON:
    """Seed as the wire takes it: an integer from 0 to 2^64 - 1, as text above 2^53 - 1.

    Raises:
        RefusedError: ``SEED_INVALID``.
    """
    number = seed.item() if isinstance(seed, np.generic) else seed
    if isinstance(number, bool) or not isinstance(number, int):
        raise error_of("SEED_INVALID", f"a seed is an integer from 0 to 2^64 - 1, not {seed!r}")
    if not 0 <= number < 2**64:
        raise error_of("SEED_INVALID", "a seed is an integer from 0 to 2^64 - 1: this one is outside of them")
    return number if number < 2**53 else str(number)


def _plain_of_request(value: object) -> JSON:
    return plain(value, "the request")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain_of_request)
_ESCAPING_ENCODER = json.JSONEncoder(separators=(",", ":"), default=_plain_of_request)


def encoded(request: Mapping[str, JSON]) -> str:
    """Request as JSON text. Log-probabilities of -inf are written as ``-Infinity``, which the server reads.

    Raises:
        RefusedError: ``FRAME_INVALID`` for what JSON cannot represent.
    """
    try:
        text = _ENCODER.encode(request)
        return text if _is_unicode(text) else _ESCAPING_ENCODER.encode(request)
    except (RecursionError, ValueError) as error:
        raise unframed(f"the request cannot be written as JSON: {error}") from None


def _is_unicode(text: str) -> bool:
    """Whether a frame can carry the text as it is: half of a surrogate pair must be escaped."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def decoded(text: str | bytes) -> Frame:
    """Frame of the server.

    Raises:
        RefusedError: ``FRAME_INVALID`` if it is not a JSON object with a type.
    """
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise unframed("the server sent something that is not JSON") from error
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise unframed("the server sent something that is not a frame")
    return frame


def without_none(**fields: JSON) -> dict[str, JSON]:
    """Fields that have a value: a missing field and null mean the same on the wire."""
    return {name: value for name, value in fields.items() if value is not None}
