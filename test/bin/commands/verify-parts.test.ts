import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { progressBar } from '../../../bin/terminal/progress.ts'
import { escapingSink } from '../../../bin/terminal/text-sink.ts'
import { countRecords } from '../../../conformance/record-count.ts'

describe('countRecords', () => {
  it('counts the lines of a .jsonl file that are not blank, malformed ones too', () => {
    expect(countRecords('a.jsonl', '{"a": 1}\n\n{"a"\r\n \n[1]\n')).toBe(3)
  })

  it('counts the items of an array, of the array `cases`, or one object', () => {
    expect(countRecords('a.json', '[1, 2, 3]')).toBe(3)
    expect(countRecords('a.json', '{"meta": {}, "cases": [1, 2]}')).toBe(2)
    expect(countRecords('a.json', '{"cases": 2}')).toBe(1)
    expect(countRecords('a.json', '{\n"a": 1\n}')).toBe(1)
  })

  it('reads a .json file that is not JSON as lines, unless it starts as an array', () => {
    expect(countRecords('a.json', '{"a": 1}\n{"a": 2}\n')).toBe(2)
    expect(countRecords('a.json', '[{"a": 1},\n{"a": 2},\n')).toBe(1)
  })

  it('counts any list of values alike in both forms', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ value: fc.jsonValue() })), (values) => {
        const lines = values.map((value) => `${JSON.stringify(value)}\n`).join('')
        expect(countRecords('a.jsonl', lines)).toBe(values.length)
        expect(countRecords('a.json', JSON.stringify(values, null, 2))).toBe(values.length)
      }),
    )
  })
})

describe('progressBar', () => {
  const barAt = (times: readonly number[], isTTY: boolean) => {
    const written: string[] = []
    const clock = [0, ...times].values()
    const bar = progressBar(escapingSink({ isTTY, write: (text) => written.push(text) }), () => clock.next().value ?? 0)
    return { bar, written }
  }

  it('writes nothing where there is no terminal', () => {
    const { bar, written } = barAt([], false)
    bar.update('file', 1, 2)
    bar.clear()
    expect(written).toEqual([])
  })

  it('draws a share of the bar, and clears its line at the end', () => {
    const { bar, written } = barAt([500, 500], true)
    bar.update('file', 1, 2)
    bar.clear()
    expect(written).toEqual([`\r\u001b[2K[${'#'.repeat(12)}${'-'.repeat(12)}] 1/2 file`, '\r\u001b[2K'])
  })

  it('draws at most ten times a second, and clears nothing that it did not draw', () => {
    const { bar, written } = barAt([99, 99], true)
    bar.update('file', 1, 2)
    bar.clear()
    expect(written).toEqual([])
  })
})
