import { describe, expect, it } from 'vitest'
import suite from '../../../conformance/suites/sandbox/index.ts'
import { gradePatch } from '../../../sandbox/judge/swe-bench.ts'
import { describeRecords } from '../../support/record-suite.ts'

describeRecords(suite, ['swe_grading.jsonl'])

describe('a patch', () => {
  const statuses = new Map([
    ['a', 'PASSED'],
    ['b', 'FAILED'],
    ['c', 'SKIPPED'],
    ['p[1]', 'PASSED'],
    ['p[2]', 'XFAIL'],
    ['q[1]', 'PASSED'],
    ['q[2]', 'FAILED'],
  ])
  const resolutionOf = (failToPass: readonly string[], passToPass: readonly string[]): string =>
    gradePatch(statuses, { failToPass, passToPass }).resolution

  it('is resolved in full, in part, or not', () => {
    expect([resolutionOf(['a'], ['a']), resolutionOf(['a', 'b'], ['a']), resolutionOf(['b'], ['a'])]).toEqual([
      'full',
      'partial',
      'no',
    ])
    expect([resolutionOf(['a'], ['b']), resolutionOf([], [])]).toEqual(['no', 'full'])
  })

  it('passes a skipped test only where it passed before, and fails a test without a status', () => {
    expect([resolutionOf(['c'], []), resolutionOf(['a'], ['c']), resolutionOf(['a'], ['x'])]).toEqual([
      'no',
      'full',
      'no',
    ])
  })

  it('reads an id that is cut in its bracket as all ids that begin so, if they agree', () => {
    expect([resolutionOf(['p['], []), resolutionOf(['q['], [])]).toEqual(['full', 'no'])
  })

  it('fails only what the log calls failed, where a data set says so', () => {
    const tests = { failToPass: ['x', 'c'], passToPass: ['b'], evaluation: 'fail_only' } as const
    expect(gradePatch(statuses, tests).shares).toEqual({ failToPass: 1, passToPass: 0 })
  })
})
