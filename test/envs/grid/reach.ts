import { Rng } from '../../../core/data/rng.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import { idsIn, wordsOf } from '../../../envs/grid/actions.ts'
import { Levels } from '../../../envs/grid/levels.ts'
import { DEFAULT_OPTIONS, gridSettings } from '../../../envs/grid/options.ts'
import { type GridState, startState } from '../../../envs/grid/state.ts'
import { admissible, takeAction } from '../../../envs/grid/take-action.ts'

export const levelsOf = (options: JsonObject = {}): Levels =>
  new Levels(gridSettings({ ...DEFAULT_OPTIONS, ...options }))

/** Returns the given chances, true after that, and supports no other draw. */
class ToldRng extends Rng {
  readonly #told: readonly boolean[]
  draws = 0

  constructor(told: readonly boolean[]) {
    super({ word0: 0, word1: 0 }, 0)
    this.#told = told
  }

  override chance(): boolean {
    return this.#told[this.draws++] ?? true
  }

  override float(): number {
    throw new Error('a draw that an enumeration cannot follow')
  }
}

export interface Edge {
  readonly words: string
  readonly to: number
  readonly reward: number
  readonly terminated: boolean
  readonly isSlip: boolean
}

/** All that can happen in a task. State 0 is the start; states in which it has ended have no edges. */
export interface Reach {
  readonly states: readonly GridState[]
  readonly edges: readonly (readonly Edge[])[]
}

const MOST_STATES = 50_000

/** A plain breadth-first search through the transition, apart from the one that chooses the levels. */
export function reachOf(levels: Levels, number: number): Reach {
  const level = levels.at(number)
  const states: GridState[] = [startState(number, level.start)]
  const numbers = new Map([[JSON.stringify(states[0]), 0]])
  const ended = new Set<number>()
  const edges: Edge[][] = []
  for (let at = 0; at < states.length; at++) {
    const state = states[at]
    if (state === undefined || states.length > MOST_STATES) throw new Error('too many states')
    const here: Edge[] = []
    edges.push(here)
    if (ended.has(at)) continue
    for (const action of idsIn(admissible(level, state, levels.settings)))
      for (const told of [[false], [true, false], [true, true]]) {
        const rng = new ToldRng(told)
        const { state: next, reward, terminated } = takeAction(level, state, action, rng, levels.settings)
        const key = JSON.stringify(next)
        const to = numbers.get(key) ?? states.length
        if (to === states.length) states.push(next)
        numbers.set(key, to)
        if (terminated) ended.add(to)
        const words = wordsOf(1 << action)[0] ?? ''
        here.push({ words, to, reward: reward ?? Number.NaN, terminated, isSlip: told[0] === true })
        if (rng.draws === 0) break
      }
  }
  return { states, edges }
}

/** Steps of a shortest way that earns something at its end, if nothing slips; null if there is none. */
export function stepsToReward({ edges }: Reach, from = 0): number | null {
  const seen = new Set([from])
  let frontier = [from]
  for (let depth = 1; frontier.length > 0; depth++) {
    const ways = frontier.flatMap((at) => (edges[at] ?? []).filter(({ isSlip }) => !isSlip))
    if (ways.some(({ terminated, reward }) => terminated && reward > 0)) return depth
    frontier = [...new Set(ways.map(({ to }) => to))].filter((to) => !seen.has(to))
    for (const to of frontier) seen.add(to)
  }
  return null
}
