import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hookSet } from '../../../core/reward/hook.ts'
import retail from '../../../envs/tools/retail/index.ts'
import { recordedStore } from '../../../server/hosting/run-store.ts'
import { type GymServer, listen } from '../../../server/listen.ts'
import { heldBytes } from './heap.ts'
import type { Held, MeasuredSettings } from './measured-server.ts'
import { echo } from './worlds.ts'

const hooks = hookSet([])
const folder = mkdtempSync(join(tmpdir(), 'stepgym-measured-'))

async function start({ limits, isRecorded }: MeasuredSettings): Promise<GymServer> {
  return listen({
    environments: [
      { name: 'echo', load: async () => echo },
      { name: 'retail', load: async () => retail },
    ],
    defaultName: 'echo',
    hooks,
    limits,
    ...(isRecorded && {
      runStoreOf: (world) => recordedStore(join(folder, world.environment.id), { world, agent: 'clients', hooks }),
    }),
  })
}

const server = await start(JSON.parse(process.argv[2] ?? '') as MeasuredSettings)

async function held(): Promise<Held> {
  await server.stream.settled()
  return { bytes: await heldBytes(), buffers: process.memoryUsage().arrayBuffers, open: server.connections }
}

process.on('message', () => void held().then((answer) => process.send?.(answer)))
process.on('disconnect', () => {
  rmSync(folder, { recursive: true, force: true })
  process.exit()
})
process.send?.(server.url)
