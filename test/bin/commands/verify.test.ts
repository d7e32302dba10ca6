import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { verifyCommand } from '../../../bin/commands/verify/index.ts'
import { expectEqual, recordsOf, type VerifyCase, type VerifyHandler } from '../../../conformance/handler.ts'
import type { VerifyReport } from '../../../conformance/report.ts'

/** Records `{ sum, parts }` agree where the parts add up. */
const sumHandler: VerifyHandler = {
  name: 'sums',
  pattern: /^sums/,
  *cases({ text }) {
    for (const { index, read } of recordsOf(text))
      yield { id: `sum ${index}`, check: () => checkSum(index, read() as { sum: number; parts: number[] }) }
  },
}

const checkSum = (index: number, { sum, parts }: { sum: number; parts: number[] }): void =>
  expectEqual(
    `[${index}].sum`,
    sum,
    parts.reduce((total, part) => total + part, 0),
  )

const handlerOf = (cases: VerifyHandler['cases']): VerifyHandler => ({ name: 'own', pattern: /^own/, cases })
const passing: VerifyCase = { id: 'passing', check: () => {} }

const GOOD = '{"sum": 3, "parts": [1, 2]}'
const BAD = '{"sum": 4, "parts": [1, 2]}'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stepgym-verify-'))
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const put = (name: string, ...lines: readonly string[]): void => writeFileSync(join(folder, name), lines.join('\n'))

interface RunOptions {
  readonly only?: string
  readonly json?: boolean
  readonly isTTY?: boolean
  readonly handlers?: readonly VerifyHandler[]
  readonly folder?: string
}

async function run(options: RunOptions = {}) {
  const texts = { out: '', err: '' }
  const sink = (name: 'out' | 'err') => ({
    isTTY: options.isTTY ?? false,
    write: (text: string) => {
      texts[name] += text
    },
  })
  const code = await verifyCommand({
    folder: options.folder ?? folder,
    only: options.only,
    dataFolder: join(folder, 'data'),
    json: options.json ?? false,
    handlers: options.handlers ?? [sumHandler],
    out: sink('out'),
    err: sink('err'),
  })
  return { code, ...texts }
}

async function report(options: RunOptions = {}) {
  const { code, out } = await run({ ...options, json: true })
  return { code, report: JSON.parse(out) as VerifyReport }
}

describe('stepgym verify', () => {
  it('exits 0 and prints an aligned table with a total if everything agrees', async () => {
    put('sums.jsonl', GOOD, GOOD, '')
    put('sums_edge.json', `[${GOOD}]`)
    const { code, out } = await run()
    expect(code).toBe(0)
    expect(out.split('\n')).toEqual([
      'file            cases  passed  failed',
      'sums.jsonl          2       2       0',
      'sums_edge.json      1       1       0',
      'total               3       3       0',
      'verified',
      '',
    ])
  })

  it('exits 1 on a mismatch and shows path, expectation and result', async () => {
    put('sums.jsonl', GOOD, BAD)
    const { code, out } = await run()
    expect(code).toBe(1)
    expect(out).toContain('sums.jsonl      2       1       1')
    expect(out).toContain('  sum 1  [1].sum\n    expected  4\n    got       3\n')
    expect(out).toContain('not verified')
  })

  it('shows the first five mismatches of a file and counts the rest', async () => {
    put('sums.jsonl', ...Array.from({ length: 8 }, () => BAD))
    const { out } = await run()
    expect(out.match(/^ {2}sum \d/gm)).toHaveLength(5)
    expect(out).toContain('  sum 4  [4].sum')
    expect(out).toContain('  and 3 more')
  })

  it('counts a malformed line as a failed case and continues after it', async () => {
    put('sums.jsonl', GOOD, '{"sum": 3, "par', GOOD)
    const { code, report: result } = await report()
    expect(code).toBe(1)
    expect(result.total).toEqual({ cases: 3, passed: 2, failed: 1 })
    expect(result.files[0]?.failures).toEqual([{ case: 'sum 1', error: expect.stringContaining('JSON') }])
  })

  it('counts any exception as a failed case, a rejected promise too', async () => {
    put('own.jsonl', '1', '2')
    const failing = (check: VerifyCase['check']): VerifyCase => ({ id: 'failing', check })
    const handler = handlerOf(() => [
      failing(() => {
        throw new TypeError('boom')
      }),
      failing(() => Promise.reject(new Error('late'))),
    ])
    const { code, report: result } = await report({ handlers: [handler] })
    expect(code).toBe(1)
    expect(result.files[0]?.failures).toEqual([
      { case: 'failing', error: 'boom' },
      { case: 'failing', error: 'late' },
    ])
  })

  it('exits 1 if a handler runs fewer cases than there are records', async () => {
    put('own.jsonl', '1', '2', '3')
    const { code, report: result } = await report({ handlers: [handlerOf(() => [passing])] })
    expect(code).toBe(1)
    expect(result.files[0]).toMatchObject({ cases: 3, passed: 1, failed: 2 })
    expect(result.files[0]?.problems).toEqual(['3 records, but 1 case was run'])
  })

  it('exits 1 if a handler runs more cases than there are records', async () => {
    put('own.json', '[1]')
    const { code, report: result } = await report({ handlers: [handlerOf(() => [passing, passing])] })
    expect(code).toBe(1)
    expect(result.files[0]?.problems).toEqual(['1 record, but 2 cases were run'])
  })

  it('exits 1 if a handler stops half way', async () => {
    put('own.jsonl', '1', '2')
    const handler = handlerOf(function* () {
      yield passing
      throw new Error('lost the data')
    })
    const { code, report: result } = await report({ handlers: [handler] })
    expect(code).toBe(1)
    expect(result.files[0]).toMatchObject({ cases: 2, passed: 1, failed: 1 })
    expect(result.files[0]?.problems[0]).toBe('the handler stopped after 1 case: lost the data')
  })

  it('exits 1 on an incomplete array file', async () => {
    put('sums.json', `[${GOOD},`)
    const { code, report: result } = await report()
    expect(code).toBe(1)
    expect(result.total).toEqual({ cases: 1, passed: 0, failed: 1 })
  })

  it('exits 1 on a file that no handler knows, also if the others agree', async () => {
    put('sums.jsonl', GOOD)
    put('other.jsonl', '1')
    put('another.json', '1')
    const { code, out } = await run()
    expect(code).toBe(1)
    expect(out).toContain('not run, 2 files: no suite has a handler for it\n  another.json\n  other.jsonl\n')
    expect(out).not.toMatch(/other.jsonl +0/)
    expect(out).toMatch(/not verified: all records agree, but 2 files have no suite/)
  })

  it('says only that it is not verified if a file without a suite is not all that is wrong', async () => {
    put('sums.jsonl', BAD)
    put('other.jsonl', '1')
    expect((await run()).out).toMatch(/\nnot verified\n$/)
  })

  it('exits 1 on a file that two handlers know', async () => {
    put('sums.jsonl', GOOD)
    const { code, report: result } = await report({ handlers: [sumHandler, { ...sumHandler, name: 'twin' }] })
    expect(code).toBe(1)
    expect(result.files[0]?.problems).toEqual(['several handlers: sums, twin'])
  })

  it('exits 1 on a file without records, also if the others agree', async () => {
    put('sums.jsonl', GOOD)
    put('sums_empty.jsonl', ' ', '')
    put('sums_empty.json', '[]')
    const { code, report: result } = await report()
    expect(code).toBe(1)
    expect(result.files.map((file) => file.problems)).toEqual([[], ['holds no record'], ['holds no record']])
  })

  it('exits 1 in an empty folder, and where there is no folder', async () => {
    expect(await run()).toMatchObject({ code: 1, out: expect.stringContaining('no *.json or *.jsonl file') })
    const missing = await run({ folder: join(folder, 'missing') })
    expect(missing).toMatchObject({ code: 1, out: expect.stringContaining('the folder cannot be read') })
    expect(missing.out).toContain('no case was run')
  })

  it('leaves other files and folders alone', async () => {
    put('sums.jsonl', GOOD)
    put('README.md', 'text')
    mkdirSync(join(folder, 'sub.json'))
    expect((await run()).code).toBe(0)
  })

  it('runs only what a glob names, with other files unknown to every handler', async () => {
    put('sums.jsonl', GOOD)
    put('sums_edge.jsonl', BAD)
    put('other.jsonl', '1')
    const { code, report: result } = await report({ only: 'sums.json*' })
    expect(code).toBe(0)
    expect(result.files.map(({ file }) => file)).toEqual(['sums.jsonl'])
  })

  it('runs a file once that several globs name', async () => {
    put('sums_1.jsonl', GOOD)
    put('sums_12.jsonl', GOOD)
    const { code, report: result } = await report({ only: 'sums_?.jsonl, sums*' })
    expect(code).toBe(0)
    expect(result.files.map(({ file }) => file)).toEqual(['sums_1.jsonl', 'sums_12.jsonl'])
  })

  it.each(['none*', 'sums?.jsonl', 'sums_jsonl', 'sums*,', '', 'SUMS*', '[s]ums.jsonl'])(
    "exits 1 where a glob of '%s' matches no file",
    async (only) => {
      put('sums.jsonl', GOOD)
      const { code, out } = await run({ only })
      expect(code).toBe(1)
      expect(out).toContain('matches')
    },
  )

  it('gives handlers the data folder and the neighbours in the vector folder only', async () => {
    put('own.json', '[1]')
    put('near.jsonl', 'near text')
    const handler = handlerOf(({ dataFolder, sibling }) => {
      expect(dataFolder).toBe(join(folder, 'data'))
      expect(sibling('near.jsonl')).toBe('near text')
      expect(sibling('far.jsonl')).toBeUndefined()
      expect(sibling('../own.json')).toBeUndefined()
      return [passing]
    })
    expect((await run({ handlers: [handler], only: 'own*' })).code).toBe(0)
  })

  it('awaits handlers that give their cases one by one', async () => {
    put('own.jsonl', '1', '2')
    const handler = handlerOf(async function* () {
      yield passing
      await Promise.resolve()
      yield passing
    })
    expect((await run({ handlers: [handler] })).code).toBe(0)
  })

  it('prints a JSON report with the same counts and verdict', async () => {
    put('sums.jsonl', GOOD, BAD)
    const { code, report: result } = await report({ isTTY: true })
    expect(code).toBe(1)
    expect(result).toEqual({
      files: [
        {
          file: 'sums.jsonl',
          cases: 2,
          passed: 1,
          failed: 1,
          failures: [{ case: 'sum 1', path: '[1].sum', expected: '4', got: '3' }],
          problems: [],
        },
      ],
      total: { cases: 2, passed: 1, failed: 1 },
      problems: [],
      isVerified: false,
    })
  })

  it('uses colours on a terminal only, and not against NO_COLOR', async () => {
    put('sums.jsonl', BAD)
    vi.stubEnv('NO_COLOR', '1')
    expect((await run({ isTTY: true })).out).not.toContain('\u001b[')
    vi.stubEnv('NO_COLOR', undefined)
    expect((await run({ isTTY: true })).out).toContain('\u001b[')
    expect((await run()).out).not.toContain('\u001b[')
  })
})
