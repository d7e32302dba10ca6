"""Rights and limits that a process gives up before it becomes a program; docs/sandbox.md explains each layer."""

import ctypes, os, resource, signal, struct

CAPSET = {'x86_64': 126, 'aarch64': 91}[os.uname().machine]
SET_PDEATHSIG, SET_DUMPABLE, SET_SECCOMP, SET_NO_NEW_PRIVS = 1, 4, 22, 38
MS_NOSUID, MS_NODEV = 2, 4
# Bytes and files of the memory file systems until the limits of a program are known: those of most programs.
USUAL = {'workspaceBytes': 16 << 20, 'workspaceFiles': 512}

# Keeps the lock of the interpreter during the call: the clone of a thread that has let go of it never gets it back.
libc = ctypes.PyDLL(None, use_errno=True)
libc.mount.argtypes = [ctypes.c_char_p] * 3 + [ctypes.c_ulong, ctypes.c_char_p]
libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
libc.clone.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
libc.syscall.restype = ctypes.c_long

_filter = None


class Broken(Exception):
    """A layer of isolation that cannot be applied: the program must not run."""


def failed(what):
    """The error of the call of libc that has just failed."""
    return Broken(f'{what}: {os.strerror(ctypes.get_errno())}')


def load_filter():
    """Reads the system call filter, which Node.js has assembled."""
    global _filter
    with open('/sandbox/filter.bpf', 'rb') as file:
        code = file.read()
    instructions = ctypes.create_string_buffer(code, len(code))
    head = struct.pack('<HxxxxxxQ', len(code) // 8, ctypes.addressof(instructions))
    _filter = ctypes.create_string_buffer(head, len(head)), instructions


def set_dumpable(is_dumpable):
    """A process that is not dumpable cannot be traced, nor its memory opened, by others of its user."""
    libc.prctl(SET_DUMPABLE, int(is_dumpable), 0, 0, 0)


def end_with_parent():
    libc.prctl(SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def mount(target, options, flags=0):
    """Mounts a file system in memory."""
    if libc.mount(b'tmpfs', target, b'tmpfs', MS_NOSUID | MS_NODEV | flags, options):
        raise failed(f'tmpfs on {target.decode()}')


def sizes_of(limits):
    """Bytes and files of the workspace, itself included."""
    return limits['workspaceBytes'], limits['workspaceFiles'] + 1


def confine():
    """Gives up every right, in the process that becomes the program. What cannot be given up is an error."""
    if libc.syscall(CAPSET, struct.pack('<Ii', 0x20080522, 0), b'\0' * 24):
        raise failed('capabilities cannot be dropped')
    if libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(SET_SECCOMP, 2, ctypes.addressof(_filter[0]), 0, 0):
        raise failed('system call filter')


def bound(bounds):
    """Sets limits of the process, which it can only lower."""
    for name, value in bounds.items():
        resource.setrlimit(name, (value, value))


def bounds(limits, interpreter, own_processes):
    """Limits of one process. Data is what it can write; address space includes what it only reserves. Node.js reserves
    address space without limit, and some releases of it reserve memory for code that counts as data. Processes of the
    sandbox that have the user of the program count as well."""
    memory = limits['memoryBytes']
    return {
        resource.RLIMIT_DATA: memory + (interpreter['reservedBytes'] if interpreter else 0),
        resource.RLIMIT_AS: resource.RLIM_INFINITY if interpreter else memory + (256 << 20),
        resource.RLIMIT_CPU: limits['timeoutMs'] // 1000 + 2,
        resource.RLIMIT_FSIZE: limits['fileBytes'],
        resource.RLIMIT_NOFILE: limits['openFiles'],
        resource.RLIMIT_NPROC: limits['processes'] + own_processes,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_SIGPENDING: 256,
    }
