"""Judges tests with the candidate's answers. It never loads the candidate's code. The files beside it that it uses are
joined with it into one program: `programs.ts` lists them in their order."""
import json
import os
import random
import sys


def main():
    sys.setrecursionlimit(3000)
    request = json.loads(sys.stdin.read())
    write = private_output()
    for test in request["tests"]:
        write("%d %s" % (test["index"], json.dumps(judged(request, test))))
    os._exit(0)


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


main()
