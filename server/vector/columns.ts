import type { Seat } from '../arena/seat.ts'
import type { Literals } from '../literals.ts'
import { actionsJson, actionsOf, episodeView, type ToldStep } from '../native/views.ts'
import { asGymError } from '../wire-errors.ts'
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

/** One slot's entry in each column, as JSON. */
export interface Row {
  readonly slot: number
  readonly cells: readonly string[]
  /** Of the cells together. */
  readonly characters: number
}

/** Rows with the columns of a reply. */
export class Columns {
  readonly names: readonly string[]
  readonly #literals: Literals

  constructor(names: readonly string[], literals: Literals) {
    this.names = names
    this.#literals = literals
  }

  /** What a slot came to. */
  rowOf(slot: number, outcome: Outcome): Row {
    const stands = this.#standing(outcome)
    if (this.names.length === START_COLUMNS.length) return this.#row(slot, stands)
    return this.#row(slot, [...stands, ...(outcome.told ? this.#taken(outcome.told, outcome.begun) : BEGUN)])
  }

  /** A slot that came to nothing. */
  failure(slot: number, thrown: unknown): Row {
    return this.#row(slot, [errorJson(thrown)])
  }

  /** Columns that a row says nothing of are null. */
  #row(slot: number, said: readonly string[]): Row {
    const cells = this.names.map((_, column) => said[column] ?? 'null')
    return { slot, cells, characters: cells.reduce((sum, cell) => sum + cell.length + 1, 0) }
  }

  #standing({ told, begun, failure }: Outcome): readonly string[] {
    const error = failure ? errorJson(failure.thrown) : 'null'
    if (begun) {
      const text = this.#literals.of(begun.run.observation)
      return [error, `"${begun.id}"`, text, actionsJson(actionsOf(begun)), startJson(begun)]
    }
    if (!told) return [error]
    return [error, `"${told.episode}"`, this.#literals.of(told.step.nextObservation), actionsJson(told.actions), 'null']
  }

  #taken({ episode, step, end }: ToldStep, next: Seat | null): readonly string[] {
    const { index, rewards, terminated, truncated, isActionValid, info, nextObservation } = step
    return [
      `${index}`,
      `${rewards[0]?.value ?? null}`,
      `${terminated}`,
      `${truncated}`,
      `${isActionValid}`,
      JSON.stringify(info),
      JSON.stringify(end?.ending ?? null),
      JSON.stringify(end?.endingReason ?? null),
      next ? this.#literals.of(nextObservation) : 'null',
      next ? `"${episode}"` : 'null',
      JSON.stringify(rewards),
      JSON.stringify(end?.rewards ?? null),
    ]
  }
}

/** Where a step began another episode instead, Gymnasium's reward is 0, and nothing has ended. */
const BEGUN: readonly string[] = ['null', '0', 'false', 'false']

function startJson(seat: Seat): string {
  const { task, seed, member, forkPath, maxSteps, group } = episodeView(seat)
  return JSON.stringify({ task, seed, member, forkPath, maxSteps, group })
}

function errorJson(thrown: unknown): string {
  const { code, message } = asGymError(thrown)
  return JSON.stringify({ code, message })
}
