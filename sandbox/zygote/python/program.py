"""The process that becomes a program: it gives up its rights, waits for the program, and runs the source."""

import marshal, os, _signal, _socket

import frames, isolate, launch, rights, run

CONFINED, READY = b'\1', b'\2'
# File of the socket to the supervisor.
SUPERVISOR = 249


def take_places():
    """Makes the files of a program at the places 0 to 3, and its socket to the supervisor: before the fork, in the first
    process. Returns what the supervisor gets: the folder of the workspace, and the other ends."""
    os.chdir('/workspace')
    folder = os.open('.', os.O_RDONLY | os.O_DIRECTORY)
    stdin = os.memfd_create('stdin')
    stdout, to_stdout = os.pipe()
    stderr, to_stderr = os.pipe()
    channel, to_channel = socket_pair()
    program, supervisor = socket_pair()
    for fd, place in ((stdin, 0), (to_stdout, 1), (to_stderr, 2), (to_channel, run.CHANNEL), (supervisor, SUPERVISOR)):
        os.dup2(fd, place)
    return folder, stdin, stdout, stderr, channel, program


def socket_pair():
    ours, theirs = _socket.socketpair()
    return ours.detach(), theirs.detach()


def become():
    """Never returns. Reports when every right is given up and when the limits are set, or why they cannot be."""
    os.closerange(run.CHANNEL + 1, SUPERVISOR)
    os.closerange(SUPERVISOR + 1, 256)
    try:
        isolate.enter()
        _signal.signal(_signal.SIGINT, _signal.default_int_handler)
        rights.confine()
        os.write(SUPERVISOR, CONFINED)
        request = receive()
        # The first process is one of the processes of the namespace.
        rights.bound(rights.bounds(request['limits'], request['interpreter'], own_processes=1))
        os.write(SUPERVISOR, READY)
    except BaseException as failure:
        os.write(SUPERVISOR, repr(failure).encode(errors='replace')[:900])
        os._exit(1)
    os.close(SUPERVISOR)
    launch.become(request)


def receive():
    """The request; ends with the supervisor."""
    data = os.read(SUPERVISOR, 65536)
    while not is_whole(data):
        more = os.read(SUPERVISOR, 1 << 20)
        if not more:
            os._exit(0)
        data += more
    return marshal.loads(memoryview(data)[frames.LENGTH.size :])


def is_whole(data):
    """Whether it has as many bytes as its first ones say."""
    size = frames.LENGTH.size
    return len(data) >= size and len(data) == size + frames.LENGTH.unpack_from(data)[0]
