"""The calls that one run of a test makes, and the answers of the candidate to them."""
import builtins
import json

MAX_CALLS = 20_000
# Characters of the name of an exception, and of a message.
MAX_NAME, MAX_MESSAGE = 200, 2000


class Miss(BaseException):
    """A call whose answer is not known yet."""


class Ended(BaseException):
    """The candidate gave no answer: its time was up, its process ended, or its answer is no plain data."""


class Session:
    """The calls of one run of a test, and the candidate's answers to them."""

    def __init__(self, calls, answers, is_relaxed, knows_stop):
        self.calls = calls
        self.answers = answers
        self.is_relaxed = is_relaxed
        self.knows_stop = knows_stop
        self.made = []
        # Both stay known where the test catches every exception.
        self.end = None
        self.is_missed = False
        self.is_guessing = False
        self.guesses = dict(zip(calls, answers))
        # Names of built-in functions that the candidate may define, and of them those that it has, or has not.
        self.optional = set()
        self.defined, self.absent = set(), {}

    def call(self, name, args, kwargs):
        if len(self.made) >= MAX_CALLS:
            self.stop({"gone": "the test makes too many calls"})
        try:
            named = {key: encode(value) for key, value in kwargs.items()}
            text = json.dumps([name, encode(list(args)), named])
        except NotPlain as found:
            if self.is_relaxed:
                raise
            self.stop({"unplain": "an argument is " + str(found)})
        at = len(self.made)
        self.made.append(text)
        if self.is_known(at, text):
            return self.result(name, self.answers[at], args, kwargs)
        if not self.is_relaxed:
            self.is_missed = True
            raise Miss
        self.is_guessing = True
        return self.result(name, self.guesses[text], args, kwargs) if text in self.guesses else WILD

    def is_known(self, at, text):
        return not self.is_guessing and at < len(self.answers) and self.calls[at] == text

    def result(self, name, answer, args, kwargs):
        form = read_answer(answer)
        if "absent" in form:
            return self.undefined(name, form["absent"], args, kwargs)
        self.defined.add(name)
        if name in self.absent:
            self.stop({"gone": "it defines %s for some calls and not for others" % name})
        if "ok" in form:
            return self.returned(form, args)
        if "raise" in form:
            raise exception_of(form["raise"], self.knows_stop)
        self.stop(form)

    def undefined(self, name, message, args, kwargs):
        """What a name means that the candidate does not define: a built-in function, or nothing."""
        if name not in self.optional:
            raise exception_of(["NameError", message, "NameError"], self.knows_stop)
        if name in self.defined:
            self.stop({"gone": "it defines %s for some calls and not for others" % name})
        self.absent[name] = message
        return getattr(builtins, name)(*args, **kwargs)

    def is_without_candidate(self):
        """Whether only built-in functions were called where the candidate should have defined one."""
        return bool(self.absent) and not self.defined

    def returned(self, form, args):
        try:
            value = decode(form["ok"])
            restore(args, decoded(form["args"]))
        except (ValueError, TypeError, RecursionError, OverflowError):
            self.stop({"gone": "its answer is malformed"})
        return value

    def stop(self, end):
        self.end = end
        raise Ended


def read_answer(answer):
    """`ok` with `args`, `raise` with what is told of the exception; or why there is none."""
    try:
        form = json.loads(answer)
        kind, told = next(iter(form.items()))
        if kind == "ok":
            return {"ok": told, "args": form.get("args", [])}
        if kind == "raise" and is_told(told, 0):
            return {"raise": told}
        if kind == "absent" and isinstance(told, str):
            return {"absent": told[:MAX_MESSAGE]}
        if kind == "timeout":
            return {"timeout": True}
        if kind in ("gone", "unplain") and isinstance(told, str):
            return {kind: "the result is " + told if kind == "unplain" else told}
    except (ValueError, TypeError, AttributeError, StopIteration, RecursionError):
        pass
    return {"gone": "its answer is malformed"}


MAX_NESTED = 8


def is_told(told, depth):
    """Whether an exception is told as `candidate.py` does: three texts, then arguments and the exceptions of a group."""
    if not isinstance(told, list) or len(told) < 3 or not all(isinstance(each, str) for each in told[:3]):
        return False
    group = told[4] if len(told) > 4 else None
    if group is None:
        return True
    return depth < MAX_NESTED and isinstance(group[0], str) and all(is_told(each, depth + 1) for each in group[1])


def restore(args, after):
    """Lists, dicts, sets and bytearrays that the candidate changed in place are changed here as well."""
    for own, new in zip(args, after):
        if type(own) is not type(new) or own == new:
            continue
        if isinstance(own, (list, bytearray)):
            own[:] = new
        elif isinstance(own, (dict, set)):
            own.clear()
            own.update(new)
