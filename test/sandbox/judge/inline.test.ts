import { expect, it } from 'vitest'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'

describeWithSandbox('the inline judge', ({ statuses, verdict }) => {
  it('judges objects of classes of the candidate, each test in a process of its own', async () => {
    const source =
      'class Pair:\n  def __init__(self, a, b):\n    self.a, self.b = a, b\nn = 0\ndef f(pair):\n  global n\n  n += 1\n  return pair.a + pair.b + n'
    const tests = [
      'assert f(Pair(1, 2)) == 4',
      'assert f(Pair(3, 4)) == 8',
      'assert f(Pair(3, 4)) == 9',
      'Pair(1)',
      'while True: pass',
    ]
    const { judge, outcomes } = await verdict(source, { tests, limitSeconds: 0.5 }, 'inline')
    expect(judge).toBe('inline')
    expect(outcomes.map(({ status }) => status)).toEqual(['passed', 'passed', 'failed', 'error', 'timeout'])
  })

  it('passes no test of code that ends its process, or breaks', async () => {
    for (const source of [
      'import sys\nsys.exit(0)',
      'import os\nos._exit(0)',
      'def f(x):\n  import os\n  os._exit(0)',
      'def f(:',
    ])
      expect(await statuses(source, ['assert f(1) == 1'], 'inline')).toEqual(['error'])
  })

  it('can be forged, as its documentation says: code finds the test in its process', async () => {
    const source = 'import sys\nclass Any:\n  def __eq__(self, other):\n    return True\ndef f(x):\n  return Any()'
    expect(await statuses(source, ['assert f(1) == 2'], 'inline')).toEqual(['passed'])
    expect(await statuses(source, ['assert f(1) == 2'], 'split')).toEqual(['error'])
  })
})
