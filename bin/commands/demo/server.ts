import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Seed } from '../../../core/data/rng.ts'
import type { ProcessHook } from '../../../core/reward/hook.ts'
import { recordedStore } from '../../../server/hosting/run-store.ts'
import type { GymServer } from '../../../server/listen.ts'
import type { Cli } from '../../cli.ts'
import { chosenHooks, creditTools, environmentCatalog } from '../../find.ts'

const HOOKS = [
  { reference: 'success', options: {} },
  { reference: 'progress', options: {} },
  { reference: 'repeated-state', options: { anchor: 'page' } },
  { reference: 'confidence', options: {} },
]
const LATE_MS = 50

/**
 * The web shop on a free port of this machine, hooks attached.
 * @param out folder of its run
 * @throws GymError RECORD_FOREIGN, RECORD_FAILED, ADDRESS_TAKEN
 */
export async function demoServer({ folder }: Cli, out: string, seed: Seed): Promise<GymServer> {
  const environment = await environmentCatalog(folder, {}).load('webshop')
  const { process, ...quick } = await chosenHooks(folder, { hooks: HOOKS })
  const hooks = { ...quick, process: process.map((hook) => takingItsTime(hook, LATE_MS)) }
  const { listen } = await import('../../../server/listen.ts')
  return listen({
    environments: [{ name: 'webshop', load: () => Promise.resolve(environment) }],
    hooks,
    ...(await creditTools(folder)),
    runStoreOf: (world) => recordedStore(resolve(folder, out), { world, agent: 'demo', hooks, seed }),
  })
}

/** A process hook that takes its time, as a model does that judges steps: its rewards come after the replies. */
const takingItsTime = (hook: ProcessHook, ms: number): ProcessHook => ({
  ...hook,
  async reward(steps, context) {
    await setTimeout(ms)
    return hook.reward(steps, context)
  },
})
