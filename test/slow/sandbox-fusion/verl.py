"""Scores completions with verl's client of SandboxFusion, unchanged, and prints what came back as JSON."""

import json, logging, sys, threading

url, folder = sys.argv[1:]
sys.path.insert(0, folder)
logging.disable(logging.CRITICAL)
from sandbox_fusion import compute_score
from sandbox_fusion.utils import check_correctness

semaphore = threading.Semaphore(16)


def score(completion, cases, timeout=20):
    value, metadata = compute_score(url, semaphore, 1024, completion, cases, continuous=True, timeout=timeout)
    return [value, sorted({each['status'] for each in metadata})]


fenced = lambda code: f'Here it is.\n```python\n{code}\n```'
adding = {'inputs': [f'{n} {n}' for n in range(10)], 'outputs': [str(2 * n) for n in range(10)]}
function = {'inputs': ['1\n2', '3\n4'], 'outputs': ['3', '7'], 'fn_name': 'add'}
asserts = {'assert_case': ['assert add(1, 2) == 3', 'assert add(1, 2) == 4']}
many = {'inputs': [str(n) for n in range(64)], 'outputs': [str(n) for n in range(64)]}
print(
    json.dumps(
        {
            'right': score(fenced('print(sum(map(int, input().split())))'), adding),
            'wrong': score(fenced('print(0)'), adding),
            'error': score(fenced('1 / 0'), adding),
            'timeout': score(fenced('while True: pass'), {'inputs': [''], 'outputs': ['']}, 1),
            'memory': score(fenced('x = "a" * 2**31'), {'inputs': [''], 'outputs': ['']}),
            'function': score(fenced('def add(a, b):\n    return a + b'), function),
            'method': score(fenced('class Solution:\n    def add(self, a, b):\n        return a + b'), function),
            'asserts': score(fenced('def add(a, b):\n    return a + b'), asserts),
            'many': all(each is True for each in check_correctness(url, many, 'print(input())', 20)[0]),
            'nodejs': check_correctness(url, adding, 'const a = require("fs").readFileSync(0, "utf8"); console.log(2 * a.split(" ")[0])', 20, language='nodejs')[0],
            'unsupported': check_correctness(url, {'inputs': [''], 'outputs': ['']}, 'x', 20, language='cpp')[0],
        }
    )
)
