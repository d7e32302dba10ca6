import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GymError } from '../../../core/errors.ts'
import { parseRecipe } from '../../../rewards/shaping/parse.ts'

const TERM = { signal: 'env', weight: 1 }
const RECIPE = { name: 'sample', version: 1, terms: [TERM], onNull: 'drop-row' }
const FULL = {
  name: 'full',
  version: 3,
  summary: 'all there is',
  terms: [
    { signal: 'format', weight: -0.5 },
    {
      signal: 'env',
      weight: 1,
      aggregate: 'sum',
      gate: { signal: 'success', atLeast: 1, aggregate: 'outcome' },
      clip: { low: -1, high: 1 },
    },
    { signal: 'tests', weight: 1, aggregate: 'max', gate: { signal: 'success', atLeast: 0 }, clip: { high: 2 } },
  ],
  onNull: 'error',
}

describe('parseRecipe', () => {
  it('reads all that a recipe can say, and adds nothing', () => {
    expect(parseRecipe(RECIPE)).toEqual(RECIPE)
    expect(parseRecipe(FULL)).toEqual(FULL)
    expect(parseRecipe(JSON.parse(JSON.stringify(FULL)))).toEqual(FULL)
  })

  it.each<readonly [path: string, json: unknown]>([
    ['recipe should be an object', null],
    ['recipe should be an object', []],
    ['recipe should be an object', 'outcome-only'],
    ['recipe has no field weights: it has', { ...RECIPE, weights: [] }],
    ['recipe.name should be a name', { ...RECIPE, name: 'Sample' }],
    ['recipe.name should be a name in lower case with dashes, not missing', { version: 1 }],
    ['recipe.version should be a whole number', { ...RECIPE, version: 0 }],
    ['recipe.version should be a whole number', { ...RECIPE, version: '1' }],
    ['recipe.summary should be a text', { ...RECIPE, summary: 3 }],
    ['recipe.terms should be a list', { ...RECIPE, terms: [] }],
    ['recipe.terms should be a list', { ...RECIPE, terms: TERM }],
    ['recipe.terms[0] should be an object', { ...RECIPE, terms: [3] }],
    ['recipe.terms[1] has no field wieght', { ...RECIPE, terms: [TERM, { ...TERM, wieght: 1 }] }],
    ['recipe.terms[0].signal should be a name', { ...RECIPE, terms: [{ weight: 1 }] }],
    ['recipe.terms[0].weight should be a finite number', { ...RECIPE, terms: [{ ...TERM, weight: '1' }] }],
    ['recipe.terms[0].weight should be a finite number', { ...RECIPE, terms: [{ ...TERM, weight: Number.NaN }] }],
    ['recipe.terms[0].aggregate should be one of sum', { ...RECIPE, terms: [{ ...TERM, aggregate: 'total' }] }],
    ['recipe.terms[0].aggregate should be one of', { ...RECIPE, terms: [{ ...TERM, aggregate: 'constructor' }] }],
    ['recipe.terms[0].gate should be an object', { ...RECIPE, terms: [{ ...TERM, gate: 'success' }] }],
    ['recipe.terms[0].gate.atLeast should be', { ...RECIPE, terms: [{ ...TERM, gate: { signal: 'success' } }] }],
    ['recipe.terms[0].gate has no field above', { ...RECIPE, terms: [{ ...TERM, gate: { above: 1 } }] }],
    ['recipe.terms[0].clip needs low, high or both', { ...RECIPE, terms: [{ ...TERM, clip: {} }] }],
    ['recipe.terms[0].clip.low 1 is above', { ...RECIPE, terms: [{ ...TERM, clip: { low: 1, high: 0 } }] }],
    ['recipe.terms[0].clip.high should be', { ...RECIPE, terms: [{ ...TERM, clip: { high: null } }] }],
    ['recipe.onNull should be one of drop-trajectory', { ...RECIPE, onNull: 'zero' }],
    ['recipe.onNull should be one of', { ...RECIPE, onNull: undefined }],
  ])('says: %s', (message, json) => {
    expect(() => parseRecipe(json)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(message) }),
    )
  })

  it('reads or refuses whatever it is given, and reads its own result again', () => {
    const sloppy = fc.record(
      {
        name: fc.constantFrom('sample', '', 3),
        version: fc.constantFrom(1, 2, -1, null),
        terms: fc.array(fc.oneof(fc.constant(TERM), fc.jsonValue()), { maxLength: 3 }),
        onNull: fc.constantFrom('error', 'drop-row', 'other'),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(sloppy, fc.jsonValue()), (json) => {
        try {
          const parsed = parseRecipe(json)
          expect(parseRecipe(parsed)).toEqual(parsed)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(GymError)
        }
      }),
      { numRuns: 500 },
    )
  })
})
