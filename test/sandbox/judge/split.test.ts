import { expect, it } from 'vitest'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'

describeWithSandbox('the split judge', ({ statuses, verdict }) => {
  it('names itself, and says for each test whether it passed', async () => {
    const { judge, outcomes } = await verdict('def f(x):\n  return abs(x)', {
      tests: ['assert f(-2) == 2', 'assert f(1) == 3'],
    })
    expect(judge).toBe('split')
    expect(outcomes).toEqual([
      { status: 'passed', type: '', message: '' },
      { status: 'failed', type: 'AssertionError', message: '', detail: 'f(1) gave 1, expected 3' },
    ])
  })

  it('carries plain data there and back', async () => {
    const tests = [
      'assert f([1, (2.5, None), {"a": {1}}]) == [1, (2.5, None), {"a": {1}}]',
      'assert f(b"\\x00\\xff") == b"\\x00\\xff" and type(f(bytearray(b"a"))) is bytearray',
      'assert f(frozenset([1])) == frozenset([1]) and f(range(2, 9, 3)) == range(2, 9, 3)',
      'assert f(10 ** 400) == 10 ** 400 and f(-(2 ** 63)) == -(2 ** 63)',
      'assert f(1j) == 1j and f(float("inf")) > 1 and f(float("nan")) != f(float("nan"))',
      'assert f("\\ud800 \\x00 é") == "\\ud800 \\x00 é"',
      'assert type(f(True)) is bool and type(f(1)) is int and type(f(1.0)) is float and type(f((1,))) is tuple',
      'assert f({(1, 2): "x"}) == {(1, 2): "x"} and list(f({"b": 1, "a": 2})) == ["b", "a"]',
      'assert f(int) is int',
      'assert f([1]) == [2]',
    ]
    const passed = tests.slice(1).map(() => 'passed')
    expect(await statuses('def f(x):\n  return x', tests)).toEqual([...passed, 'failed'])
  })

  it('takes what a class of the standard library is based on, iterators, and views of dicts', async () => {
    const source =
      'from collections import Counter, OrderedDict, namedtuple\nfrom enum import IntEnum\nP = namedtuple("P", "x y")\nclass E(IntEnum):\n  A = 1\nvalues = {"c": Counter("aab"), "p": P(1, 2), "e": E.A, "m": map(abs, [-1]), "k": {1: 2}.keys(), "o": OrderedDict(a=1)}\ndef f(x):\n  return values[x]'
    const tests = [
      'assert f("c") == {"a": 2, "b": 1}',
      'assert f("p") == (1, 2)',
      'assert f("e") == 1',
      'assert list(f("m")) == [1]',
      'assert f("k") == {1}',
      'assert f("o") == {"a": 1}',
    ]
    expect(new Set(await statuses(source, tests))).toEqual(new Set(['passed']))
  })

  it('says where a result or an argument is not plain data, and passes nothing', async () => {
    const source =
      'class C:\n  def __eq__(self, other):\n    return True\ndef f(x):\n  return C()\ndef g(x):\n  return x'
    const { outcomes } = await verdict(source, { tests: ['assert f(1) == 2', 'assert g(lambda: 1) == 2'] })
    expect(outcomes).toMatchObject([
      { status: 'error', isUnplain: true, message: 'the result is a value of type C' },
      { status: 'error', isUnplain: true, message: 'an argument is a value of type function' },
    ])
  })

  it('carries changes that the candidate makes to its arguments', async () => {
    const source = 'def f(x):\n  x.append(3)\ndef g(x):\n  x.update(a=1)\n  return x'
    const tests = ['a = [1]\nf(a)\nassert a == [1, 3]', 'd = {}\ng(d)\nassert d == {"a": 1}']
    expect(await statuses(source, tests)).toEqual(['passed', 'passed'])
  })

  it('runs tests with loops, random arguments, and calls that depend on earlier results', async () => {
    const source = 'def encode(s):\n  return s[::-1]\ndef decode(s):\n  return s[::-1]\ndef step(n):\n  return n + 1'
    const tests = [
      'import random\nfor _ in range(50):\n  s = str(random.random())\n  assert decode(encode(s)) == s',
      'assert step(step(step(1))) == 4',
      'def check(candidate):\n  assert candidate(1) == 2\ncheck(step)',
    ]
    expect(await statuses(source, tests)).toEqual(['passed', 'passed', 'passed'])
  })

  it('keeps what the candidate remembers between the calls of a test', async () => {
    const source = 'n = 0\ndef f():\n  global n\n  n += 1\n  return n'
    expect(await statuses(source, ['assert f() == 1 and f() == 2 and f() == 3'])).toEqual(['passed'])
  })

  it('raises the exceptions of the candidate where the test calls it', async () => {
    const source = 'class Own(Exception):\n  pass\ndef f(x):\n  raise ValueError("bad") if x else Own("mine")'
    const caught = 'try:\n  f(1)\nexcept ValueError as error:\n  assert str(error) == "bad"\nelse:\n  assert False'
    const { outcomes } = await verdict(source, { tests: [caught, 'f(1)', 'f(0)'] })
    expect(outcomes).toEqual([
      { status: 'passed', type: '', message: '' },
      { status: 'error', type: 'ValueError', message: 'bad' },
      { status: 'error', type: 'Own', message: 'mine' },
    ])
  })

  it('gives exceptions of the candidate their arguments, and what their base makes of them', async () => {
    const source =
      'class Own(Exception):\n  def __init__(self, a, b):\n    super().__init__(b, a)\n  def __str__(self):\n    return "own"\nclass Odd: pass\ndef f(x):\n  raise [ValueError("bad", 3), KeyError("k"), OSError(2, "gone"), Own(1, (2,)), ValueError(Odd()), UnicodeDecodeError("utf-8", b"x", 0, 1, "why")][x]'
    const caught = (at: number, type: string, check: string) =>
      `try:\n  f(${at})\nexcept ${type} as e:\n  assert ${check}\nelse:\n  assert False`
    const tests = [
      caught(0, 'ValueError', 'e.args == ("bad", 3) and str(e) == "(\'bad\', 3)"'),
      caught(1, 'KeyError', 'e.args == ("k",) and str(e) == "\'k\'"'),
      caught(2, 'OSError', 'e.errno == 2 and e.strerror == "gone" and e.args == (2, "gone")'),
      caught(3, 'Exception', 'type(e).__name__ == "Own" and e.args == ((2,), 1) and str(e) == "own"'),
      caught(4, 'ValueError', 'len(e.args) == 1 and "Odd" in e.args[0]'),
      caught(5, 'UnicodeDecodeError', 'e.reason == "why" and e.start == 0'),
    ]
    expect(await statuses(source, tests)).toEqual(tests.map(() => 'passed'))
  })

  it('raises groups of exceptions as groups, with their exceptions', async ({ skip }) => {
    const [hasGroups] = await statuses('def f():\n  return 1', ['f()\nExceptionGroup'])
    if (hasGroups !== 'passed') skip()
    const source =
      'def f(x):\n  raise ExceptionGroup("all", [ValueError("a"), ExceptionGroup("in", [KeyError(1)]), TypeError("c")])'
    const tests = [
      'try:\n  f(1)\nexcept* ValueError as g:\n  assert [str(e) for e in g.exceptions] == ["a"]\nexcept* (KeyError, TypeError) as g:\n  assert len(g.exceptions) == 2',
      'try:\n  f(1)\nexcept ExceptionGroup as g:\n  assert g.message == "all" and g.exceptions[1].exceptions[0].args == (1,)\nelse:\n  assert False',
      'try:\n  f(1)\nexcept ValueError:\n  pass',
    ]
    const { outcomes } = await verdict(source, { tests })
    expect(outcomes.map(({ status }) => status)).toEqual(['passed', 'passed', 'error'])
    expect(outcomes[2]).toMatchObject({ type: 'ExceptionGroup', message: 'all (3 sub-exceptions)' })
  })

  it('takes no built-in function for one of its name that the candidate should define', async () => {
    const tests = [
      'assert sum([1, 2]) == 3',
      'assert sorted(max([3, 1], [2])) == [1, 2, 3]',
      'for n in range(2):\n  assert sum([n]) == n',
    ]
    const suite = { setup: 'import math', tests: [...tests, 'assert math.floor(sum([1.5])) == 1'] }
    const { outcomes } = await verdict('x = 1', suite)
    expect(outcomes.map(({ status }) => status)).toEqual(['error', 'failed', 'error', 'error'])
    expect(outcomes[0]).toMatchObject({ type: 'NameError', message: "name 'sum' is not defined" })
    const own = 'def sum(values):\n  return len(values) and values[0] + sum(values[1:])\ndef max(a, b):\n  return a + b'
    expect(await statuses(own, tests)).toEqual(['passed', 'passed', 'passed'])
    const wrong = 'def sum(values):\n  return 7\ndef max(a, b):\n  return a'
    expect(await statuses(wrong, tests)).toEqual(['failed', 'failed', 'failed'])
  })

  it('leaves built-in functions as they are beside a function of the candidate', async () => {
    const source = 'def f(x):\n  return x\ndef sorted(x):\n  return 1\ndef len(x):\n  return 2'
    expect(await statuses(source, ['assert sorted(f([2, 1])) == [1, 2]', 'assert len(f("abc")) == 2'])).toEqual([
      'passed',
      'failed',
    ])
  })

  it('lets no candidate define a function for some calls and leave others to the built-in one', async () => {
    const forged =
      'import os\nfor fd in range(256):\n  try: os.write(fd, b\'load {"ok": null}\\n0 0 {"ok": 1}\\n0 1 {"absent": "x"}\\n\')\n  except OSError: pass\nos._exit(0)'
    const { outcomes } = await verdict(forged, { tests: ['assert sum([1]) == 1 and sum([2]) == 2'] })
    expect(outcomes).toMatchObject([{ status: 'error', message: 'it defines sum for some calls and not for others' }])
  })

  it('lets no test take a call without an answer for an exception of the candidate', async () => {
    const refused = (argument: string) => `ok = False\ntry:\n  f(${argument})\nexcept:\n  ok = True\nassert ok`
    const tests = [refused('1'), refused('0'), refused('object()')]
    expect(await statuses('def f(x):\n  return 1 // x', tests)).toEqual(['failed', 'passed', 'error'])
    const endless = 'try:\n  while not f(1): pass\nexcept: pass'
    const { outcomes } = await verdict('def f(x):\n  return 0', { tests: [endless], limitSeconds: 60 })
    expect(outcomes).toMatchObject([{ status: 'error' }])
  })

  it('ends no loop of a test by a StopIteration of the candidate, which the test may still expect', async () => {
    const tests = [
      'assert all(map(lambda pair: f(pair[0]) == pair[1], [(1, 2), (3, 4)]))',
      'for _ in map(f, [1, 2]): assert False',
      'try:\n  f(1)\nexcept StopIteration:\n  pass\nelse:\n  assert False',
    ]
    expect(await statuses('def f(x):\n  raise StopIteration', tests)).toEqual(['error', 'error', 'passed'])
  })

  it('raises an exception whose class is derived from a built-in one as that one', async () => {
    const source = 'import json\nclass Own(KeyError):\n  pass\ndef f(x):\n  raise Own(x)\ng = json.loads'
    const raises = (call: string, type: string) => `try:\n  ${call}\nexcept ${type}:\n  pass\nelse:\n  assert False`
    const tests = [raises('f(1)', 'LookupError'), raises('g("{")', 'ValueError'), raises('f(1)', 'ValueError')]
    expect(await statuses(source, tests)).toEqual(['passed', 'passed', 'error'])
  })

  it('gives a verdict of bounded size on forged reports, long names, and answers that its own output cannot hold', async () => {
    const forged = (report: string) =>
      `import os\nfor fd in range(256):\n  try: os.write(fd, b'load {"raise": ${report}}\\n')\n  except OSError: pass`
    const named = 'def f(x):\n  raise type("A" * 10**6, (Exception,), {})()'
    const unplain = 'class C: pass\nC.__name__ = "A" * 10**6\ndef f(x):\n  return C()'
    const twice = 'def f(x):\n  return x and chr(34) * 2_300_000'
    const tests = ['assert f(f(1)) == 1', 'assert f(f(2)) == 2', 'assert f(f(3)) == 3']
    const sources = [forged('[{"toString": 1, "valueOf": 1}]'), forged('5'), named, unplain, twice]
    for (const source of sources) {
      const { outcomes } = await verdict(source, { tests })
      expect(outcomes.filter(({ status }) => status === 'passed')).toEqual([])
      expect(JSON.stringify(outcomes).length).toBeLessThan(10_000)
    }
  })

  it('says in well-formed Unicode what an exception or a forged report says', async () => {
    const own = 'def f(x):\n  raise ValueError("\\ud800 é \\U0001f600")'
    const forged =
      'import os\nfor fd in range(256):\n  try: os.write(fd, b\'load {"raise": ["E", "\\\\udc00"]}\\n\')\n  except OSError: pass'
    const message = async (source: string) => (await verdict(source, { tests: ['f(1)'] })).outcomes[0]?.message
    expect([await message(own), await message(forged)]).toEqual(['\ufffd é \u{1f600}', '\ufffd'])
  })

  it('loads code with a byte order mark, as Python does', async () => {
    expect(await statuses('\ufeffdef f(x):\n  return x', ['assert f(1) == 1'])).toEqual(['passed'])
  })

  it('runs helpers of the set-up itself: a candidate that defines them again changes nothing', async () => {
    const source = 'def helper(x):\n  return 0\ndef f(x):\n  return x'
    const suite = {
      setup: 'def helper(x):\n  return x * 2',
      tests: ['assert helper(f(2)) == 4', 'assert helper(f(2)) == 0'],
    }
    expect((await verdict(source, suite)).outcomes.map(({ status }) => status)).toEqual(['passed', 'failed'])
  })

  it('ends a test whose time is up, and judges the others', async () => {
    const source = 'import time\ndef f(x):\n  while x == 1:\n    pass\n  return x'
    const { outcomes } = await verdict(source, {
      tests: ['assert f(0) == 0', 'assert f(1) == 1', 'assert f(2) == 2'],
      limitSeconds: 0.4,
    })
    expect(outcomes.map(({ status }) => status)).toEqual(['passed', 'timeout', 'passed'])
  })

  it('ends code that turns its alarm off, or that no alarm can interrupt', async () => {
    const deaf = 'import signal\nsignal.setitimer = lambda *_: None\ndef f(x):\n  while x:\n    pass\n  return x'
    const long = 'def f(x):\n  return sum([x] * 10**7) and 9 ** 9 ** 9'
    for (const source of [deaf, long]) expect(await statuses(source, ['assert f(1) == 1'])).toEqual(['timeout'])
  })

  it.each([
    ['a syntax error', 'def f(:', 'SyntaxError'],
    ['a null byte', 'x = "a\0b"\0', 'SyntaxError|ValueError'],
    ['an import of what is not there', 'import nothing_like_it', 'ModuleNotFoundError'],
    ['an exception', '1 / 0', 'ZeroDivisionError'],
    ['an exit', 'import sys\nsys.exit(0)', 'SystemExit'],
    ['a missing function', 'def g(x):\n  return 1', 'NameError'],
    ['a constant in its place', 'f = 1', 'TypeError'],
  ])('fails every test of code with %s', async (_, source, type) => {
    const { outcomes } = await verdict(source, { tests: ['assert f(1) == 1', 'assert f(2) == 2'] })
    expect(outcomes.map(({ status }) => status)).toEqual(['error', 'error'])
    expect(outcomes[0]?.type).toMatch(new RegExp(`^(${type})$`))
  })

  it('fails a test that is broken itself, by an error, an endless loop or a lack of syntax', async () => {
    const source = 'def f(x):\n  return 1'
    expect(await statuses(source, ['assert nothing_known.x == 1', 'assert (', 'raise SystemExit(0)'])).toEqual([
      'error',
      'error',
      'error',
    ])
    const { outcomes } = await verdict(source, { tests: ['while True:\n  f(1)'], limitSeconds: 60 })
    expect(outcomes).toMatchObject([{ status: 'error' }])
  })
})
