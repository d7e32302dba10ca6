import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GymError } from '../../../core/data/errors.ts'
import { parseRecipe } from '../../../rewards/shaping/parse.ts'

const TERM = { signal: 'env', weight: 1 }
const RECIPE = { name: 'sample', version: 1, terms: [TERM], onNull: 'drop-row' }
const CLIP = { kind: 'clip', low: 0 }
const DELTA = { kind: 'delta' }
const START = { at: 0, factor: 1 }
const PROF = { kind: 'prof', process: 'p', outcome: 'success', atLeast: 1, keep: 0.5, variant: 'both' }
const withTransform = (transform: unknown) => ({ ...RECIPE, terms: [{ ...TERM, transforms: [transform] }] })
const withSchedule = (schedule: unknown) => ({ ...RECIPE, terms: [{ ...TERM, schedule }] })
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
      transforms: [{ kind: 'clip', low: -1, high: 1 }, { kind: 'delta' }, { kind: 'first-visit', anchor: 'state' }],
      schedule: { kind: 'linear', from: 1, to: 0, begin: 0.1, end: 0.9 },
    },
    {
      signal: 'tests',
      weight: 1,
      transforms: [
        { kind: 'clip', high: 2 },
        { kind: 'ceiling', at: 1 },
        { kind: 'z-score', over: 'batch' },
      ],
      aggregate: { kind: 'softmin', temperature: 0.1 },
      afterwards: [
        { kind: 'sigmoid', references: [0.5, 'answer'] },
        { kind: 'z-score', over: 'group', epsilon: 1e-9 },
      ],
      gate: { signal: 'success', atLeast: 0 },
      schedule: {
        kind: 'step',
        stages: [
          { at: 0, factor: 0 },
          { at: 0.5, factor: 1 },
        ],
      },
    },
    {
      signal: 'value',
      weight: 1,
      transforms: [{ kind: 'potential', gamma: 0.9, of: 'after', start: 0.5 }],
      aggregate: { kind: 'discounted', gamma: 0.9 },
      schedule: { kind: 'cosine', from: 0, to: 1 },
    },
    { signal: 'judge', weight: 1, transforms: [{ kind: 'log-sigmoid', reference: 'answer' }], aggregate: 'outcome' },
  ],
  filter: { kind: 'prof', process: 'tests', outcome: 'success', atLeast: 1, keep: 0.5, variant: 'both' },
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
    ['recipe.terms[0].transforms should be a list', { ...RECIPE, terms: [{ ...TERM, transforms: [] }] }],
    ['transforms[0] should be an object', withTransform('delta')],
    ['transforms[0].kind should be one of clip, ceiling', withTransform({ kind: 'cap' })],
    ['transforms[0] needs low, high or both', withTransform({ kind: 'clip' })],
    ['transforms[0].low 1 is above', withTransform({ kind: 'clip', low: 1, high: 0 })],
    ['transforms[0].high should be', withTransform({ kind: 'clip', high: null })],
    ['transforms[0].at should be a finite', withTransform({ kind: 'ceiling' })],
    ['transforms[0] has no field by', withTransform({ kind: 'delta', by: 1 })],
    ['transforms[0].gamma should be a number from 0 to 1', withTransform({ kind: 'potential', gamma: 2, of: 'after' })],
    ['transforms[0].of should be one of', withTransform({ kind: 'potential', gamma: 1 })],
    ['transforms[0].start has no place', withTransform({ kind: 'potential', gamma: 1, of: 'before', start: 0 })],
    ['transforms[0].anchor should be a text', withTransform({ kind: 'first-visit' })],
    ['transforms[0].references should be a list', withTransform({ kind: 'sigmoid', references: 0 })],
    ['transforms[0].references[1] should be a finite', withTransform({ kind: 'sigmoid', references: [0, null] })],
    ['transforms[0].reference should be a finite', withTransform({ kind: 'log-sigmoid' })],
    ['transforms[0].over should be one of', withTransform({ kind: 'z-score', over: 'step' })],
    ['transforms[0].epsilon should be a number from', withTransform({ kind: 'z-score', over: 'group', epsilon: -1 })],
    ['transforms[0].size should be a whole number from 2', withTransform({ kind: 'window', size: 1, by: 'min' })],
    ['transforms[0].by should be one of mean', withTransform({ kind: 'window', size: 2, by: 'sum' })],
    ['transforms[0].apart should be true or false', withTransform({ kind: 'window', size: 2, by: 'min', apart: 1 })],
    ['delta looks along steps', { ...RECIPE, terms: [{ ...TERM, aggregate: 'outcome', transforms: [DELTA] }] }],
    [
      'afterwards[0]: delta looks along steps',
      { ...RECIPE, terms: [{ ...TERM, aggregate: 'sum', afterwards: [DELTA] }] },
    ],
    ['afterwards has no place here: without', { ...RECIPE, terms: [{ ...TERM, afterwards: [CLIP] }] }],
    ['afterwards has no place', { ...RECIPE, terms: [{ ...TERM, aggregate: 'outcome', afterwards: [CLIP] }] }],
    ['aggregate.kind should be one of', { ...RECIPE, terms: [{ ...TERM, aggregate: { kind: 'sum' } }] }],
    ['aggregate should be an object', { ...RECIPE, terms: [{ ...TERM, aggregate: null }] }],
    ['temperature should be', { ...RECIPE, terms: [{ ...TERM, aggregate: { kind: 'softmin', temperature: 0 } }] }],
    ['aggregate.gamma should be', { ...RECIPE, terms: [{ ...TERM, aggregate: { kind: 'discounted' } }] }],
    ['schedule.kind should be one of linear', { ...RECIPE, terms: [{ ...TERM, schedule: { kind: 'exponential' } }] }],
    ['begin 1 is not before end 1', withSchedule({ kind: 'linear', from: 0, to: 1, begin: 1 })],
    ['schedule.to should be', withSchedule({ kind: 'cosine', from: 0 })],
    ['stages[0].at should be 0', withSchedule({ kind: 'step', stages: [{ at: 0.5, factor: 1 }] })],
    ['stages[1].at is not after', withSchedule({ kind: 'step', stages: [START, START] })],
    ['recipe.filter.kind should be one of prof, spread', { ...RECIPE, filter: { kind: 'best' } }],
    ['recipe.filter.outcome', { ...RECIPE, filter: { kind: 'spread', outcome: 1 } }],
    ['recipe.filter.deviation should be a number from 0', { ...RECIPE, filter: { kind: 'spread', deviation: -1 } }],
    ['recipe.filter needs least, most or keep', { ...RECIPE, filter: { kind: 'likelihood', signal: 'confidence' } }],
    ['recipe.filter.signal', { ...RECIPE, filter: { kind: 'likelihood', keep: 0.5 } }],
    ['recipe.filter.judge', { ...RECIPE, filter: { kind: 'consensus', rollouts: 'rate' } }],
    ['recipe.filter should be a list with at least one', { ...RECIPE, filter: [] }],
    ['recipe.filter[1].kind should be one of', { ...RECIPE, filter: [{ kind: 'spread' }, { kind: 'best' }] }],
    ['recipe.mask needs least or most', { ...RECIPE, mask: { signal: 'judge' } }],
    ['recipe.mask.least 1 is above most 0', { ...RECIPE, mask: { signal: 'judge', least: 1, most: 0 } }],
    ['recipe.filter.least 1 is above most 0', { ...RECIPE, filter: { kind: 'spread', least: 1, most: 0 } }],
    ['recipe.mask.signal', { ...RECIPE, mask: { least: 1 } }],
    ['recipe.filter.least should be', { ...RECIPE, filter: { kind: 'spread', outcome: 'success', least: 'half' } }],
    ['keep', { ...RECIPE, filter: { kind: 'spread', outcome: 'success', keep: 0.5 } }],
    ['recipe.filter.keep should be a number from 0 to 1', { ...RECIPE, filter: { ...PROF, keep: 2 } }],
    ['recipe.filter.variant should be one of', { ...RECIPE, filter: { ...PROF, variant: 'wrong-only' } }],
    ['recipe.onNull should be one of drop-trajectory', { ...RECIPE, onNull: 'zero' }],
    ['recipe.onNull should be one of', { ...RECIPE, onNull: undefined }],
  ])('says: %s', (message, json) => {
    expect(() => parseRecipe(json)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(message) }),
    )
  })

  it('reads or refuses any input, and reads its own result again', () => {
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
