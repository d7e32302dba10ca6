import { describe, expect, it } from 'vitest'
import { checkEnvironment } from '../../../core/check/environment.ts'
import type { CheckResult } from '../../../core/check/report.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import { openWorld, startEpisode } from '../../../core/index.ts'
import { wordsOf } from '../../../envs/grid/actions.ts'
import grid from '../../../envs/grid/index.ts'
import { SPLITS } from '../../../envs/grid/levels.ts'
import { type GridSettings, WORLD_NAMES } from '../../../envs/grid/options.ts'
import { admissible } from '../../../envs/grid/take-action.ts'
import { textView } from '../../../envs/grid/views/text.ts'
import { enumerate } from '../../../evaluation/exact/enumerate.ts'
import { share } from '../../support/long.ts'
import { levelsOf, reachOf, stepsToReward } from './reach.ts'

const FEW: readonly JsonObject[] = [
  { aliasing: 2, noise: 0.1 },
  { reward: 'graded', rewardDelay: 2, branching: 2 },
]
const MORE: readonly JsonObject[] = [{}, { aliasing: 1 }, { horizon: 70, rewardDelay: 3 }]
const ALL: readonly JsonObject[] = [...FEW, ...MORE]
/** In turn: every second world has the same knobs in the fast suite. */
const knobsOf = (number: number): readonly JsonObject[] => share([FEW[number % FEW.length] ?? {}], ALL)
const conditions = WORLD_NAMES.flatMap((world, number) => knobsOf(number).map((knobs) => ({ world, ...knobs })))
const named = conditions.map((options) => [JSON.stringify(options), options] as const)
const SAMPLE = share([0, 165], [0, 1, 130, 165])

/** The most boxes that were ever on targets are part of its states. */
const isGradedSokoban = ({ world, reward }: GridSettings): boolean => world === 'sokoban' && reward === 'graded'

describe.each(named)('grid with %s', (_, options) => {
  const levels = levelsOf(options)
  const { settings } = levels
  const reached = SAMPLE.map((number) => ({ number, level: levels.at(number), reach: reachOf(levels, number) }))
  const texts = reached.map(({ level, reach }) => reach.states.map((state) => textView(level, state, settings)))

  it('keeps the contract', async () => {
    const broken: CheckResult[] = []
    for await (const result of checkEnvironment(grid, options)) if (result.status === 'failed') broken.push(result)
    expect(broken).toEqual([])
  })

  it('pays every task within the horizon', () => {
    for (const { number, reach } of reached) {
      const steps = stepsToReward(reach)
      expect(steps, `task ${number}`).not.toBeNull()
      expect(steps, `task ${number}`).toBeLessThanOrEqual(settings.horizon)
    }
  })

  it('has few states, none of which counts steps', () => {
    for (const { reach } of reached) {
      expect(reach.states.length).toBeGreaterThan(20)
      expect(reach.states.length).toBeLessThan(isGradedSokoban(settings) ? 10_000 : 5000)
    }
  })

  it('lists an action in every state that is not an end', () => {
    for (const { reach } of reached) {
      const ends = new Set(reach.edges.flat().flatMap(({ to, terminated }) => (terminated ? [to] : [])))
      expect(reach.edges.flatMap((edges, at) => (edges.length === 0 && !ends.has(at) ? [at] : []))).toEqual([])
    }
  })

  it('lists the same actions if it shows the same text', () => {
    for (const [place, { level, reach }] of reached.entries()) {
      const listed = new Map<string, string>()
      for (const [at, state] of reach.states.entries()) {
        if (reach.edges[at]?.length === 0) continue
        const text = texts[place]?.[at] ?? ''
        const words = wordsOf(admissible(level, state, settings)).join()
        expect(listed.get(text) ?? words).toBe(words)
        listed.set(text, words)
      }
    }
  })

  it('shows one text a state if nothing is hidden, and fewer where something is', () => {
    const states = reached.reduce((sum, { reach }) => sum + reach.states.length, 0)
    const different = texts.reduce((sum, shown) => sum + new Set(shown).size, 0)
    if (settings.aliasing === 0) expect(different).toBe(states)
    else expect(different).toBeLessThan(states)
  })

  it('pays from 0 to 1 a step', () => {
    const rewards = reached.flatMap(({ reach }) => reach.edges.flat().map(({ reward }) => reward))
    expect(Math.min(...rewards)).toBe(0)
    expect(Math.max(...rewards)).toBeGreaterThan(0)
    expect(Math.max(...rewards)).toBeLessThanOrEqual(1)
  })
})

describe.each(WORLD_NAMES)('tasks of %s', (world) => {
  const levels = levelsOf({ world })
  const numbers = Object.values(SPLITS).flatMap(({ first, length }) => Array.from({ length }, (_, i) => first + i))
  const signatures = numbers.map((number) => levels.at(number).signature)

  it('are a function of seed and number alone', () => {
    const others = levelsOf({ world })
    for (const number of [165, 3, 130, 0]) expect(others.at(number).signature).toBe(signatures[number])
    expect(levelsOf({ world, seed: 1 }).at(0).signature).not.toBe(signatures[0])
  })

  it('share nothing between splits, and repeat little within one', () => {
    const [train, validation, test] = Object.values(SPLITS).map(
      ({ first, length }) => new Set(signatures.slice(first, first + length)),
    )
    expect(train?.size).toBeGreaterThan(110)
    for (const signature of validation ?? []) expect(train?.has(signature)).toBe(false)
    for (const signature of test ?? []) {
      expect(train?.has(signature)).toBe(false)
      expect(validation?.has(signature)).toBe(false)
    }
  })

  it('can be enumerated through the environment itself, with the same states', async () => {
    const options = { world, noise: 0.1, rewardDelay: 1 }
    const opened = await openWorld(grid, options)
    const episode = await startEpisode(opened, { task: opened.tasks.at('train', 2), seed: 1 })
    const model = enumerate(episode)
    expect(model.stateCount).toBe(reachOf(levelsOf(options), 2).states.length)
    expect(Math.max(...model.outcomeReward)).toBe(1)
  })

  it('have ids that are found, and no others', async () => {
    const { tasks } = await openWorld(grid, { world })
    expect(tasks.splits).toEqual(['train', 'validation', 'test'])
    expect(tasks.byId(`${world}-test-31`)).toEqual(tasks.at('test', 31))
    for (const id of [`${world}-test-32`, `${world}-test-`, `${world}-test-1.5`, 'other-test-1', `${world}-test-01`])
      expect(() => tasks.byId(id)).toThrow(/no task/)
  })
})
