import { describe, expect, it } from 'vitest'
import { GymError } from '../../core/data/errors.ts'
import type { Step, TokenEvidence } from '../../core/data/types.ts'
import { fullMessageOf, onFailure } from '../../core/data/user-code.ts'
import { fork, restore, snapshotOf } from '../../core/episode/fork.ts'
import { openWorld } from '../../core/episode/world.ts'
import { defineRewardHook, hookSet, type RewardHook } from '../../core/reward/hook.ts'
import type { Agent } from '../../core/rollout/agent.ts'
import { EpisodeRunner } from '../../core/rollout/episode-runner.ts'
import { rolloutGroup } from '../../core/rollout/group.ts'
import type { RunLog } from '../../core/rollout/log.ts'
import { type RolloutSettings, rollout, runEpisode, turnsOf } from '../../core/rollout/rollout.ts'
import { dice, settingsOf, started } from '../support/core-worlds.ts'

const saying = (action: string): Agent => ({ name: 'saying', act: () => ({ action }) })

const settings = (
  agent: Agent,
  hooks: readonly RewardHook[] = [],
  extra: Partial<RolloutSettings> = {},
): RolloutSettings => ({
  trajectoryId: 't',
  agent,
  hooks: hookSet(hooks),
  ...extra,
})

const bonus = defineRewardHook({ name: 'bonus', version: 2, scope: 'turn', reward: (step) => step.index })
const length = defineRewardHook({ name: 'length', version: 1, scope: 'outcome', reward: ({ steps }) => steps.length })

/** A log that keeps its calls, in order. */
function notes(): { readonly log: RunLog; readonly lines: string[] } {
  const lines: string[] = []
  const log: RunLog = {
    episodeStarted: ({ trajectoryId }) => lines.push(`start ${trajectoryId}`),
    stepTaken: ({ index, rewards }) => lines.push(`step ${index} ${rewards.map(({ value }) => value)}`),
    episodeEnded: ({ ending, rewards }) => lines.push(`end ${ending} ${rewards.map(({ value }) => value)}`),
    rewardsArrived: (late) =>
      lines.push(`late ${late.map(({ trajectoryId, index, reward }) => `${trajectoryId}/${index}=${reward.value}`)}`),
    groupClosed: ({ id }) => lines.push(`group ${id}`),
  }
  return { log, lines }
}

describe('a rollout', () => {
  it('joins each step to the next, and puts the environment first in the vector', async () => {
    const { steps, ending, rewards } = await runEpisode(await started(dice), settings(saying('2'), [bonus, length]))
    expect(steps.map(({ rewards: [env, turn] }) => [env?.name, env?.value, turn?.name, turn?.value])).toEqual(
      [0, 1, 2, 3, 4, 5].map((index) => ['env', 2, 'bonus', index]),
    )
    for (const [i, step] of steps.entries()) if (i > 0) expect(step.observation).toBe(steps[i - 1]?.nextObservation)
    expect(steps[0]?.anchors).toMatchObject({
      text: steps[0]?.observation,
      state: expect.stringMatching(/^[0-9a-f]{16}$/),
    })
    expect([ending, rewards.map(({ name, value }) => [name, value])]).toEqual(['truncated', [['length', 6]]])
  })

  it('logs a step before it is seen, with its turn rewards', async () => {
    const { log, lines } = notes()
    const steps = rollout(await started(dice, { maxSteps: 2 }), settings(saying('1'), [bonus], { log }))
    await steps.next()
    expect(lines).toEqual(['start t', 'step 0 1,0'])
    await steps.next()
    await steps.next()
    expect(lines).toEqual(['start t', 'step 0 1,0', 'step 1 1,1', 'end truncated '])
  })

  it('asks for the next action only when the hooks are done and the consumer asks', async () => {
    const order: string[] = []
    const agent: Agent = {
      name: 'a',
      act: ({ history }) => {
        order.push(`act ${history.length}`)
        return { action: '1' }
      },
    }
    const slow = defineRewardHook({
      name: 'slow',
      version: 1,
      scope: 'turn',
      async reward({ index }) {
        await new Promise((resolve) => setTimeout(resolve, 2))
        order.push(`hook ${index}`)
        return 0
      },
    })
    await runEpisode(await started(dice, { maxSteps: 2 }), settings(agent, [slow]), ({ index }) =>
      order.push(`seen ${index}`),
    )
    expect(order).toEqual(['act 0', 'hook 0', 'seen 0', 'act 1', 'hook 1', 'seen 1'])
  })

  it('shows agents no rewards', async () => {
    const seen: string[] = []
    const agent: Agent = {
      name: 'a',
      act: (context) => {
        seen.push(JSON.stringify(context))
        return { action: '1' }
      },
    }
    await runEpisode(await started(dice), settings(agent, [bonus]))
    expect(seen.join()).not.toMatch(/reward|bonus|hidden-answer/)
  })

  it('aborts the episode of an agent that throws, keeps its steps, and leaves outcome rewards null', async () => {
    const agent: Agent = {
      name: 'a',
      act: ({ history }) => {
        if (history.length === 2) throw new Error('out of memory')
        return { action: '1' }
      },
    }
    const { log, lines } = notes()
    const trajectory = await runEpisode(await started(dice), settings(agent, [length], { log }))
    expect(trajectory).toMatchObject({ ending: 'aborted', endingReason: 'AGENT_FAILED: out of memory' })
    expect(trajectory.rewards).toEqual([{ name: 'length', version: 1, latencyMs: 0, value: null, reason: 'aborted' }])
    expect([trajectory.steps.length, lines.at(-1)]).toEqual([2, 'end aborted '])
  })

  it('aborts the episode of an environment that throws, and keeps its steps', async () => {
    const agent: Agent = { name: 'a', act: ({ history }) => ({ action: history.length === 1 ? '666' : '1' }) }
    const failures: string[] = []
    const stop = onFailure((error) => failures.push(fullMessageOf(error)))
    const trajectory = await runEpisode(await started(dice), settings(agent))
    stop()
    expect([trajectory.ending, trajectory.steps.length]).toEqual(['aborted', 1])
    expect(trajectory.endingReason).toMatch(/^ENV_FAILED: step 1: the environment threw \(reference .{8}\)$/)
    expect(failures).toEqual([`${trajectory.endingReason?.slice('ENV_FAILED: '.length)}: the table broke`])
  })

  it("truncates at the agent's time and at the token limit", async () => {
    const sleeper: Agent = { name: 's', act: () => new Promise(() => {}) }
    expect(await runEpisode(await started(dice), settings(sleeper, [], { limits: { agentMs: 10 } }))).toMatchObject({
      ending: 'truncated',
      endingReason: 'agentMs',
    })
    const evidence: TokenEvidence = {
      kind: 'token',
      promptTokenIds: [1],
      actionTokenIds: [1, 2, 3],
      logProbs: [-1, -1, -1],
      finishReason: 'stop',
      policyId: 'p',
      policyVersion: '1',
      temperature: 1,
      topP: 1,
    }
    const talker: Agent = { name: 't', act: () => ({ action: '1', evidence }) }
    const { steps, ending, endingReason } = await runEpisode(
      await started(dice),
      settings(talker, [], { limits: { tokens: 5 } }),
    )
    expect([ending, endingReason, steps.length, steps[1]?.truncated, steps[0]?.evidence]).toEqual([
      'truncated',
      'tokens',
      2,
      true,
      evidence,
    ])
  })
})

describe('a fork of a rollout', () => {
  it('forks its agent too: it sees the turns before the fork', async () => {
    const counting: Agent = { name: 'counting', act: ({ history }) => ({ action: `${history.length}` }) }
    const steps = rollout(await started(dice), settings(counting))
    const [first, second] = [await steps.next(), await steps.next()].map(({ value }) => value)
    expect(first && 'action' in first ? first.action : null).toBe('0')
    const parent = await started(dice)
    const taken = [first, second].filter((step): step is Step => step !== undefined && 'action' in step)
    for (const { action } of taken) await parent.step(action)
    const child = await fork(parent)
    const { steps: later } = await runEpisode(child, settings(counting, [], { history: turnsOf(taken) }))
    expect(later.map(({ action, index }) => [action, index])).toEqual([
      ['2', 2],
      ['3', 3],
      ['4', 4],
      ['5', 5],
    ])
  })
})

describe('a run that is recorded in part', () => {
  it('continues after its recorded steps without a new start', async () => {
    const { log, lines } = notes()
    const episode = await started(dice, { maxSteps: 3 })
    const hooks = { hooks: hookSet([bonus]), log, trajectoryId: 't', agentName: 'a' }
    const first = new EpisodeRunner(episode, hooks)
    await first.step('1')
    const revived = new EpisodeRunner(await restore(episode.world, snapshotOf(episode)), hooks, first.steps)
    await revived.step('1')
    await revived.step('1')
    const { steps } = await revived.end()
    expect(steps.map(({ index }) => index)).toEqual([0, 1, 2])
    expect(lines).toEqual(['start t', 'step 0 1,0', 'step 1 1,1', 'step 2 1,2', 'end truncated '])
  })
})

describe('a run without room to write', () => {
  it('answers nothing that is not safe: the step is refused and the episode ends', async () => {
    const { log, lines } = notes()
    const full: RunLog = {
      ...log,
      stepTaken(step) {
        if (step.index === 1) throw new GymError('RECORD_FAILED', 'no space left')
        log.stepTaken(step)
      },
    }
    const episode = await started(dice)
    const seen: number[] = []
    const run = runEpisode(episode, settings(saying('1'), [], { log: full }), ({ index }) => seen.push(index))
    await expect(run).rejects.toThrow(expect.objectContaining({ code: 'RECORD_FAILED' }))
    expect([seen, lines.length, episode.ending]).toEqual([[0], 2, 'aborted'])
  })
})

describe('turn and outcome hooks', () => {
  const judged = async (hook: RewardHook): Promise<unknown> =>
    (await runEpisode(await started(dice, { maxSteps: 1 }), settings(saying('1'), [hook]))).steps[0]?.rewards[1]
  const hook = (reward: (step: Step) => number | null | Promise<number>, timeoutMs = 1000): RewardHook =>
    defineRewardHook({ name: 'h', version: 1, scope: 'turn', timeoutMs, reward })

  it.each([
    [
      'throws',
      hook(() => {
        throw new Error('boom')
      }),
      'threw',
      'boom',
    ],
    ['rejects', hook(() => Promise.reject(new Error('boom'))), 'threw', 'boom'],
    ['hangs', hook(() => new Promise(() => {}), 5), 'lapsed', 'no answer within 5 ms'],
    ['returns NaN', hook(() => Number.NaN), 'not-finite', 'it returned NaN'],
  ] as const)('one that %s leaves null with that reason and stops nothing', async (_, broken, reason, detail) => {
    expect(await judged(broken)).toMatchObject({ value: null, reason, detail })
  })

  it('one that declines leaves null, not zero', async () => {
    expect(await judged(hook(() => null))).toMatchObject({ value: null, reason: 'declined' })
  })

  it('get the grades before and after the step, and their options', async () => {
    const gain = defineRewardHook({
      name: 'gain',
      version: 1,
      scope: 'turn',
      options: { grade: 'total', scale: 10 },
      reward: (_, { grades, gradesBefore, options: { grade, scale } }) =>
        ((grades()[grade] ?? 0) - (gradesBefore()[grade] ?? 0)) * scale,
    })
    const { steps } = await runEpisode(await started(dice), settings(saying('1'), [gain]))
    const totals = steps.map(({ nextObservation }) => Number(nextObservation))
    expect(steps.slice(1).map(({ rewards }) => rewards[1]?.value)).toEqual(
      totals.slice(1).map((total, i) => (total - (totals[i] ?? 0)) * 10),
    )
  })

  it('need names of their own', () => {
    expect(() => hookSet([bonus, bonus])).toThrow(expect.objectContaining({ code: 'HOOK_INVALID' }))
    expect(() => defineRewardHook({ ...bonus, scope: 'turn', name: 'env' })).toThrow(/own reward/)
    expect(() => defineRewardHook({ ...bonus, scope: 'turn', version: 0 })).toThrow(/version/)
  })
})

describe('a group', () => {
  const process = defineRewardHook({
    name: 'process',
    version: 1,
    scope: 'process',
    maxBatch: 5,
    reward: (steps) => ({ perStep: steps.map(({ index }) => index / 10), perToken: steps.map(() => [0.5]) }),
  })
  const closing = defineRewardHook({
    name: 'closing',
    version: 1,
    scope: 'group',
    reward: ({ trajectories }) => ({ perTrajectory: trajectories.map((_, i) => i) }),
  })
  const roll = async (hooks: readonly RewardHook[], agent = saying('1'), log?: RunLog) =>
    rolloutGroup(await openWorld(dice), await settingsOf(dice, { maxSteps: 3 }), {
      groupId: 'g',
      size: 2,
      agent,
      hooks: hookSet(hooks),
      runKey: 'key',
      ...(log && { log }),
    })

  it('closes once, with late rewards joined to their steps', async () => {
    const { log, lines } = notes()
    const group = await roll([process, closing], saying('1'), log)
    expect(group.trajectories.map(({ steps }) => steps.map(({ rewards }) => rewards[1]))).toEqual(
      Array(2).fill([0, 0.1, 0.2].map((value) => expect.objectContaining({ name: 'process', value, perToken: [0.5] }))),
    )
    expect(group.trajectories.map(({ rewards }) => rewards.map(({ value }) => value))).toEqual([[0], [1]])
    expect(lines.slice(-3)).toEqual([
      'late g.0/0=0,g.0/1=0.1,g.0/2=0.2,g.1/0=0,g.1/1=0.1,g.1/2=0.2',
      'late g.0/null=0,g.1/null=1',
      'group g',
    ])
    expect(group.startTag).toMatch(/^[0-9a-f]{32}$/)
  })

  it('gives null, not a shifted value if a hook judges too few', async () => {
    const short = defineRewardHook({ ...process, scope: 'process', maxBatch: 100, reward: () => ({ perStep: [1] }) })
    const few = defineRewardHook({ ...closing, scope: 'group', reward: () => ({ perStep: [[1]] }) })
    const group = await roll([short, few])
    for (const { steps } of group.trajectories)
      for (const { rewards } of steps) expect(rewards.slice(1).map(({ value }) => value)).toEqual([null, null])
  })

  it('sets aborted members apart', async () => {
    const moody: Agent = {
      name: 'moody',
      act: ({ rng }) => {
        if (rng.float() < 0.4) throw new Error('no')
        return { action: '1' }
      },
    }
    const groups = await Promise.all([roll([closing], moody), roll([closing], moody)])
    for (const { trajectories, aborted } of groups) {
      expect(trajectories.length + aborted.length).toBe(2)
      expect(aborted.every(({ ending }) => ending === 'aborted')).toBe(true)
    }
    expect(groups[0]?.aborted.map(({ member }) => member)).toEqual(groups[1]?.aborted.map(({ member }) => member))
    expect(groups[0]?.aborted.length).toBeGreaterThan(0)
  })
})
