"""The line by line answer of a judge's program, apart from what code prints."""
import os
import sys


def private_output():
    """A writer to the present standard output, which prints no longer reach."""
    try:
        own = os.dup(1)
        empty = os.open(os.devnull, os.O_WRONLY)
        os.dup2(empty, 1)
    except OSError:
        stream = sys.stdout
        sys.stdout = open(os.devnull, "w")
        return lambda line: (stream.write(line + "\n"), stream.flush())
    return lambda line: write_all(own, (line + "\n").encode("ascii"))


def write_all(file, data):
    while data:
        data = data[os.write(file, data):]
