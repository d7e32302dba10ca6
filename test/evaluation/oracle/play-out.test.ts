import { describe, expect, it } from 'vitest'
import { expectSync, isPromise } from '../../../core/data/maybe-promise.ts'
import type { Json } from '../../../core/data/types.ts'
import { problem, textAction } from '../../../core/episode/action.ts'
import { defineEnvironment } from '../../../core/episode/environment.ts'
import { fork } from '../../../core/episode/fork.ts'
import { hookSet } from '../../../core/reward/hook.ts'
import type { Agent, AgentContext } from '../../../core/rollout/agent.ts'
import { policyAgent } from '../../../core/rollout/policy.ts'
import { runEpisode, turnsOf } from '../../../core/rollout/rollout.ts'
import { playOut } from '../../../evaluation/oracle/play-out.ts'
import { always, cautious, doors, driven, lateDoors, spoilable, started } from './worlds.ts'

const moveOf = (action: Json) => ({ action, forkPath: '', effects: [] })

/** Pays the number that the action says; null for `pass`. */
const purse = defineEnvironment({
  id: 'purse@1',
  maxSteps: 4,
  action: textAction((text) => (/^(\d+|pass|break)$/.test(text) ? text : problem('say a number')), 'a number'),
  reset: () => ({ sum: 0 }),
  step({ sum }, text) {
    if (text === 'break') throw new Error('it tore')
    const reward = text === 'pass' ? null : Number(text)
    return { state: { sum: sum + (reward ?? 0) }, reward, terminated: false }
  },
  observe: { text: ({ sum }) => `${sum}` },
  examples: ['1'],
})

const inTurn = (...actions: readonly string[]): Agent => ({
  name: 'in-turn',
  act: ({ history }) => ({ action: actions[history.length] ?? '0' }),
})

describe('a play-out', () => {
  it('has the result of a rollout of the same fork', async () => {
    const episode = await started(doors)
    const agent = policyAgent(cautious(0.7))
    for (let number = 0; number < 200; number++) {
      const stream = { rng: 'common', number } as const
      const played = await playOut(await fork(episode, stream), { agent, history: [] })
      const { steps, ending } = await runEpisode(await fork(episode, stream), {
        trajectoryId: 't',
        agent,
        hooks: hookSet([]),
      })
      const total = steps.reduce((sum, { rewards }) => sum + (rewards[0]?.value ?? 0), 0)
      expect(played).toEqual({ total, reason: null, steps: steps.length, ending })
    }
  })

  it('makes no promise if neither environment nor agent does', async () => {
    const settings = { agent: always('safe'), history: [] }
    expect(isPromise(playOut(await started(doors), settings))).toBe(false)
    const late: Agent = { name: 'late', act: async () => ({ action: 'safe' }) }
    const pending = playOut(await started(doors), { ...settings, agent: late })
    expect(isPromise(pending)).toBe(true)
    expect(await pending).toEqual(expectSync(playOut(await started(doors), settings)))
    expect(await playOut(await started(lateDoors), settings)).toMatchObject({ ending: 'terminated', reason: null })
  })

  it('discounts from its own first step on', async () => {
    const episode = await started(purse)
    await episode.step('9')
    const agent = inTurn('-', '1', '2', '4')
    const history = [{ observation: '0', action: '9', isActionValid: true }]
    expect(await playOut(await fork(episode), { agent, history, gamma: 0.5 })).toMatchObject({ total: 3, steps: 3 })
  })

  it('takes the first action in the place of the agent, a bad one too', async () => {
    const agent = inTurn('1', '1', '1', '1')
    const given = { agent, history: [] }
    expect(await playOut(await started(purse), { ...given, first: moveOf('7') })).toMatchObject({ total: 10, steps: 4 })
    expect(await playOut(await started(purse), { ...given, first: moveOf('what?') })).toMatchObject({ total: 3 })
  })

  it('gives the agent what a rollout gives it', async () => {
    const told = (seen: unknown[]): Agent => ({
      name: 'recording',
      act({ observation, history, actions, rng, signal }: AgentContext) {
        seen.push([observation, [...history], actions, rng.float(), signal.aborted])
        return { action: history.length === 2 ? 'safe' : 'quick' }
      },
    })
    const [first, second]: [unknown[], unknown[]] = [[], []]
    const episode = await started(doors, { seed: 1 })
    const { steps } = await runEpisode(episode, { trajectoryId: 't', agent: told(first), hooks: hookSet([]) })
    await playOut(await started(doors, { seed: 1 }), { agent: told(second), history: [] })
    expect(steps.length).toBeGreaterThan(1)
    expect(second).toEqual(first)
    const later: unknown[] = []
    const once = await started(doors, { seed: 1 })
    await once.step('quick')
    await playOut(once, { agent: told(later), history: turnsOf(steps.slice(0, 1)) })
    expect(later).toEqual(first.slice(1))
  })

  it('ends at the limit of its episode', async () => {
    const played = await playOut(await started(spoilable, { maxSteps: 3 }), { agent: always('work'), history: [] })
    expect(played).toEqual({ total: 0, reason: null, steps: 3, ending: 'truncated' })
  })

  it.each<[string, Agent, RegExp]>([
    ['the environment throws', inTurn('1', 'break'), /^ENV_FAILED: step 1: the environment threw/],
    ['the environment does not judge a step', inTurn('1', 'pass'), /step 1 unjudged/],
    ['the agent throws', { name: 'bad', act: () => expect.unreachable('tired') }, /AGENT_FAILED/],
    ['the agent fails late', { name: 'bad', act: () => Promise.reject(new Error('tired')) }, /AGENT_FAILED: tired/],
    ['the agent gives no answer', { name: 'bad', act: () => JSON.parse('{}') }, /AGENT_FAILED/],
  ])('has no total, and says why, where %s', async (_, agent, reason) => {
    const played = await playOut(await started(purse), { agent, history: [] })
    expect(played).toMatchObject({ total: null, ending: 'aborted', reason: expect.stringMatching(reason) })
  })

  it('closes what it drives', async () => {
    const log: string[] = []
    const episode = await started(driven(log))
    await playOut(await fork(episode), { agent: always('on'), history: [] })
    expect(log).toEqual(['open', 'open', 'close'])
    await episode.close()
  })
})
