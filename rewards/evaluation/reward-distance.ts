import { sumOf } from '../numbers.ts'

type Vector = readonly number[]
/** A value for each state, action and next state. */
export type TransitionReward = readonly (readonly Vector[])[]

/** A finite decision process: probabilities of next states by state and action, and the discount of returns. */
export interface Dynamics {
  readonly transition: TransitionReward
  readonly discount: number
}

/** Ways to remove what changes no order of policies. `value` and `value-potential` are STARC's. */
export const CANONICAL_FORMS = ['value', 'value-potential', 'epic', 'dard'] as const
/** Name of a canonical form. */
export type CanonicalForm = (typeof CANONICAL_FORMS)[number]

/**
 * A reward without shaping (STARC: Skalse et al., arXiv 2309.15257; lucyfarnik/starc `src/distance/canon`), by V of the
 * policy that acts at random: `value` is E_s'[R + gamma V(s') - V(s)], `value-potential` keeps s'. `epic` (arXiv
 * 2006.13900) and `dard` (arXiv 2201.10081) take states and actions as equally likely. V is solved exactly.
 */
export function canonicalReward(reward: TransitionReward, dynamics: Dynamics, form: CanonicalForm): TransitionReward {
  const { transition, discount } = dynamics
  if (form === 'epic') return epic(reward, discount)
  if (form === 'dard') return dard(reward, dynamics)
  const values = randomValues(reward, dynamics)
  const shaped = mapped(reward, (value, s, _, next) => value + discount * (values[next] ?? 0) - (values[s] ?? 0))
  if (form === 'value-potential') return shaped
  return shaped.map((actions, s) =>
    actions.map((row, a) => {
      const expected = sumOf(row.map((value, next) => value * probability(transition, s, a, next)))
      return row.map(() => expected)
    }),
  )
}

const probability = (transition: TransitionReward, s: number, a: number, next: number): number =>
  transition[s]?.[a]?.[next] ?? 0

const mapped = (
  reward: TransitionReward,
  change: (value: number, s: number, a: number, next: number) => number,
): TransitionReward =>
  reward.map((actions, s) => actions.map((row, a) => row.map((value, next) => change(value, s, a, next))))

/** Values of the random policy: (I - gamma P) V = r. */
function randomValues(reward: TransitionReward, { transition, discount }: Dynamics): Vector {
  const matrix = reward.map((actions, s) =>
    reward.map(
      (_, next) =>
        Number(s === next) -
        (discount * sumOf(actions.map((_, a) => probability(transition, s, a, next)))) / actions.length,
    ),
  )
  return solved(matrix, expectedRewards(reward, transition))
}

/** Expected reward of each state under the random policy. */
const expectedRewards = (reward: TransitionReward, transition: TransitionReward): Vector =>
  reward.map((actions, s) => {
    const expected = actions.map((row, a) =>
      sumOf(row.map((value, next) => value * probability(transition, s, a, next))),
    )
    return sumOf(expected) / actions.length
  })

/** Gaussian elimination with partial pivoting. */
function solved(matrix: readonly Vector[], right: Vector): Vector {
  const rows = matrix.map((row, at) => [...row, right[at] ?? 0])
  for (const [column] of rows.entries()) {
    const pivot = rows.reduce(
      (best, row, at) => (at > column && size(row, column) > size(rows[best] ?? [], column) ? at : best),
      column,
    )
    const [own = [], other = []] = [rows[pivot], rows[column]]
    rows[pivot] = other
    rows[column] = own
    rows.forEach((row, at) => {
      const factor = at === column ? 0 : (row[column] ?? 0) / (own[column] ?? 1)
      if (factor !== 0) rows[at] = row.map((value, place) => value - factor * (own[place] ?? 0))
    })
  }
  return rows.map((row, at) => (row.at(-1) ?? 0) / (row[at] ?? 1))
}

const size = (row: Vector, column: number): number => Math.abs(row[column] ?? 0)

/** R + gamma E[R(s', A, S')] - E[R(s, A, S')] - gamma E[R(S, A, S')], all uniform. */
function epic(reward: TransitionReward, discount: number): TransitionReward {
  const potential = reward.map((actions) => sumOf(actions.map(sumOf)) / (actions.length * reward.length))
  const whole = (discount * sumOf(potential)) / reward.length
  return mapped(reward, (value, s, _, next) => value + discount * (potential[next] ?? 0) - (potential[s] ?? 0) - whole)
}

/** R + gamma E[R(s', A, S'')] - E[R(s, A, S')] - gamma E[R(S', A, S'')], S' after s and S'' after s', A uniform. */
function dard(reward: TransitionReward, { transition, discount }: Dynamics): TransitionReward {
  const potential = expectedRewards(reward, transition)
  const actions = reward[0]?.length ?? 1
  const cross = reward.map((_, s) =>
    reward.map((_, next) => {
      const joint = reward.flatMap((own, first) =>
        own.flatMap((row, a) =>
          row.map(
            (value, second) => value * probability(transition, s, a, first) * probability(transition, next, a, second),
          ),
        ),
      )
      return sumOf(joint) / actions
    }),
  )
  return mapped(
    reward,
    (value, s, _, next) =>
      value + discount * (potential[next] ?? 0) - (potential[s] ?? 0) - discount * (cross[s]?.[next] ?? 0),
  )
}

/** Root of the sum of squares; with weights, those of the transitions. */
export const rewardNorm = (reward: TransitionReward, weights?: TransitionReward): number =>
  Math.sqrt(
    sumOf(mapped(reward, (value, s, a, next) => value ** 2 * (weights ? probability(weights, s, a, next) : 1)).flat(2)),
  )

/** Below this share of the reward's own norm a canonical reward is rounding: the reward orders no policies. */
const ROUNDING = 1e-12

/**
 * Distance of two rewards from 0 (they order all policies alike) to 2 (opposite): the norm of the difference of their
 * canonical forms, each of norm 1; not halved, as in the reference. Null where one of them is constant up to shaping.
 */
export function rewardDistance(
  a: TransitionReward,
  b: TransitionReward,
  dynamics: Dynamics,
  form: CanonicalForm,
): number | null {
  const [first, second] = [a, b].map((reward) => unit(canonicalReward(reward, dynamics, form), rewardNorm(reward)))
  if (!first || !second) return null
  return rewardNorm(mapped(first, (value, s, action, next) => value - (second[s]?.[action]?.[next] ?? 0)))
}

function unit(canonical: TransitionReward, scale: number): TransitionReward | null {
  const norm = rewardNorm(canonical)
  return norm <= ROUNDING * Math.max(scale, Number.MIN_VALUE) ? null : mapped(canonical, (value) => value / norm)
}
