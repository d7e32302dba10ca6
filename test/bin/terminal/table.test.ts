import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { painterOf } from '../../../bin/terminal/paint.ts'
import { tableOf } from '../../../bin/terminal/table.ts'

describe('tableOf', () => {
  it('aligns names to the left and numbers to the right', () => {
    const columns = [{ heading: 'name' }, { heading: 'n', align: 'right' }, { heading: 'where' }] as const
    expect(
      tableOf(columns, [
        ['a', '1', 'x'],
        ['longer', '1,234', ''],
      ]),
    ).toEqual([
      'name        n  where', //
      'a           1  x',
      'longer  1,234',
    ])
  })

  it('cuts texts and headings until a line fits, and never a number', () => {
    const columns = [
      { heading: 'name' },
      { heading: 'a-very-long-signal', align: 'right' },
      { heading: 'why' },
    ] as const
    const rows = [
      ['n'.repeat(60), '1,234', 'short'],
      ['n', '12,345,678,901', ''],
    ]
    const lines = tableOf(columns, rows, 40)
    expect(lines).toEqual([
      `name             a-very-long-sig…  why`,
      `${'n'.repeat(14)}…             1,234  short`,
      `n                  12,345,678,901`,
    ])
    expect(tableOf(columns, rows, 10)[2]).toContain('12,345,678,901')
  })

  it('fits the width where numbers leave room for it', () => {
    const text = fc.stringMatching(/^[a-z]{0,60}$/)
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 5 }), fc.integer({ min: 18, max: 80 }), (rows, width) => {
        const lines = tableOf([{ heading: 'a' }, { heading: 'b' }], rows, width)
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
      }),
    )
  })

  it('holds every cell in its column, at any width', () => {
    const cell = fc.stringMatching(/^[!-~]{1,8}$/)
    const rows = fc.array(fc.tuple(cell, cell, cell), { maxLength: 6 })
    fc.assert(
      fc.property(rows, (cells) => {
        const headings = ['a', 'b', 'c']
        const columns = headings.map((heading) => ({ heading, align: 'right' as const }))
        const lines = tableOf(columns, cells)
        expect(lines.map((line) => line.trim().split(/ +/))).toEqual([headings, ...cells])
        expect(new Set(lines.map(({ length }) => length)).size).toBe(1)
      }),
    )
  })
})

describe('painterOf', () => {
  it.each([
    [true, {}, true],
    [true, { NO_COLOR: '' }, true],
    [true, { NO_COLOR: '1' }, false],
    [false, {}, false],
    [undefined, {}, false],
  ])('on a terminal: %s, under %j, it paints: %s', (isTTY, variables, paints) => {
    expect(painterOf({ isTTY, write: () => {} }, variables)('red', 'x') !== 'x').toBe(paints)
  })
})
