import type { AnchorColumn } from '../../core/batch/index.ts'
import type { GroupSteps } from './group-steps.ts'
import { settled } from './rounding.ts'

/** Probability, before anything is seen, that what a choice leads to depends on the past, if anchors merge states. */
const DEPENDENT = 0.2
/** Pseudo-count of every outcome: the prior of Krichevsky and Trofimov. */
const PSEUDO = 0.5

/**
 * Log of the Bayes factor that anchors are states, from where choices led: no outcome is needed. If an anchor is a state,
 * what follows an action there does not depend on how the anchor was reached. Each choice (an anchor and an action) that
 * several trajectories of a group made is one test. Its results are the next anchor and whether the reward was in the
 * upper half of its range there; a choice has a Dirichlet-multinomial likelihood in each of two hypotheses:
 *
 *   state    one distribution for all visits,
 *   merged   with probability .2 a distribution for each class of visits, by the choice just before or by whether some
 *            choice was made earlier in the trajectory (the mean over all such choices of the group): where a door leads
 *            depends on a key that was picked up.
 *
 * @returns Sum over choices, above 0 where anchors look like states; 0 where no choice was made twice.
 */
export function transitionEvidence(groups: readonly GroupSteps[], column: AnchorColumn): number {
  return groups.reduce((sum, steps) => sum + groupEvidence(steps, column), 0)
}

function groupEvidence(steps: GroupSteps, column: AnchorColumn): number {
  const before = firstTimes(steps)
  let sum = 0
  for (const visits of visitsOfChoices(steps)) {
    const [first = 0] = visits
    if (visits.every((at) => steps.trajectories[at] === steps.trajectories[first])) continue
    const factor = dependence(steps, visits, resultsOf(steps, visits, column), before)
    if (factor !== null) sum -= Math.log(1 - DEPENDENT + DEPENDENT * factor)
  }
  return sum
}

/** Steps of each choice, in their order. */
function visitsOfChoices({ choices }: GroupSteps): readonly (readonly number[])[] {
  const visits: number[][] = Array.from({ length: choices.count }, () => [])
  choices.ids.forEach((choice, at) => {
    visits[choice]?.push(at)
  })
  return visits
}

/** For each trajectory, the step at which it first made each choice. */
function firstTimes({ choices, trajectories, trajectoryCount }: GroupSteps): readonly ReadonlyMap<number, number>[] {
  const times = Array.from({ length: trajectoryCount }, () => new Map<number, number>())
  choices.ids.forEach((choice, at) => {
    const own = times[trajectories[at] ?? 0]
    if (own && !own.has(choice)) own.set(choice, at)
  })
  return times
}

/** Results of visits, as numbers from 0. */
interface Results {
  readonly ids: readonly number[]
  readonly count: number
}

function resultsOf({ rows, rewards }: GroupSteps, visits: readonly number[], { nextIds }: AnchorColumn): Results {
  const earned = visits.map((at) => rewards[at] ?? 0)
  const [least, most] = [Math.min(...earned), Math.max(...earned)]
  const isVaried = settled(most - least, Math.max(Math.abs(most), Math.abs(least)), 'paper') !== 0
  const numbers = new Map<string, number>()
  const ids = visits.map((at, visit) => {
    const isHigh = isVaried && (earned[visit] ?? 0) > least + (most - least) / 2
    const key = `${nextIds[rows[at] ?? 0]} ${isHigh}`
    const known = numbers.get(key) ?? numbers.size
    numbers.set(key, known)
    return known
  })
  return { ids, count: numbers.size }
}

/** Mean likelihood of the results where classes of visits have their own, over that where they have not; null without classes. */
function dependence(
  steps: GroupSteps,
  visits: readonly number[],
  results: Results,
  before: readonly ReadonlyMap<number, number>[],
): number | null {
  const factors: number[] = []
  const byPrevious = visits.map((at) => (at > 0 && steps.goesOn[at - 1] ? (steps.choices.ids[at - 1] ?? 0) : -1))
  if (new Set(byPrevious).size > 1) factors.push(factorOf(byPrevious, results))
  // Equal results cannot depend on an event.
  if (results.count > 1) {
    const events = eventFactors(steps, visits, results, before)
    if (events.length > 0) factors.push(meanOf(events))
  }
  return factors.length === 0 ? null : meanOf(factors)
}

/** A factor for each choice that some of the visits have behind them and some do not. */
function eventFactors(
  { trajectories }: GroupSteps,
  visits: readonly number[],
  results: Results,
  before: readonly ReadonlyMap<number, number>[],
): readonly number[] {
  const past = new Map<number, number[]>()
  visits.forEach((at, visit) => {
    for (const [choice, time] of before[trajectories[at] ?? 0] ?? []) {
      if (time >= at) continue
      const own = past.get(choice) ?? []
      past.set(choice, own)
      own.push(visit)
    }
  })
  return [...past.values()]
    .filter(({ length }) => length < visits.length)
    .map((having) => {
      const classes = visits.map(() => 0)
      for (const visit of having) classes[visit] = 1
      return factorOf(classes, results)
    })
}

function factorOf(classes: readonly number[], { ids, count }: Results): number {
  const counts = new Map<number, number[]>()
  const all = new Array<number>(count).fill(0)
  classes.forEach((each, visit) => {
    const own = counts.get(each) ?? new Array<number>(count).fill(0)
    counts.set(each, own)
    const result = ids[visit] ?? 0
    own[result] = (own[result] ?? 0) + 1
    all[result] = (all[result] ?? 0) + 1
  })
  const apart = [...counts.values()].reduce((sum, own) => sum + logLikelihood(own), 0)
  return Math.exp(Math.min(MOST_LOG, apart - logLikelihood(all)))
}

/** A factor stays a number. */
const MOST_LOG = 500

/** Dirichlet-multinomial, with room for one result that was not seen. */
function logLikelihood(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const each = counts.reduce((sum, count) => sum + logRising(count, PSEUDO), 0)
  return each - logRising(total, PSEUDO * (counts.length + 1))
}

/** Log of from (from + 1) ... (from + count - 1). */
function logRising(count: number, from: number): number {
  let product = 0
  for (let at = 0; at < count; at++) product += Math.log(from + at)
  return product
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
