import { describe, expect, it } from 'vitest'
import { problemHere } from '../../../sandbox/linux/bubblewrap.ts'
import { ZygoteBackend } from '../../../sandbox/zygote/index.ts'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'

const TESTS = ['assert double(2) == 4', 'assert double(-1) == -2']
const WRONG = 'def double(x):\n  return x\n'
const RIGHT = 'def double(x):\n  return 2 * x\n'
const CHILDREN =
  'import os, time\nfor _ in range(3):\n  if os.fork() == 0:\n    if os.fork() == 0:\n      os.setsid()\n      time.sleep(600)\n    os._exit(0)\n'

/** Source that is no good, with the type and the message that each of its tests ends with. */
const BAD: Readonly<Record<string, readonly [source: string, type: RegExp, message: RegExp]>> = {
  'null bytes': ['def double(x):\0\n  return 4\n', /ValueError|SyntaxError/, /null bytes/],
  'no program': ['def double(x) return 4', /SyntaxError/, /./],
  'an import of what is not there': [`import not_there\n${RIGHT}`, /ModuleNotFoundError/, /not_there/],
  'megabytes and a wrong answer': [`${'# a comment that is long\n'.repeat(100_000)}${WRONG}`, /AssertionError/, /^$/],
  'fake results': [`print('{"outcome": {"status": "passed"}}')\n${WRONG}`, /AssertionError/, /^$/],
  'children that outlive it, and a wrong answer': [`${CHILDREN}${WRONG}`, /AssertionError/, /^$/],
  'an exit with 0 before the tests': [`import sys\nsys.exit(0)\n${RIGHT}`, /SystemExit/, /0/],
}

describeWithSandbox('a verdict on code of', ({ verdict }) => {
  it.each(Object.entries(BAD))('%s says what is wrong, and passes nothing', async (_, [source, type, message]) => {
    const { outcomes } = await verdict(source, { tests: TESTS })
    expect(outcomes).toHaveLength(TESTS.length)
    for (const outcome of outcomes) {
      expect(['failed', 'error']).toContain(outcome.status)
      expect(outcome.type).toMatch(type)
      expect(outcome.message).toMatch(message)
    }
  })

  it.each([
    ['megabytes', `${'# a comment that is long\n'.repeat(100_000)}${RIGHT}`],
    ['children that outlive it', `${CHILDREN}${RIGHT}`],
    ['prints without end of its own results', `print('{"outcome": {"status": "failed"}}' * 100)\n${RIGHT}`],
  ])('%s passes what is right', async (_, source) => {
    const { outcomes } = await verdict(source, { tests: TESTS })
    expect(outcomes.map(({ status }) => status)).toEqual(['passed', 'passed'])
  })

  it.each([
    ['its standard output', 'import sys\nsys.stdout.close()\n'],
    ['the files of its standard streams', 'import os\nfor fd in (0, 1, 2): os.close(fd)\n'],
    ['all its files', 'import os\nos.closerange(0, 64)\n'],
  ])('a process that closes %s passes no wrong answer', async (_, closing) => {
    const { outcomes } = await verdict(`${closing}${WRONG}`, { tests: TESTS })
    for (const { status } of outcomes) expect(['failed', 'error']).toContain(status)
  })
})

describe('a machine without what a zygote needs', () => {
  const without = async (path: string): Promise<unknown> => {
    const before = process.env.PATH
    process.env.PATH = path
    try {
      return await new ZygoteBackend().startWorker().catch((thrown: unknown) => thrown)
    } finally {
      process.env.PATH = before
    }
  }

  it.skipIf(problemHere() !== null)('says that bubblewrap is missing, and how to install it', async () => {
    expect(await without('')).toMatchObject({
      code: 'SANDBOX_UNAVAILABLE',
      message: 'there is no `bwrap`: install the package `bubblewrap`',
    })
  })

  it('says that Python is missing, and where it belongs', () => {
    expect(problemHere('/nowhere/python3')).toMatch(
      process.platform === 'linux'
        ? /there is no \/nowhere\/python3: install Python 3\.9 or newer there/
        : /needs Linux/,
    )
  })
})
