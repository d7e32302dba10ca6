import { GymError } from '../data/errors.ts'
import { nearAnd } from '../data/near.ts'
import { plainCopy } from '../data/plain.ts'
import { shown } from '../data/shown.ts'
import type { Json, Task } from '../data/types.ts'
import { asked } from '../data/user-code.ts'

/** A task as its author writes it; parts left out are null. */
export interface TaskDraft {
  readonly id: string
  readonly public?: Json
  readonly private?: Json
}

/** Tasks of one split in a stable order. An array is one; large sets make their items on demand. */
export interface TaskList<Draft extends TaskDraft = TaskDraft> {
  readonly length: number
  at(index: number): Draft | undefined
  /** Position of a task, where that is cheaper than looking through all. */
  indexOfId?(id: string): number
  /** Position of a task by an id that it had in earlier versions and records, -1 for none. Asked for records only. */
  indexOfFormerId?(id: string): number
}

/** Splits by name. They share no task. */
export type TaskSplits<Draft extends TaskDraft = TaskDraft> = Readonly<Record<string, TaskList<Draft>>>

/** An environment without tasks of its own has this one: its seed is the task. */
export const ONLY_TASK: TaskSplits = { train: [{ id: 'default' }] }

/** Finds tasks of every split, by position or id. */
export class TaskSet {
  readonly #splits: TaskSplits
  readonly #positions = new Map<string, ReadonlyMap<string, number>>()

  /** @throws GymError ENV_INVALID where there is no split */
  constructor(splits: TaskSplits) {
    this.#splits = splits
    if (this.splits.length === 0) throw new GymError('ENV_INVALID', 'tasks are { split: [...] }, with a split at least')
  }

  get splits(): readonly string[] {
    return Object.keys(this.#splits)
  }

  /** @throws GymError TASK_UNKNOWN */
  size(split: string): number {
    return this.#list(split).length
  }

  /** Frozen: episodes share it. @throws GymError TASK_UNKNOWN; ENV_INVALID for a task that is not plain JSON */
  at(split: string, index: number): Task {
    const list = this.#list(split)
    const draft = Number.isInteger(index) && index >= 0 ? asked('tasks', () => list.at(index)) : undefined
    if (!draft) throw unknown(`split ${split} has no task ${shown(index)}: its tasks are 0 to ${this.size(split) - 1}`)
    return asked('tasks', () => taskOf(draft, split))
  }

  /** @throws GymError TASK_UNKNOWN */
  byId(id: string): Task {
    const task = this.#found((split) => this.#indexOfId(split, id))
    if (task) return task
    throw unknown(`there is no task ${shown(id)} in ${this.splits.join(', ')}`)
  }

  /**
   * As `byId` for a task that a record names, also by an id that it had in an earlier version. Not for what a client
   * sends: a former id may have said something of the private part.
   * @throws GymError TASK_UNKNOWN
   */
  byRecordedId(id: string): Task {
    const formerIn = (split: string): number => this.#list(split).indexOfFormerId?.(id) ?? -1
    return this.#found((split) => this.#indexOfId(split, id)) ?? this.#found(formerIn) ?? this.byId(id)
  }

  #found(indexIn: (split: string) => number): Task | null {
    for (const split of this.splits) {
      const index = asked('tasks', () => indexIn(split))
      if (index >= 0) return this.at(split, index)
    }
    return null
  }

  #list(split: string): TaskList {
    const list = Object.hasOwn(this.#splits, split) ? this.#splits[split] : undefined
    if (!list) {
      const { splits } = this
      throw unknown(`there is no split ${shown(split)}: ${nearAnd(split, splits, `splits are ${splits.join(', ')}`)}`)
    }
    return list
  }

  /** -1 where the split has none of this id. */
  #indexOfId(split: string, id: string): number {
    const list = this.#list(split)
    if (list.indexOfId) return list.indexOfId(id)
    const known = this.#positions.get(split) ?? positionsOf(list)
    this.#positions.set(split, known)
    return known.get(id) ?? -1
  }
}

function positionsOf(list: TaskList): ReadonlyMap<string, number> {
  const positions = new Map<string, number>()
  for (let index = 0; index < list.length; index++) {
    const id = list.at(index)?.id
    if (id !== undefined) positions.set(id, index)
  }
  return positions
}

const PART = { name: 'task', code: 'ENV_INVALID', hasMinusZero: true } as const

function taskOf({ id, public: open = null, private: hidden = null }: TaskDraft, split: string): Task {
  if (typeof id !== 'string') throw new GymError('ENV_INVALID', `a task of split ${split} has no id that is a text`)
  return Object.freeze({ id, split, public: plainCopy(open, PART), private: plainCopy(hidden, PART) })
}

const unknown = (message: string): GymError => new GymError('TASK_UNKNOWN', message)
