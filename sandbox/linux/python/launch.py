"""The step from a process of the sandbox to the program: after it, that process is nothing else any more."""

import os, sys

import run
import stepgym_judges  # noqa: F401

# What most programs import: loaded once, and shared by all forks.
import bisect, collections, copy, dataclasses, datetime, functools, heapq, itertools, json, linecache, math, random, re
import string, threading, traceback, types, typing  # noqa: F401

# A program can have modules of these names.
OWN_MODULES = (
    *('execution', 'frames', 'launch', 'rights', 'run', 'streams', 'workspace'),
    *('container', 'forker', 'isolate', 'memory', 'pages', 'program', 'rehearsal', 'supervise'),
)


def become(request):
    """Never returns: runs Python in this process, or another interpreter in its place."""
    if request['language'] != 'python':
        execute(request)
    for name in OWN_MODULES:
        sys.modules.pop(name, None)
    os._exit(run.main(request['source'], request['name'], request['args']))


def execute(request):
    """JavaScript: another interpreter takes the place of this one, with the same limits."""
    heap = request['limits']['memoryBytes'] >> 20
    flags = [f'--max-old-space-size={heap}', '--no-addons', '--disable-wasm-trap-handler']
    path = request['interpreter']['path']
    try:
        os.execve(path, ['node', *flags, request['name'], *request['args']], dict(os.environ))
    except OSError as failure:
        os.write(2, f'{path}: {failure}\n'.encode())
        os._exit(127)
