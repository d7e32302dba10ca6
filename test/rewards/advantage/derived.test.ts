import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inSourceOrder, parseBatch } from '../../../core/batch/index.ts'
import g2po from '../../../rewards/advantage/g2po.ts'
import hgpo from '../../../rewards/advantage/hgpo.ts'
import mtGrpo from '../../../rewards/advantage/mt-grpo.ts'
import { applyRecipeTo } from '../../../rewards/shaping/apply.ts'
import type { Filter } from '../../../rewards/shaping/filter.ts'
import { signal, withSteps } from '../../support/reward-samples.ts'
import { recipeOf } from '../shaping/terms.ts'

/** Slow versions, each written from the description of its method alone: loops over all rows, nothing shared. */

interface Row {
  readonly uid: string
  readonly traj: string
  /** Position within the trajectory; of a copy, its original's. */
  readonly t: number
  readonly anchor: string
  readonly env: number
  readonly valid: boolean
  readonly turn: number | null
  readonly success: number
  readonly copyOf: number | null
}

const SCALES = [1, 2 ** -30, 2 ** 30, 2 ** -420, 2 ** 420] as const

/** Two or more trajectories a group, and copies of random rows at the end. */
const rowsOf = (rewards: readonly number[]): fc.Arbitrary<readonly Row[]> =>
  fc
    .record({
      scale: fc.constantFrom(...SCALES),
      groups: fc.array(
        fc.array(
          fc.record({
            success: fc.constantFrom(0, 1),
            steps: fc.array(
              fc.record({
                anchor: fc.constantFrom('p', 'q'),
                env: fc.constantFrom(...rewards),
                valid: fc.constantFrom(true, true, false),
                turn: fc.constantFrom(null, null, 0, 0.1, 0.3, 1),
              }),
              { minLength: 1, maxLength: 4 },
            ),
          }),
          { minLength: 2, maxLength: 4 },
        ),
        { minLength: 1, maxLength: 2 },
      ),
      copies: fc.array(fc.nat(), { maxLength: 4 }),
    })
    .map(({ scale, groups, copies }) => {
      const rows = groups.flatMap((members, g) =>
        members.flatMap(({ steps, success }, m) =>
          steps.map(
            (step, t): Row => ({
              ...step,
              ...{ uid: `g${g}`, traj: `g${g}.${m}`, t, success, copyOf: null },
              env: step.env * scale,
            }),
          ),
        ),
      )
      return [
        ...rows,
        ...copies.flatMap((at) => rows.slice(at % rows.length, (at % rows.length) + 1).map((row) => copyIn(rows, row))),
      ]
    })

const copyIn = (rows: readonly Row[], row: Row): Row => ({ ...row, copyOf: rows.indexOf(row) })

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const rewardOf = (rows: readonly Row[], traj: string): number =>
  sum(rows.filter((row) => row.traj === traj && row.copyOf === null).map(({ env }) => env))

interface Norm {
  readonly epsilon: number
  readonly deviates: boolean
  readonly bessel: boolean
}

/** Whether rounding decided if a value is its group's mean: then reference mode may have it either way. */
let wasClose = false

/** The standing of each value, in units in which squares do not overflow; 0 for the mean, within rounding. */
function standings(values: readonly number[], { epsilon, deviates, bessel }: Norm): readonly number[] {
  if (Math.max(...values) === Math.min(...values)) return values.map(() => 0)
  const unit = 2 ** Math.floor(Math.log2(Math.max(...values.map(Math.abs))))
  const own = values.map((value) => value / unit)
  const mean = sum(own) / own.length
  const variance = sum(own.map((value) => (value - mean) ** 2)) / (own.length - (bessel ? 1 : 0))
  return own.map((value) => {
    const isMean = Math.abs(value - mean) <= 2 ** -43
    wasClose ||= isMean
    return isMean ? 0 : deviates ? (value - mean) / (Math.sqrt(variance) + epsilon / unit) : (value - mean) * unit
  })
}

/** Standings within rows of equal keys; 0 for a row alone with its key. */
function within(keys: readonly (string | null)[], values: readonly number[], norm: Norm): readonly number[] {
  return values.map((_, row) => {
    if (keys[row] === null) return 0
    const members = [...keys.keys()].filter((other) => keys[other] === keys[row])
    if (members.length < 2) return 0
    const own = standings(
      members.map((other) => values[other] ?? 0),
      norm,
    )
    return own[members.indexOf(row)] ?? 0
  })
}

const columns = (rows: readonly Row[]) => ({
  group: rows.map(({ uid }) => uid),
  trajectory: rows.map(({ traj }) => traj),
  anchors: { text: rows.map(({ anchor }) => anchor) },
  signals: { env: rows.map(({ env }) => env), turn: rows.map(({ turn }) => turn) },
  outcomes: { success: rows.map(({ success }) => success) },
  isActionValid: rows.map(({ valid }) => valid),
  copyOf: rows.map(({ copyOf }) => copyOf),
})

/** Near in units of the largest, or of the floor. */
function expectNear(ours: ArrayLike<number>, plain: readonly number[], floor = 1e-300): void {
  const unit = Math.max(floor, ...plain.map(Math.abs))
  plain.forEach((value, row) => {
    expect(Math.abs((ours[row] ?? Number.NaN) - value) / unit, `row ${row}: ${ours[row]}, plain ${value}`).toBeLessThan(
      1e-9,
    )
  })
}

const OPTIONS = fc.record({
  epsilon: fc.constantFrom(0, 1e-6, 0.1),
  norm: fc.constantFrom('mean_std_norm', 'mean_norm'),
  penalty: fc.constantFrom(0, 0.1),
})

describe('HGPO, derived again', () => {
  interface Settings {
    readonly historyLength: number
    readonly alpha: number
    readonly base: boolean
    readonly norm: Norm
    readonly penalty: number
    readonly copiesAreLater: boolean
  }

  function plain(rows: readonly Row[], settings: Settings): readonly number[] {
    const { historyLength, alpha, base, norm, penalty, copiesAreLater } = settings
    const returnOf = (row: Row): number =>
      sum(
        rows
          .filter(({ traj, copyOf, t }) => copyOf === null && traj === row.traj && t >= row.t)
          .map(({ env, t }) => 0.95 ** (t - row.t) * env),
      )
    const charge = (row: Row): number => (row.valid ? 0 : penalty)
    const returns = rows.map((row) => returnOf(row) - charge(row))
    /** The anchors up to a row, its own last. */
    const pastOf = (row: Row, at: number): readonly string[] =>
      rows
        .filter((other, place) =>
          copiesAreLater
            ? other.traj === row.traj && place <= at
            : other.traj === row.traj && other.copyOf === null && other.t <= row.t,
        )
        .map(({ anchor }) => anchor)
    const levels = Array.from({ length: historyLength + 1 }, (_, level) => level + 1)
    const perLevel = levels.map((k) => {
      const keys = rows.map((row, at) => {
        const past = pastOf(row, at)
        return past.length < k ? null : JSON.stringify([row.uid, past.slice(-k)])
      })
      return { weight: (k + 1) ** alpha, values: within(keys, returns, { ...norm, bessel: false }) }
    })
    const scores = rows.map((row) => rewardOf(rows, row.traj) - charge(row))
    const uids = rows.map(({ uid }) => uid)
    const episode = { weight: 1, values: within(uids, scores, { ...norm, bessel: true }) }
    return rows.map((_, row) => {
      const items = [...(base ? [episode] : []), ...perLevel]
        .map(({ weight, values }) => ({ weight, value: values[row] ?? 0 }))
        .filter(({ value }) => value !== 0)
      if (items.length === 0) return 0
      const weights = sum(items.map(({ weight }) => weight))
      return sum(items.map(({ weight, value }) => weight * value)) / (weights + norm.epsilon)
    })
  }

  it('agrees with and without copies, the episode, deviations and epsilon, at any scale', () => {
    fc.assert(
      fc.property(
        rowsOf([0, 0, 1, 2, 10]),
        OPTIONS,
        fc.record({
          historyLength: fc.constantFrom(0, 1, 2, 4),
          alpha: fc.constantFrom(0, 1, 2),
          base: fc.boolean(),
          mode: fc.constantFrom('paper', 'reference'),
        }),
        (rows, { epsilon, norm, penalty: share }, { historyLength, alpha, base, mode }) => {
          const penalty = share * (Math.max(...rows.map(({ env }) => env)) || 1)
          const batch = parseBatch(columns(rows))
          const { advantages } = hgpo.compute(batch, {
            ...{ mode, historyLength, norm, epsilon, baseGroup: base },
            lengthWeightAlpha: alpha,
            invalidActionPenalty: penalty,
          })
          const settings = {
            ...{ historyLength, alpha, base, penalty, copiesAreLater: mode === 'reference' },
            norm: { epsilon, deviates: norm === 'mean_std_norm', bessel: true },
          }
          wasClose = false
          const expected = plain(rows, settings)
          fc.pre(mode === 'paper' || !wasClose)
          expectNear(inSourceOrder(batch, advantages), expected)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('G2PO, derived again', () => {
  function plain(rows: readonly Row[], norm: Norm, stepPenalty: number, weight: number): readonly number[] {
    const originals = rows.filter(({ copyOf }) => copyOf === null)
    const lastOf = (traj: string): number => Math.max(...originals.filter((row) => row.traj === traj).map(({ t }) => t))
    const worthOf = (uid: string, anchor: string): number => {
      const visits = originals.filter((row) => row.uid === uid && row.anchor === anchor)
      return sum(visits.map((row) => 0.95 ** (lastOf(row.traj) - row.t + 1) * rewardOf(rows, row.traj))) / visits.length
    }
    const nextOf = (row: Row): number => {
      const following = originals.find((other) => other.traj === row.traj && other.t === row.t + 1)
      if (following) return worthOf(row.uid, following.anchor)
      return rewardOf(rows, row.traj) === 10 ? 10 : 0
    }
    const uids = rows.map(({ uid }) => uid)
    const anchors = rows.map(({ uid, anchor }) => `${uid} ${anchor}`)
    const next = rows.map(nextOf)
    const atAnchor = within(
      anchors,
      rows.map((row, at) => (next[at] ?? 0) - (row.valid ? 0 : stepPenalty)),
      norm,
    )
    const gains = within(
      uids,
      rows.map((row, at) => (next[at] ?? 0) - worthOf(row.uid, row.anchor)),
      norm,
    )
    const episode = within(
      uids,
      rows.map(({ traj }) => rewardOf(rows, traj)),
      norm,
    )
    return rows.map((_, row) => (episode[row] ?? 0) + weight * ((atAnchor[row] ?? 0) + (gains[row] ?? 0)))
  }

  it('agrees with copies, ties, failures and penalties', () => {
    const unscaled = rowsOf([0, 0, 0, 10, 5, 1]).filter((rows) =>
      rows.every(({ env }) => env === 0 || (env >= 1 && env <= 10)),
    )
    fc.assert(
      fc.property(unscaled, OPTIONS, fc.constantFrom(0.5, 1), (rows, { epsilon, norm, penalty }, weight) => {
        const { outcomes: _, ...given } = columns(rows)
        const batch = parseBatch(given)
        const { advantages } = g2po.compute(batch, {
          ...{ norm, epsilon, successTest: 'equal', stepPenalty: penalty, invalidActionPenalty: 0 },
          stepAdvantageW: weight,
        })
        const rule = { epsilon, deviates: norm === 'mean_std_norm', bessel: true }
        expectNear(inSourceOrder(batch, advantages), plain(rows, rule, penalty, weight), 1e-3)
      }),
      { numRuns: 500 },
    )
  })
})

describe('MT-GRPO, derived again', () => {
  function plain(rows: readonly Row[], epsilon: number, coefficient: number): readonly number[] {
    const norm = { epsilon, deviates: true, bessel: true }
    const firsts = rows.filter(({ t, copyOf }) => t === 0 && copyOf === null)
    const standingOf = (members: readonly Row[], row: Row, value: (row: Row) => number): number => {
      if (members.length < 2) return 0
      const own = standings(members.map(value), norm)
      return own[members.findIndex(({ traj }) => traj === row.traj)] ?? 0
    }
    return rows.map((row) => {
      const group = firsts.filter(({ uid }) => uid === row.uid)
      const outcome = standingOf(group, row, ({ success }) => success)
      const same = rows.filter(({ uid, t, turn }) => uid === row.uid && t === row.t && turn !== null)
      const isOnly = !rows.some(({ traj, t }) => traj === row.traj && t > 0)
      const paid = group.filter(({ turn }) => turn !== null)
      if (row.turn !== null && isOnly && paid.length > 1)
        return standingOf(paid, row, ({ success, turn }) => success + (turn ?? 0))
      return outcome + (row.turn === null ? 0 : coefficient * standingOf(same, row, ({ turn }) => turn ?? 0))
    })
  }

  it('agrees with nulls at any turn and trajectories of one turn', () => {
    fc.assert(
      fc.property(
        rowsOf([0]).map((rows) => rows.filter(({ copyOf }) => copyOf === null)),
        fc.constantFrom(0, 1e-4, 0.1),
        fc.constantFrom(0.5, 1),
        (rows, epsilon, turnAdvantageCoef) => {
          const batch = parseBatch(columns(rows))
          const { advantages } = mtGrpo.compute(batch, { epsilon, turnAdvantageCoef })
          expectNear(inSourceOrder(batch, advantages), plain(rows, epsilon, turnAdvantageCoef))
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('PROF, derived again', () => {
  interface Rollout {
    readonly prm: readonly number[]
    readonly success: number
  }

  /** round() of Python: to the nearest, halves to even. */
  const rounded = (value: number): number => {
    const near = [Math.floor(value), Math.ceil(value)].toSorted((a, b) => Math.abs(a - value) - Math.abs(b - value))
    return Math.abs(value - Math.floor(value)) === 0.5 ? (near.find((each) => each % 2 === 0) ?? 0) : (near[0] ?? 0)
  }

  function keptOf(group: readonly Rollout[], remove: number, penalty: number): readonly number[] {
    const all = group.flatMap(({ prm }) => prm)
    const centre = sum(all) / all.length
    const scores = group.map(({ prm, success }) => {
      const agreement = (sum(prm.map((p) => 2 * (p - centre))) / prm.length) * (success ? 1 : -1)
      return agreement - (prm.length < 2 || prm.length > 30 ? penalty : 0)
    })
    const k = Math.min(remove, group.length)
    const places = [...group.keys()].toSorted((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0) || a - b)
    const [won, lost] = [1, 0].map((wanted) => places.filter((at) => group[at]?.success === wanted))
    const goal = Math.max(0, Math.min(k, rounded(((won?.length ?? 0) - (lost?.length ?? 0) + k) / 2)))
    const leaving = (won ?? []).slice(0, goal)
    const gone = k === 0 ? [] : [...leaving, ...(lost ?? []).slice(0, k - leaving.length)]
    return [...group.keys()].filter((at) => !gone.includes(at))
  }

  it('keeps the same trajectories, ties and penalties for length included', () => {
    const rollout = fc.record({
      prm: fc.array(fc.constantFrom(0, 0.25, 0.5, 1), { minLength: 1, maxLength: 4 }),
      success: fc.constantFrom(0, 1),
    })
    fc.assert(
      fc.property(
        fc.array(rollout, { minLength: 1, maxLength: 8 }),
        fc.nat(9),
        fc.constantFrom(0, 10),
        (group, remove, lengthPenalty) => {
          const filter: Filter = {
            ...{ kind: 'prof', process: 'prm', outcome: 'success', atLeast: 1, variant: 'both' },
            ...{ remove, lengthPenalty },
          }
          const recipe = { ...recipeOf([{ signal: 'success', weight: 1, aggregate: 'outcome' }]), filter }
          const trajectories = group.map(({ prm, success }, at) =>
            withSteps('prm', prm, { id: `${at}`, groupId: 'g', rewards: [signal('success', success)] }),
          )
          const kept = applyRecipeTo(recipe, trajectories).flatMap(({ total }, at) => (total === null ? [] : [at]))
          expect(kept).toEqual(keptOf(group, remove, lengthPenalty))
        },
      ),
      { numRuns: 2000 },
    )
  })
})
