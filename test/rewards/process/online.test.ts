import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Group, Reward, Step } from '../../../core/data/types.ts'
import { runProcessHook } from '../../../core/reward/run-hooks.ts'
import { versionOf } from '../../../models/networks/network.ts'
import { openRuntime, type Runtime } from '../../../models/runtime/runtime.ts'
import { initialWeights } from '../../../models/weights/weights.ts'
import { type OnlineReward, openOnlineReward } from '../../../rewards/process/online.ts'
import type { OnlineRewardSettings } from '../../../rewards/process/online-settings.ts'
import { closeAfterTest } from '../../support/cleanup.ts'
import { ACTIONS, choiceGroup, gatedRuntime, network, reader } from './choices.ts'

let runtime: Runtime
beforeAll(async () => {
  runtime = await openRuntime({ device: 'cpu' })
})
afterAll(() => runtime.close())

const WEIGHTS = initialWeights(network.weights, 3)

type Chosen = Partial<OnlineRewardSettings<Parameters<typeof network.keyOf>[0]>>

async function model(chosen: Chosen = {}): Promise<OnlineReward> {
  const settings = {
    runtime,
    network,
    reader,
    loss: 'preference',
    reference: 'behaviour',
    beta: 1,
    learningRate: 0.05,
  } as const
  const opened = await openOnlineReward({ ...settings, ...chosen }, WEIGHTS)
  closeAfterTest(() => opened.close())
  return opened
}

const groups = (name: string, count: number): readonly Group[] =>
  Array.from({ length: count }, (_, at) => choiceGroup(`${name}${at}`))

const stepsOf = ({ trajectories }: Group) => trajectories.flatMap(({ steps }) => steps)

/** Rewards of some steps of a group, as the hook gives them. */
const judged = ({ hook }: OnlineReward, group: Group, steps = stepsOf(group)): Promise<readonly Reward[]> =>
  runProcessHook(hook, steps, () => group.id)

const versionsIn = (rewards: readonly Reward[]): readonly (string | undefined)[] => [
  ...new Set(rewards.map(({ model }) => model?.version)),
]

/** Mean reward of the steps that took an action. */
function meanOf(group: Group, rewards: readonly Reward[], action: string): number {
  const values = stepsOf(group).flatMap((step, at) =>
    step.action === action ? [rewards[at]?.value ?? Number.NaN] : [],
  )
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

describe('a reward model that learns online', () => {
  it.each([
    ['preference', 'behaviour'],
    ['cross-entropy', 'frozen'],
    ['cross-entropy', { everyUpdates: 5 }],
  ] as const)('finds by %s against %j which action makes a success, from outcomes alone', async (loss, reference) => {
    const online = await model({ loss, reference, beta: 0.5 })
    for (let at = 0; at < 12; at++) await online.update(groups(`learn${at}-`, 4))
    const group = choiceGroup('new', 16)
    const rewards = await judged(online, group)
    const [good = 0, ...others] = ACTIONS.map((action) => meanOf(group, rewards, action))
    expect(good).toBeGreaterThan(0)
    expect(good).toBeGreaterThan(Math.max(...others))
  })

  it('has another version after each update, that of its weights', async () => {
    const online = await model()
    const first = online.version
    expect(first).toBe(versionOf(network, WEIGHTS))
    const update = await online.update(groups('g', 2))
    expect(update).toMatchObject({ measuredVersion: first, version: online.version, steps: 1 })
    const { progress, updates } = await online.state()
    expect([versionOf(network, progress.weights), progress.steps, updates]).toEqual([online.version, 1, 1])
    expect(online.version).not.toBe(first)
  })

  it('judges every step of a group by the version that judged its first', async () => {
    const online = await model()
    const [old, fresh] = [choiceGroup('old'), choiceGroup('fresh')]
    const steps = stepsOf(old)
    const first = await judged(online, old, steps.slice(0, 1))
    await online.update(groups('g', 2))
    const rest = await judged(online, old, steps.slice(1))
    expect(versionsIn([...first, ...rest])).toEqual([versionOf(network, WEIGHTS)])
    expect(versionsIn(await judged(online, fresh))).toEqual([online.version])
  })

  it('does not mix versions where weights change while a group is being judged', async () => {
    const gate = gatedRuntime(runtime)
    const online = await model({ runtime: gate.runtime, limits: { cacheSize: 0, inFlight: 1 } })
    const first = online.version
    const [group, learnt] = [choiceGroup('raced', 4), groups('g', 2)]
    const steps = stepsOf(group)
    gate.shut()
    const begun = judged(online, group, steps.slice(0, 6))
    await vi.waitFor(() => expect(gate.waiting()).toBe(1))
    const updating = online.update(learnt)
    await vi.waitFor(() => expect(gate.waiting()).toBe(2))
    gate.open()
    await updating
    expect(online.version).not.toBe(first)
    const rewards = [...(await begun), ...(await judged(online, group, steps.slice(6)))]
    expect(rewards.map(({ model }) => model?.version)).toEqual(steps.map(() => first))
  })

  it('keeps a version open until the batch that it judges is done', async () => {
    const gate = gatedRuntime(runtime)
    const online = await model({ runtime: gate.runtime, keptVersions: 1, limits: { cacheSize: 0, inFlight: 1 } })
    const first = online.version
    const group = choiceGroup('slow', 2)
    const [learnt] = [groups('g', 1)]
    gate.shut()
    const begun = judged(online, group)
    await vi.waitFor(() => expect(gate.waiting()).toBe(1))
    const updating = online.update(learnt)
    await vi.waitFor(() => expect(gate.waiting()).toBe(2))
    gate.open()
    await updating
    expect(versionsIn(await begun)).toEqual([first])
  })

  it('declines the rest of a group whose version is gone, and says which', async () => {
    const online = await model({ keptVersions: 1 })
    const first = online.version
    const group = choiceGroup('late')
    await judged(online, group, stepsOf(group).slice(0, 2))
    await online.update(groups('g', 1))
    const [reward] = await judged(online, group, stepsOf(group).slice(2))
    expect(reward).toMatchObject({
      value: null,
      reason: 'declined',
      detail: `its group began with version ${first} of the model, which is gone: raise keptVersions`,
    })
  })

  it('judges before or after it learns, as it is asked to', async () => {
    const online = await model()
    const first = online.version
    const versionOfGroup = ([group]: readonly Group[]) =>
      versionsIn(
        stepsOf(group ?? choiceGroup('none')).flatMap(({ rewards }) =>
          rewards.filter(({ name }) => name === 'implicit'),
        ),
      )
    const after = await online.judge(groups('a', 2), 'after')
    expect(versionOfGroup(after.groups)).toEqual([first])
    const second = online.version
    const before = await online.judge(groups('b', 2), 'before')
    expect(versionOfGroup(before.groups)).toEqual([online.version])
    expect(online.version).not.toBe(second)
    const again = await online.judge(after.groups, 'after')
    expect(versionOfGroup(again.groups)).toEqual([first])
    await expect(online.judge(after.groups, 'before')).rejects.toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('before the update') }),
    )
  })

  it('compares with weights that never move, or with those before every second update', async () => {
    const [frozen, moving] = [await model({ reference: 'frozen' }), await model({ reference: { everyUpdates: 2 } })]
    const learnt = [groups('a', 2), groups('b', 2), groups('c', 2)]
    const versions: string[] = [moving.version]
    const references: (string | null)[][] = []
    for (const batch of learnt) {
      for (const online of [frozen, moving]) await online.update(batch)
      versions.push(moving.version)
      const states = [await frozen.state(), await moving.state()]
      references.push(states.map(({ reference }) => reference && versionOf(network, reference)))
    }
    const [zeroth, first] = versions
    expect(references).toEqual([
      [zeroth, zeroth],
      [zeroth, first],
      [zeroth, first],
    ])
    const [reward] = await judged(moving, choiceGroup('x'))
    expect(reward?.model?.version).toBe(versions[3])
  })

  it('gives exactly 0 against its own first weights', async () => {
    const online = await model({ reference: 'frozen' })
    expect((await judged(online, choiceGroup('x'))).map(({ value }) => value)).toEqual(Array(24).fill(0))
  })

  it('deals its groups among minibatches, as often as it has epochs', async () => {
    const online = await model({ minibatches: 3, epochs: 2 })
    expect(await online.update(groups('g', 4))).toMatchObject({ steps: 6 })
    expect(await online.update(groups('h', 1))).toMatchObject({ steps: 2 })
  })

  it('changes nothing without a pair, and counts what it leaves out', async () => {
    const online = await model()
    const { version } = online
    const [group = choiceGroup('g')] = groups('g', 1)
    const bare = group.trajectories.map((each) => ({
      ...each,
      rewards: [],
      steps: each.steps.map(({ evidence: _, ...step }) => step),
    }))
    const mute = {
      ...group,
      trajectories: group.trajectories.map((each, at) => (at === 0 ? each : (bare[at] ?? each))),
    }
    expect(await online.update([mute])).toMatchObject({
      ...{ version, loss: null, gradientNorm: null, steps: 0, unreadSteps: 0, unknownOutcomes: 7 },
      heldOut: { pairAccuracy: null, pairs: 0 },
    })
    const blind = {
      ...group,
      trajectories: bare.map((each, at) => ({ ...each, rewards: group.trajectories[at]?.rewards ?? [] })),
    }
    expect(await online.update([blind])).toMatchObject({ version, steps: 0, unreadSteps: 24, unknownOutcomes: 0 })
  })

  it('leaves out steps whose log-probabilities it cannot be compared with, and learns from the others', async () => {
    const odd: readonly (readonly number[])[] = [[], [-1, -1], [Number.NaN], [-Infinity], [-1e300]]
    let read = 0
    const reading = (step: Step) => {
      const acted = reader.read(step)
      const logProbs = odd[read++]
      return typeof acted === 'string' || logProbs === undefined ? acted : { ...acted, logProbs }
    }
    const online = await model({ reader: { ...reader, read: reading } })
    const { unreadSteps, steps, loss } = await online.update(groups('g', 2))
    expect({ unreadSteps, steps }).toEqual({ unreadSteps: odd.length, steps: 1 })
    expect(loss).toBeGreaterThan(0)
  })

  it('keeps its version where an update fails, and learns again after', async () => {
    let isBroken = false
    const broken: Pick<Runtime, 'load' | 'store'> = {
      store: (values) => runtime.store(values),
      load: async (graph, follow) => {
        const session = await runtime.load(graph, follow)
        const run: typeof session.run = (given) =>
          isBroken && given.updates ? Promise.reject(new Error('the device is gone')) : session.run(given)
        return { close: () => session.close(), run }
      },
    }
    const online = await model({ runtime: broken })
    const { version } = online
    isBroken = true
    await expect(online.update(groups('a', 2))).rejects.toThrow('the device is gone')
    expect(online.version).toBe(version)
    isBroken = false
    expect((await online.update(groups('b', 2))).measuredVersion).toBe(version)
    expect(online.version).not.toBe(version)
  })

  it('refuses work once it is closed', async () => {
    const online = await openOnlineReward(
      { runtime, network, reader, loss: 'preference', reference: 'behaviour' },
      WEIGHTS,
    )
    await online.close()
    await expect(online.update(groups('g', 1))).rejects.toThrow('the reward model is closed')
    const [reward] = await judged(online, choiceGroup('x'))
    expect(reward).toMatchObject({ value: null, detail: 'the reward model is closed' })
  })

  it.each([
    [{ minibatches: 0 }, 'minibatches is a whole number from 1, not 0'],
    [{ epochs: 1.5 }, 'epochs is a whole number from 1, not 1.5'],
    [{ keptVersions: 0 }, 'keptVersions is a whole number from 1, not 0'],
    [{ reference: { everyUpdates: 0 } }, 'reference.everyUpdates is a whole number from 1, not 0'],
    [{ learningRate: 0 }, 'learningRate is a number above 0, not 0'],
    [{ learningRate: Number.NaN }, 'learningRate is a number above 0, not NaN'],
    [{ beta2: 1 }, 'beta2 is a number from 0, below 1, not 1'],
  ] satisfies readonly [Chosen, string][])('refuses the settings %j', async (chosen, message) => {
    await expect(model(chosen)).rejects.toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(message) }),
    )
  })
})
