import { GymError } from '../../core/data/errors.ts'
import { canonicalJson } from '../../core/data/hash.ts'
import type { Step } from '../../core/data/types.ts'
import { signalValue } from '../signals.ts'
import type { Dynamics, TransitionReward } from './reward-distance.ts'

/** A finite process as recorded steps show it, with what signals pay in it. */
export interface SampledProcess {
  readonly dynamics: Dynamics
  /** By signal; signals that are unknown for a transition are left out. */
  readonly rewards: ReadonlyMap<string, TransitionReward>
  readonly states: number
  /** Different transitions that were seen. */
  readonly transitions: number
}

/** Options of a sampled process. */
export interface ProcessOptions {
  /** Anchor that distinguishes states. @default 'state' */
  readonly anchor?: string
  /** Discount a step, from 0 to below 1. @default 0.99 */
  readonly discount?: number
  /** @default 400 */
  readonly maxStates?: number
}

interface Transition {
  count: number
  /** By signal: sum and number of the known values. */
  readonly sums: Map<string, { sum: number; known: number }>
}

/**
 * The process that steps show: states by an anchor, probabilities by counts, the mean of each signal on each
 * transition. A state has the actions that were taken in it; one that was never left, or in which an episode
 * terminated, stays as it is and pays nothing. Where every action of every state was tried and has one outcome, it is
 * the process itself.
 * @throws GymError CONFIG_INVALID for steps without the anchor, no steps, too many states, and a discount out of range
 */
export function sampledProcess(steps: readonly Step[], options: ProcessOptions = {}): SampledProcess {
  const { anchor = 'state', discount = 0.99, maxStates = 400 } = options
  if (!(discount >= 0 && discount < 1)) throw invalid(`a discount is a number from 0 to below 1, not ${discount}`)
  const table = new TransitionTable()
  for (const step of steps) table.add(step, anchor)
  if (steps.length === 0) throw invalid('there are no steps to compare rewards on')
  if (table.size > maxStates)
    throw invalid(
      `the steps show ${table.size} states, more than ${maxStates}: compare on a smaller world, or by a coarser anchor`,
    )
  const names = [...new Set(steps.flatMap(({ rewards }) => rewards.map(({ name }) => name)))]
  const known = names.filter((name) => table.knows(name))
  return {
    dynamics: { transition: table.dense((transition, total) => transition.count / total, 1), discount },
    rewards: new Map(known.map((name) => [name, table.dense(({ sums }) => meanOf(sums.get(name)), 0)])),
    states: table.size,
    transitions: table.transitions.length,
  }
}

const meanOf = (own: { readonly sum: number; readonly known: number } | undefined): number =>
  own === undefined ? 0 : own.sum / own.known

class TransitionTable {
  readonly #states = new Map<string, number>()
  /** By state, by action, by next state. */
  readonly #rows = new Map<number, Map<string, Map<number, Transition>>>()

  get size(): number {
    return this.#states.size
  }

  get transitions(): readonly Transition[] {
    return [...this.#rows.values()].flatMap((actions) => [...actions.values()].flatMap((row) => [...row.values()]))
  }

  add(step: Step, anchor: string): void {
    const [state, next] = [step.anchors[anchor], step.nextAnchors[anchor]]
    if (state === undefined || next === undefined) throw invalid(`a step has no anchor ${anchor}`)
    const actions = entryOf(this.#rows, this.#numberOf(state), () => new Map<string, Map<number, Transition>>())
    const row = entryOf(actions, canonicalJson(step.action), () => new Map<number, Transition>())
    const landing = this.#numberOf(step.terminated ? `${next} ended` : next)
    const transition = entryOf(row, landing, (): Transition => ({ count: 0, sums: new Map() }))
    transition.count++
    for (const { name } of step.rewards) {
      const value = signalValue(step.rewards, name)
      if (value === null) continue
      const own = entryOf(transition.sums, name, () => ({ sum: 0, known: 0 }))
      own.sum += value
      own.known++
    }
  }

  /** Whether every transition has a value of a signal. */
  knows(signal: string): boolean {
    return this.transitions.every(({ sums }) => sums.has(signal))
  }

  /** @param stay value of staying in a state that is never left */
  dense(value: (transition: Transition, total: number) => number, stay: number): TransitionReward {
    return Array.from({ length: this.size }, (_, state) => {
      const actions = [...(this.#rows.get(state)?.values() ?? [])]
      if (actions.length === 0) return [Array.from({ length: this.size }, (_, at) => (at === state ? stay : 0))]
      return actions.map((row) => {
        const total = [...row.values()].reduce((sum, { count }) => sum + count, 0)
        const own = new Array<number>(this.size).fill(0)
        for (const [next, transition] of row) own[next] = value(transition, total)
        return own
      })
    })
  }

  #numberOf(state: string): number {
    return entryOf(this.#states, state, () => this.#states.size)
  }
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}

const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)
