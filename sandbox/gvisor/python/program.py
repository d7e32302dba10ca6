"""The process that becomes the program: a fork of the supervisor, which gives up its rights."""

import os, resource, signal, socket

import container, launch, rights, run
from streams import fill

READY = b'\1'
# File by which it says that it is ready.
SUPERVISOR = 249
DROP_FROM_BOUNDING_SET = 24
FIXED = {resource.RLIMIT_MSGQUEUE, resource.RLIMIT_SIGPENDING}


def start(request, stdin):
    """Forks. Returns the process, and the other ends of its output, its errors and its channel."""
    file = os.memfd_create('stdin')
    fill(file, stdin)
    stdout, to_stdout = os.pipe()
    stderr, to_stderr = os.pipe()
    channel, to_channel = (each.detach() for each in socket.socketpair())
    said, saying = os.pipe()
    pid = os.fork()
    if pid == 0:
        become(request, (file, to_stdout, to_stderr, to_channel, saying))
    for fd in (file, to_stdout, to_stderr, to_channel, saying):
        os.close(fd)
    wait_until_ready(said)
    return pid, stdout, stderr, channel


def wait_until_ready(said):
    problem = os.read(said, 1000)
    os.close(said)
    if problem != READY:
        raise rights.Broken(problem.decode() or 'the program ended before it was confined')


def become(request, files):
    """Never returns."""
    try:
        take_places(files)
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        drop_user()
        rights.confine()
        rights.bound(bounds(request))
        os.write(SUPERVISOR, READY)
    except BaseException as failure:
        os.write(SUPERVISOR, repr(failure).encode(errors='replace')[:900])
        os._exit(1)
    os.close(SUPERVISOR)
    launch.become(request)


def take_places(files):
    """The files 0 to 3 of a program, and no other of the supervisor."""
    signal.set_wakeup_fd(-1)
    os.chdir('/workspace')
    for fd, place in zip(files, (0, 1, 2, run.CHANNEL, SUPERVISOR)):
        os.dup2(fd, place)
    os.closerange(run.CHANNEL + 1, SUPERVISOR)
    os.closerange(SUPERVISOR + 1, 256)


def bounds(request):
    """What gVisor lets a process set: it has no queues of messages, and the container bounds its signals."""
    all_bounds = rights.bounds(request['limits'], request['interpreter'], own_processes=0)
    return {name: value for name, value in all_bounds.items() if name not in FIXED}


def drop_user():
    """The user of the program: without any capability, also after it starts another program."""
    for capability in range(64):
        if rights.libc.prctl(DROP_FROM_BOUNDING_SET, capability, 0, 0, 0):
            break
    os.setresgid(*[container.PROGRAM_ID] * 3)
    os.setresuid(*[container.PROGRAM_ID] * 3)
