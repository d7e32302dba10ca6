import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Literals } from '../../../server/transport/literals.ts'

/** How often `act` has JSON text made. */
function encodings(act: () => void): number {
  const spy = vi.spyOn(JSON, 'stringify')
  try {
    act()
    return spy.mock.calls.length
  } finally {
    spy.mockRestore()
  }
}

describe('literals', () => {
  it('are the JSON of any text, however often it is asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
        const literals = new Literals(200)
        for (const text of [...texts, ...texts, ...texts]) expect(literals.of(text)).toBe(JSON.stringify(text))
      }),
    )
  })

  it('are encoded at the first and second sight of a text, and then no more', () => {
    const literals = new Literals()
    const page = 'a page of\nthe shop '.repeat(100)
    const ask = (): void => {
      for (let i = 0; i < 5; i++) literals.of(page)
    }
    expect(encodings(ask)).toBe(2)
  })

  it('are not kept of texts that come once, so that those push out nothing', () => {
    const literals = new Literals(5000)
    const page = 'a page of\nthe shop '.repeat(50)
    for (const _ of [1, 2]) literals.of(page)
    for (let i = 0; i < 1000; i++) literals.of(`${i} ${page}`)
    expect(encodings(() => literals.of(page))).toBe(0)
  })

  it('stay within their budget, the oldest going first', () => {
    const literals = new Literals(1005)
    const pages = ['a', 'b', 'c', 'd'].map((letter) => `${letter.repeat(199)}\n`)
    for (const page of pages) for (const _ of [1, 2]) literals.of(page)
    expect(encodings(() => literals.of(pages[3] ?? ''))).toBe(0)
    expect(encodings(() => literals.of(pages[0] ?? ''))).toBe(1)
  })
})
