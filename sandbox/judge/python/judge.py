"""Judges tests with the candidate's answers. It never loads the candidate's code."""
import ast
import builtins
import json
import os
import random
import sys

MAX_CALLS = 20_000
# Characters of the name of an exception, and of a message.
MAX_NAME, MAX_MESSAGE = 200, 2000


def main():
    sys.setrecursionlimit(3000)
    request = json.loads(sys.stdin.read())
    write = private_output()
    for test in request["tests"]:
        write("%d %s" % (test["index"], json.dumps(judged(request, test))))
    os._exit(0)


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


RAISED = {}
# An exception of this type cannot be made without those that it holds.
GROUP = getattr(builtins, "BaseExceptionGroup", ())


def exception_of(told, knows_stop):
    """An exception of the built-in type of this name, or of a type of this name and base, that says the message."""
    name, message, base_name, args, group = [*told, None, None][:5]
    if group and GROUP:
        return group_of(name[:MAX_NAME], group, knows_stop)
    kind = kind_of(name[:MAX_NAME], base_of(base_name, knows_stop), {"__str__": lambda self: self.said})
    error = made(kind, args_in(args, message))
    error.said = message
    error.is_of_candidate = True
    return error


def kind_of(name, base, members):
    if (name, base) not in RAISED:
        RAISED[name, base] = type(name, (base,), members)
    return RAISED[name, base]


def args_in(args, message):
    """Arguments of an exception; its message where they are no plain data."""
    try:
        return tuple(decoded(args))
    except (ValueError, TypeError, RecursionError, OverflowError):
        return (message,)


def made(kind, args):
    """With what its base makes of the arguments, such as `errno`; some bases take only arguments of a certain form."""
    try:
        return kind(*args)
    except Exception:
        error = kind.__new__(kind)
        error.args = args
        return error


def group_of(name, group, knows_stop):
    members = [exception_of(each, knows_stop) for each in group[1]]
    error = kind_of(name, builtins.ExceptionGroup, {})(group[0], members)
    error.is_of_candidate = True
    return error


def base_of(name, knows_stop):
    """A `StopIteration` would end a loop of the test such as `map` in silence: there it is another error."""
    base = getattr(builtins, name, None)
    if not isinstance(base, type) or not issubclass(base, Exception) or issubclass(base, GROUP):
        return Exception
    return RuntimeError if issubclass(base, StopIteration) and not knows_stop else base


def judged(request, test):
    """The outcome of a test, or the calls whose answers it needs."""
    calls, answers = test["calls"], test["answers"]
    knows_stop = "StopIteration" in request["setup"] + test["source"]
    session = Session(calls, answers, False, knows_stop)
    outcome = run_test(request, test, session)
    if outcome is not None:
        return {"outcome": outcome}
    relaxed = Session(calls, answers, True, knows_stop)
    run_test(request, test, relaxed)
    return {"calls": relaxed.made}


def run_test(request, test, session):
    random.seed(0)
    try:
        namespace = prepared(request, session)
        code = compiled(test["source"], session.is_relaxed, namespace, session)
        exec(code, namespace)
        outcome = {"status": "passed"}
        if session.is_without_candidate():
            outcome = {"status": "error", "type": "NameError", "message": next(iter(session.absent.values()))}
    except Miss:
        pass
    except Ended:
        outcome = {"status": "error", "type": "", "message": "the test ended too early"}
    except BaseException as error:
        outcome = failure(error)
    if session.is_missed:
        return None
    return ended(session.end) if session.end else outcome


def prepared(request, session):
    """The names that a test finds: those of the set-up, and the candidate's functions under theirs."""
    namespace = {"__name__": "judge"}
    exec(compile(request["setup"], "<setup>", "exec"), namespace)
    for name, function in request["bind"].items():
        namespace[name] = Proxy(function, session.call)
    return namespace


def compiled(source, is_relaxed, namespace, session):
    tree = ast.parse(source)
    unknown = names_of(tree) - set(namespace)
    own = {name for name in unknown if not hasattr(builtins, name)}
    if not own and not calls_of_candidate(tree, namespace):
        own = session.optional = called_in(tree) & unknown
    for name in own:
        namespace[name] = Proxy(name, session.call)
    tree = (Relaxed() if is_relaxed else Explained(source)).visit(tree)
    namespace["_equal_"] = equal
    return compile(ast.fix_missing_locations(tree), "<test>", "exec")


def names_of(tree):
    """Names that the code reads and never sets."""
    names = [each for each in ast.walk(tree) if isinstance(each, ast.Name)]
    own = {each.id for each in names if not isinstance(each.ctx, ast.Load)}
    for each in ast.walk(tree):
        if isinstance(each, (ast.FunctionDef, ast.ClassDef)):
            own.add(each.name)
        elif isinstance(each, ast.arg):
            own.add(each.arg)
        elif isinstance(each, ast.alias):
            own.add((each.asname or each.name).split(".")[0])
    return {each.id for each in names} - own


def calls_of_candidate(tree, namespace):
    """Whether a test names a function that is known to be the candidate's, or one that the set-up defines and may call it."""
    values = [namespace.get(each.id) for each in ast.walk(tree) if isinstance(each, ast.Name)]
    return any(isinstance(each, Proxy) or getattr(each, "__module__", None) == "judge" for each in values)


def called_in(tree):
    """Built-in functions that a test calls: where it calls nothing else, one of them is what the candidate should define."""
    calls = [each.func.id for each in ast.walk(tree) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)]
    return {name for name in calls if hasattr(builtins, name) and not is_exception(getattr(builtins, name))}


def is_exception(value):
    return isinstance(value, type) and issubclass(value, BaseException)


class Explained(ast.NodeTransformer):
    """`assert a == b` without a message says what both are."""

    def __init__(self, source):
        self.source = source

    def visit_Assert(self, node):
        test = node.test
        is_equation = isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq)
        if node.msg is not None or not is_equation:
            return node
        said = ast.Constant(ast.get_source_segment(self.source, test.left) or "")
        call = ast.Call(ast.Name("_equal_", ast.Load()), [test.left, test.comparators[0], said], [])
        return ast.copy_location(ast.Expr(call), node)


class Unequal(AssertionError):
    def __init__(self, detail):
        super().__init__()
        self.detail = detail


def equal(left, right, said):
    if not (left == right):
        raise Unequal("%s gave %s, expected %s" % (said[:300], shown(left), shown(right)))


def shown(value):
    text = repr(value)
    return text if len(text) <= 300 else text[:300] + "..."


class Relaxed(ast.NodeTransformer):
    """Assertions are evaluated and forgotten, so that every call of a test becomes known at once."""

    def visit_Assert(self, node):
        forget = ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, [ast.Pass()])
        return ast.copy_location(ast.Try([ast.Expr(node.test)], [forget], [], []), node)


def failure(error):
    is_own = isinstance(error, AssertionError) and not hasattr(error, "is_of_candidate")
    status, name = "failed" if is_own else "error", type(error).__name__
    told = {"status": status, "type": name[:MAX_NAME], "message": str(error)[:MAX_MESSAGE]}
    if isinstance(error, Unequal):
        told["type"] = "AssertionError"
        told["detail"] = error.detail
    return told


def ended(end):
    if "timeout" in end:
        return {"status": "timeout", "type": "", "message": "time was up"}
    if "unplain" in end:
        return {"status": "unplain", "type": "", "message": end["unplain"][:MAX_MESSAGE]}
    return {"status": "error", "type": "", "message": end["gone"][:MAX_MESSAGE]}


class Wild:
    """Stands for an answer that is not known yet, where calls are collected."""

    def __getattr__(self, _):
        return self

    def __call__(self, *_, **__):
        return self

    def __bool__(self):
        return True

    def __hash__(self):
        return 1

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 1

    def __int__(self):
        return 1

    def __index__(self):
        return 1

    def __float__(self):
        return 1.0


def always(result):
    return lambda self, *_: self if result is None else result


for _name in "add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow neg abs and rand or ror round getitem".split():
    setattr(Wild, "__%s__" % _name, always(None))
for _name in "eq lt le gt ge contains".split():
    setattr(Wild, "__%s__" % _name, always(True))
Wild.__ne__ = always(False)
WILD = Wild()

main()
