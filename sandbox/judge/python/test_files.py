"""Runs the tests of files beside the code that they test, in one process, as test runners do: functions whose names begin
with `test`, in the module or in classes whose names begin with `Test`, and `unittest.TestCase`."""
import ast
import importlib.util
import json
import linecache
import os
import sys
import unittest

MOST_NOTE = 600


def main():
    request = json.loads(sys.stdin.read())
    write = private_output()
    say = lambda *parts: write(request["token"] + " " + json.dumps(parts))
    sys.path.insert(0, os.getcwd())
    for path in request["paths"]:
        run_file(path, say)
    os._exit(0)


def run_file(path, say):
    sys.path.insert(1, os.path.dirname(os.path.abspath(path)))
    try:
        module = loaded(path)
    except BaseException as error:
        say(path, "ERROR", note_of(error, path))
    else:
        for name, test in tests_of(module):
            say(path + "::" + name, *outcome(test, path))
    del sys.path[1]
    say(path)


def loaded(path):
    spec = importlib.util.spec_from_file_location(path[:-3].replace("/", "."), path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def tests_of(module):
    """Pairs of a name and a function that runs the test, in the order of the file."""
    for name, value in list(vars(module).items()):
        if isinstance(value, type):
            own = [each for each in dir(value) if each.startswith("test") and callable(getattr(value, each))]
            if issubclass(value, unittest.TestCase):
                yield from ((name + "::" + each, unit(value, each)) for each in own)
            elif name.startswith("Test"):
                yield from ((name + "::" + each, method(value, each)) for each in own)
        elif name.startswith("test") and callable(value):
            yield name, value


def method(kind, name):
    def run():
        instance = kind()
        getattr(instance, "setup_method", lambda *_: None)()
        try:
            getattr(instance, name)()
        finally:
            getattr(instance, "teardown_method", lambda *_: None)()

    return run


class Ended(Exception):
    """A test of `unittest` that did not pass, and how it ended."""

    def __init__(self, status, note):
        self.status, self.note = status, note


def unit(kind, name):
    def run():
        result = unittest.TestResult()
        unittest.TestSuite([kind(name)]).run(result)
        for status, found in (("ERROR", result.errors), ("FAILED", result.failures), ("SKIPPED", result.skipped), ("XFAIL", result.expectedFailures)):
            if found:
                raise Ended(status, str(found[0][1]).strip().splitlines()[-1])
        if result.unexpectedSuccesses:
            raise Ended("FAILED", "it passed, and was expected to fail")

    return run


def outcome(test, path):
    """Status and note of a test, in the words of SWE-bench's logs."""
    try:
        if hasattr(test(), "__await__"):
            return "ERROR", "asynchronous tests are not run"
        return "PASSED", ""
    except Ended as ended:
        return ended.status, ended.note[:MOST_NOTE]
    except AssertionError as error:
        return "FAILED", note_of(error, path)
    except BaseException as error:
        is_skipped = type(error).__name__ in ("Skipped", "SkipTest")
        return "SKIPPED" if is_skipped else "ERROR", note_of(error, path)


def note_of(error, path):
    """What was raised, and at which line of the test file."""
    try:
        said = "%s: %s" % (type(error).__name__, error) if str(error) else type(error).__name__
        frame = frame_in(error, path)
        if frame is None:
            return said[:MOST_NOTE]
        line = linecache.getline(path, frame.tb_lineno).strip()
        return ("line %d: %s: %s%s" % (frame.tb_lineno, line, said, compared(line, frame.tb_frame)))[:MOST_NOTE]
    except BaseException:
        return type(error).__name__[:MOST_NOTE]


def frame_in(error, path):
    """The last frame of the test file in a traceback."""
    found, frame = None, error.__traceback__
    while frame is not None:
        if os.path.abspath(frame.tb_frame.f_code.co_filename) == os.path.abspath(path):
            found = frame
        frame = frame.tb_next
    return found


def compared(line, frame):
    """The left side of a comparison that failed."""
    try:
        (statement,) = ast.parse(line).body
        if not isinstance(statement, ast.Assert) or not isinstance(statement.test, ast.Compare):
            return ""
        left = compile(ast.Expression(statement.test.left), "<left>", "eval")
        return "; the left side is " + repr(eval(left, frame.f_globals, frame.f_locals))[:200]
    except BaseException:
        return ""


main()
