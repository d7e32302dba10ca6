"""
One environment of Gymnasium at a time, driven over standard input and output: a line of JSON is a request, a line of JSON
its answer. The first line says what to make. What the environment prints goes to standard error, and it has no input.
"""

import ctypes
import json
import os
import signal
import sys


def main():
    requests, answers = own_streams()
    end_with_parent()
    made = json.loads(requests.readline())
    session = None
    try:
        from bridge_session import Session

        session = Session(made)
        say(answers, {"ready": session.versions()})
    except BaseException as thrown:
        say(answers, {"error": problem_of(thrown), "isMissing": is_missing(thrown)})
        return
    for line in requests:
        say(answers, answer_to(session, line))


def own_streams():
    """The streams of the protocol. Their descriptors become those of /dev/null and standard error for all other code."""
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, answers


def end_with_parent():
    """Also where the environment never reads again. Only Linux knows how; elsewhere the end of the input ends it."""
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    except (OSError, AttributeError):
        pass


def answer_to(session, line):
    request = json.loads(line)
    number = request.pop("n")
    try:
        return {"n": number, "answer": session.answer(**request)}
    except BaseException as thrown:
        return {"n": number, "error": problem_of(thrown)}


def say(answers, message):
    answers.write(json.dumps(message, ensure_ascii=True, allow_nan=False) + "\n")
    answers.flush()


def problem_of(thrown):
    return f"{type(thrown).__name__}: {thrown}"[:2000]


def is_missing(thrown):
    """Whether Gymnasium itself is not installed."""
    return isinstance(thrown, ModuleNotFoundError) and (thrown.name or "").split(".")[0] in ("gymnasium", "numpy")


if __name__ == "__main__":
    main()
