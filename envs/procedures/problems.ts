import { hashOf } from '../../core/data/hash.ts'
import { deriveKey, type Key, keyOfSeed, Rng } from '../../core/data/rng.ts'
import type { ProcedureSettings } from './options.ts'
import { ProcedureData, type Rule } from './rule.ts'
import type { ProcedureState } from './states.ts'

/** A procedure with data, and the states that it runs through. */
export interface ProcedureProblem {
  readonly rule: string
  readonly question: string
  readonly init: ProcedureState
  readonly states: readonly ProcedureState[]
}

export const SPLITS = ['train', 'validation', 'test'] as const
export type Split = (typeof SPLITS)[number]

/** Tasks of each split: validation and test have a quarter of train. */
export const splitSizes = ({ tasks }: ProcedureSettings): Readonly<Record<Split, number>> => {
  const heldOut = Math.ceil(tasks / 4)
  return { train: tasks, validation: heldOut, test: heldOut }
}

/** Problems by the number of their task, each drawn when it is first asked for: a function of the settings and its number. */
export class Problems {
  readonly settings: ProcedureSettings
  /** Number of the first task of each split. */
  readonly firstOf: Readonly<Record<Split, number>>
  readonly #key: Key
  readonly #drawn = new Map<number, ProcedureProblem>()

  constructor(settings: ProcedureSettings) {
    this.settings = settings
    const { train, validation } = splitSizes(settings)
    this.firstOf = { train: 0, validation: train, test: train + validation }
    this.#key = keyOfSeed(settings.seed)
  }

  at(number: number): ProcedureProblem {
    const known = this.#drawn.get(number)
    if (known) return known
    const problem = this.#draw(number)
    this.#drawn.set(number, problem)
    return problem
  }

  /** What a problem asks says which split it may be in, so that no two splits have a problem in common. */
  #draw(number: number): ProcedureProblem {
    const { rules, shortest, longest } = this.settings
    const rule = rules[number % rules.length] ?? rules[0]
    const split = this.#splitOf(number)
    for (let draw = 0; ; draw++) {
      const rng = new Rng(deriveKey(this.#key, number, 0), draw)
      const problem = problemOf(rule, rng, rng.int(shortest, longest))
      if (problem.states.length > 0 && splitOfContent(problem.question) === split) return problem
    }
  }

  #splitOf(number: number): Split {
    const { validation, test } = this.firstOf
    return number < validation ? 'train' : number < test ? 'validation' : 'test'
  }
}

function problemOf(rule: Rule, rng: Rng, steps: number): ProcedureProblem {
  const data = new ProcedureData(rule.draw(rng, steps))
  return { rule: rule.name, question: `${rule.says}\n${rule.ask(data)}`.trimEnd(), ...rule.run(data) }
}

function splitOfContent(question: string): Split {
  const share = Number.parseInt(hashOf(question).slice(0, 8), 16) / 2 ** 32
  return share < 0.6 ? 'train' : share < 0.8 ? 'validation' : 'test'
}
