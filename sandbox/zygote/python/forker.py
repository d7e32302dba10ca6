"""Forker: makes the two processes of an execution before there is a program for it. It is given numbers, and never
anything of a program. The first process ends everything in its namespaces; the second one becomes the program."""

import os, resource, signal, struct, traceback

import isolate, program

NUMBER = struct.Struct('<cB')
PREPARED = struct.Struct('<cBI')
REPORT = struct.Struct('<cBIdq')


def serve(link):
    """Makes the processes of one execution for each number that it reads, and waits for their end."""
    while number := os.read(link, 1):
        isolate.run_in_namespaces(first_process, link, number[0])


def first_process(link, number):
    """Forks what becomes the program, waits for it, ends everything else, and reports."""
    os.setsid()
    isolate.end_with_parent()
    first = int(os.readlink('/proc/self'))
    pid = isolate.fork()
    if pid == 0:
        second_process(link, number, first)
    status = wait_for(pid)
    end_all()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    os.write(link, REPORT.pack(b'R', number, status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss))


def second_process(link, number, first):
    """Never returns: that would make another forker of it."""
    try:
        program.become(program.prepare(link, number, first))
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


def end_all():
    """Ends every other process of the namespaces, and takes notice of the end of each."""
    while True:
        try:
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            pass
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return
