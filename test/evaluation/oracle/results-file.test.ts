import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashOf } from '../../../core/data/hash.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import { ResultsFile, readResults } from '../../../evaluation/oracle/results-file.ts'

interface Row {
  readonly at: number
  readonly note: string
}

const read = ({ at, note }: JsonObject): Row | null =>
  typeof at === 'number' && typeof note === 'string' ? { at, note } : null

const SETTINGS = { agent: 'random', forks: 8 }
let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stepgym-oracle-'))
  path = join(folder, 'values.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true }))

const opened = (settings: JsonObject = SETTINGS): ResultsFile<Row> => ResultsFile.open(path, settings, read)
const ROWS = [
  { at: 0, note: 'ä "quoted"\n' },
  { at: 1, note: '' },
]

function written(): Buffer {
  const file = opened()
  for (const row of ROWS) file.append(row)
  return readFileSync(path)
}

describe('a file of results', () => {
  it('has a line of settings, then a line a row, each with the digest of the settings and a checksum', () => {
    written()
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    const [head, ...rows] = lines.map((line) => JSON.parse(line))
    expect(head).toMatchObject({ format: 'stepgym-oracle-2', settings: SETTINGS })
    expect(rows).toEqual(ROWS.map((row) => ({ settings: head.digest, sum: hashOf(row).slice(0, 16), ...row })))
  })

  it('continues where it stopped', () => {
    written()
    const again = opened()
    expect(again.rows).toEqual(ROWS)
    again.append({ at: 2, note: 'more' })
    expect(opened().rows).toEqual([...ROWS, { at: 2, note: 'more' }])
  })

  it('loses no whole line, and nothing but a torn one, for a crash at any byte', () => {
    const whole = written()
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length }), (length) => {
        writeFileSync(path, whole.subarray(0, length))
        const ends = whole.subarray(0, length).toString('latin1').split('\n').length - 1
        expect(opened().rows).toEqual(ROWS.slice(0, Math.max(0, ends - 1)))
        opened().append({ at: 9, note: 'after' })
        expect(opened().rows.at(-1)).toEqual({ at: 9, note: 'after' })
      }),
    )
  })

  it('is refused under other settings, which are named', () => {
    written()
    expect(() => opened({ ...SETTINGS, forks: 16 })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(/\(forks was 8\)/) }),
    )
    expect(() => opened({ ...SETTINGS, gamma: 1 })).toThrow(/gamma was null/)
  })

  it.each([
    ['another kind of lines', '{"step":1}\n{"step":2}\n'],
    ['lines whose last is not ended', '{"step":1}\n{"step":2}'],
    ['a single text', 'hello'],
  ])('is refused where there is %s, which is left as it is', (_, content) => {
    writeFileSync(path, content)
    expect(() => opened()).toThrow(expect.objectContaining({ code: 'RECORD_FOREIGN' }))
    expect(readFileSync(path, 'utf8')).toBe(content)
  })

  it.each(['{"at":1', '{"settings":"other","at":1,"note":""}', '[]', '{"at":"1"}'])(
    'names a line that is damaged: %s',
    (line) => {
      written()
      appendFileSync(path, `${line}\n`)
      expect(() => opened()).toThrow(
        expect.objectContaining({ code: 'RECORD_CORRUPT', message: expect.stringMatching(/^line 4 of/) }),
      )
    },
  )

  it('notices any single bit that changed, when it is read and when it continues', () => {
    const whole = written()
    const unnoticed: number[] = []
    // The end of the last line: a line that is torn is left out, as a crash has the same effect.
    for (let bit = 0; bit < (whole.length - 1) * 8; bit++) {
      const bytes = Buffer.from(whole)
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      writeFileSync(path, bytes)
      for (const use of [() => readResults(path, read), opened])
        try {
          use()
          unnoticed.push(bit)
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: expect.stringMatching(/^(RECORD_(CORRUPT|FOREIGN)|CONFIG_INVALID)$/) })
        }
    }
    expect(unnoticed).toEqual([])
  })

  it.each<[string, () => unknown]>([
    ['a pipe', () => execFileSync('mkfifo', [path])],
    ['a link to nothing', () => symlinkSync(join(folder, 'made'), path)],
  ])('is not waited for, and nothing is written, where it is %s', (_, make) => {
    make()
    for (const use of [() => readResults(path, read), opened])
      expect(use).toThrow(
        expect.objectContaining({ code: 'RECORD_FAILED', message: expect.stringContaining('regular') }),
      )
    expect(existsSync(join(folder, 'made'))).toBe(false)
  })

  it('says where it cannot be kept', () => {
    path = join(folder, 'no-folder', 'values.jsonl')
    expect(() => opened()).toThrow(expect.objectContaining({ code: 'RECORD_FAILED' }))
  })
})
