import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameBytes } from '../../../server/transport/frame-bytes.ts'

/** What comes of a text after so many other bytes, and whether it was taken as it stands. */
function writtenAfter(before: string, text: string): { readonly isTaken: boolean; readonly frame: string } {
  let isTaken = false
  const bytes = new FrameBytes()
  const frame = bytes.written((into) => {
    into.json(before)
    isTaken = into.text(text)
  })
  return { isTaken, frame: frame.toString() }
}

const PLAIN = fc.string({ unit: fc.constantFrom(...'abc XYZ 019 ~!{}[]/:,\x7f') })
const ANY = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary-ascii' }), PLAIN)
const mustBeEscaped = (text: string): boolean => JSON.stringify(text) !== `"${text}"`

describe('the bytes of a frame', () => {
  it('hold a plain text as JSON has it, at any position in memory', () => {
    fc.assert(
      fc.property(fc.nat(9), PLAIN, (offset, text) => {
        const before = 'x'.repeat(offset)
        expect(writtenAfter(before, text)).toEqual({ isTaken: true, frame: before + JSON.stringify(text) })
      }),
    )
  })

  it('hold a text exactly as JSON does, or nothing of it', () => {
    fc.assert(
      fc.property(fc.nat(9), ANY, (offset, text) => {
        const before = 'x'.repeat(offset)
        const { isTaken, frame } = writtenAfter(before, text)
        expect(frame).toBe(isTaken ? before + JSON.stringify(text) : before)
        if (mustBeEscaped(text)) expect(isTaken).toBe(false)
      }),
    )
  })

  it('find what must be escaped at every place of a long text', () => {
    for (const escaped of ['"', '\\', '\n', '\x00', '\x1f', '\ud800', 'é'])
      for (let at = 0; at < 40; at++)
        expect(writtenAfter('', `${'a'.repeat(at)}${escaped}${'b'.repeat(39 - at)}`).isTaken).toBe(false)
  })

  it('hold JSON of any length and characters', () => {
    const jsons = fc.array(fc.oneof(ANY, fc.string({ minLength: 20, maxLength: 30, unit: 'binary' })))
    fc.assert(
      fc.property(jsons, (texts) => {
        const cells = texts.map((text) => JSON.stringify(text))
        const frame = new FrameBytes().written((bytes) => {
          for (const cell of cells) bytes.json(cell)
        })
        expect(frame.toString()).toBe(cells.join(''))
      }),
    )
  })

  it('grow with a frame, and leave frames that were taken alone', () => {
    const bytes = new FrameBytes()
    const page = 'a page of the shop '.repeat(10_000)
    const fill = (text: string) => bytes.written((into) => expect([1, 2, 3].map(() => into.text(text))).toContain(true))
    const long = fill(page.repeat(10))
    const short = fill('ab')
    expect(long.toString()).toBe(JSON.stringify(page.repeat(10)).repeat(3))
    expect(short.toString()).toBe('"ab""ab""ab"')
  })

  it('are empty again after one that failed', () => {
    const bytes = new FrameBytes()
    const fail = (into: FrameBytes): void => {
      into.json('half of it')
      throw new Error('that is all')
    }
    expect(() => bytes.written(fail)).toThrow('that is all')
    expect(bytes.written((into) => into.json('{}')).toString()).toBe('{}')
  })
})
