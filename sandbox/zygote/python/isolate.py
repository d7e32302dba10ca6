"""Isolation of one execution, in the order in which it is applied; docs/sandbox.md explains each layer."""

import ctypes, os, resource, signal, struct, traceback

CAPSET = {'x86_64': 126, 'aarch64': 91}[os.uname().machine]
NEW_USER, NEW_PID, NEW_MOUNT, NEW_IPC = 0x10000000, 0x20000000, 0x00020000, 0x08000000
NEW_NET, NEW_UTS, NEW_CGROUP = 0x40000000, 0x04000000, 0x02000000
NAMESPACES = NEW_USER | NEW_PID | NEW_MOUNT | NEW_IPC | NEW_NET | NEW_UTS | NEW_CGROUP
SHARE_MEMORY, STAND_STILL = 0x00000100, 0x00004000
SET_DUMPABLE, SET_NO_NEW_PRIVS, SET_SECCOMP, SET_PDEATHSIG = 4, 38, 22, 1
MS_RDONLY, MS_NOSUID, MS_NODEV = 1, 2, 4
# Bytes and files of the memory file systems until the limits of a program are known: those of most programs.
USUAL = {'workspaceBytes': 16 << 20, 'workspaceFiles': 512}
# System calls that have the same number on every machine.
FSCONFIG, FSPICK = 431, 433
SET_STRING, RECONFIGURE = 1, 7

# Keeps the lock of the interpreter during the call: the clone of a thread that has let go of it never gets it back.
libc = ctypes.PyDLL(None, use_errno=True)
libc.mount.argtypes = [ctypes.c_char_p] * 3 + [ctypes.c_ulong, ctypes.c_char_p]
libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
libc.clone.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
libc.syscall.restype = ctypes.c_long

uid, gid = os.getuid(), os.getgid()
# The user as it is, no groups; where the machine runs out of memory, the kernel ends these processes first.
_identity = (
    ('/proc/self/setgroups', b'deny'),
    ('/proc/self/uid_map', b'%d %d 1' % (uid, uid)),
    ('/proc/self/gid_map', b'%d %d 1' % (gid, gid)),
    ('/proc/self/oom_score_adj', b'1000'),
)
_filter = _stack = None
# Bytes of the stack above those of a process that shares the memory: more than this one ever takes.
STACK_ABOVE = 1 << 20


class Broken(Exception):
    """A layer of isolation that cannot be applied: the program must not run."""


def load():
    """Reads the system call filter, which Node.js has assembled, and where the stack begins."""
    global _filter, _stack
    with open('/proc/self/stat') as file:
        top = int(file.read().rpartition(')')[2].split()[25])
    _stack = (top - STACK_ABOVE) & ~0xFFFF
    with open('/sandbox/filter.bpf', 'rb') as file:
        code = file.read()
    instructions = ctypes.create_string_buffer(code, len(code))
    head = struct.pack('<HxxxxxxQ', len(code) // 8, ctypes.addressof(instructions))
    _filter = ctypes.create_string_buffer(head, len(head)), instructions


def set_dumpable(is_dumpable):
    """A process that is not dumpable cannot be traced, nor its memory opened, by others of its user."""
    libc.prctl(SET_DUMPABLE, int(is_dumpable), 0, 0, 0)


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
        raise Broken(f'clone: {os.strerror(ctypes.get_errno())}')
    if os.waitpid(pid, 0)[1] != 0:
        raise Broken('the first process has failed')


def fork():
    """Forks without what Python runs after a fork, which is for other threads and costs more than the fork itself."""
    pid = libc.fork()
    if pid < 0:
        raise Broken(f'fork: {os.strerror(ctypes.get_errno())}')
    return pid


def end_with_parent():
    libc.prctl(SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


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
        raise Broken(f'fspick: {os.strerror(ctypes.get_errno())}')
    return fd


def sizes_of(limits):
    """Bytes and files of the workspace, itself included."""
    return limits['workspaceBytes'], limits['workspaceFiles'] + 1


def resize(context, limits):
    """Sets the sizes of a file system, which belongs to a user namespace that this process made."""
    for name, size in zip((b'size', b'nr_inodes'), sizes_of(limits)):
        libc.syscall(FSCONFIG, context, SET_STRING, name, b'%d' % size, 0)
    if libc.syscall(FSCONFIG, context, RECONFIGURE, None, None, 0):
        raise Broken(f'size of the workspace: {os.strerror(ctypes.get_errno())}')


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


def mount(target, options, flags=0):
    if libc.mount(b'tmpfs', target, b'tmpfs', MS_NOSUID | MS_NODEV | flags, options):
        raise Broken(f'tmpfs on {target.decode()}: {os.strerror(ctypes.get_errno())}')


def write(path, text):
    fd = os.open(path, os.O_WRONLY)
    os.write(fd, text)
    os.close(fd)


def confine():
    """Gives up every right, in the process that becomes the program. What cannot be given up is an error."""
    if libc.syscall(CAPSET, struct.pack('<Ii', 0x20080522, 0), b'\0' * 24):
        raise Broken('capabilities cannot be dropped')
    if libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(SET_SECCOMP, 2, ctypes.addressof(_filter[0]), 0, 0):
        raise Broken(f'system call filter: {os.strerror(ctypes.get_errno())}')


def bound(limits, interpreter):
    """Limits of the process, which it can only lower."""
    for name, value in bounds(limits, interpreter).items():
        resource.setrlimit(name, (value, value))


def bounds(limits, interpreter):
    """Limits of one process. Data is what it can write; address space includes what it only reserves. Node.js reserves
    address space without limit, and some releases of it reserve memory for code that counts as data."""
    memory = limits['memoryBytes']
    return {
        resource.RLIMIT_DATA: memory + (interpreter['reservedBytes'] if interpreter else 0),
        resource.RLIMIT_AS: resource.RLIM_INFINITY if interpreter else memory + (256 << 20),
        resource.RLIMIT_CPU: limits['timeoutMs'] // 1000 + 2,
        resource.RLIMIT_FSIZE: limits['fileBytes'],
        resource.RLIMIT_NOFILE: limits['openFiles'],
        # The supervisor is one of the processes of the namespace.
        resource.RLIMIT_NPROC: limits['processes'] + 1,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_SIGPENDING: 256,
    }
