import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { estimators } from '../../../registry/index.ts'
import grpo from '../../../rewards/advantage/grpo.ts'
import { expectAssignable } from '../../../rewards/credit/trial.ts'
import { parseRecipe } from '../../../rewards/shaping/parse.ts'

const catalog = estimators({ userFolder: tmpdir() })
const COLUMNS = {
  anchors: ['text', 'state'],
  signals: ['env', 'turn', 'process', 'value', 'baseline', 'format', 'gain', 'sum-pi-squared', 'answer-consistency'],
  outcomes: ['success'],
}
const without = (name: string) => ({
  anchors: COLUMNS.anchors.filter((each) => each !== name),
  signals: COLUMNS.signals.filter((each) => each !== name),
  outcomes: COLUMNS.outcomes.filter((each) => each !== name),
})
/** Where there is no such signal, another decides. */
const WITH_FALLBACK: Readonly<Record<string, string>> = { crbc: 'success' }
const code = (name: string) => expect.objectContaining({ code: name })

describe('the trial of a request', () => {
  it.each(catalog.names())('lets %s pass if all that it consumes will be recorded', async (name) => {
    const estimator = await catalog.load(name)
    for (const mode of ['paper', 'reference'])
      expect(() => expectAssignable(COLUMNS, { estimator, options: { mode } }, null)).not.toThrow()
  })

  it.each(catalog.names())('stops %s if a signal or anchor that it consumes will not be', async (name) => {
    const estimator = await catalog.load(name)
    const consumed = estimator.consumes.map((each) => each.replace(/ .*/, '').replace('anchors', 'text'))
    const needed = consumed
      .filter((each) => Object.values(COLUMNS).flat().includes(each))
      .filter((each) => each !== WITH_FALLBACK[name])
    expect(needed).not.toEqual([])
    for (const each of needed)
      expect(() => expectAssignable(without(each), { estimator }, null), each).toThrow(code('SIGNAL_MISSING'))
  })

  it('stops what would charge invalid actions twice, and recipes of what is not there', () => {
    const twice = { estimator: grpo, options: { episode: 'format' } }
    expect(() => expectAssignable(COLUMNS, twice, null)).toThrow(code('CONFIG_INVALID'))
    const terms = [{ signal: 'prm', weight: 1 }]
    const recipe = parseRecipe({ name: 'odd', version: 1, terms, onNull: 'drop-row' })
    expect(() => expectAssignable(COLUMNS, { estimator: grpo }, { recipe })).toThrow(code('SIGNAL_MISSING'))
  })

  it('holds nothing against an estimator that made-up numbers do not suit', () => {
    const picky = {
      ...grpo,
      compute: () => {
        throw new TypeError('only real numbers')
      },
    }
    expect(() => expectAssignable(COLUMNS, { estimator: picky }, null)).not.toThrow()
  })
})
