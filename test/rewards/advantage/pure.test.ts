import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inSourceOrder, parseBatch } from '../../../core/batch/index.ts'
import biLevel from '../../../rewards/advantage/bi-level-gae.ts'
import gae from '../../../rewards/advantage/gae.ts'
import prime from '../../../rewards/advantage/prime.ts'
import pure from '../../../rewards/advantage/pure.ts'

/** A trajectory: scores of its steps, their lengths in tokens, and its outcome. */
interface Rollout {
  readonly group: number
  readonly scores: readonly number[]
  readonly lengths: readonly number[]
  readonly success: number
}

const rollouts = fc.array(
  fc
    .record({
      group: fc.integer({ min: 0, max: 2 }),
      steps: fc.array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 1, max: 5 })), {
        minLength: 1,
        maxLength: 5,
      }),
      success: fc.constantFrom(0, 1),
    })
    .map(({ group, steps, success }) => ({
      group,
      success,
      scores: steps.map(([score]) => score / 10),
      lengths: steps.map(([, length]) => length),
    })),
  { minLength: 1, maxLength: 8 },
)

const batchOf = (all: readonly Rollout[]) => {
  const rows = all.flatMap(({ group, scores, lengths, success }, t) =>
    scores.map((score, step) => ({ t, group, score, length: lengths[step] ?? 0, success })),
  )
  return parseBatch({
    trajectory: rows.map(({ t }) => `${t}`),
    group: rows.map(({ group }) => `${group}`),
    signals: { process: rows.map(({ score }) => score) },
    outcomes: { success: rows.map(({ success }) => success) },
    tokenCounts: rows.map(({ length }) => length),
  })
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]): number => sum(values) / values.length

/** As the text reads: rewards, less what the others got, summed from the step on, and the outcome. */
function plain(all: readonly Rollout[], form: string, baseline: string, outcomeCoef: number): readonly number[] {
  const weighted = ({ scores }: Rollout): readonly number[] => {
    const weights = scores.map((score) => (form === 'softmin' ? Math.exp(-score / 0.1) : 1))
    return form === 'gamma-decay' ? scores : scores.map((score, at) => (score * (weights[at] ?? 0)) / sum(weights))
  }
  const toCome = (rewards: readonly number[]): readonly number[] => rewards.map((_, at) => sum(rewards.slice(at)))
  return all.flatMap((own) => {
    const others = all.filter((each) => each !== own && each.group === own.group)
    const rewards = weighted(own)
    const outcome = others.length > 0 ? outcomeCoef * (own.success - mean(others.map(({ success }) => success))) : 0
    if (others.length === 0) return toCome(rewards).map((value) => value + outcome)
    if (baseline === 'returns') {
      const returns = others.flatMap((each) => toCome(weighted(each)))
      return toCome(rewards).map((value) => value - mean(returns) + outcome)
    }
    const perStep = mean(others.map((each) => mean(weighted(each))))
    const perToken = sum(others.flatMap(weighted)) / sum(others.flatMap(({ lengths }) => lengths))
    const off = (step: number): number => (baseline === 'step' ? perStep : perToken * (own.lengths[step] ?? 0))
    return toCome(rewards.map((reward, step) => reward - off(step))).map((value) => value + outcome)
  })
}

describe('PURE with either baseline', () => {
  it.each(
    ['softmin', 'uniform', 'gamma-decay'].flatMap((form) =>
      ['returns', 'step', 'token'].map((baseline) => ({ form, baseline })),
    ),
  )('is what a plain version says, form $form and baseline $baseline', ({ form, baseline }) => {
    fc.assert(
      fc.property(rollouts, fc.constantFrom(0, 1, 2.5), (all, outcomeCoef) => {
        const batch = batchOf(all)
        const options = { form, baseline, outcomeCoef, gamma: 1, minGroupSize: 1 }
        const ours = inSourceOrder(batch, pure.compute(batch, options).advantages)
        plain(all, form, baseline, outcomeCoef).forEach((value, row) => {
          expect(ours[row]).toBeCloseTo(value, 9)
        })
      }),
    )
  })

  it('refuses a baseline of rewards if there are none', () => {
    const batch = batchOf([{ group: 0, scores: [1], lengths: [1], success: 0 }])
    expect(() => pure.compute(batch, { form: 'strict-min', baseline: 'step' })).toThrow(/strict-min/)
  })

  it('says what is missing for a baseline per token, or for an outcome', () => {
    const batch = parseBatch({ trajectory: ['a', 'b'], group: ['g', 'g'], signals: { process: [1, 2] } })
    expect(() => pure.compute(batch, { baseline: 'token', form: 'uniform' })).toThrow(/no tokens/)
    expect(() => pure.compute(batch, { outcomeCoef: 1 })).toThrow(/success/)
  })
})

describe('whitening that is switched off', () => {
  const batch = parseBatch({
    trajectory: ['a', 'a', 'b', 'b'],
    group: ['g', 'g', 'g', 'g'],
    signals: { env: [0, 1, 0, 0], value: [0.5, 0.7, 0.4, 0.1] },
    perToken: { process: [[0.1, 0.2], [0.3], [-0.1, 0], [0.2]], value: [[0.5, 0.6], [0.7], [0.4, 0.2], [0.1]] },
    outcomes: { success: [1, 1, 0, 0] },
  })

  it.each([gae, biLevel, prime])('leaves what whitening centres and scales: $name', (estimator) => {
    const tokensOf = (whiten: boolean) => [...(estimator.compute(batch, { whiten }).perToken ?? [])]
    const [raw, white] = [tokensOf(false), tokensOf(true)]
    const centre = mean(raw)
    const deviation = Math.sqrt(sum(raw.map((value) => (value - centre) ** 2)) / (raw.length - 1) + 1e-8)
    expect(raw).toHaveLength(6)
    raw.forEach((value, token) => {
      expect(white[token]).toBeCloseTo((value - centre) / deviation, 9)
    })
  })

  it('gives the returns of PRIME with discounts of their own', () => {
    const options = { primeNorm: 'none', rewardDpoCoef: 1, rewardGtCoef: 1, processGamma: 0.5, outcomeGamma: 0.9 }
    const { perToken } = prime.compute(batch, { ...options, whiten: false })
    const means = [mean([0.1, 0.2, 0.3]), mean([-0.1, 0, 0.2])]
    const lead = (value: number): number => value * 2 - sum(means)
    const [x, y, z] = [lead(0.1), lead(0.2), lead(0.3)]
    expect([...(perToken ?? [])].slice(0, 3)).toEqual([
      expect.closeTo(x + 0.5 * y + 0.25 * z + 0.81, 12),
      expect.closeTo(y + 0.5 * z + 0.9, 12),
      expect.closeTo(z + 1, 12),
    ])
  })
})
