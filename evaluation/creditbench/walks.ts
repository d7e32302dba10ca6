import type { Rng } from '../../core/data/rng.ts'
import type { ExactModel } from '../exact/model.ts'
import type { SolvedTask, Testbed } from './testbed.ts'

/** Steps of sampled groups as columns, one group a task: the rows of a trajectory side by side. */
export interface Walks {
  readonly rowCount: number
  /** Trajectory t has rows `starts[t]` to `starts[t + 1] - 1`. */
  readonly starts: Int32Array
  /** Task of each trajectory, which is its group. */
  readonly taskOf: Int32Array
  /** 1 where the steps ran out. */
  readonly isTruncated: Uint8Array
  readonly state: Int32Array
  readonly choice: Int32Array
  readonly next: Int32Array
  readonly reward: Float64Array
  readonly isValid: Uint8Array
  /** 1 for a step that was not the policy's, but the worst there was. */
  readonly isPlanted: Uint8Array
}

export interface WalkSettings {
  /** Trajectories of one task. */
  readonly groupSize: number
  /**
   * Share of trajectories that make one mistake of ours: where an action loses at least half of a value that is worth
   * losing, it is taken, once, with this chance. @default 0
   */
  readonly mistakes?: number
}

/** One batch: groups of every task, drawn from the tables that were made of the environment's own code. */
export function walk(testbed: Testbed, settings: WalkSettings, rng: Rng): Walks {
  const rows = new Rows()
  for (const [at, task] of testbed.tasks.entries())
    for (let member = 0; member < settings.groupSize; member++) walkOnce(task, at, settings, rng, rows)
  return rows.finish()
}

function walkOnce(task: SolvedTask, at: number, { mistakes = 0 }: WalkSettings, rng: Rng, rows: Rows): void {
  const { model, table } = task
  let [state, step, canErr] = [0, 0, mistakes > 0 && rng.float() < mistakes]
  rows.open(at)
  for (; step < model.maxSteps && hasChoices(model, state); step++) {
    const mistake: number | null = canErr && rng.float() < 0.5 ? worstChoice(task, state, step) : null
    if (mistake !== null) canErr = false
    const choice: number =
      mistake ?? drawn(table, model.choiceStarts[state] ?? 0, model.choiceStarts[state + 1] ?? 0, rng)
    const outcome = drawn(
      model.outcomeProbability,
      model.outcomeStarts[choice] ?? 0,
      model.outcomeStarts[choice + 1] ?? 0,
      rng,
    )
    rows.add(model, state, choice, outcome, mistake !== null)
    state = model.outcomeState[outcome] ?? 0
  }
  rows.close(hasChoices(model, state))
}

const hasChoices = ({ choiceStarts }: ExactModel, state: number): boolean =>
  (choiceStarts[state + 1] ?? 0) > (choiceStarts[state] ?? 0)

/** A value below this is not worth losing. */
const WORTH = 0.05

/** The action that loses most, where that is half the value or more; else null. */
export function worstChoice({ model, values, advantages }: SolvedTask, state: number, step: number): number | null {
  const value = values[step]?.[state] ?? 0
  if (value < WORTH) return null
  let [worst, least] = [-1, -value / 2]
  for (let choice = model.choiceStarts[state] ?? 0; choice < (model.choiceStarts[state + 1] ?? 0); choice++) {
    const advantage = advantages[step]?.[choice] ?? 0
    if (advantage <= least) [worst, least] = [choice, advantage]
  }
  return worst < 0 ? null : worst
}

/** One of the places from start to end, by their probabilities. */
function drawn(probabilities: Float64Array, start: number, end: number, rng: Rng): number {
  let remaining = end - start > 1 ? rng.float() : 0
  let last = start
  for (let at = start; at < end; at++) {
    const probability = probabilities[at] ?? 0
    if (probability === 0) continue
    last = at
    remaining -= probability
    if (remaining < 0) break
  }
  return last
}

class Rows {
  readonly #starts: number[] = [0]
  readonly #taskOf: number[] = []
  readonly #isTruncated: number[] = []
  readonly #state: number[] = []
  readonly #choice: number[] = []
  readonly #next: number[] = []
  readonly #reward: number[] = []
  readonly #isValid: number[] = []
  readonly #isPlanted: number[] = []

  open(task: number): void {
    this.#taskOf.push(task)
  }

  add(model: ExactModel, state: number, choice: number, outcome: number, isPlanted: boolean): void {
    this.#state.push(state)
    this.#choice.push(choice)
    this.#next.push(model.outcomeState[outcome] ?? 0)
    this.#reward.push(model.outcomeReward[outcome] ?? 0)
    this.#isValid.push(model.outcomeIsValid[outcome] ?? 1)
    this.#isPlanted.push(Number(isPlanted))
  }

  close(isTruncated: boolean): void {
    this.#starts.push(this.#state.length)
    this.#isTruncated.push(Number(isTruncated))
  }

  finish(): Walks {
    return {
      rowCount: this.#state.length,
      starts: Int32Array.from(this.#starts),
      taskOf: Int32Array.from(this.#taskOf),
      isTruncated: Uint8Array.from(this.#isTruncated),
      state: Int32Array.from(this.#state),
      choice: Int32Array.from(this.#choice),
      next: Int32Array.from(this.#next),
      reward: Float64Array.from(this.#reward),
      isValid: Uint8Array.from(this.#isValid),
      isPlanted: Uint8Array.from(this.#isPlanted),
    }
  }
}
