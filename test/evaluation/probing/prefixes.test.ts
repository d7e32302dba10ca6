import { describe, expect, it } from 'vitest'
import chat from '../../../agents/chat.ts'
import { problem, textAction } from '../../../core/episode/action.ts'
import { defineEnvironment } from '../../../core/episode/environment.ts'
import { openWorld } from '../../../core/episode/world.ts'
import { hookSet } from '../../../core/reward/hook.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import { createAgent } from '../../../core/rollout/agent-factory.ts'
import { rolloutGroup } from '../../../core/rollout/group.ts'
import { type ProbeSettings, probedPrefixes } from '../../../evaluation/probing/prefixes.ts'
import { completion, fakeEndpoint } from '../../support/chat-endpoint.ts'
import { listEvidence } from '../../support/reward-samples.ts'

/** Who has looked twice knows the answer, 2; before, the best guess is the number of looks. Looking pays .1. */
const quiz = defineEnvironment({
  id: 'quiz@1',
  maxSteps: 6,
  action: textAction((text) => (/^(look|say \d)$/.test(text) ? text : problem('look, or say a digit'))),
  reset: () => ({ looks: 0 }),
  step({ looks }, action) {
    if (action === 'look') return { state: { looks: looks + 1 }, reward: 0.1, terminated: false }
    return { state: { looks }, reward: action === 'say 2' ? 1 : 0, terminated: true }
  },
  observe: { text: ({ looks }) => `seen ${Math.min(looks, 2)}` },
  actions: () => ['look', 'say 0', 'say 1', 'say 2'],
})

/** Looks until it has seen 2 three times, and answers with what it has seen where it is asked to. */
const looker: Agent = {
  name: 'looker',
  act: ({ observation, history }) => {
    const [, seen = '0'] = /seen (\d)/.exec(observation) ?? []
    const isAsked = observation.endsWith('Answer now.') || history.length >= 4
    return { action: isAsked ? `say ${seen}` : 'look', evidence: listEvidence(Math.log(0.5)) }
  },
}

const SETTINGS: Omit<ProbeSettings, 'agent'> = {
  ...{ say: 'Answer now.', take: [], within: 1, count: 3, unit: 'steps', budgets: [0, 1, 2, 3, 9] },
}

async function played(agent: Agent = looker) {
  const world = await openWorld(quiz)
  const task = world.tasks.at(world.tasks.splits[0] ?? '', 0)
  const { trajectories } = await rolloutGroup(
    world,
    { task, seed: 1 },
    { size: 1, agent, hooks: hookSet([]), groupId: 'g', runKey: 'k' },
  )
  const [{ steps, forkPath, member, seed } = { steps: [], forkPath: '', member: 0, seed: 0 }] = trajectories
  const anchors = steps[0]?.anchors ?? {}
  const start = { taskId: task.id, seed, member, forkPath, maxSteps: 6, past: [], resetEffects: [], anchors }
  return { world, episode: { start, steps, whole: steps } }
}

const probedBy = async (agent: Agent, given: Partial<ProbeSettings> = {}) => {
  const { world, episode } = await played()
  return (await probedPrefixes(world, episode, { ...SETTINGS, agent, ...given })) ?? []
}

describe('answers that are forced after prefixes of an episode', () => {
  it('are right from the step on after which the answer is known', async () => {
    const prefixes = await probedBy(looker)
    expect(prefixes.map(({ index, isWhole }) => [index, isWhole])).toEqual([
      [0, false],
      [1, false],
      [2, false],
      [3, false],
      [5, true],
    ])
    expect(prefixes.map(({ probes }) => probes.map(({ score }) => score))).toEqual([
      [0, 0, 0],
      [0.1, 0.1, 0.1],
      [1.2, 1.2, 1.2].map((score) => expect.closeTo(score, 9)),
      [1.3, 1.3, 1.3].map((score) => expect.closeTo(score, 9)),
      [expect.closeTo(1.4, 9)],
    ])
    expect(prefixes[1]?.probes[0]).toMatchObject({ hasAnswered: true, answer: '"say 1"', confidence: 0.5, steps: 1 })
  })

  it('are not given within the steps where the agent is not asked for one', async () => {
    const [first] = await probedBy(looker, { say: '', within: 2, budgets: [1] })
    expect(first?.probes[0]).toMatchObject({ hasAnswered: false, answer: '"look"', steps: 2 })
    expect(first?.probes[0]?.score).toBeCloseTo(0.3, 9)
  })

  it('are an action in the agent’s place, the first that is admissible', async () => {
    const [first] = await probedBy(looker, { take: ['say 7', 'say 2'], budgets: [0] })
    expect(first?.probes[0]).toMatchObject({ score: 1, answer: '"say 2"', confidence: null })
  })

  it('have no score and a reason where the agent fails', async () => {
    const failing: Agent = { name: 'failing', act: () => Promise.reject(new Error('out of words')) }
    const [first] = await probedBy(failing, { budgets: [0] })
    expect(first?.probes[0]).toMatchObject({
      score: null,
      answer: null,
      reason: expect.stringContaining('out of words'),
    })
  })

  it('count once for two budgets that end at one step, and differ in their random streams', async () => {
    const chance: Agent = { name: 'chance', act: ({ rng }) => ({ action: `say ${rng.int(0, 2)}` }) }
    const [one, two] = await probedBy(chance, { budgets: [1, 2], count: 20 })
    expect(two?.probes).not.toBe(one?.probes)
    expect(new Set(one?.probes.map(({ answer }) => answer)).size).toBeGreaterThan(1)
    expect(await probedBy(chance, { budgets: [1, 2], count: 20 })).toEqual([one, two])
  })

  it('end where they are interrupted, with whole budgets alone', async () => {
    const stop = new AbortController()
    let answers = 0
    const onProbe = (): void => {
      if (++answers === 4) stop.abort()
    }
    expect(await probedBy(looker, { signal: stop.signal, onProbe })).toHaveLength(1)
  })

  it('need tokens where budgets count them', async () => {
    const { world, episode } = await played()
    expect(await probedPrefixes(world, episode, { ...SETTINGS, agent: looker, unit: 'tokens' })).toBeNull()
  })

  it('are asked of a language model in the same conversation, which the request ends', async () => {
    const endpoint = await fakeEndpoint(({ body }) => {
      const last = `${body.messages.at(-1)?.content}`
      return {
        text: JSON.stringify(
          completion({ role: 'assistant', content: last.includes('Answer now.') ? 'say 2' : 'look' }),
        ),
      }
    })
    const model = await createAgent(chat, { baseUrl: endpoint.baseUrl, model: 'm', retries: 0 })
    const [first] = await probedBy(model, { budgets: [2], count: 1 })
    expect(first?.probes[0]).toMatchObject({ hasAnswered: true, answer: '"say 2"' })
    const [{ body } = { body: { messages: [] } }] = endpoint.asked
    expect(
      body.messages
        .map(({ content }) => `${content}`)
        .join('\n')
        .match(/Answer now\./g),
    ).toHaveLength(1)
  })
})
