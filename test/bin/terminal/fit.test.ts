import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cut, fitted, widthOf } from '../../../bin/terminal/fit.ts'

describe('cut', () => {
  it('leaves a text alone that fits, to the character', () => {
    expect(cut('exactly', 7)).toBe('exactly')
    expect(cut('exactly so', 7)).toBe('exactl…')
  })

  it('puts a text of several lines on one', () => {
    expect(cut('one\r\n  two\tthree', 40)).toBe('one ⏎ two three')
  })

  it('never cuts within a character', () => {
    expect(cut('👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 2)).toBe('👩‍👩‍👧‍👦…')
    expect(cut('e\u0301e\u0301e\u0301', 2)).toBe('e\u0301…')
  })
})

describe('fitted', () => {
  it('breaks at spaces if it can, and keeps line breaks', () => {
    expect(fitted('the quick brown fox\njumps', { width: 10, rows: 9 })).toEqual(['the quick', 'brown fox', 'jumps'])
  })

  it('says how many characters it left out', () => {
    const lines = fitted('word '.repeat(1000), { width: 20, rows: 3 })
    expect(lines).toHaveLength(3)
    expect(lines.at(-1)).toBe('… 4,959 more characters')
  })

  it('fills the frame and no more, and loses nothing of what fits, for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.integer({ min: 8, max: 60 }),
        fc.integer({ min: 1, max: 40 }),
        (text, width, rows) => {
          const lines = fitted(text, { width, rows })
          expect(lines.length).toBeLessThanOrEqual(rows)
          const isWhole = !/^… [\d,]+ more characters$/.test(lines.at(-1) ?? '')
          if (isWhole) expect(lines.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''))
          for (const line of isWhole ? lines : lines.slice(0, -1))
            expect([...new Intl.Segmenter('en').segment(line)].length).toBeLessThanOrEqual(width)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('widthOf', () => {
  it('is that of the terminal, or a default without a terminal', () => {
    expect([{ columns: 132 }, {}, { columns: 0 }, { columns: 3 }].map(widthOf)).toEqual([132, 100, 100, 40])
  })
})
