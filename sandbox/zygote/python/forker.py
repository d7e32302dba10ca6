"""Forker: makes the two processes of an execution before there is a program for it, and is given nothing of any program.
The first process ends everything in its namespaces; the second one becomes the program."""

import os, random, resource, struct, traceback, _socket

import isolate, pages, program, rehearsal, rights

# Files of a forker: the ring that pins pages, its socket to the supervisor, and the log of the zygote.
RING, LINK, LOG = 251, 252, 253
FILES = struct.Struct('9i')
PREPARED = struct.Struct('<cI')
REPORT = struct.Struct('<cIIdq')


def serve():
    """Makes the processes of one execution after the other."""
    link = _socket.socket(fileno=LINK)
    pin_pages()
    while True:
        random.seed()
        isolate.run_in_namespaces(first_process, link)


def pin_pages():
    ring = pages.pin(rehearsal.pages_written())
    if ring is not None:
        os.dup2(ring, RING)
        os.close(ring)


def first_process(link):
    """Forks what becomes the program, waits for it, ends everything else, and reports."""
    os.setsid()
    rights.end_with_parent()
    first = int(os.readlink('/proc/self'))
    sizes = isolate.cover()
    to_supervisor = program.take_places()
    pid = isolate.fork()
    if pid == 0:
        second_process()
    files = FILES.pack(*to_supervisor, *sizes, os.pidfd_open(pid))
    link.sendmsg([PREPARED.pack(b'P', first)], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, files)])
    # An output ends when no process of the program has it.
    os.dup2(LOG, 2)
    os.closerange(0, 2)
    os.closerange(3, LINK)
    status = wait_for(pid)
    isolate.end_all()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    os.write(LINK, REPORT.pack(b'R', first, status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss))


def second_process():
    """Never returns: that would make another forker of it."""
    try:
        program.become()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def wait_for(pid):
    """Status of the process; those whose parents have ended are taken too."""
    while True:
        each, status = os.waitpid(-1, 0)
        if each == pid:
            return status
