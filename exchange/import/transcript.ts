import type { Seed } from '../../core/data/rng.ts'
import type { Evidence, Json, JsonObject } from '../../core/data/types.ts'
import type { Message } from '../dialogue.ts'

/** One action of a conversation, and what followed it. */
export interface ImportedTurn {
  readonly action: Json
  /** The message of the assistant; null where the action alone leads back to it. */
  readonly said: Message | null
  readonly shown: readonly Message[]
  /** The environment's reward; null where the file has none. */
  readonly reward: number | null
  readonly isActionValid: boolean
  readonly info: JsonObject
  /** Other signals of the step, by name. */
  readonly signals: Readonly<Record<string, number | null>>
  readonly evidence?: Evidence
}

/** A conversation of a file, as a run has it. */
export interface Transcript {
  /** Null where the file has none. */
  readonly id: string | null
  /** What makes conversations comparable: `null` for one by itself, undefined where the file does not say. */
  readonly group: string | null | undefined
  /** Undefined where the file does not say. */
  readonly task: string | undefined
  readonly split: string
  readonly seed: Seed
  readonly agent: string
  readonly opening: readonly Message[]
  readonly tools: readonly Json[]
  /** One at least. */
  readonly turns: readonly ImportedTurn[]
  readonly ending: 'terminated' | 'truncated'
  /** Signals of the whole, by name. */
  readonly outcomes: Readonly<Record<string, number | null>>
}

/** What of a file has no place in a run: names of fields, and how often they were met. */
export class NotKept {
  readonly #counts = new Map<string, number>()
  readonly #reward: string | null

  /** @param reward path of the field that is read as the reward; null for none */
  constructor(reward: string | null) {
    this.#reward = reward
  }

  add(field: string): void {
    if (field === this.#reward) return
    if (this.#counts.size < MOST_FIELDS || this.#counts.has(field))
      this.#counts.set(field, (this.#counts.get(field) ?? 0) + 1)
  }

  /** Fields of an object that are not among those that are read. */
  others(value: JsonObject, read: readonly string[], within = ''): void {
    for (const name of Object.keys(value)) if (!read.includes(name)) this.add(`${within}${name}`)
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }
}

/** Names that are counted: a file may have any number of them. */
const MOST_FIELDS = 100

/** What is wrong with a row. */
export class RowProblem extends Error {
  override readonly name = 'RowProblem'
}
