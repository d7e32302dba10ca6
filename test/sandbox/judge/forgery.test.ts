import { describe, expect, it } from 'vitest'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'

const TESTS = ['assert f(1) == "secret-1"', 'assert f(2) == "secret-2"']
const DEFINE = 'def f(x):\n  return None\n'

/** Finds the expected value of a call in a text that has the test, also where it is quoted. It does not find itself. */
const SEARCH = `import gc, os, sys
def found(text, x):
  key = "assert" + " f(%d) == " % x + chr(34)
  text = text.replace(chr(92), "")
  at = text.find(key)
  return text[at + len(key):].split(chr(34))[0] if at >= 0 else None
`

/** Ways to look for the expected values, or to end as if all were well. */
const FORGERIES: Readonly<Record<string, string>> = {
  'writes passes to every file': `import os\nfor fd in range(256):\n  try:\n    os.write(fd, b'0 {"outcome": {"status": "passed"}}\\n1 {"outcome": {"status": "passed"}}\\n')\n  except OSError: pass\n${DEFINE}`,
  'writes passes in calls':
    'import os\ndef f(x):\n  for fd in range(256):\n    try:\n      os.write(fd, b\'0 {"outcome": {"status": "passed"}}\\n\')\n    except OSError: pass\n',
  'answers calls before they are asked, with garbage': `import os\nfor fd in range(256):\n  try:\n    os.write(fd, b'load {"ok": null}\\n0 0 {"ok": {"any": 1}}\\n1 0 {"okay": true}\\n0 0 nonsense\\n')\n  except OSError: pass\n${DEFINE}`,
  'answers with nesting that exhausts a reader': `import os\nfor fd in range(256):\n  try:\n    os.write(fd, b'load {"ok": null}\\n0 0 {"ok": ' + b'[' * 100000 + b'\\n')\n  except OSError: pass\n${DEFINE}`,
  'walks frames': `${SEARCH}def f(x):
  frame = sys._getframe()
  while frame:
    for scope in (frame.f_locals, frame.f_globals):
      for value in list(scope.values()):
        if found(repr(value), x): return found(repr(value), x)
    frame = frame.f_back
`,
  'searches all objects': `${SEARCH}def f(x):
  for value in gc.get_objects():
    if isinstance(value, (dict, list, tuple)) and len(value) < 1000:
      if found(repr(value), x): return found(repr(value), x)
`,
  'searches its files': `${SEARCH}def f(x):
  for fd in range(256):
    try: text = os.pread(fd, 10**6, 0).decode("utf-8", "replace")
    except OSError: continue
    if found(text, x): return found(text, x)
`,
  'searches the process table and the disk': `${SEARCH}def f(x):
  names = ["/proc/%d/%s" % (pid, name) for pid in range(1, 50) for name in ("mem", "cmdline", "environ", "fd/0")]
  for folder in ("/tmp", "/workspace", "/sandbox", "/dev/shm"):
    names += [os.path.join(at, name) for at, _, files in os.walk(folder) for name in files]
  for name in names:
    try: text = open(name, "rb").read(10**6).decode("utf-8", "replace")
    except OSError: continue
    if found(text, x): return found(text, x)
`,
  'exits with 0 at once': 'import sys\nsys.exit(0)\n',
  'exits with 0 in a call': 'import sys\ndef f(x):\n  sys.exit(0)\n',
  'ends its process in a call': 'import os\ndef f(x):\n  os._exit(0)\n',
  'registers exit functions that print passes': `import atexit\natexit.register(print, '0 {"outcome": {"status": "passed"}}')\n${DEFINE}`,
  'returns an object that equals everything':
    'class Any:\n  def __eq__(self, other): return True\n  def __ne__(self, other): return False\n  __hash__ = None\ndef f(x):\n  return Any()\n',
  'returns a text that equals everything':
    'class Any(str):\n  def __eq__(self, other): return True\n  __hash__ = str.__hash__\ndef f(x):\n  return Any("x")\n',
  'returns a list that equals everything':
    'class Any(list):\n  def __eq__(self, other): return True\ndef f(x):\n  return Any()\n',
  'patches built-in functions':
    'import builtins\nbuiltins.AssertionError = type("Fine", (BaseException,), {})\nbuiltins.len = builtins.repr = builtins.isinstance = lambda *_: True\ndef f(x):\n  return None\n',
  'patches json': 'import json\njson.dumps = lambda *_, **__: \'{"ok": "secret"}\'\ndef f(x):\n  return None\n',
  'patches unittest': `import unittest\nunittest.TestCase.assertEqual = lambda *_: None\n${DEFINE}`,
  'claims that a call is not known': 'import os\ndef f(x):\n  raise type("Miss", (BaseException,), {})()\n',
  'claims that the test has ended': 'def f(x):\n  raise type("Ended", (BaseException,), {})()\n',
  'raises a StopIteration': 'def f(x):\n  raise StopIteration\n',
  'imports a judge of its own': 'import sys\nsys.modules["stepgym_judges"] = None\ndef f(x):\n  return None\n',
  'forks and answers twice': 'import os\npid = os.fork()\ndef f(x):\n  return "child" if pid == 0 else None\n',
  'kills everything': 'import os, signal\ndef f(x):\n  os.kill(-1, signal.SIGKILL)\n',
  'fills its output':
    'import os\ndef f(x):\n  while True:\n    for fd in range(1, 256):\n      try: os.write(fd, b"x" * 65536)\n      except OSError: pass\n',
}

describeWithSandbox('the split judge passes no test of code that', ({ verdict }) => {
  it.each(Object.entries(FORGERIES))('%s', async (_, source) => {
    const { judge, outcomes } = await verdict(source, { tests: TESTS, limitSeconds: 1 })
    expect(judge).toBe('split')
    expect(outcomes).toHaveLength(2)
    for (const { status } of outcomes) expect(status).not.toBe('passed')
  })
})

describeWithSandbox('the inline judge', ({ statuses }) => {
  it.each(['walks frames', 'searches all objects', 'searches its files', 'returns an object that equals everything'])(
    'passes code that %s: so the forgeries are real',
    async (name) => {
      expect(await statuses(FORGERIES[name] ?? '', TESTS, 'inline')).toEqual(['passed', 'passed'])
    },
  )
})

describeWithSandbox('the process of a candidate', ({ context }) => {
  it('holds no test and no expected value: neither in what it reads nor in its source', async () => {
    const { judgeSplit } = await import('../../../sandbox/judge/split.ts')
    const programs: string[] = []
    const run: typeof context.run = (program, signal) => {
      if (program.source.includes('answer_all')) programs.push(program.source + program.stdin)
      return context.run(program, signal)
    }
    const suite = { kind: 'code', setup: 'KEY = "secret-0"', bind: {}, tests: TESTS, limitSeconds: 1 } as const
    await judgeSplit(suite, { source: DEFINE, file: 's.py', files: new Map() }, { ...context, run })
    expect(programs).toHaveLength(1)
    expect(programs.join()).not.toMatch(/secret/)
  })
})

describe('the list of forgeries', () => {
  it('defines f in every source that does not end before', () => {
    for (const [name, source] of Object.entries(FORGERIES))
      expect([name, /def f|exit/.test(source)]).toEqual([name, true])
  })
})
