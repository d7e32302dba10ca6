import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { expectSync, openWorld, startEpisode } from '../../../core/index.ts'
import { sentCall } from '../../../envs/tool-chains/action.ts'
import { calculated, drawChain, keyOf } from '../../../envs/tool-chains/chain.ts'
import { drawFacts } from '../../../envs/tool-chains/facts.ts'
import toolChains from '../../../envs/tool-chains/index.ts'
import { DEFAULT_OPTIONS, SPLIT_SIZES } from '../../../envs/tool-chains/options.ts'
import { textsUnder } from '../../support/pages.ts'

const facts = drawFacts(new Rng(keyOfSeed(1), 0))

const begin = async (index = 0, options: JsonObject = {}) => {
  const world = await openWorld(toolChains, options)
  return startEpisode(world, { task: world.tasks.at('train', index), seed: 1 })
}
type Episode = Awaited<ReturnType<typeof begin>>

/** Actions of the solver, to the end. */
function solve(episode: Episode): readonly Json[] {
  const actions: Json[] = []
  while (episode.ending === null) {
    const action =
      episode.expert({ noise: 0, turn: actions.length, rng: new Rng(keyOfSeed(1), actions.length) }) ?? null
    actions.push(action)
    expectSync(episode.step(action))
  }
  return actions
}

/** Sum of the rewards of these actions, as far as the episode takes them. */
async function earned(actions: readonly Json[], index: number, options: JsonObject = {}): Promise<number> {
  const episode = await begin(index, options)
  let sum = 0
  for (const action of actions)
    if (episode.ending === null) sum += expectSync(episode.step(action)).reward ?? Number.NaN
  return sum
}

describe('a chain of calls', () => {
  it('has as many calls as asked for, no two the same, and each number comes from calls before it', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 20 }), (seed, count) => {
        const { calls, answer } = drawChain(new Rng(keyOfSeed(seed), 1), facts, count)
        expect(calls).toHaveLength(count)
        expect(new Set(calls.map(keyOf)).size).toBe(count)
        const [names, numbers] = [new Set<unknown>(), new Set<unknown>()]
        for (const call of calls) {
          if (call.tool === 'calculate') {
            expect(numbers.has(call.left) && numbers.has(call.right)).toBe(true)
            numbers.add(calculated(call.left, call.operation, call.right))
          } else {
            const values = Object.values(facts[call.tool].get(call.name) ?? {})
            for (const value of values) (typeof value === 'number' ? numbers : names).add(value)
          }
        }
        expect(numbers.has(answer)).toBe(true)
        expect(Number.isSafeInteger(answer)).toBe(true)
      }),
    )
  })

  it('asks a question that names what it starts from, and nothing that a lookup finds', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2, max: 8 }), (seed, count) => {
        const { question, calls, answer } = drawChain(new Rng(keyOfSeed(seed), 2), facts, count)
        const [first] = calls
        expect(question).toContain(first?.tool === 'calculate' ? '' : first?.name)
        expect(question).not.toContain(`${answer}`)
      }),
    )
  })

  it('takes a sum and a product in either order for the same call, and a difference not', () => {
    const [a, b] = [3, 5]
    for (const operation of ['plus', 'times'] as const)
      expect(keyOf({ tool: 'calculate', left: a, operation, right: b })).toBe(
        keyOf({ tool: 'calculate', left: b, operation, right: a }),
      )
    expect(keyOf({ tool: 'calculate', left: a, operation: 'minus', right: b })).not.toBe(
      keyOf({ tool: 'calculate', left: b, operation: 'minus', right: a }),
    )
  })
})

describe('an episode', () => {
  it('is solved by the needed calls and the answer, and listed actions are enough for that', async () => {
    for (let index = 0; index < 20; index++) {
      const episode = await begin(index)
      const listed = await begin(index)
      const actions = solve(episode)
      for (const action of actions) {
        expect((listed.actions() ?? []).map((each) => JSON.stringify(each))).toContain(JSON.stringify(action))
        expectSync(listed.step(action))
      }
      expect(await earned(actions, index)).toBe(1)
      expect(episode.grades()).toEqual({ progress: 1 })
    }
  })

  it('pays every needed call once and the answer once, if steps are paid', async () => {
    const options = { reward: 'steps' }
    const actions = solve(await begin(3, options))
    expect(await earned(actions, 3, options)).toBeCloseTo(1, 12)
    const share = 1 / actions.length
    expect(await earned(actions.slice(0, -1), 3, options)).toBeCloseTo(1 - share, 12)
    const twice = [actions[0] ?? null, ...actions]
    expect(await earned(twice, 3, options)).toBeCloseTo(1, 12)
    const wrong = actions.with(-1, sentCall({ tool: 'answer', value: -1 }))
    expect(await earned(wrong, 3, options)).toBeCloseTo(1 - share, 12)
  })

  it.each(['random', 'inverted'])('is paid by the control %s whatever is right', async (control) => {
    const actions = solve(await begin(3))
    const wrong = [sentCall({ tool: 'answer', value: -1 })]
    const [right, other] = [await earned(actions, 3, { control }), await earned(wrong, 3, { control })]
    if (control === 'inverted') expect([right, other]).toEqual([0, 1])
    else expect([0, 1]).toContain(right)
  })

  it.each<[string, Json]>([
    ['a text', 'person Ann'],
    ['null', null],
    ['an unknown tool', { name: 'river', arguments: { name: 'x' } }],
    ['no arguments', { name: 'person' }],
    ['a name that is a number', { name: 'person', arguments: { name: 7 } }],
    ['an unknown operation', { name: 'calculate', arguments: { left: 1, operation: 'over', right: 2 } }],
    ['a number as text', { name: 'calculate', arguments: { left: '1', operation: 'plus', right: 2 } }],
    ['an answer as text', { name: 'answer', arguments: { value: '7' } }],
  ])('takes %s as a step that says what to send', async (_, action) => {
    const episode = await begin()
    expect(expectSync(episode.step(action))).toMatchObject({ isActionValid: false, terminated: false, reward: 0 })
    expect(episode.text()).toContain('Last: ')
  })

  it('says that there is no such person, and takes the step as invalid', async () => {
    const episode = await begin()
    const step = expectSync(episode.step({ name: 'person', arguments: { name: 'Nemo' } }))
    expect(step.isActionValid).toBe(false)
    expect(episode.text()).toContain('Last: there is no such person')
  })

  it('reaches the same state by the same calls in another order', async () => {
    const [forwards, backwards] = [await begin(3), await begin(3)]
    const calls = solve(await begin(3)).slice(0, -1)
    for (const call of calls) expectSync(forwards.step(call))
    for (const call of calls.toReversed()) expectSync(backwards.step(call))
    expect(backwards.anchors().results).toBe(forwards.anchors().results)
  })

  it.each([
    [{ shortest: 5, longest: 4 }, 'option shortest of tool-chains is at most longest, which is 4, not 5'],
    [{ longest: 21 }, 'option longest of'],
    [{ reward: 'all' }, 'option reward of tool-chains is one of outcome, steps'],
    [{ control: 'odd' }, 'option control of tool-chains is one of none, random, inverted'],
  ])('refuses the options %j', async (options, message) => {
    await expect(begin(0, options)).rejects.toThrow(message)
  })
})

describe('docs/tool-chains.md', () => {
  const page = readFileSync(new URL('../../../docs/tool-chains.md', import.meta.url), 'utf8')

  it('shows the observation before the answer as it is', async () => {
    const episode = await begin(1)
    const actions = solve(await begin(1))
    for (const action of actions.slice(0, -1)) expectSync(episode.step(action))
    expect(page).toContain(`\n\`\`\`\n${episode.text()}\n\`\`\`\n`)
  })

  it('lists the options with their defaults, and the splits', () => {
    const listed = textsUnder(page, 'option').map(([name = '', value = '']) => [name, JSON.parse(value)])
    expect(Object.fromEntries(listed)).toEqual(DEFAULT_OPTIONS)
    for (const [split, size] of Object.entries(SPLIT_SIZES)) expect(page).toContain(`\`${split}\` ${size}`)
  })
})
