import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import WebSocket from 'ws'
import { entriesByFile, writeTraced } from './kit/traced.ts'

/**
 * The path of one step over the wire: files and functions of ours that the compiled server runs for every native
 * `step` frame, by V8's precise call counts; and how often each file is entered from another, in a traced copy of the
 * package. Another build than this checkout's: `STEPGYM_ROOT=FOLDER`, after `node build.mjs` there.
 */
const WARM_UP = 200
const STEPS = 1000
const root = process.env.STEPGYM_ROOT ?? join(import.meta.dirname, '../..')
const dist = join(root, 'dist')
if (!existsSync(dist)) throw new Error(`${root} has no build: run node build.mjs there`)

const plain = await playing(dist)
await plain.steps(WARM_UP)
const functions = await functionsByFile(() => plain.steps(STEPS))
await plain.close()

const traced = writeTraced(dist)
try {
  const player = await playing(traced)
  await player.steps(WARM_UP)
  const entries = await entriesByFile(STEPS, () => player.steps(STEPS))
  await player.close()
  report(functions, entries)
} finally {
  rmSync(traced, { recursive: true, force: true })
}

interface Player {
  steps(count: number): Promise<void>
  close(): Promise<void>
}

/** A server of this build in this process, and one client that is none of its code. */
async function playing(folder: string): Promise<Player> {
  const core: typeof import('../../core/index.ts') = await import(pathToFileURL(join(folder, 'core/index.js')).href)
  const { listen }: typeof import('../../server/listen.ts') = await import(
    pathToFileURL(join(folder, 'server/listen.js')).href
  )
  const page = 'red leather shoes, price 19.99; '.repeat(64)
  const echo = core.defineEnvironment({
    id: 'echo@1',
    maxSteps: 1_000_000,
    action: core.textAction((text) => text),
    reset: () => ({ said: '' }),
    step: (_, said) => ({ state: { said }, reward: 0, terminated: false }),
    observe: { text: ({ said }) => said + page },
  })
  const server = await listen({ environments: [{ name: 'echo', load: async () => echo }], hooks: core.hookSet([]) })
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/echo/ws`, ['stepgym.v1'])
  await once(socket, 'message')
  const ask = async (request: object): Promise<{ readonly seq: number; readonly episode: string }> => {
    socket.send(JSON.stringify(request))
    const [reply] = await once(socket, 'message')
    return JSON.parse(String(reply))
  }
  let { seq: ack, episode } = await ask({ type: 'reset', id: 0, seed: 1 })
  let id = 0
  return {
    async steps(count) {
      for (let step = 0; step < count; step++) {
        const reply = await ask({ type: 'step', id: ++id, ack, episode, action: `step ${id}` })
        ack = reply.seq
        episode = reply.episode
      }
    },
    async close() {
      socket.terminate()
      await server.close()
    },
  }
}

/** Functions of the build that run at least once a step, by file. */
async function functionsByFile(run: () => Promise<void>): Promise<ReadonlyMap<string, number>> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  await session.post('Profiler.takePreciseCoverage')
  await run()
  const { result } = await session.post('Profiler.takePreciseCoverage')
  session.disconnect()
  const own = pathToFileURL(`${dist}/`).href
  const counts = result
    .filter(({ url }) => url.startsWith(own))
    .map(({ url, functions: all }): [string, number] => [
      url.slice(own.length),
      all.filter(({ ranges }) => (ranges[0]?.count ?? 0) >= STEPS).length,
    ])
  return new Map(counts.filter(([, count]) => count > 0).sort())
}

function report(byFile: ReadonlyMap<string, number>, entries: ReadonlyMap<string, number>): void {
  const total = (counts: ReadonlyMap<string, number>): number =>
    [...counts.values()].reduce((sum, each) => sum + each, 0)
  const often = [...entries.values()].filter((count) => count > 2).length
  console.log(`${byFile.size} files and ${total(byFile)} functions a step`)
  console.log(`${Math.round(total(entries))} entries into a file; ${often} files are entered more than twice`)
  console.table(
    Object.fromEntries(
      [...byFile].map(([file, count]) => [file, { functions: count, entries: Math.round(entries.get(file) ?? 0) }]),
    ),
  )
}
