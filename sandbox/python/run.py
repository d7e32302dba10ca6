"""Runs source text as the main module of this process, and ends as Python does. Every back end runs Python by it."""

import atexit, linecache, os, struct, sys, threading, traceback, types

CHANNEL = 3
LENGTH = struct.Struct('<I')


def main(source, name, args):
    """Exit code of the source, after everything that Python does at its end."""
    return finish(run(source, name, args))


def run(source, name, args):
    """Exit code of the source, run as the main module."""
    module = types.ModuleType('__main__')
    module.__file__ = name
    sys.modules['__main__'] = module
    sys.modules['stepgym_channel'] = channel_module()
    sys.argv = [name, *args]
    try:
        remember_lines(source, name)
        exec(compile(source, name, 'exec', dont_inherit=True), module.__dict__)
    except SystemExit as leave:
        return code_of(leave.code)
    except BaseException as error:
        show(error)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def show(error):
    """Traceback without the frame of `run`; Python's own printer would not know the lines of the source."""
    error = error.with_traceback(error.__traceback__ and error.__traceback__.tb_next)
    try:
        if sys.excepthook is sys.__excepthook__:
            traceback.print_exception(type(error), error, error.__traceback__)
        else:
            sys.excepthook(type(error), error, error.__traceback__)
    except BaseException:
        pass


def remember_lines(source, name):
    """Lets tracebacks show the lines of the source."""
    lines = source.decode('utf-8', 'replace').splitlines(True)
    linecache.cache[name] = (len(source), None, lines, name)


def code_of(leave):
    """Exit code that Python gives an argument of `sys.exit`."""
    if leave is None:
        return 0
    if isinstance(leave, int):
        return leave & 0xFF
    print(leave, file=sys.stderr)
    return 1


def finish(code):
    """What Python does at its end: waits for threads, calls exit functions, flushes."""
    for last in (threading._shutdown, atexit._run_exitfuncs):
        last()
    try:
        for stream in (sys.stdout, sys.stderr, sys.__stdout__):
            stream.flush()
    except Exception:
        return code or 120
    return code


def channel_module():
    """`stepgym_channel`: messages to and from the caller, over file 3."""
    module = types.ModuleType('stepgym_channel')

    def receive():
        """Next message as bytes; None once the caller is gone."""
        length = read_exactly(LENGTH.size)
        return length and read_exactly(*LENGTH.unpack(length))

    def send(data):
        """Sends a message of bytes."""
        rest = LENGTH.pack(len(data)) + bytes(data)
        while rest:
            rest = rest[os.write(CHANNEL, rest) :]

    module.receive, module.send = receive, send
    return module


def read_exactly(length):
    """That number of bytes of the channel; None where it ends first."""
    data = b''
    while len(data) < length:
        more = os.read(CHANNEL, length - len(data))
        if not more:
            return None
        data += more
    return data
