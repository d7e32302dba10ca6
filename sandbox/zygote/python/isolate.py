"""Namespaces of one execution, in the order in which they are made; docs/sandbox.md explains each layer."""

import ctypes, os, signal, traceback

from rights import USUAL, Broken, failed, libc, load_filter, mount, set_dumpable, sizes_of

NEW_USER, NEW_PID, NEW_MOUNT, NEW_IPC = 0x10000000, 0x20000000, 0x00020000, 0x08000000
NEW_NET, NEW_UTS, NEW_CGROUP = 0x40000000, 0x04000000, 0x02000000
NAMESPACES = NEW_USER | NEW_PID | NEW_MOUNT | NEW_IPC | NEW_NET | NEW_UTS | NEW_CGROUP
SHARE_MEMORY, STAND_STILL = 0x00000100, 0x00004000
MS_RDONLY = 1
# System calls that have the same number on every machine.
FSCONFIG, FSPICK = 431, 433
SET_STRING, RECONFIGURE = 1, 7

uid, gid = os.getuid(), os.getgid()
# The user as it is, no groups; where the machine runs out of memory, the kernel ends these processes first.
_identity = (
    ('/proc/self/setgroups', b'deny'),
    ('/proc/self/uid_map', b'%d %d 1' % (uid, uid)),
    ('/proc/self/gid_map', b'%d %d 1' % (gid, gid)),
    ('/proc/self/oom_score_adj', b'1000'),
)
_stack = None
# Bytes of the stack above those of a process that shares the memory: more than this one ever takes.
STACK_ABOVE = 1 << 20


def load():
    """Reads the system call filter, and where the stack begins."""
    global _stack
    with open('/proc/self/stat') as file:
        top = int(file.read().rpartition(')')[2].split()[25])
    _stack = (top - STACK_ABOVE) & ~0xFFFF
    load_filter()


def run_in_namespaces(function, *args):
    """Runs a function in the first process of new namespaces, and waits for the end of it. As after vfork, that process
    has the memory of this one, which stands still meanwhile: it costs neither a copy nor page faults."""

    def call():
        try:
            function(*args)
            return 0
        except BaseException:
            traceback.print_exc()
            return 1

    pid = libc.clone(
        ctypes.PYFUNCTYPE(ctypes.c_int)(call), _stack, NAMESPACES | SHARE_MEMORY | STAND_STILL | signal.SIGCHLD, None
    )
    if pid < 0:
        raise failed('clone')
    if os.waitpid(pid, 0)[1] != 0:
        raise Broken('the first process has failed')


def fork():
    """Forks without what Python runs after a fork, which is for other threads and costs more than the fork itself."""
    pid = libc.fork()
    if pid < 0:
        raise failed('fork')
    return pid


def cover():
    """Covers what an earlier program could have written; in the first process, before it forks. Returns files by which
    the supervisor can change the sizes."""
    for place in (b'/workspace', b'/tmp'):
        mount(place, b'size=%d,nr_inodes=%d,mode=700' % sizes_of(USUAL))
    mount(b'/dev/shm', b'size=1m,nr_inodes=64')
    return pick(b'/workspace'), pick(b'/tmp')


def pick(place):
    """File of a mounted file system, by which its sizes can be changed."""
    fd = libc.syscall(FSPICK, -100, place, 0)
    if fd < 0:
        raise failed('fspick')
    return fd


def resize(context, limits):
    """Sets the sizes of a file system, which belongs to a user namespace that this process made."""
    for name, size in zip((b'size', b'nr_inodes'), sizes_of(limits)):
        libc.syscall(FSCONFIG, context, SET_STRING, name, b'%d' % size, 0)
    if libc.syscall(FSCONFIG, context, RECONFIGURE, None, None, 0):
        raise failed('size of the workspace')


def enter():
    """Maps the user, in a process with memory of its own: only a dumpable process may write these files of itself."""
    set_dumpable(True)
    for path, text in _identity:
        write(path, text)
    set_dumpable(False)
    mount(b'/proc', b'size=4k,nr_inodes=1', MS_RDONLY)


def end_all():
    """Ends every other process of the namespaces, and takes notice of the end of each."""
    while libc.kill(-1, signal.SIGKILL) == 0:
        libc.waitpid(-1, None, 0)


def write(path, text):
    fd = os.open(path, os.O_WRONLY)
    os.write(fd, text)
    os.close(fd)
