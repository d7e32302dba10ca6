import type { Rng } from '../../core/data/rng.ts'
import { weightedCorrelation } from '../creditbench/measures/moments.ts'
import { withNoise } from '../creditbench/planted.ts'
import { type SolvedTask, type Testbed, testbedOf } from '../creditbench/testbed.ts'
import { advisedPolicy } from '../exact/advised-policy.ts'
import type { ExactModel } from '../exact/model.ts'
import { visitsOf } from '../exact/visits.ts'
import { type ClaimSettings, defineClaim } from './kit/claim.ts'
import { movedTable, ownRng } from './kit/climb.ts'
import { figure, meanOf } from './kit/intervals.ts'
import { gridModels } from './kit/testbeds.ts'
import type { Figure } from './kit/verdict.ts'

const TASKS = 4
const NOW = 0.3
/** What older policies earned, from which the policy has learnt what it earns now. */
const BEFORE = [0.25, 0.15, 0.05] as const
/** How far the reward model was moved, in units of how far the policy has moved since. */
const MOVES = [0, 0.25, 0.5, 1, 2] as const
/** Policies with tastes of their own: what intervals are over. */
const POLICIES = { tiny: 3, quick: 8, full: 50 } as const

const lagging = (before: number, move: number): string => `lagging behind from ${before}, phi moved by ${move}`
const synchronised = (before: number, move: number): string =>
  `synchronised, phi moved by ${move} of the way from ${before}`

export default defineClaim({
  name: 'lagging-prm',
  claim:
    'An implicit reward model that lags behind the policy gives step rewards of the wrong sign; one that was set to the policy before it moved does not',
  source: 'our own finding on a miniature shop, on OPRL / iStar (arXiv 2509.19199)',
  method:
    'Key and door. The policy earns 0.3 and used to earn 0.25, 0.15 or 0.05. phi is the older policy (lagging) or the present one (synchronised), moved towards what is truly better: its logits by the exact advantage with as much noise, as far as 0 to 2 times the distance between the two policies. The step reward is log phi - log pi of the policy that acted; it is correlated with the exact advantage over all states and actions as the policy visits them. Nothing is sampled; intervals are over policies with different tastes. Changed after a first look at the numbers: the step of phi has noise, without which a synchronised phi would be right by construction.',
  conditions: [
    ...BEFORE.map((before) => ({
      figure: lagging(before, 0.25),
      is: 'below' as const,
      bound: 0,
      says: `behind from ${before}: moved by a quarter of what the policy has moved, phi is inverted`,
    })),
    ...BEFORE.map((before) => ({
      figure: synchronised(before, 0.25),
      is: 'above' as const,
      bound: 0,
      says: `synchronised, and moved as little as from ${before}, it is not`,
    })),
  ],
  beside: [
    ...BEFORE.map((before) => ({
      figure: lagging(before, 1),
      is: 'above' as const,
      bound: 0,
      says: `behind from ${before}: moved as far as the policy, it is right again`,
    })),
    ...BEFORE.map((before) => ({
      figure: lagging(before, 2),
      is: 'above' as const,
      bound: 0,
      says: `behind from ${before}: moved twice as far, it is`,
    })),
  ],
  measure,
  say: (figure) =>
    `Behind by what takes the policy from 0.15 to 0.3, the step reward correlates with the truth by ${MOVES.map((move) => figure(lagging(0.15, move))).join(', ')} as phi is moved by ${MOVES.join(', ')} times the policy’s own way; synchronised, moved by a quarter of that way, by ${figure(synchronised(0.15, 0.25))}.`,
})

async function measure({ effort, seed = 0, catalogs }: ClaimSettings): Promise<readonly Figure[]> {
  const models = await gridModels({ options: { world: 'key-door', size: 4 }, tasks: TASKS, catalogs })
  const seeds = Array.from({ length: POLICIES[effort] }, (_, at) => seed * 1000 + at)
  const runs = seeds.map((taste) => new Map(correlationsOf(models, taste)))
  const names = BEFORE.flatMap((before) =>
    MOVES.flatMap((move) => [lagging(before, move), ...(move > 0 ? [synchronised(before, move)] : [])]),
  )
  return names.map((name) => figure(name, meanOf(runs.map((run) => run.get(name) ?? null))))
}

type Named = readonly (readonly [string, number | null])[]

function correlationsOf(models: readonly ExactModel[], taste: number): Named {
  const bedAt = (target: number): Testbed => testbedOf(models, advisedPolicy(models, { target, seed: taste }).policy)
  const present = bedAt(NOW)
  return BEFORE.flatMap((before) => {
    const older = bedAt(before)
    const way = distanceOf(older, present)
    const after = (from: Testbed, move: number): number | null =>
      correlationOf(present, improved(from, move * way, ownRng(taste, 0)))
    return MOVES.flatMap((move) => [
      [lagging(before, move), after(older, move)] as const,
      ...(move > 0 ? [[synchronised(before, move), after(present, move)] as const] : []),
    ])
  })
}

/** Correlation of phi's step reward with the exact advantage, over (task, state, action) as the present policy visits them. */
function correlationOf(present: Testbed, phi: readonly Float64Array[]): number | null {
  const points = present.tasks.flatMap((task, at) => pointsOf(task, phi[at] ?? task.table))
  return weightedCorrelation({
    x: Float64Array.from(points, ({ reward }) => reward),
    y: Float64Array.from(points, ({ advantage }) => advantage),
    weights: Float64Array.from(points, ({ weight }) => weight),
  })
}

interface Point {
  readonly weight: number
  readonly reward: number
  readonly advantage: number
}

function pointsOf(task: SolvedTask, phi: Float64Array): readonly Point[] {
  const weights = weightsOf(task)
  return meanAdvantages(weights).flatMap((advantage, choice) => {
    const weight = weights.visits[choice] ?? 0
    if (weight === 0) return []
    return [{ weight, advantage, reward: logRatio(phi[choice], task.table[choice]) }]
  })
}

const logRatio = (one = 0, other = 0): number => Math.log(Math.max(one, LEAST)) - Math.log(Math.max(other, LEAST))
const LEAST = 1e-12

/** Expected number of times that a choice is taken in an episode, and what it is truly worth then, summed. */
interface Weights {
  readonly visits: Float64Array
  readonly worth: Float64Array
}

function weightsOf({ model, table, advantages }: SolvedTask): Weights {
  const [visits, worth] = [new Float64Array(table.length), new Float64Array(table.length)]
  for (const [step, states] of visitsOf(model, table).entries())
    for (const [state, here] of states.entries()) {
      if (here === 0) continue
      for (let choice = model.choiceStarts[state] ?? 0; choice < (model.choiceStarts[state + 1] ?? 0); choice++) {
        const taken = here * (table[choice] ?? 0)
        visits[choice] = (visits[choice] ?? 0) + taken
        worth[choice] = (worth[choice] ?? 0) + taken * (advantages[step]?.[choice] ?? 0)
      }
    }
  return { visits, worth }
}

/** The advantage of each choice, averaged over when it is taken. */
const meanAdvantages = ({ visits, worth }: Weights): readonly number[] =>
  Array.from(visits, (weight, choice) => (weight > 0 ? (worth[choice] ?? 0) / weight : 0))

/** Root mean square of how far log-probabilities are apart, over what the later policy does. */
function distanceOf(older: Testbed, present: Testbed): number {
  let [squares, total] = [0, 0]
  for (const [at, task] of present.tasks.entries()) {
    const { visits } = weightsOf(task)
    for (const [choice, weight] of visits.entries()) {
      squares += weight * logRatio(task.table[choice], older.tasks[at]?.table[choice]) ** 2
      total += weight
    }
  }
  return Math.sqrt(squares / total)
}

/** The policy moved towards what is better, in the root mean square of its logits by `distance`. */
function improved(testbed: Testbed, distance: number, rng: Rng): readonly Float64Array[] {
  const { tasks, cellCount } = testbed
  const [better, weight] = [new Float64Array(cellCount), new Float64Array(cellCount)]
  for (const task of tasks) {
    const weights = weightsOf(task)
    for (const [choice, advantage] of meanAdvantages(weights).entries()) {
      better[task.cellOf[choice] ?? 0] = advantage
      weight[task.cellOf[choice] ?? 0] = weights.visits[choice] ?? 0
    }
  }
  const direction = withNoise(better, sizeOf(better, weight), rng)
  const scale = distance / sizeOf(direction, weight)
  const moves = direction.map((each) => scale * each)
  return tasks.map((task) => movedTable(task, moves))
}

const sizeOf = (values: Float64Array, weights: Float64Array): number =>
  Math.sqrt(
    values.reduce((sum, value, at) => sum + (weights[at] ?? 0) * value ** 2, 0) /
      weights.reduce((sum, weight) => sum + weight, 0),
  )
