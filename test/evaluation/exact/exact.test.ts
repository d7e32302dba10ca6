import { describe, expect, it } from 'vitest'
import { expectSync } from '../../../core/data/maybe-promise.ts'
import type { Rng } from '../../../core/data/rng.ts'
import { textAction } from '../../../core/episode/action.ts'
import { defineEnvironment } from '../../../core/episode/environment.ts'
import { fork } from '../../../core/episode/fork.ts'
import { hookSet } from '../../../core/reward/hook.ts'
import { policyAgent } from '../../../core/rollout/policy.ts'
import { runEpisode } from '../../../core/rollout/rollout.ts'
import guessNumber from '../../../envs/guess-number.ts'
import { enumerate } from '../../../evaluation/exact/enumerate.ts'
import { everyOutcome } from '../../../evaluation/exact/every-outcome.ts'
import { observationsOf } from '../../../evaluation/exact/model.ts'
import { tableOf } from '../../../evaluation/exact/policy-table.ts'
import { advantagesOf, optimalValues, valuesOf } from '../../../evaluation/exact/values.ts'
import { visitsOf } from '../../../evaluation/exact/visits.ts'
import { lopsided, slippery, startOf } from '../../support/exact-worlds.ts'

describe('every outcome of discrete draws', () => {
  it('has the probabilities that the draws have, and they sum to one', () => {
    const outcomes = everyOutcome((rng) => (rng.chance(0.25) ? `${rng.int(1, 2)}` : rng.choice(['a', 'b', 'c'])))
    const table = Object.fromEntries(outcomes.map(({ probability, value }) => [value, probability]))
    expect(table).toEqual({ 1: 0.125, 2: 0.125, a: 0.25, b: 0.25, c: 0.25 })
  })

  it('is one outcome if nothing is drawn, or nothing is open', () => {
    expect(everyOutcome(() => 7)).toEqual([{ probability: 1, value: 7 }])
    const closed = (rng: Rng): unknown => [rng.chance(0), rng.chance(1), rng.int(3, 3), rng.chance(Number.NaN)]
    expect(everyOutcome(closed)).toEqual([{ probability: 1, value: [false, true, 3, false] }])
  })

  it.each([
    ['real numbers', (rng: Rng) => rng.float(), /rng.chance/],
    ['more ways than it can follow', (rng: Rng) => rng.int(0, 10_000), /10001 outcomes/],
    ['ways without end', (rng: Rng) => Array.from({ length: 20 }, () => rng.chance(0.5)), /more than 4096/],
  ])('refuses %s', (_, run, message) => {
    const runs: (rng: Rng) => unknown = run
    expect(() => everyOutcome(runs)).toThrow(message)
  })

  it('names a function whose draws depend on more than its draws', () => {
    let calls = 0
    expect(() => everyOutcome((rng) => rng.int(0, calls++ + 1))).toThrow(/after equal draws/)
  })
})

describe('the model of a small world', () => {
  it('lists every state once, and ends if episodes end', async () => {
    const model = enumerate(await startOf(slippery))
    expect([...observationsOf(model).texts].sort()).toEqual(['at 0', 'at 1', 'at 2', 'at 3', 'at 4'])
    const ends = model.choiceStarts.slice(1).map((end, state) => end - (model.choiceStarts[state] ?? 0))
    expect([...ends].sort()).toEqual([0, 0, 2, 2, 3])
    expect(model.anchors.get('parity')?.texts).toEqual(['odd', 'even'])
  })

  it('gives every choice outcomes whose probabilities sum to one', async () => {
    const { outcomeStarts, outcomeProbability } = enumerate(await startOf(slippery))
    for (let choice = 0; choice + 1 < outcomeStarts.length; choice++) {
      const own = outcomeProbability.subarray(outcomeStarts[choice], outcomeStarts[choice + 1])
      expect(own.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
    }
  })

  it('counts its steps from where the episode stands', async () => {
    const episode = await startOf(slippery)
    await episode.step('right')
    expect(enumerate(episode).maxSteps).toBe(5)
  })

  it('knows the whole of a sessionEpisode with a hundred actions', async () => {
    const model = enumerate(await startOf(guessNumber, 5))
    expect(model.stateCount).toBe(101)
    expect(optimalValues(model).states[0]?.[0]).toBe(1)
  })
})

/** Values by plain recursion over the environment itself. */
function plainValue(at: number, step: number, gamma: number): number {
  if (step === 6 || at === 0 || at === 4) return 0
  const actions = at === 2 ? ['left', 'right', 'jump'] : ['left', 'right']
  const probabilities = lopsided.probabilities(`at ${at}`, actions)
  return actions.reduce((sum, action, i) => sum + (probabilities[i] ?? 0) * plainWorth(at, action, step, gamma), 0)
}

function plainWorth(at: number, action: string, step: number, gamma: number): number {
  const worth = (to: number): number => (to === 4 ? 1 : to === 0 ? 0.5 : 0) + gamma * plainValue(to, step + 1, gamma)
  if (action === 'left') return worth(at - 1)
  if (action === 'right') return 0.8 * worth(at + 1) + 0.2 * worth(at)
  return [0, 1, 2, 3, 4].reduce((sum, to) => sum + worth(to) / 5, 0)
}

describe('exact values of a policy', () => {
  it.each([1, 0.9])('are those of a plain recursion, discounted by %d', async (gamma) => {
    const model = enumerate(await startOf(slippery))
    const { states } = valuesOf(model, tableOf(model, lopsided), { gamma })
    const { ids, texts } = observationsOf(model)
    for (let step = 0; step <= 6; step++)
      for (let state = 0; state < model.stateCount; state++) {
        const at = Number(texts[ids[state] ?? 0]?.slice(3))
        expect(states[step]?.[state]).toBeCloseTo(plainValue(at, step, gamma), 12)
      }
  })

  it('are what many forks of an episode earn on average', async () => {
    const episode = await startOf(slippery)
    const model = enumerate(episode)
    const exact = valuesOf(model, tableOf(model, lopsided)).states[0]?.[0] ?? 0
    const settings = { trajectoryId: 't', agent: policyAgent(lopsided), hooks: hookSet([]) }
    let [sum, count] = [0, 4000]
    for (let i = 0; i < count; i++) {
      const { steps } = await runEpisode(expectSync(fork(episode)), settings)
      for (const { rewards } of steps) sum += rewards[0]?.value ?? 0
    }
    expect(Math.abs(sum / count - exact)).toBeLessThan((3 * 0.5) / Math.sqrt(count))
  })

  it('leave advantages that a policy expects to be zero in every state', async () => {
    const model = enumerate(await startOf(slippery))
    const table = tableOf(model, lopsided)
    for (const advantages of advantagesOf(model, valuesOf(model, table)))
      for (let state = 0; state < model.stateCount; state++) {
        let mean = 0
        for (let choice = model.choiceStarts[state] ?? 0; choice < (model.choiceStarts[state + 1] ?? 0); choice++)
          mean += (table[choice] ?? 0) * (advantages[choice] ?? 0)
        expect(mean).toBeCloseTo(0, 12)
      }
  })

  it('are never above those of the best policy', async () => {
    const model = enumerate(await startOf(slippery))
    const [own, best] = [valuesOf(model, tableOf(model, lopsided)), optimalValues(model)]
    for (const [step, values] of own.states.entries())
      for (const [state, value] of values.entries())
        expect(value).toBeLessThanOrEqual((best.states[step]?.[state] ?? 0) + 1e-12)
  })

  it('agree with the visits of states: what is earned on the way is the value of the start', async () => {
    const model = enumerate(await startOf(slippery))
    const table = tableOf(model, lopsided)
    const rewards = valuesOf({ ...model, maxSteps: 1 }, table).states[0] ?? new Float64Array()
    const earned = visitsOf(model, table).map((visits) =>
      visits.reduce((sum, p, state) => sum + p * (rewards[state] ?? 0), 0),
    )
    expect(earned.reduce((a, b) => a + b, 0)).toBeCloseTo(valuesOf(model, table).states[0]?.[0] ?? 0, 12)
  })
})

const tinyWorld = (step: (at: number, rng: Rng) => { at: number; reward: number | null }, actions = ['go']) =>
  defineEnvironment({
    id: 'tiny@1',
    maxSteps: 4,
    action: textAction((text) => text, 'go'),
    reset: () => ({ at: 0 }),
    step({ at }, _action, { rng }) {
      const { at: next, reward } = step(at, rng)
      return { state: { at: next }, reward, terminated: false }
    },
    observe: { text: ({ at }) => `${at}` },
    actions: () => actions,
  })

describe('a world that cannot be listed', () => {
  let calls = 0
  it.each([
    ['draws real numbers', tinyWorld((at, rng) => ({ at: at + rng.float(), reward: 0 })), 'NOT_ENUMERABLE'],
    ['never comes to an end', tinyWorld((at) => ({ at: at + 1, reward: 0 })), 'NOT_ENUMERABLE'],
    ['leaves a step unjudged', tinyWorld((at) => ({ at, reward: null })), 'NOT_ENUMERABLE'],
    ['has nothing to do', tinyWorld((at) => ({ at, reward: 0 }), []), 'NOT_ENUMERABLE'],
    ['is not a function of its draws', tinyWorld(() => ({ at: calls++ % 3, reward: 0 })), 'NOT_DETERMINISTIC'],
  ])('is named where it %s', async (_, environment, code) => {
    const episode = await startOf(environment)
    expect(() => enumerate(episode, { maxStates: 50 })).toThrow(expect.objectContaining({ code }))
  })

  it('is named if the episode has ended', async () => {
    const episode = await startOf(slippery)
    episode.truncate('enough')
    expect(() => enumerate(episode)).toThrow(expect.objectContaining({ code: 'EPISODE_ENDED' }))
  })
})
