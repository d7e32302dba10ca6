import { describe, expect, it } from 'vitest'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import type { Environment } from '../../../core/episode/environment.ts'
import { expectSync, openWorld, startEpisode } from '../../../core/index.ts'
import negotiation from '../../../envs/dialogue/negotiation/index.ts'
import support from '../../../envs/dialogue/support/index.ts'
import tutoring from '../../../envs/dialogue/tutoring/index.ts'

const KINDS: readonly (readonly [name: string, environment: Environment])[] = [
  ['support', support],
  ['negotiation', negotiation],
  ['tutoring', tutoring],
]
const DIFFICULTIES = [1, 2, 3]
const TASKS = 12

const worldOf = (environment: Environment, options: JsonObject = {}) => openWorld(environment, options)
type World = Awaited<ReturnType<typeof worldOf>>

async function begin(world: World, index: number) {
  return startEpisode(world, { task: world.tasks.at('train', index), seed: 1 })
}

/** Messages of the solver from the start to the end. */
async function solution(world: World, index: number): Promise<readonly string[]> {
  const episode = await begin(world, index)
  const messages: string[] = []
  while (episode.ending === null) {
    const message = episode.expert({ noise: 0, turn: messages.length, rng: new Rng(keyOfSeed(1), messages.length) })
    messages.push(String(message))
    expectSync(episode.step(message))
  }
  return messages
}

/** Sum of the rewards of these messages; what comes after the end is left out. */
async function earned(world: World, index: number, messages: readonly string[]): Promise<number> {
  const episode = await begin(world, index)
  let sum = 0
  for (const message of messages)
    if (episode.ending === null) sum += expectSync(episode.step(message)).reward ?? Number.NaN
  while (episode.ending === null) sum += expectSync(episode.step('leave')).reward ?? Number.NaN
  return sum
}

describe.each(KINDS)('a conversation of %s', (_, environment) => {
  it.each(DIFFICULTIES)(
    'of difficulty %i has a solution that earns 1, and no part of it is superfluous',
    async (difficulty) => {
      const world = await worldOf(environment, { difficulty })
      for (let index = 0; index < TASKS; index++) {
        const messages = await solution(world, index)
        expect(await earned(world, index, messages)).toBe(1)
        // The message that ends a conversation without a deal or test can be left out: the person has said goodbye.
        for (let left = 0; left < messages.length - 1; left++)
          expect(await earned(world, index, messages.toSpliced(left, 1))).toBeLessThan(1)
      }
    },
  )

  it('is worth less or as much, whatever is said in place of one message of the solution', async () => {
    const world = await worldOf(environment)
    const messages = await solution(world, 0)
    const others = (await begin(world, 0)).actions() ?? []
    for (let at = 0; at < messages.length; at++)
      for (const other of others) {
        const changed = messages.with(at, String(other))
        expect(await earned(world, 0, changed)).toBeLessThanOrEqual(1)
      }
  })

  it('pays each turn by what it changes, if asked to, which sums to the outcome less the start', async () => {
    const [sparse, dense] = [await worldOf(environment), await worldOf(environment, { reward: 'change' })]
    for (let index = 0; index < TASKS; index++) {
      const messages = await solution(sparse, index)
      const start = (await begin(sparse, index)).grades().progress ?? Number.NaN
      const outcome = await earned(sparse, index, messages)
      expect(await earned(dense, index, messages)).toBeCloseTo(outcome - start, 12)
    }
  })

  it('ends where the agent leaves, or does nothing three times in a row', async () => {
    const world = await worldOf(environment)
    const left = await begin(world, 0)
    expect(expectSync(left.step('leave'))).toMatchObject({ terminated: true, info: { ending: 'you left' } })
    const idle = await begin(world, 0)
    const ends = [1, 2, 3].map(() => expectSync(idle.step({ action_type: 'none' })).terminated)
    expect(ends).toEqual([false, false, true])
  })

  it('starts its count of idle turns again with each word', async () => {
    const world = await worldOf(environment)
    const episode = await begin(world, 0)
    const turns = ['do nothing', 'do nothing', 'Hello there, my friend.', 'do nothing', 'do nothing']
    expect(turns.map((turn) => expectSync(episode.step(turn)).terminated)).toEqual(turns.map(() => false))
  })

  it('reads the actions of SOTOPIA as it reads texts', async () => {
    const world = await worldOf(environment)
    const messages = await solution(world, 1)
    const spoken = messages.map((argument) => ({ action_type: 'speak', argument, to: [] }))
    const [text, object] = [await begin(world, 1), await begin(world, 1)]
    for (const [at, message] of messages.entries()) {
      expectSync(text.step(message))
      expectSync(object.step(spoken[at] ?? null))
      expect(object.text()).toBe(text.text())
    }
  })

  it.each([
    '',
    '   ',
    'x'.repeat(2001),
    7,
    null,
    [],
    {},
    { action_type: 'shout', argument: 'Hello' },
    { action_type: 'speak' },
    { action_type: 'speak', argument: 7 },
    { action_type: 'speak', argument: 'Hello', loud: true },
  ])('takes %j as a step that says what to say', async (action) => {
    const world = await worldOf(environment)
    const episode = await begin(world, 0)
    const step = expectSync(episode.step(action))
    expect(step).toMatchObject({ isActionValid: false, terminated: false })
    expect(episode.text()).toContain('They say: (say ')
  })

  it('takes words that it does not know as a step without effect on what is known', async () => {
    const world = await worldOf(environment)
    const episode = await begin(world, 0)
    const before = episode.anchors().findings
    expect(expectSync(episode.step('Colourless green ideas sleep furiously.')).isActionValid).toBe(false)
    expect(`${episode.anchors().findings}`.replace(/\d/g, '')).toBe(`${before}`.replace(/\d/g, ''))
  })

  it('ends after its last turn', async () => {
    const world = await worldOf(environment)
    const episode = await begin(world, 0)
    let turns = 0
    while (episode.ending === null) {
      expectSync(episode.step(turns % 2 === 0 ? 'do nothing' : 'Colourless green ideas.'))
      turns++
    }
    expect(turns).toBeGreaterThan(5)
  })

  it.each([
    [{ difficulty: 0 }, 'option difficulty of'],
    [{ difficulty: 1.5 }, 'option difficulty of a dialogue is a whole number from 1 to 3, not 1.5'],
    [{ reward: 'fame' }, 'option reward of a dialogue is one of outcome, change, not "fame"'],
  ])('refuses the options %j', async (options, message) => {
    await expect(worldOf(environment, options)).rejects.toThrow(message)
  })
})
