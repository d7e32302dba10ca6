import type { GymError } from '../../../../core/data/errors.ts'
import type { Answer, ServedEpisode } from '../../../hosting/served-episode.ts'
import { actionsJson } from '../../../transport/literals.ts'
import { asGymError } from '../../../wire-errors.ts'
import { infoJson, rewardsJson } from '../fields.ts'
import { actionsOf, episodeView } from '../views.ts'

/** Columns of every reply about slots. */
export const START_COLUMNS = ['error', 'episode', 'observation', 'actions', 'start'] as const

const TAKEN_COLUMNS = [
  'index',
  'reward',
  'terminated',
  'truncated',
  'isActionValid',
  'info',
  'ending',
  'endingReason',
  'finalObservation',
  'finalEpisode',
] as const

/** Columns of replies to steps. */
export const STEP_COLUMNS = [...START_COLUMNS, ...TAKEN_COLUMNS] as const
/** Columns of replies to steps, for those who may see the rewards of hooks. */
export const JUDGED_COLUMNS = [...STEP_COLUMNS, 'rewards', 'outcome'] as const

/** Beside pages, what may be of any length. */
const LONG_COLUMNS = ['actions', 'info'] as const

/** A page, which is written as JSON when its frame is. */
export interface Page {
  readonly text: string
}

/** One entry of a column: JSON, or a page. */
export type Cell = string | Page

/** What a request did to a slot: a step, the episode that it started, or both; and what failed after the step. */
export interface Outcome {
  readonly answered: Answer | null
  readonly started: ServedEpisode | null
  readonly failure: { readonly thrown: unknown } | null
}

/** One slot's entry in each column. */
export interface Row {
  readonly slot: number
  readonly cells: readonly Cell[]
  /** Characters of the cells together, pages as they are read. */
  readonly characters: number
}

/** Rows with the columns of a reply. */
export class Columns {
  readonly names: readonly string[]
  readonly #seesSeeds: boolean

  /** @param seesSeeds whether the client may know seeds */
  constructor(names: readonly string[], seesSeeds: boolean) {
    this.names = names
    this.#seesSeeds = seesSeeds
  }

  /** The row of a slot that was served. */
  rowOf(slot: number, outcome: Outcome): Row {
    const cells = standing(outcome, this.#seesSeeds)
    if (this.names.length > START_COLUMNS.length) {
      if (outcome.answered) this.#addTaken(cells, outcome.answered, outcome.started)
      else cells.push(...STARTED)
    }
    return this.#row(slot, cells)
  }

  /** A row that fits into no frame, without its pages and lists: what the request did to the slot stands. */
  shortened({ slot, cells }: Row, error: GymError, notice: string): Row {
    const long = new Set<string>(LONG_COLUMNS)
    const short = cells.map((cell, at) => {
      if (typeof cell !== 'string') return { text: notice }
      return long.has(this.names[at] ?? '') ? 'null' : cell
    })
    return this.#row(slot, [errorJson(error), ...short.slice(1)])
  }

  /** The row of a slot whose request failed. */
  failure(slot: number, thrown: unknown): Row {
    return this.#row(slot, [errorJson(thrown)])
  }

  /** Columns that a row says nothing of are null. */
  #row(slot: number, cells: Cell[]): Row {
    while (cells.length < this.names.length) cells.push('null')
    let characters = 0
    for (const cell of cells) characters += 1 + (typeof cell === 'string' ? cell.length : cell.text.length + 2)
    return { slot, cells, characters }
  }

  #addTaken(cells: Cell[], { episode, step, trajectory: end }: Answer, next: ServedEpisode | null): void {
    cells.push(
      `${step.index}`,
      `${step.rewards[0]?.value ?? null}`,
      step.terminated ? 'true' : 'false',
      step.truncated ? 'true' : 'false',
      step.isActionValid ? 'true' : 'false',
      infoJson(step.info),
      end ? JSON.stringify(end.ending) : 'null',
      end ? JSON.stringify(end.endingReason) : 'null',
      next ? { text: step.nextObservation } : 'null',
      next ? `"${episode}"` : 'null',
    )
    if (this.names.length > STEP_COLUMNS.length)
      cells.push(rewardsJson(step.rewards), end ? JSON.stringify(end.rewards) : 'null')
  }
}

function standing({ answered, started, failure }: Outcome, seesSeeds: boolean): Cell[] {
  const error = failure ? errorJson(failure.thrown) : 'null'
  if (started) {
    const page = { text: started.runner.observation }
    return [error, `"${started.id}"`, page, actionsJson(actionsOf(started)), startJson(started, seesSeeds)]
  }
  if (!answered) return [error]
  const { episode, step, actions } = answered
  return [error, `"${episode}"`, { text: step.nextObservation }, actionsJson(actions), 'null']
}

/** Where a step started another episode instead, Gymnasium's reward is 0, and nothing has ended. */
const STARTED: readonly string[] = ['null', '0', 'false', 'false']

function startJson(served: ServedEpisode, seesSeeds: boolean): string {
  const { task, seed, member, forkPath, maxSteps, group } = episodeView(served, seesSeeds)
  return JSON.stringify({ task, seed, member, forkPath, maxSteps, group })
}

function errorJson(thrown: unknown): string {
  const { code, message } = asGymError(thrown)
  return JSON.stringify({ code, message })
}
