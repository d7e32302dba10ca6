"""Zygote: a Python interpreter whose forks become the programs. One process makes the forks and reads nothing of any
program, so nothing of one execution is in the memory that another inherits; one supervises what runs."""

import gc, os, resource, signal, socket, sys, traceback

sys.path[0] = '/sandbox'
import execution, forker, isolate, rehearsal, rights, run, supervise


def main():
    """Three processes of this interpreter, each of which ends with the others."""
    prepare()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # One waits for the execution that runs, and the other one prepares the next.
    for _ in range(2):
        if os.fork() == 0:
            become_forker(theirs.detach())
    theirs.close()
    signal.signal(signal.SIGCHLD, lambda *_: os._exit(72))
    supervise.serve(ours)
    os._exit(0)


def become_forker(link):
    """Never returns. Keeps the files 0 to 3, so that no other takes the places of a program, and three of its own."""
    try:
        rights.end_with_parent()
        os.dup2(2, forker.LOG)
        os.dup2(link, forker.LINK)
        os.dup2(0, run.CHANNEL)
        os.closerange(run.CHANNEL + 1, forker.LINK)
        forker.serve()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def prepare():
    """What each program would do for itself, before there is one."""
    # While this process may still write its own memory.
    own_code()
    rights.set_dumpable(False)
    # Files on their way through sockets count for all programs of the user together: the few of a forker find room.
    files = min(8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The first process of a namespace gets only signals that it handles: it is to get none.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    execution.take_connection()
    isolate.load()
    del os.environ['LD_BIND_NOW']
    rehearsal.fill_caches()
    sys.path[0] = '/workspace'
    gc.collect()
    rights.libc.malloc_trim(0)
    gc.freeze()


def own_code():
    """Makes one page of each mapping of code its own: the kernel then copies the page table of the mapping at a fork,
    instead of a page fault for every few pages after it. Only that is lost where the kernel does not permit it."""
    try:
        with open('/proc/self/maps') as maps, open('/proc/self/mem', 'r+b', 0) as memory:
            for line in maps.read().splitlines():
                if ('python3' in line or 'libc.so' in line) and (' r-xp ' in line or ' r--p ' in line):
                    memory.seek(int(line.partition('-')[0], 16))
                    byte = memory.read(1)
                    memory.seek(-1, 1)
                    memory.write(byte)
    except OSError:
        pass


main()
