"""Ends of the pipes and of the socket that connect a program with its supervisor."""

import collections, os

import frames

CHUNK = 65536
# Bytes that a message counts for beside its own: what it takes to keep it.
KEPT = 64


def fill(file, data):
    """Writes a file in memory, which a program may read at any pace."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
    os.lseek(file, 0, os.SEEK_SET)


class Output:
    """What a program writes, up to a limit."""

    def __init__(self, pipe, limits):
        self.pipe = pipe
        os.set_blocking(pipe, False)
        self.data = bytearray()
        self.most = limits['outputBytes']
        self.is_truncated = False

    def read(self):
        """Takes what is there: True at the end, and when nothing is there and nothing can come."""
        try:
            return not self.take()
        except BlockingIOError:
            return False

    def take(self):
        """Takes a part of what is there: False at the end."""
        more = os.read(self.pipe, CHUNK)
        room = self.most - len(self.data)
        self.data += more[:room]
        self.is_truncated = self.is_truncated or len(more) > room
        return bool(more)


    def drain(self):
        """Takes what is left when every process of the program has ended. An end of the pipe that is on its way through a
        socket may still be there: it is not waited for."""
        try:
            while not self.is_truncated and self.take():
                pass
        except BlockingIOError:
            pass


class Channel:
    """Messages to and from a program, each after its length in four bytes, little-endian."""

    def __init__(self, socket, limits):
        self.socket = socket
        os.set_blocking(socket, False)
        self.left = limits['messageBytes']
        self.waiting = collections.deque()
        self.incoming = bytearray()
        self.is_closed = self.is_over = False

    def queue(self, message):
        self.waiting.append(memoryview(frames.LENGTH.pack(len(message)) + bytes(message)))

    def send(self):
        """Sends what the program takes now."""
        try:
            while self.waiting:
                sent = os.write(self.socket, self.waiting[0])
                self.waiting[0] = self.waiting[0][sent:]
                if not self.waiting[0]:
                    self.waiting.popleft()
        except BlockingIOError:
            pass
        except OSError:
            self.waiting.clear()

    def receive(self):
        """Whole messages that have come in."""
        try:
            more = os.read(self.socket, CHUNK)
        except BlockingIOError:
            return []
        except OSError:
            more = b''
        self.is_closed = not more
        self.left -= len(more)
        self.incoming += more
        whole = list(self.messages()) if self.left >= 0 else []
        self.left -= KEPT * len(whole)
        self.is_over = self.left < 0
        return [] if self.is_over else whole

    def messages(self):
        size = frames.LENGTH.size
        while len(self.incoming) >= size:
            (length,) = frames.LENGTH.unpack_from(self.incoming)
            if len(self.incoming) < size + length:
                return
            yield bytes(self.incoming[size : size + length])
            del self.incoming[: size + length]
