import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Reward, Step, Trajectory } from '../../../core/data/types.ts'
import type { Reading } from '../../../rewards/monitors/reading.ts'
import { MONITOR_NAMES, type MonitorSettings, TrainingMonitors } from '../../../rewards/monitors/training-monitors.ts'

interface Played {
  readonly action?: string
  readonly at?: string
  readonly to?: string
  readonly reward?: number | null
  readonly isValid?: boolean
  readonly hint?: number
  readonly logProbs?: readonly number[]
}

const rewardOf = (name: string, value: number | null): Reward =>
  value === null
    ? { name, version: 1, latencyMs: 0, value, reason: 'declined' }
    : { name, version: 1, latencyMs: 0, value }

function stepOf(trajectoryId: string, index: number, played: Played): Step {
  const { action = 'a', at = `s${index}`, to = `s${index + 1}`, reward = 0, isValid = true, hint, logProbs } = played
  return {
    ...{ trajectoryId, index, action, forkPath: '', effects: [], isActionValid: isValid, info: {} },
    ...{ observation: at, nextObservation: to, anchors: { text: at, state: at }, nextAnchors: { text: to, state: to } },
    rewards: [rewardOf('env', reward), ...(hint === undefined ? [] : [rewardOf('hint', hint)])],
    ...{ terminated: false, truncated: false },
    ...(logProbs && {
      evidence: {
        ...{ kind: 'categorical', policyId: 'p', policyVersion: '1', temperature: 1, topP: 1 },
        ...{ actions: logProbs.map((_, i) => `${i}`), index: 0, logProb: logProbs[0] ?? 0, logProbs },
      },
    }),
  }
}

let made = 0

function trajectoryOf(steps: readonly Played[], success?: number): Trajectory {
  const id = `t${made++}`
  return {
    ...{ id, groupId: 'g', environment: 'e@1', taskId: 'a', seed: 0, member: 0, forkPath: '' },
    steps: steps.map((played, index) => stepOf(id, index, played)),
    ...{ ending: 'terminated', endingReason: null },
    rewards: success === undefined ? [] : [rewardOf('success', success)],
  }
}

/** Members by their outcomes, of one step each. */
const groupOf = (...outcomes: readonly number[]) =>
  outcomes.map((reward, at) => trajectoryOf([{ reward, action: `${at}` }]))

function watched(
  groups: readonly (readonly Trajectory[])[],
  settings: MonitorSettings = {},
): ReadonlyMap<string, Reading> {
  const monitors = new TrainingMonitors(settings)
  for (const trajectories of groups) monitors.add({ trajectories, aborted: [] })
  return new Map(
    monitors.readings().map((reading) => [reading.signal === null ? reading.monitor : reading.signal, reading]),
  )
}

const read = (groups: readonly (readonly Trajectory[])[], name: string, settings?: MonitorSettings) =>
  watched(groups, settings).get(name)

describe('monitors of training', () => {
  it('say nothing of what is not there, and nothing is 0 for lack of data', () => {
    for (const [name, { value, sentence }] of watched([])) expect([name, value, sentence]).toEqual([name, null, null])
    expect([...watched([]).keys()]).toEqual(MONITOR_NAMES.slice(0, -1))
  })

  it('count degenerate groups, and say what to do about them', () => {
    const groups = [groupOf(1, 1), groupOf(0, 0), groupOf(0, 0), groupOf(0, 1)]
    expect(read(groups, 'degenerate-groups')).toMatchObject({
      value: 0.75,
      sentence:
        '75 % of groups are degenerate, since all their members have the same outcome: raise the group size or filter tasks',
    })
    expect(read(groups, 'degenerate-groups', { thresholds: { 'degenerate-groups': 0.8 } })?.sentence).toBeNull()
    expect(read(groups.slice(0, 3), 'degenerate-groups')).toMatchObject({ value: 1, sentence: null })
    expect(read(groups, 'reward-spread')?.value).toBe(0.125)
  })

  it('use the signal success where there is one, and leave out groups with an unknown outcome', () => {
    const graded = [trajectoryOf([{ reward: 0.2 }], 1), trajectoryOf([{ reward: 0.9 }], 1)]
    const unknown = [trajectoryOf([{ reward: null }]), trajectoryOf([{ reward: 1 }])]
    expect(read([graded, unknown], 'degenerate-groups')?.value).toBe(1)
    expect(read([unknown], 'degenerate-groups')?.value).toBeNull()
  })

  it('count invalid actions and shared observations over all steps', () => {
    const steps = [{ at: 'home' }, { at: 'left', isValid: false }, { at: 'x' }]
    const group = [trajectoryOf(steps), trajectoryOf([{ at: 'home' }, { at: 'y' }])]
    expect(read([group], 'invalid-actions')?.value).toBe(1 / 5)
    expect(read([group], 'anchor-overlap')?.value).toBe(2 / 5)
    expect(read([[trajectoryOf(steps)]], 'anchor-overlap')?.value).toBeNull()
  })

  it('take the entropy of listed actions, where impossible ones count nothing', () => {
    const even = trajectoryOf([{ logProbs: [Math.log(0.5), Math.log(0.5), -Infinity] }])
    const sure = trajectoryOf([{ logProbs: [0] }])
    expect(read([[even, sure]], 'action-entropy')?.value).toBeCloseTo(Math.LN2 / 2, 12)
    expect(read([[trajectoryOf([{}])]], 'action-entropy')?.value).toBeNull()
  })

  it('count different sequences of actions', () => {
    const [one, other] = [{ action: 'a' }, { action: 'b' }]
    const group = [
      trajectoryOf([one, other]),
      trajectoryOf([one, other]),
      trajectoryOf([other, one]),
      trajectoryOf([one]),
    ]
    expect(read([group], 'action-diversity')?.value).toBe(0.75)
  })

  it('count steps that lead back to a state, and not those that change nothing', () => {
    const path = [
      { at: 'A', to: 'B' },
      { at: 'B', to: 'B' },
      { at: 'B', to: 'A' },
      { at: 'A', to: 'C' },
      { at: 'C', to: 'B' },
    ]
    expect(read([[trajectoryOf(path)]], 'over-correction')?.value).toBe(2 / 5)
  })

  it('count steps after the last reward of episodes that earned something', () => {
    const late = trajectoryOf([{ reward: 0 }, { reward: 1 }, { reward: 0 }, { reward: 0 }])
    const failed = trajectoryOf([{ reward: 0 }, { reward: 0 }])
    expect(read([[late, failed]], 'redundant-steps')?.value).toBe(0.5)
    expect(read([[failed]], 'redundant-steps')?.value).toBeNull()
  })

  it('compare step signals with outcomes, pair by pair, ties one half', () => {
    const of = (reward: number, hint: number) => trajectoryOf([{ reward, hint }])
    expect(read([[of(1, 0), of(0, 1), of(0, 0)]], 'hint')).toMatchObject({ monitor: 'disagreement', value: 0.75 })
    const groups = Array.from({ length: 4 }, () => [of(1, 0), of(0, 1)])
    expect(read(groups, 'hint')?.sentence).toMatch(/^hint ranks 100 % of pairs against their outcomes: /)
    expect(read([[of(1, 0), of(1, 1)]], 'hint')?.value).toBeNull()
  })

  it('notice that outcomes fall from the older to the newer half of the window', () => {
    const fall = [
      ...Array.from({ length: 16 }, () => groupOf(1, 1)),
      ...Array.from({ length: 16 }, () => groupOf(0, 0)),
    ]
    expect(read(fall, 'reward-drift')?.value).toBeLessThan(-5)
    expect(read(fall, 'reward-drift')?.sentence).toMatch(/has fallen by/)
    expect(read(fall.toReversed(), 'reward-drift')).toMatchObject({ sentence: null })
    expect(read(fall.slice(0, 16), 'reward-drift')?.value).toBe(0)
    expect(read(fall.slice(9, 20), 'reward-drift')?.value).toBeNull()
  })

  it('know the latest groups of the window alone', () => {
    const window = 4
    const groups = [
      ...Array.from({ length: 9 }, () => groupOf(0, 0)),
      ...Array.from({ length: 4 }, () => groupOf(0, 1)),
    ]
    expect(read(groups, 'degenerate-groups', { window })?.value).toBe(0)
  })

  it('keep every share between 0 and 1, and read the same for any order of members', () => {
    const played = fc.record({
      action: fc.constantFrom('a', 'b'),
      at: fc.constantFrom('x', 'y', 'z'),
      to: fc.constantFrom('x', 'y', 'z'),
      reward: fc.constantFrom(0, 1, null),
      isValid: fc.boolean(),
      hint: fc.constantFrom(0, 1),
    })
    const member = fc.array(played, { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(fc.array(fc.array(member, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), (groups) => {
        const of = (members: typeof groups) => watched(members.map((each) => each.map((steps) => trajectoryOf(steps))))
        const [one, other] = [of(groups), of(groups.map((members) => members.toReversed()))]
        for (const [name, { value }] of one) {
          const same = other.get(name)?.value ?? null
          if (value === null) expect(same).toBeNull()
          else expect(same).toBeCloseTo(value, 9)
          if (value === null || name.startsWith('reward-')) continue
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThanOrEqual(1)
        }
      }),
    )
  })

  it('refuse an unknown monitor and a window that is too small', () => {
    expect(() => new TrainingMonitors({ thresholds: { degenerate: 1 } })).toThrow(/there is no monitor degenerate/)
    expect(() => new TrainingMonitors({ window: 3 })).toThrow(/window/)
  })
})
