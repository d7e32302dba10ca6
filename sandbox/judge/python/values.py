"""Plain values as JSON text and back, strictly: nothing here runs code that a value brings along."""
import builtins
import json

MAX_DEPTH = 60
MAX_ITEMS = 200_000
EXACT = 2**63


class NotPlain(Exception):
    """A value that has no plain form."""


def encode(value, depth=0):
    """What `json.dumps` can write: a scalar, a list, or an object whose one key names the type."""
    if value is None or isinstance(value, (bool, float, str)):
        return value
    if isinstance(value, int):
        return int(value) if -EXACT < value < EXACT else {"i": hex(value)}
    if depth > MAX_DEPTH:
        raise NotPlain("a value that is nested more than %d deep" % MAX_DEPTH)
    if isinstance(value, Proxy):
        return {"n": value.name}
    if isinstance(value, type) and getattr(builtins, value.__name__, None) is value:
        return {"y": value.__name__}
    for kind, tag, parts in KINDS:
        if isinstance(value, kind):
            return wrapped(tag, parts(value, depth + 1))
    if hasattr(type(value), "__next__"):
        return {"it": items(bounded(value), depth + 1)}
    raise NotPlain("a value of type " + type(value).__name__)


def wrapped(tag, parts):
    return parts if tag is None else {tag: parts}


def items(values, depth):
    return [encode(each, depth) for each in values]


def pairs(value, depth):
    return [[encode(key, depth), encode(each, depth)] for key, each in dict.items(value)]


def in_order(values, depth):
    return sorted(items(values, depth), key=json.dumps)


def bounded(values):
    for count, each in enumerate(values):
        if count >= MAX_ITEMS:
            raise NotPlain("an iterator of more than %d items" % MAX_ITEMS)
        yield each


class Proxy:
    """A function of the candidate, by its name."""

    def __init__(self, name, call):
        self.name = name
        self._call = call

    def __call__(self, *args, **kwargs):
        return self._call(self.name, args, kwargs)


KINDS = [
    (list, None, lambda value, depth: items(list.__iter__(value), depth)),
    (tuple, "t", lambda value, depth: items(tuple.__iter__(value), depth)),
    (dict, "d", pairs),
    (set, "s", lambda value, depth: in_order(set.__iter__(value), depth)),
    (frozenset, "z", lambda value, depth: in_order(frozenset.__iter__(value), depth)),
    (bytes, "b", lambda value, _: bytes.decode(value, "latin-1")),
    (bytearray, "a", lambda value, _: bytearray.decode(value, "latin-1")),
    (complex, "c", lambda value, _: [value.real, value.imag]),
    (range, "r", lambda value, depth: items([value.start, value.stop, value.step], depth)),
    (type({}.keys()), "k", items),
    (type({}.values()), "v", items),
    (type({}.items()), "m", lambda value, depth: pairs(dict(value), depth)),
]

REBUILD = {
    "i": lambda part: int(text(part), 16),
    "t": lambda part: tuple(decoded(part)),
    "d": lambda part: dict(decoded_pairs(part)),
    "s": lambda part: set(decoded(part)),
    "z": lambda part: frozenset(decoded(part)),
    "b": lambda part: text(part).encode("latin-1"),
    "a": lambda part: bytearray(text(part).encode("latin-1")),
    "c": lambda part: complex(*decoded(part)),
    "r": lambda part: range(*decoded(part)),
    "k": lambda part: dict.fromkeys(decoded(part)).keys(),
    "v": lambda part: dict(enumerate(decoded(part))).values(),
    "m": lambda part: dict(decoded_pairs(part)).items(),
    "it": lambda part: iter(decoded(part)),
    "y": lambda part: builtin_type(text(part)),
}


def decode(form, named=None):
    """The value of a form that `encode` made. Raises for everything else."""
    if form is None or isinstance(form, (bool, int, float, str)):
        return form
    if isinstance(form, list):
        return decoded(form, named)
    if not isinstance(form, dict) or len(form) != 1:
        raise ValueError("no plain value")
    ((tag, part),) = form.items()
    if tag == "n" and named is not None:
        return named(text(part))
    if tag not in REBUILD:
        raise ValueError("no plain value")
    return REBUILD[tag](part)


def builtin_type(name):
    found = getattr(builtins, name, None)
    if not isinstance(found, type):
        raise ValueError("no built-in type")
    return found


def decoded(parts, named=None):
    if not isinstance(parts, list):
        raise ValueError("no list")
    return [decode(each, named) for each in parts]


def decoded_pairs(parts):
    return [tuple(decoded(pair)) for pair in parts]


def text(part):
    if not isinstance(part, str):
        raise ValueError("no text")
    return part
