import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import { expectSync, openWorld, startEpisode } from '../../../core/index.ts'
import environment from '../../../envs/procedures/index.ts'
import { DEFAULT_OPTIONS, procedureSettings } from '../../../envs/procedures/options.ts'
import { Problems, splitSizes } from '../../../envs/procedures/problems.ts'
import { ProcedureData } from '../../../envs/procedures/rule.ts'
import { RULES } from '../../../envs/procedures/rules/index.ts'
import { stateText } from '../../../envs/procedures/session.ts'
import { isSameState, procedureScores } from '../../../envs/procedures/states.ts'
import { share } from '../../support/long.ts'
import { textsUnder } from '../../support/pages.ts'

const begin = async (options: JsonObject = {}, index = 0) => {
  const world = await openWorld(environment, options)
  return startEpisode(world, { task: world.tasks.at('train', index), seed: 1 })
}
type Episode = Awaited<ReturnType<typeof begin>>

const play = (episode: Episode, actions: readonly string[]) => actions.map((action) => expectSync(episode.step(action)))
const truthOf = ({ world, task }: Episode): readonly string[] => {
  const truth = world.environment.groundTruth?.(task, { resources: world.resources })
  return (truth as { states: string[] }).states
}

describe.each(RULES.map((rule) => [rule.name, rule] as const))('the procedure %s', (_, rule) => {
  it('is drawn with as many states as asked for, or nearly', () => {
    for (let draw = 0; draw < share(10, 100); draw++) {
      const rng = new Rng(keyOfSeed(draw), 0)
      const steps = 2 + (draw % 9)
      const { states } = rule.run(new ProcedureData(rule.draw(rng, steps)))
      expect(Math.abs(states.length - steps), JSON.stringify(states)).toBeLessThanOrEqual(1)
      for (const state of states) expect(stateText(state).trim()).not.toBe('')
    }
  })

  it('has states that are the same when they are read again as they are said', async () => {
    const episode = await begin({ rule: rule.name })
    const steps = play(episode, truthOf(episode))
    expect(episode.grades()).toEqual({ progress: 1, prefix_accuracy: 1, sequence: 1, final: 1 })
    expect(steps.reduce((sum, { reward }) => sum + (reward ?? 0), 0)).toBeCloseTo(1, 12)
  })
})

describe('an episode', () => {
  it('pays each right state its share, and continues after a wrong one', async () => {
    const episode = await begin({ rule: 'cumulate', shortest: 4, longest: 4 })
    const [first = '', , third = '', last = ''] = truthOf(episode)
    const steps = play(episode, [first, 'no number', third, last])
    expect(steps.map(({ reward }) => reward)).toEqual([0.25, 0, 0.25, 0.25])
    expect(episode.grades()).toEqual({ progress: 0.75, prefix_accuracy: 0.25, sequence: 0, final: 1 })
    expect(episode.ending).toBe('terminated')
  })

  it('pays the final state alone, where that is the reward', async () => {
    const episode = await begin({ rule: 'rotate', reward: 'final' })
    const truth = truthOf(episode)
    const steps = play(episode, truth)
    expect(steps.map(({ reward }) => reward)).toEqual(truth.map((_, at) => Number(at === truth.length - 1)))
  })

  it('has controls: rewards inverted, or drawn', async () => {
    const inverted = await begin({ control: 'inverted' })
    expect(play(inverted, truthOf(inverted)).every(({ reward }) => reward === 0)).toBe(true)
    const random = await begin({ control: 'random', shortest: 20, longest: 20, rule: 'cumulate' })
    const rewards = play(random, truthOf(random)).map(({ reward }) => reward)
    expect([...new Set(rewards)].sort()).toEqual([0, 1 / 20])
  })

  it('misses the last state if a step that matters is left out', async () => {
    const episode = await begin({ rule: 'encode', shortest: 4, longest: 4 })
    const truth = truthOf(episode)
    play(episode, [...truth.toSpliced(1, 1), 'x'])
    expect(episode.grades()).toMatchObject({ final: 0, prefix_accuracy: 0.25 })
  })

  it('takes an empty answer as a step that says so', async () => {
    const episode = await begin()
    expect(play(episode, [' '])[0]).toMatchObject({ isActionValid: false, reward: 0 })
    expect(episode.text()).toContain('Your answer was empty.\nState the result of step 1 of')
  })

  it.each([
    [{ shortest: 9, longest: 4 }, /option shortest of procedures is at most longest, which is 4/],
    [{ rule: 'juggle' }, /option rule of procedures is one of all, sort/],
    [{ control: 'wrong' }, /option control of procedures is one of none, random, inverted/],
  ])('is not to be had with %j', async (options, message) => {
    await expect(begin(options)).rejects.toThrow(message)
  })
})

describe('tasks', () => {
  it('share nothing between splits, and are of all procedures in turn', () => {
    const settings = procedureSettings({ ...DEFAULT_OPTIONS, tasks: 96 })
    const problems = new Problems(settings)
    const { train, validation, test } = splitSizes(settings)
    const all = Array.from({ length: train + validation + test }, (_, number) => problems.at(number))
    expect(all.slice(0, RULES.length).map(({ rule }) => rule)).toEqual(RULES.map(({ name }) => name))
    const splits = all.map((_, number) => (number < train ? 'a' : number < train + validation ? 'b' : 'c'))
    const bySplit = new Map<string, string>()
    all.forEach(({ question }, number) => {
      expect(bySplit.get(question) ?? splits[number]).toBe(splits[number])
      bySplit.set(question, splits[number] ?? '')
    })
  })
})

describe('states', () => {
  it('are compared by the kind of the true one', () => {
    expect([isSameState(5, '5'), isSameState(5, 5.9), isSameState(5, '5.0'), isSameState('5', 5)]).toEqual([
      true,
      true,
      false,
      true,
    ])
    expect([isSameState(['1'], [1]), isSameState([], []), isSameState('a', ['a'])]).toEqual([true, false, false])
  })

  it('are counted against the longer sequence', () => {
    expect(procedureScores(['a', 'b'], ['a', 'b', 'c'])).toEqual({
      prefixLength: 2,
      prefixAccuracy: 2 / 3,
      matchRatio: 2 / 3,
      isSequenceRight: false,
      isFinalRight: false,
    })
  })
})

describe('docs/procedures.md', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../docs/procedures.md', import.meta.url)), 'utf8')

  it('shows the first observation as it is', async () => {
    expect(page).toContain(`\n\`\`\`\n${(await begin()).text()}\n\`\`\`\n`)
  })

  it('lists the options with their defaults, and the grades', async () => {
    const options = textsUnder(page, 'option').map(([name = '', value = '']) => [name, JSON.parse(value)])
    expect(Object.fromEntries(options)).toEqual(DEFAULT_OPTIONS)
    expect(textsUnder(page, 'grade').map(([name]) => name)).toEqual(Object.keys((await begin()).grades()))
  })
})
