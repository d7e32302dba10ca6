"""Runs the candidate: loads its code and answers calls with plain data. It knows no test and no expected value."""
import json
import os
import sys


def main():
    request = json.loads(sys.stdin.read())
    write = private_output()
    limit = request["limitSeconds"]
    namespace = {"__name__": "candidate"}
    # As Python reads a file: a byte order mark is no part of the code.
    source = request["source"].removeprefix("\ufeff")
    failure = attempt(limit, lambda: exec(compile(source, request["file"], "exec"), namespace))
    write("load " + json.dumps(failure or {"ok": None}))
    if failure is None:
        for test, calls in request["tests"]:
            answer_all(write, namespace, test, calls, limit)
    leave()


def answer_all(write, namespace, test, calls, limit):
    """The calls of one test, within its time."""
    ends = Deadline(limit)
    for at, call in enumerate(calls):
        answer = ends.run(lambda: answered(namespace, call))
        write("%d %d %s" % (test, at, json.dumps(answer)))
        if "timeout" in answer:
            return


def answered(namespace, call):
    name, args, kwargs = json.loads(call)
    lookup = lambda each: namespace[each]
    if name not in namespace:
        return {"absent": "name '%s' is not defined" % name}
    given = decode(args, lookup)
    before = json.dumps(args)
    named = {key: decode(value, lookup) for key, value in kwargs.items()}
    return outcome(namespace[name], given, named, before)


def outcome(function, given, named, before):
    try:
        form = encode(function(*given, **named))
    except NotPlain as found:
        return {"unplain": str(found)}
    after = plain_or_none(given)
    return {"ok": form} if after is None or json.dumps(after) == before else {"ok": form, "args": after}


def plain_or_none(given):
    try:
        return [None if hasattr(type(each), "__next__") else encode(each) for each in given]
    except NotPlain:
        return None


def attempt(limit, run):
    """None, or how the code failed."""
    answer = Deadline(limit).run(lambda: run())
    return answer


class TimeIsUp(BaseException):
    pass


class Deadline:
    """Seconds that several runs share. A candidate may turn its alarm off: then the sandbox's own limit ends it."""

    def __init__(self, seconds):
        import time

        self.now = time.monotonic
        self.end = self.now() + seconds

    def run(self, work):
        try:
            self.set(max(0.001, self.end - self.now()))
            return work()
        except TimeIsUp:
            return {"timeout": True}
        except BaseException as error:
            return raised(error)
        finally:
            self.set(0)

    def set(self, seconds):
        import signal

        if not hasattr(signal, "setitimer"):
            return

        def up(*_):
            raise TimeIsUp

        signal.signal(signal.SIGALRM, up)
        signal.setitimer(signal.ITIMER_REAL, seconds)


def raised(error):
    return {"raise": told(error, 0)}


# Exceptions within each other, exceptions of one group, and characters of arguments as JSON.
MAX_NESTED, MAX_MEMBERS, MAX_ARGS = 8, 100, 10_000
GROUP = getattr(builtins, "BaseExceptionGroup", ())


def told(error, depth):
    """Name, message, built-in base, arguments as plain data or null, and, of a group, its message and its exceptions."""
    bases = [each.__name__ for each in type.mro(type(error)) if getattr(builtins, each.__name__, None) is each]
    args, group = args_of(error), None
    if isinstance(error, GROUP) and depth < MAX_NESTED:
        group = [message_of(error.message), [told(each, depth + 1) for each in error.exceptions[:MAX_MEMBERS]]]
    return [type(error).__name__[:200], message_of(error), bases[0], args, group]


def message_of(error):
    try:
        return str(error)[:2000]
    except BaseException:
        return ""


def args_of(error):
    try:
        args = encode(list(error.args))
        return args if len(json.dumps(args)) <= MAX_ARGS else None
    except BaseException:
        return None


def leave():
    """Ends without handlers that the candidate has registered."""
    os._exit(0)


main()
