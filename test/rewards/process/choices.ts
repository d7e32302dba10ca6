import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import type { Group, Trajectory } from '../../../core/data/types.ts'
import { categoricalNetwork } from '../../../models/networks/categorical.ts'
import type { Runtime } from '../../../models/runtime/runtime.ts'
import { choiceReader } from '../../../rewards/process/step-reader.ts'
import { signal, step } from '../../support/reward-samples.ts'

/** Three actions; each is one feature of the network. An episode that takes `good` once is a success. */
export const ACTIONS = ['good', 'bad', 'idle'] as const
export const network = categoricalNetwork({ features: ACTIONS.length, hidden: 4 })
export const reader = choiceReader('actions@1', (_, { actions }) =>
  actions.map((_, feature) => [{ feature, value: 1 }]),
)

const rng = new Rng(keyOfSeed(5), 0)

function trajectory(id: string, groupId: string): Trajectory {
  const steps = Array.from({ length: 3 }, (_, index) => {
    const taken = rng.int(0, ACTIONS.length - 1)
    const sampling = { policyId: 'p', policyVersion: '1', temperature: 1, topP: 1 }
    const evidence = {
      kind: 'categorical',
      actions: ACTIONS,
      index: taken,
      logProb: -Math.log(3),
      ...sampling,
    } as const
    return step({ trajectoryId: id, index, action: ACTIONS[taken] ?? '', evidence })
  })
  const isSuccess = steps.some(({ action }) => action === 'good')
  const origin = { environment: 'choices@1', taskId: 't', seed: 0, member: 0, forkPath: '' }
  const rewards = [signal('success', Number(isSuccess))]
  return { id, groupId, ...origin, steps, ending: 'terminated', endingReason: null, rewards }
}

/** Group of episodes of a policy that takes each action with the same probability. */
export function choiceGroup(id: string, size = 8): Group {
  const trajectories = Array.from({ length: size }, (_, member) => trajectory(`${id}.${member}`, id))
  return { id, environment: 'choices@1', taskId: 't', startTag: '', trajectories, aborted: [] }
}

/** Runtime whose scoring waits, once it is shut, until it is opened again. */
export function gatedRuntime(runtime: Pick<Runtime, 'load' | 'store'>) {
  let [gate, open] = [Promise.resolve(), () => {}]
  let waiting = 0
  const gated: Pick<Runtime, 'load' | 'store'> = {
    store: (values) => runtime.store(values),
    load: async (graph, follow) => {
      const session = await runtime.load(graph, follow)
      const run: typeof session.run = async (given) => {
        if (given.fetches.includes('log_probs')) {
          waiting++
          await gate
          waiting--
        }
        return session.run(given)
      }
      return { close: () => session.close(), run }
    },
  }
  const shut = (): void => {
    gate = new Promise((resolve) => {
      open = resolve
    })
  }
  return { runtime: gated, shut, open: () => open(), waiting: () => waiting }
}
