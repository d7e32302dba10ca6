"""Isolation of one execution, in the order in which it is applied; docs/sandbox.md explains each layer."""

import ctypes, os, resource, signal, struct, traceback

CAPSET = {'x86_64': 126, 'aarch64': 91}[os.uname().machine]
NEW_USER, NEW_PID, NEW_MOUNT, NEW_IPC = 0x10000000, 0x20000000, 0x00020000, 0x08000000
NEW_NET, NEW_UTS, NEW_CGROUP = 0x40000000, 0x04000000, 0x02000000
NAMESPACES = NEW_USER | NEW_PID | NEW_MOUNT | NEW_IPC | NEW_NET | NEW_UTS | NEW_CGROUP
SHARE_MEMORY, STAND_STILL = 0x00000100, 0x00004000
SET_DUMPABLE, SET_NO_NEW_PRIVS, SET_SECCOMP, SET_PDEATHSIG = 4, 38, 22, 1
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT = 1, 2, 4, 32
# Sizes of a file system until the limits are known: those of the largest workspace.
MOST = b'size=1g,nr_inodes=65537,mode=700'

# Keeps the lock of the interpreter during the call: the clone of a thread that has let go of it never gets it back.
libc = ctypes.PyDLL(None, use_errno=True)
libc.mount.argtypes = [ctypes.c_char_p] * 3 + [ctypes.c_ulong, ctypes.c_char_p]
libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
libc.clone.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
libc.syscall.restype = ctypes.c_long

uid, gid = os.getuid(), os.getgid()
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


def enter():
    """Maps the user, and covers what an earlier program could have written."""
    # Only a dumpable process may write these files of its own.
    set_dumpable(True)
    for name, text in (('setgroups', 'deny'), ('uid_map', f'{uid} {uid} 1'), ('gid_map', f'{gid} {gid} 1')):
        write(f'/proc/self/{name}', text)
    # Where the machine runs out of memory, the kernel ends these processes first.
    write('/proc/self/oom_score_adj', '1000')
    set_dumpable(False)
    mount(b'/workspace', MOST)
    mount(b'/tmp', MOST)
    mount(b'/dev/shm', b'size=1m,nr_inodes=64')
    mount(b'/proc', b'size=4k,nr_inodes=1', MS_RDONLY)


def bound(limits):
    """Sizes of the file systems, once the limits are known: before the first line of the program."""
    size = b'size=%d,nr_inodes=%d' % (limits['workspaceBytes'], limits['workspaceFiles'] + 1)
    mount(b'/workspace', size, MS_REMOUNT)
    mount(b'/tmp', size, MS_REMOUNT)


def mount(target, options, flags=0):
    if libc.mount(b'tmpfs', target, b'tmpfs', MS_NOSUID | MS_NODEV | flags, options):
        raise Broken(f'tmpfs on {target.decode()}: {os.strerror(ctypes.get_errno())}')


def write(path, text):
    fd = os.open(path, os.O_WRONLY)
    os.write(fd, text.encode())
    os.close(fd)


def confine(limits, interpreter):
    """Gives up every right, in the process that becomes the program. What cannot be given up is an error."""
    for name, value in bounds(limits, interpreter).items():
        resource.setrlimit(name, (value, value))
    if libc.syscall(CAPSET, struct.pack('<Ii', 0x20080522, 0), b'\0' * 24):
        raise Broken('capabilities cannot be dropped')
    if libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(SET_SECCOMP, 2, ctypes.addressof(_filter[0]), 0, 0):
        raise Broken(f'system call filter: {os.strerror(ctypes.get_errno())}')


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
