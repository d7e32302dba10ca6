import { describe, expect, it } from 'vitest'
import { assertedIn, typeAssertions } from './support/asserted-types.ts'
import { packageExports } from './support/package-entries.ts'

/** Turns of phrase that plain technical English does without. */
const OLD_FASHIONED = /\b(goes? on|comes to|anew|whoever|lets? go of|told|called off|luck)\b/i

const exported = packageExports()
const docstrings = new Map(exported.map(({ name, file, docstring }) => [`${file}: ${name}`, docstring]))
const breaking = (isBroken: (docstring: string) => boolean): readonly string[] =>
  [...docstrings].filter(([, docstring]) => isBroken(docstring)).map(([name]) => name)

/** Up to the first full stop, or the whole. */
const summaryOf = (docstring: string): string => docstring.split(/(?<=[.:])\s/)[0] ?? ''

describe('the docstrings of what the package exports', () => {
  it('exist, and each has its own summary', () => {
    expect(docstrings.size).toBeGreaterThan(300)
    expect(breaking((docstring) => docstring.trim() === '')).toEqual([])
  })

  it('begin with what the thing is or does', () => {
    expect(breaking((docstring) => /^(Of|As|From|With|When|Where|After|On|In) /.test(docstring))).toEqual([])
  })

  it('have a summary of one sentence that fits into a listing', () => {
    expect(breaking((docstring) => summaryOf(docstring).length > 300)).toEqual([])
  })

  it('are plain English', () => {
    expect(breaking((docstring) => OLD_FASHIONED.test(docstring))).toEqual([])
  })
})

/** The files of `test/types` assert types, and misuses that the compiler refuses: `npm run types` checks them. */
describe('the types of what the package exports', () => {
  it('are asserted for every export of every entry', () => {
    const asserted = new Set(typeAssertions().flatMap(assertedIn))
    const names = exported.map(({ entry, name }) => `${entry} ${name}`)
    expect(names.filter((name) => !asserted.has(name))).toEqual([])
  })

  it('are asserted of what is there: an import without an assertion does not count', () => {
    const text = `import { type Step, type Group } from 'stepgym'
import grid from 'stepgym/envs/grid'
const group: Group = { id: 'a' }
expectTypeOf<Step>().toBeObject()
// @ts-expect-error: no such option
grid.options.doors`
    expect(assertedIn(text)).toEqual(['stepgym Step', 'stepgym/envs/grid default'])
  })
})
