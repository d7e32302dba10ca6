"""Spaces of Gymnasium as JSON Schema, actions from JSON, and observations to JSON."""

import json
import math

import numpy as np
from gymnasium import spaces

#: Actions of a finite space that are listed, and items of a box that have bounds of their own in its schema.
MOST_LISTED = 500


class Refused(Exception):
    """An action that is not one by its space: the environment has not seen it."""


class TooLarge(Exception):
    """A value with more characters than an agent is shown."""


def schema_of(space):
    """JSON Schema of the values of a space, each part with a description in words."""
    for kind, write in SCHEMAS.items():
        if isinstance(space, kind):
            return write(space)
    return {"description": f"a value of {space!r}"[:2000]}


def _discrete(space):
    first, last = int(space.start), int(space.start + space.n - 1)
    words = f"an integer from {first} to {last}"
    return {"type": "integer", "minimum": first, "maximum": last, "description": words}


def _box(space):
    kind = "integer" if space.dtype.kind in "iu" else "number"
    size = "a scalar" if space.shape == () else f"an array of shape {list(space.shape)}"
    low, high = space.low, space.high
    is_uniform = low.size == 0 or bool((low == low.flat[0]).all() and (high == high.flat[0]).all())
    bounds = f", each {_range(low, high)}" if is_uniform and low.size > 0 else ""
    words = f"{size} of {kind}s{bounds}"
    if not is_uniform and low.ndim == 1 and low.size <= MOST_LISTED:
        items = [_number(kind, each, most) for each, most in zip(low, high)]
        return {**_list_of(items), "description": words}
    bounded = (low.min(), high.max()) if low.size > 0 else (-math.inf, math.inf)
    schema = _number(kind, *bounded)
    for length in reversed(space.shape):
        schema = {"type": "array", "items": schema, "minItems": length, "maxItems": length}
    return {**schema, "description": words}


def _range(low, high):
    return f"from {low.flat[0]} to {high.flat[0]}"


def _number(kind, low, high):
    """Bounds that are infinite are none."""
    bounds = {"minimum": low, "maximum": high}
    return {"type": kind, **{name: json_of(each) for name, each in bounds.items() if np.isfinite(each)}}


def _list_of(items):
    return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}


def _multi_discrete(space):
    start = getattr(space, "start", np.zeros_like(space.nvec))
    words = f"an array of shape {list(space.nvec.shape)} of integers"
    if space.nvec.ndim == 1 and space.nvec.size <= MOST_LISTED:
        items = [_number("integer", first, first + n - 1) for first, n in zip(start, space.nvec)]
        return {**_list_of(items), "description": words}
    schema = _number("integer", start.min(), (start + space.nvec - 1).max())
    for length in reversed(space.nvec.shape):
        schema = {"type": "array", "items": schema, "minItems": length, "maxItems": length}
    return {**schema, "description": words}


def _multi_binary(space):
    schema = {"enum": [0, 1]}
    for length in reversed(space.shape):
        schema = {"type": "array", "items": schema, "minItems": length, "maxItems": length}
    return {**schema, "description": f"an array of shape {list(space.shape)} of 0 and 1"}


def _text(space):
    characters = "".join(sorted(space.character_set))
    words = f"a text of {space.min_length} to {space.max_length} of the characters {json.dumps(characters)}"
    return {
        "type": "string",
        "minLength": int(space.min_length),
        "maxLength": int(space.max_length),
        "description": words[:2000],
    }


def _dict(space):
    properties = {str(name): schema_of(each) for name, each in space.spaces.items()}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _tuple(space):
    return _list_of([schema_of(each) for each in space.spaces])


def _sequence(space):
    return {"type": "array", "items": schema_of(space.feature_space), "description": "a list of any length"}


def _one_of(space):
    choices = [_list_of([{"const": at}, schema_of(each)]) for at, each in enumerate(space.spaces)]
    return {"oneOf": choices, "description": "[number of the choice, its value]"}


SCHEMAS = {
    spaces.Discrete: _discrete,
    spaces.Box: _box,
    spaces.MultiDiscrete: _multi_discrete,
    spaces.MultiBinary: _multi_binary,
    spaces.Text: _text,
    spaces.Dict: _dict,
    spaces.Tuple: _tuple,
    spaces.Sequence: _sequence,
    **({spaces.OneOf: _one_of} if hasattr(spaces, "OneOf") else {}),
}

#: Spaces whose values are never texts: a text in their place is JSON.
NO_TEXTS = (
    spaces.Discrete,
    spaces.Box,
    spaces.MultiDiscrete,
    spaces.MultiBinary,
    spaces.Dict,
    spaces.Tuple,
    spaces.Sequence,
    *([spaces.OneOf] if hasattr(spaces, "OneOf") else []),
)


def action_of(space, raw):
    """The value of a space that an action says. Raises Refused."""
    if isinstance(raw, str) and isinstance(space, NO_TEXTS):
        raw = _parsed(space, raw)
    value = _value_of(space, raw)
    if not space.contains(value):
        raise Refused(f"the action is not {_words(space)}")
    return value


def _parsed(space, text):
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(f"the action is not {_words(space)}") from None


def _words(space):
    words = schema_of(space)
    return words.get("description", f"a value of the schema {json.dumps(words)}")[:2000]


def _value_of(space, raw):
    """The value in the types of the space, which need not contain it."""
    if isinstance(space, spaces.Discrete):
        return _integer_of(space, raw)
    if isinstance(space, (spaces.Box, spaces.MultiDiscrete, spaces.MultiBinary)):
        return _array_of(space, raw)
    if isinstance(space, spaces.Dict):
        return _fields_of(space, raw)
    if isinstance(space, spaces.Tuple):
        return tuple(_value_of(each, item) for each, item in zip(space.spaces, _items(space, raw, len(space.spaces))))
    if isinstance(space, spaces.Sequence) and not space.stack:
        return tuple(_value_of(space.feature_space, item) for item in _items(space, raw, None))
    if hasattr(spaces, "OneOf") and isinstance(space, spaces.OneOf):
        return _choice_of(space, raw)
    return raw


def _integer_of(space, raw):
    if isinstance(raw, bool) or not isinstance(raw, int) or not -(2**63) <= raw < 2**63:
        raise Refused(f"the action is not {_words(space)}")
    return np.int64(raw)


def _array_of(space, raw):
    """Bounds are checked in the type of the space; a number that it cannot hold is refused."""
    try:
        given = np.asarray(raw)
        if given.dtype.kind not in "iuf" or given.shape != space.shape:
            raise Refused(f"the action is not {_words(space)}")
        cast = given.astype(space.dtype)
    except (ValueError, OverflowError, RecursionError):
        raise Refused(f"the action is not {_words(space)}") from None
    if np.dtype(space.dtype).kind in "iu" and not np.array_equal(cast, given):
        raise Refused(f"the action is not {_words(space)}")
    return cast


def _fields_of(space, raw):
    if not isinstance(raw, dict) or set(raw) != {str(name) for name in space.spaces}:
        raise Refused(f"the action has the fields {', '.join(str(name) for name in space.spaces)}"[:2000])
    return {name: _value_of(each, raw[str(name)]) for name, each in space.spaces.items()}


def _items(space, raw, count):
    if not isinstance(raw, list) or (count is not None and len(raw) != count):
        raise Refused(f"the action is not {_words(space)}")
    return raw


def _choice_of(space, raw):
    at, value = _items(space, raw, 2)
    if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at < len(space.spaces):
        raise Refused(f"the action is not {_words(space)}")
    return np.int64(at), _value_of(space.spaces[at], value)


def json_of(value):
    """
    A value as JSON: arrays as lists, numbers with the fewest digits that give them back in their own type. Numbers
    that JSON has not are the texts NaN, Infinity and -Infinity. Raises TypeError for what has no JSON.
    """
    if value is None or isinstance(value, (bool, str)):
        return str(value) if isinstance(value, np.str_) else value
    if isinstance(value, (np.ndarray, np.generic)):
        return _array_json(np.asarray(value))
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return _float_json(value)
    if isinstance(value, dict):
        return {str(name): json_of(each) for name, each in value.items()}
    if hasattr(value, "_asdict"):
        return json_of(value._asdict())
    if isinstance(value, (list, tuple)):
        return [json_of(each) for each in value]
    raise TypeError(f"a value of type {type(value).__name__} has no JSON")


def _float_json(number):
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _array_json(array):
    if array.dtype.kind == "f" and array.dtype.itemsize < 8:
        # By their shortest text: as a double, 0.1 in single precision is 0.10000000149011612.
        array = array.astype("U").astype(np.float64)
    if array.dtype.kind in "bUiuf":
        return _plain(array.tolist())
    raise TypeError(f"an array of type {array.dtype} has no JSON")


def _plain(value):
    return [_plain(each) for each in value] if isinstance(value, list) else json_of(value)


def written(value, most):
    """JSON text of a value. Raises TooLarge beyond `most` characters, TypeError."""
    if items_in(value) > most:
        raise TooLarge(f"it has more than {most} numbers")
    text = json.dumps(json_of(value), ensure_ascii=False, allow_nan=False)
    if len(text) > most:
        raise TooLarge(f"it has {len(text)} characters, and the option `characters` is {most}")
    return text


def items_in(value):
    """Numbers in the arrays of a value: counted before any of them is copied."""
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, dict):
        return sum(items_in(each) for each in value.values())
    if isinstance(value, (list, tuple)):
        return sum(items_in(each) for each in value)
    return 1
