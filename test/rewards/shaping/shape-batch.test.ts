import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOfTrajectories, parseBatch } from '../../../core/batch/index.ts'
import { applyRecipeTo } from '../../../rewards/shaping/apply.ts'
import { parseRecipe } from '../../../rewards/shaping/parse.ts'
import { shapeBatch } from '../../../rewards/shaping/shape-batch.ts'
import { signal, step, trajectory } from '../../support/reward-samples.ts'

const RECIPE = parseRecipe({
  name: 'mixed',
  version: 1,
  terms: [
    { signal: 'env', weight: 2, transforms: [{ kind: 'first-visit', anchor: 'text' }, { kind: 'delta' }] },
    { signal: 'prm', weight: 1, transforms: [{ kind: 'z-score', over: 'group' }] },
    { signal: 'env', weight: 1, aggregate: { kind: 'softmin', temperature: 1 } },
    { signal: 'success', weight: 1, aggregate: 'outcome', gate: { signal: 'env', atLeast: 0, aggregate: 'mean' } },
  ],
  filter: { kind: 'prof', process: 'prm', outcome: 'success', atLeast: 1, keep: 0.75, variant: 'both' },
  onNull: 'drop-row',
})

const value = fc.option(fc.double({ min: -2, max: 2, noNaN: true }), { nil: null })
const anySteps = fc.array(fc.record({ env: value, prm: value, place: fc.constantFrom('a', 'b') }), {
  minLength: 1,
  maxLength: 4,
})
const anyTrajectories = fc
  .array(fc.record({ steps: anySteps, success: value, group: fc.constantFrom('g', 'h') }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((all) =>
    all.map(({ steps, success, group: groupId }, at) =>
      trajectory({
        ...{ id: `${at}`, groupId, rewards: [signal('success', success)] },
        steps: steps.map(({ env, prm, place }, index) =>
          step({ index, anchors: { text: place }, rewards: [signal('env', env), signal('prm', prm)] }),
        ),
      }),
    ),
  )

describe('a recipe over a batch', () => {
  it('gives what it gives the trajectories that the batch was made of', () => {
    fc.assert(
      fc.property(anyTrajectories, (trajectories) => {
        const { batch, steps, total } = shapeBatch(batchOfTrajectories(trajectories), RECIPE)
        const expected = applyRecipeTo(RECIPE, trajectories)
        const cells = ({ values, known }: { values: Float64Array; known: Uint8Array }) =>
          [...values].map((each, at) => (known[at] ? each : null))
        const rows = batch.signals.get(steps ?? '')
        const wholes = batch.outcomes.get(total ?? '')
        if (!rows || !wholes) throw new Error('both columns')
        expect(cells(rows)).toEqual(expected.flatMap(({ perStep }) => perStep))
        expect(cells(wholes)).toEqual(expected.map((each) => each.total))
      }),
    )
  })

  const columns = { trajectory: ['t', 't', 't'], group: ['g', 'g', 'g'], signals: { env: [1, 2, 2] } }
  const delta = { signal: 'env', weight: 1, transforms: [{ kind: 'delta' }] }
  const recipeOf = (term: object) => parseRecipe({ name: 'r', version: 1, terms: [term], onNull: 'error' })

  it('counts no copied row twice, and gives it what its original has', () => {
    const { batch } = shapeBatch(parseBatch({ ...columns, copyOf: [null, null, 0] }), recipeOf(delta))
    expect([...(batch.signals.get('r')?.values ?? [])]).toEqual([1, 0, 1])
  })

  it('names what it was made of, and what the batch has not', () => {
    const { batch, steps, total } = shapeBatch(parseBatch(columns), recipeOf(delta))
    expect([steps, total, batch.signals.get('r')?.parts]).toEqual(['r', null, ['env']])
    expect(() => shapeBatch(parseBatch(columns), recipeOf({ signal: 'prm', weight: 1 }))).toThrow(
      expect.objectContaining({ code: 'SIGNAL_MISSING', message: expect.stringContaining('prm') }),
    )
    const outcome = recipeOf({ signal: 'success', weight: 1, aggregate: 'outcome' })
    expect(() => shapeBatch(parseBatch(columns), outcome)).toThrow(/no signal success of trajectories: it has none/)
  })
})
