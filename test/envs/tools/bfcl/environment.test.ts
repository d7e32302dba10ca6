import { describe, expect, it } from 'vitest'
import { expectSync } from '../../../../core/data/maybe-promise.ts'
import { keyOfSeed, Rng } from '../../../../core/data/rng.ts'
import type { Json } from '../../../../core/data/types.ts'
import { startEpisode } from '../../../../core/episode/start.ts'
import { toolsOf } from '../../../../core/episode/tools.ts'
import { openWorld } from '../../../../core/episode/world.ts'
import { progressOf } from '../../../../envs/tools/bfcl/episode.ts'
import { textOf } from '../../../../envs/tools/bfcl/expert.ts'
import environment, { type BfclResources } from '../../../../envs/tools/bfcl/index.ts'

async function open(options: object = {}) {
  const world = await openWorld(environment, { tasks: 30, ...options })
  return { ...world, resources: world.resources as BfclResources }
}
type Opened = Awaited<ReturnType<typeof open>>

const start = (world: Opened, position = 0, split = 'train') =>
  expectSync(startEpisode(world, { task: world.tasks.at(split, position), seed: position }))
type Started = ReturnType<typeof start>

const step = (episode: Started, action: Json) => expectSync(episode.step(action))
const taskOf = (world: Opened, episode: Started) => world.resources.open(Number(episode.task.private))
const CAREFUL = { chance: () => false } as never
const solve = (episode: Started) => step(episode, episode.expert({ rng: CAREFUL, noise: 0, turn: 0 }) ?? null)

/** The first task of a category, started. */
function ofCategory(world: Opened, category: string) {
  const position = world.resources.tasks.findIndex((task) => task.category === category)
  expect(position, category).toBeLessThan(world.tasks.size('train'))
  return start(world, position)
}

describe('a generated task', () => {
  it('is won by its gold calls, every turn of it, in every category', async () => {
    const world = await open({ tasks: 60, missingFunctions: 0.4, missingDetails: 0.4, longContext: 0.1 })
    for (const split of world.tasks.splits)
      for (let position = 0; position < world.tasks.size(split); position++) {
        const episode = start(world, position, split)
        const turns: unknown[] = []
        let reward: number | null = 0
        while (episode.ending === null) {
          reward = solve(episode).reward
          turns.push(episode.grades().turn)
        }
        const { gold } = taskOf(world, episode)
        expect(reward, `${split} ${position}`).toBe(1)
        expect(episode.ending).toBe('terminated')
        expect(turns.filter((turn) => turn === 1)).toHaveLength(gold.filter(({ calls }) => calls.length > 0).length)
        expect(turns).not.toContain(0)
        expect(episode.grades().progress).toBe(1)
      }
    expect(new Set(world.resources.tasks.map(({ category }) => category)).size).toBe(4)
  })

  it('is a function of the options, and no two tell the same story', async () => {
    const [world, again, other] = [await open(), await open(), await open({ dataSeed: 1 })]
    const stories = ({ resources }: Opened) =>
      resources.tasks.map(({ turns, scenarios }) => JSON.stringify([turns.map(({ says }) => says), scenarios]))
    expect(stories(world)).toEqual(stories(again))
    expect(stories(world).filter((story) => stories(other).includes(story))).toEqual([])
    expect(new Set(stories(world)).size).toBe(world.resources.tasks.length)
  })

  it('has as many requests as asked for', async () => {
    const { resources } = await open({ turns: 6, missingFunctions: 0, missingDetails: 0 })
    expect(new Set(resources.tasks.map(({ turns }) => turns.length))).toEqual(new Set([6]))
  })

  it.each([
    { turns: 0 },
    { turns: 11 },
    { tasks: 0 },
    { missingFunctions: 1.5 },
    { longContext: -1 },
    { stepsPerTurn: 0.5 },
  ])('is refused with options %j', async (options) => {
    await expect(open(options)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('keeps a diverged episode below 4 kB', async () => {
    const world = await open({ turns: 6 })
    for (let position = 0; position < world.tasks.size('train'); position++) {
      const episode = start(world, position)
      while (episode.ending === null) solve(episode)
      const { changes, results, verdicts } = episode.state
      expect(JSON.stringify({ changes, results, verdicts }).length).toBeLessThan(4096)
    }
  })

  it('lists functions that all episodes share, of whatever task', async () => {
    const world = await open({ missingFunctions: 1 })
    const listed = Array.from({ length: world.tasks.size('train') }, (_, position) => {
      expect(world.tasks.at('train', position).public).toBe(world.tasks.at('train', position).public)
      return (world.tasks.at('train', position).public as { readonly tools: readonly object[] }).tools
    })
    const names = new Set(listed.flat().map((tool) => JSON.stringify(tool)))
    expect(new Set(listed.flat()).size).toBe(names.size)
  })
})

describe('a turn', () => {
  it('shows the user first, then answers of functions, and ends with a message', async () => {
    const world = await open({ missingFunctions: 0, missingDetails: 0 })
    const episode = start(world)
    const { task } = taskOf(world, episode)
    expect(episode.text()).toBe(`[user]\n${task.turns[0]?.says}`)
    expect(step(episode, '[get_user_id(1), nonsense()]')).toMatchObject({ info: { calls: 2 } })
    expect(episode.text()).toContain("[nonsense]\nError during execution: name 'nonsense' is not defined")
    step(episode, 'I am done.')
    expect(episode.text()).toBe(`[user]\n${task.turns[1]?.says}`)
    expect(episode.publicState()).toEqual({ turn: 1 })
  })

  it('that is wrong loses the task, and leaves later turns to be judged on their own', async () => {
    const world = await open({ missingFunctions: 0, missingDetails: 0, tasks: 60 })
    const readOnly = world.resources.tasks.findIndex((_, number) => {
      const { gold } = world.resources.open(number)
      return Object.keys(gold[0]?.changes ?? {}).length === 0
    })
    const episode = start(world, readOnly)
    step(episode, 'No.')
    const verdicts = [episode.grades().turn]
    let last = step(episode, '[]')
    expect(last.reward).toBe(0)
    verdicts.push(episode.grades().turn)
    while (episode.ending === null) last = solve(episode)
    expect(verdicts).toEqual([0, 0])
    expect(last.reward).toBe(0)
    expect(episode.grades().progress).toBeLessThan(1)
  })

  it('has a grade only in the step that ends it', async () => {
    const world = await open({ missingFunctions: 0, missingDetails: 0 })
    const episode = start(world)
    solve(episode)
    expect(episode.grades().turn).toBeNull()
  })

  it('without gold calls is judged neither right nor wrong', async () => {
    const world = await open({ missingFunctions: 0, missingDetails: 1 })
    const episode = ofCategory(world, 'miss_param')
    const { gold } = taskOf(world, episode)
    const empty = gold.findIndex(({ calls }) => calls.length === 0)
    while (episode.state.turn < empty) solve(episode)
    step(episode, 'Which one?')
    expect(episode.grades().turn).toBeNull()
    while (episode.ending === null) solve(episode)
    expect(episode.grades().progress).toBe(1)
  })

  it('with more steps than it may have ends the episode without reward', async () => {
    const world = await open({ stepsPerTurn: 3 })
    const episode = start(world)
    for (let at = 0; at < 3; at++) expect(step(episode, 'ls()').truncated).toBe(false)
    expect(step(episode, 'ls()')).toMatchObject({ truncated: true, terminated: false, reward: 0 })
    expect(episode.grades().turn).toBe(0)
  })
})

describe('a function that is held back', () => {
  it('is not among the tools at first, and is shown when it arrives', async () => {
    const world = await open({ missingFunctions: 1, missingDetails: 0 })
    const episode = ofCategory(world, 'miss_func')
    const { task } = taskOf(world, episode)
    const at = task.turns.findIndex(({ arrives }) => arrives.length > 0)
    const [name = ''] = task.turns[at]?.arrives ?? []
    const served = () => toolsOf(world, episode)?.map((tool) => tool.name)
    expect(JSON.stringify(episode.task.public)).not.toContain(`"name":"${name}"`)
    expect(served()).not.toContain(name)
    expect(served()?.at(-1)).toBe('respond')
    while (episode.state.turn < at) solve(episode)
    expect(episode.text()).toContain(`[system]\nNew functions:\n{"type":"function","function":{"name":"${name}"`)
    expect(served()).toContain(name)
    while (episode.ending === null) solve(episode)
    expect(episode.grades().progress).toBe(1)
  })
})

describe('an action', () => {
  const FORMS: readonly (readonly [string, Json])[] = [
    ['Python', "[fillFuelTank(fuelAmount=1.5), setHeadlights('on')]"],
    ['Python without brackets', "fillFuelTank(1.5), setHeadlights(mode='on')"],
    [
      'objects',
      {
        tool_calls: [
          { name: 'fillFuelTank', arguments: { fuelAmount: 1.5 } },
          { name: 'setHeadlights', arguments: { mode: 'on' } },
        ],
      },
    ],
    [
      'OpenAI’s form',
      {
        tool_calls: [
          { type: 'function', function: { name: 'fillFuelTank', arguments: '{"fuelAmount": 1.5}' } },
          { type: 'function', function: { name: 'setHeadlights', arguments: '{"mode": "on"}' } },
        ],
      },
    ],
    [
      'JSON text',
      '{"tool_calls": [{"name": "fillFuelTank", "arguments": {"fuelAmount": 1.5}}, {"name": "setHeadlights", "arguments": {"mode": "on"}}]}',
    ],
  ]

  it.each(FORMS)('may be written as %s, with the same effect', async (_, action) => {
    const world = await open({ tasks: 60 })
    const position = world.resources.tasks.findIndex(({ apis }) =>
      apis.some(({ name }) => name === 'VehicleControlAPI'),
    )
    const [episode, plain] = [start(world, position), start(world, position)]
    step(plain, FORMS[0]?.[1] ?? null)
    expect(step(episode, action)).toMatchObject({ isActionValid: true, info: { calls: 2, failed: 0 } })
    expect(episode.state).toEqual(plain.state)
    expect(episode.text()).toMatch(
      /^\[fillFuelTank\]\n\{"fuelLevel": \d+\.\d+\}\n\[setHeadlights\]\n\{"headlightStatus": "on"\}$/,
    )
  })

  it('that cannot be read leaves the turn open', async () => {
    const episode = start(await open())
    expect(step(episode, '{"name": ')).toMatchObject({ isActionValid: false })
    expect(episode.text()).toMatch(/^\[system\]\nthe action is not valid JSON/)
    expect(episode.publicState()).toEqual({ turn: 0 })
    expect(step(episode, `[${'ls(), '.repeat(33)}]`)).toMatchObject({ isActionValid: false })
  })

  it('all of whose calls fail is not valid', async () => {
    expect(step(start(await open()), 'nothing_like_it()')).toMatchObject({
      isActionValid: false,
      info: { calls: 1, failed: 1 },
    })
  })
})

describe('what an agent sees', () => {
  it('holds no gold call that is still to be made', async () => {
    const world = await open({ tasks: 60 })
    for (let position = 0; position < world.tasks.size('train'); position++) {
      const episode = start(world, position)
      const shown = JSON.stringify([episode.task.id, episode.task.public, episode.text(), episode.publicState()])
      for (const { calls } of taskOf(world, episode).gold)
        for (const call of calls) if (call.named.size > 0) expect(shown).not.toContain(textOf(call).slice(1, -1))
    }
  })

  it('is distinct from the ground truth that hooks compare with', async () => {
    const world = await open()
    const episode = start(world)
    const { gold } = taskOf(world, episode)
    const truth = environment.groundTruth?.(episode.task as never, { resources: world.resources })
    expect(truth).toMatchObject({ calls: gold.flatMap(({ calls }) => calls.map(({ name }) => ({ name }))) })
  })
})

describe('groups of the solver with noise', () => {
  it('have spread, and share anchors', async () => {
    const world = await open()
    const anchors = new Map<string, number>()
    let flat = 0
    for (let position = 0; position < 16; position++) {
      const rewards = new Set<number | null>()
      for (let member = 0; member < 8; member++) {
        const episode = expectSync(startEpisode(world, { task: world.tasks.at('train', position), seed: 7 }))
        const rng = new Rng(keyOfSeed(position * 8 + member), 0)
        let reward: number | null = 0
        while (episode.ending === null) {
          const anchor = `${position} ${progressOf(episode.state)}`
          anchors.set(anchor, (anchors.get(anchor) ?? 0) + 1)
          reward = step(episode, episode.expert({ rng, noise: 0.1, turn: 0 }) ?? null).reward
        }
        rewards.add(reward)
      }
      if (rewards.size === 1) flat++
    }
    const counts = [...anchors.values()]
    const repeated = counts.filter((count) => count > 1).reduce((sum, count) => sum + count, 0)
    expect(flat / 16).toBeLessThanOrEqual(0.4)
    expect(repeated / counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0.2)
  })
})
