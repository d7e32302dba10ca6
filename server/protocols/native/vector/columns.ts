import type { ServedEpisode } from '../../../hosting/served-episode.ts'
import { asGymError } from '../../../wire-errors.ts'
import { type AnsweredStep, actionsJson, actionsOf, episodeView, infoJson, rewardsJson } from '../views.ts'
import type { Outcome } from './slot.ts'

/** Of every reply about slots. */
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

/** Of replies to steps. */
export const STEP_COLUMNS = [...START_COLUMNS, ...TAKEN_COLUMNS] as const
/** Of replies to steps, for those who may see the rewards of hooks. */
export const JUDGED_COLUMNS = [...STEP_COLUMNS, 'rewards', 'outcome'] as const

/** A page, which is written as JSON when its frame is. */
export interface Page {
  readonly text: string
}

/** One entry of a column: JSON, or a page. */
export type Cell = string | Page

/** One slot's entry in each column. */
export interface Row {
  readonly slot: number
  readonly cells: readonly Cell[]
  /** Of the cells together, pages as they are read. */
  readonly characters: number
}

/** Rows with the columns of a reply. */
export class Columns {
  readonly names: readonly string[]

  constructor(names: readonly string[]) {
    this.names = names
  }

  /** What a slot came to. */
  rowOf(slot: number, outcome: Outcome): Row {
    const cells = standing(outcome)
    if (this.names.length > START_COLUMNS.length) {
      if (outcome.told) this.#addTaken(cells, outcome.told, outcome.begun)
      else cells.push(...BEGUN)
    }
    return this.#row(slot, cells)
  }

  /** A slot that came to nothing. */
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

  #addTaken(cells: Cell[], { episode, step, end }: AnsweredStep, next: ServedEpisode | null): void {
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

function standing({ told, begun, failure }: Outcome): Cell[] {
  const error = failure ? errorJson(failure.thrown) : 'null'
  if (begun) {
    const page = { text: begun.runner.observation }
    return [error, `"${begun.id}"`, page, actionsJson(actionsOf(begun)), startJson(begun)]
  }
  if (!told) return [error]
  const { episode, step, actions } = told
  return [error, `"${episode}"`, { text: step.nextObservation }, actionsJson(actions), 'null']
}

/** Where a step began another episode instead, Gymnasium's reward is 0, and nothing has ended. */
const BEGUN: readonly string[] = ['null', '0', 'false', 'false']

function startJson(served: ServedEpisode): string {
  const { task, seed, member, forkPath, maxSteps, group } = episodeView(served)
  return JSON.stringify({ task, seed, member, forkPath, maxSteps, group })
}

function errorJson(thrown: unknown): string {
  const { code, message } = asGymError(thrown)
  return JSON.stringify({ code, message })
}
