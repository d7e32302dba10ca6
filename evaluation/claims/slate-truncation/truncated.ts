import type { Rng } from '../../../core/data/rng.ts'
import type { SolvedTask, Testbed } from '../../creditbench/testbed.ts'
import type { ExactModel } from '../../exact/model.ts'

/** How a continuation is valued: by a judge who knows Q, or by one episode played to its end. */
export type Valuation = 'judge' | 'continuation'

/** Sums over one batch of steps. */
export interface Tally {
  readonly rows: number
  /** Steps that the environment took. */
  readonly steps: number
  /** Mean of squared estimates, which have mean 0. */
  readonly squares: number
  /** Mean of squared distances from the true advantage. */
  readonly errors: number
  /** Policy gradient by cell, a sum over rows. */
  readonly gradient: Float64Array
}

/** A tally in the making. */
export class Counter {
  #rows = 0
  #steps = 0
  #squares = 0
  #errors = 0
  readonly #gradient: Float64Array

  constructor(cellCount: number) {
    this.#gradient = new Float64Array(cellCount)
  }

  addRow({ model, table, advantages, cellOf }: SolvedTask, at: Moment, choice: number, estimate: number): void {
    this.#rows++
    this.#squares += estimate ** 2
    this.#errors += (estimate - (advantages[at.step]?.[choice] ?? 0)) ** 2
    for (let each = model.choiceStarts[at.state] ?? 0; each < (model.choiceStarts[at.state + 1] ?? 0); each++) {
      const cell = cellOf[each] ?? 0
      const pull = (each === choice ? 1 : 0) - (table[each] ?? 0)
      this.#gradient[cell] = (this.#gradient[cell] ?? 0) + estimate * pull
    }
  }

  addSteps(steps: number): void {
    this.#steps += steps
  }

  finish(): Tally {
    return {
      rows: this.#rows,
      steps: this.#steps,
      squares: this.#squares,
      errors: this.#errors,
      gradient: this.#gradient,
    }
  }
}

interface Moment {
  readonly state: number
  readonly step: number
}

/**
 * Truncated step sampling: at every step of one episode a task, `width` actions are drawn at the same prefix and valued
 * against each other, each minus the mean of the others; the first is committed.
 */
export function truncatedBatch(testbed: Testbed, width: number, valuation: Valuation, rng: Rng): Tally {
  const counter = new Counter(testbed.cellCount)
  for (const task of testbed.tasks) {
    const { model } = task
    let at: Moment = { state: 0, step: 0 }
    while (goesOn(model, at)) at = branch(task, at, { width, valuation, counter, rng })
  }
  return counter.finish()
}

interface Branching {
  readonly width: number
  readonly valuation: Valuation
  readonly counter: Counter
  readonly rng: Rng
}

/** @returns Where the committed action led. */
function branch(task: SolvedTask, at: Moment, { width, valuation, counter, rng }: Branching): Moment {
  const tried = Array.from({ length: width }, () => {
    const landing = take(task, at, rng)
    counter.addSteps(1)
    return { ...landing, value: earnedBy(task, at, landing, valuation, counter, rng) }
  })
  const total = tried.reduce((sum, { value }) => sum + value, 0)
  for (const { choice, value } of tried) counter.addRow(task, at, choice, value - (total - value) / (width - 1))
  return tried[0]?.next ?? at
}

interface Landing {
  readonly choice: number
  readonly reward: number
  readonly next: Moment
}

function earnedBy(
  task: SolvedTask,
  { state, step }: Moment,
  landing: Landing,
  valuation: Valuation,
  counter: Counter,
  rng: Rng,
): number {
  if (valuation === 'judge') return (task.values[step]?.[state] ?? 0) + (task.advantages[step]?.[landing.choice] ?? 0)
  let [earned, at] = [landing.reward, landing.next]
  while (goesOn(task.model, at)) {
    const further = take(task, at, rng)
    counter.addSteps(1)
    earned += further.reward
    at = further.next
  }
  return earned
}

const goesOn = ({ maxSteps, choiceStarts }: ExactModel, { state, step }: Moment): boolean =>
  step < maxSteps && (choiceStarts[state + 1] ?? 0) > (choiceStarts[state] ?? 0)

function take({ model, table }: SolvedTask, { state, step }: Moment, rng: Rng): Landing {
  const choice = drawn(table, model.choiceStarts[state] ?? 0, model.choiceStarts[state + 1] ?? 0, rng)
  const [from, to] = [model.outcomeStarts[choice] ?? 0, model.outcomeStarts[choice + 1] ?? 0]
  const outcome = drawn(model.outcomeProbability, from, to, rng)
  const next = { state: model.outcomeState[outcome] ?? 0, step: step + 1 }
  return { choice, reward: model.outcomeReward[outcome] ?? 0, next }
}

/** One of the places from start to end, by their probabilities. */
function drawn(probabilities: Float64Array, start: number, end: number, rng: Rng): number {
  let [left, last] = [end - start > 1 ? rng.float() : 0, start]
  for (let at = start; at < end && left >= 0; at++) {
    if ((probabilities[at] ?? 0) === 0) continue
    last = at
    left -= probabilities[at] ?? 0
  }
  return last
}

/** Whole episodes in groups of `width` a task: every step has the return minus the mean of the others'. */
export function wholeBatch(testbed: Testbed, width: number, rng: Rng): Tally {
  const counter = new Counter(testbed.cellCount)
  for (const task of testbed.tasks) {
    const episodes = Array.from({ length: width }, () => played(task, rng))
    const total = episodes.reduce((sum, { earned }) => sum + earned, 0)
    for (const { earned, path } of episodes) {
      counter.addSteps(path.length)
      const estimate = earned - (total - earned) / (width - 1)
      for (const { at, choice } of path) counter.addRow(task, at, choice, estimate)
    }
  }
  return counter.finish()
}

function played(task: SolvedTask, rng: Rng) {
  const path: { readonly at: Moment; readonly choice: number }[] = []
  let [earned, at]: [number, Moment] = [0, { state: 0, step: 0 }]
  while (goesOn(task.model, at)) {
    const { choice, reward, next } = take(task, at, rng)
    path.push({ at, choice })
    earned += reward
    at = next
  }
  return { earned, path }
}
