import { describe, expect, it } from 'vitest'
import { answersOf } from '../../../sandbox/judge/answers.ts'
import { lastLineOf, lineAfter } from '../../../sandbox/lines.ts'

/** What is read of a candidate's process that wrote these lines: one test with two calls, and one whose calls are not known. */
async function read(lines: readonly string[]) {
  const ended = { status: 'ended', exitCode: 0, stdout: `${lines.join('\n')}\n`, stderr: '' } as const
  const tests = [
    { index: 0, calls: ['["f", [1], {}]', '["f", [2], {}]'] },
    { index: 1, calls: [] },
  ]
  const limits = { limitSeconds: 1, endsAt: Infinity, signal: new AbortController().signal }
  const candidate = { source: '', file: 's.py', files: new Map() }
  const answers = await answersOf(async () => ended, candidate, tests, limits)
  return 'status' in answers ? answers : Object.fromEntries(answers)
}

const LOADED = 'load {"ok": null}'

describe('what is read of a candidate', () => {
  it('is the answer to each call, and no answer to another', async () => {
    const forged = ['0 2 {"ok": 3}', '1 0 {"ok": 4}', '7 0 {"ok": 5}', 'x', '0 0 {"ok": 6}']
    expect(await read([LOADED, '0 0 {"ok": 1}', '0 1 {"ok": 2}', ...forged])).toEqual({
      0: ['{"ok": 1}', '{"ok": 2}'],
      1: [],
    })
  })

  it('has a bound: code that writes millions of lines has given no answer', async () => {
    const noise = Array<string>(10_100).fill('0 5 {"ok": 0}')
    const answered = ['0 0 {"ok": 1}', '0 1 {"ok": 2}']
    expect(await read([LOADED, ...noise.slice(0, 9000), ...answered])).toEqual({ 0: ['{"ok": 1}', '{"ok": 2}'], 1: [] })
    expect(await read([LOADED, ...noise, ...answered])).toEqual({
      0: ['{"gone":"the process ended before it answered (exit 0)"}'],
      1: [],
    })
  })
})

describe('lines', () => {
  it('are found at the end, or by their first words at the start of one', () => {
    expect(['a\nb\n', '', 'a', '\n\n'].map(lastLineOf)).toEqual(['b', '', 'a', ''])
    expect(lineAfter('x key 1\nkey 2\nkey 3', 'key ')).toBe('2')
    expect(lineAfter('key \r\n', 'key ')).toBe('\r')
    expect(lineAfter('key', 'key ')).toBeNull()
  })
})
