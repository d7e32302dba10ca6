"""Frames between Node.js and the sandbox: a type, the length of the payload, one number; then the payload. A payload of
several parts begins with the length of its JSON, which has the lengths of the parts that follow."""

import collections, json, os, struct

RUN, MESSAGE, CANCEL, READY, RESULT, BROKEN = range(1, 7)
HEADER = struct.Struct('<BII')
LENGTH = struct.Struct('<I')
Header = collections.namedtuple('Header', 'type length argument')
_WASTE = bytearray(65536)


def read_header(fd):
    """Header of the next frame; None at the end of the input."""
    data = read_exactly(fd, HEADER.size)
    return None if data is None else Header(*HEADER.unpack(data))


def read_exactly(fd, length):
    """So many bytes; None where the input ends first."""
    data = bytearray()
    while len(data) < length:
        more = os.read(fd, min(length - len(data), 1 << 20))
        if not more:
            return None
        data += more
    return data


def skip(fd, length):
    """Reads bytes into a place that the next ones overwrite."""
    while length > 0:
        read = os.readv(fd, [memoryview(_WASTE)[: min(length, len(_WASTE))]])
        if read == 0:
            os._exit(0)
        length -= read


def parts_of(payload):
    """The JSON of a payload, and a function that takes its next part of a length."""
    (length,) = LENGTH.unpack_from(payload)
    view = memoryview(payload)
    at = LENGTH.size + length

    def take(size):
        nonlocal at
        at += size
        return view[at - size : at]

    return json.loads(bytes(view[LENGTH.size : LENGTH.size + length])), take


def encoded(value):
    return json.dumps(value, ensure_ascii=True).encode()


def send(fd, type, *parts):
    """Writes a frame whole."""
    data = HEADER.pack(type, sum(map(len, parts)), 0) + b''.join(parts)
    while data:
        data = data[os.write(fd, data) :]


def send_with_parts(fd, type, head, parts):
    text = encoded(head)
    send(fd, type, LENGTH.pack(len(text)), text, *parts)
