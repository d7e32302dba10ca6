import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import WebSocket from 'ws'
import { callsOf, entriesByFile, writeTraced } from './kit/traced.ts'

/**
 * The path of one step over the wire: files and functions of ours that the compiled server runs for every `step` frame,
 * by V8's precise call counts; and how often each file is entered from another, in a traced copy of the package. Calls
 * in a row from one file into another are one entry. `npm run bench -- wire step-path` prints it for both dialects.
 * Another build than this checkout's: `STEPGYM_ROOT=FOLDER`, after `node build.mjs` there. Every call of one step, in
 * order: `STEPGYM_CALLS=native` or `openenv`.
 */
const WARM_UP = 200
const STEPS = 1000
/** Time for what follows a reply. */
const AFTER_MS = 20
const root = process.env.STEPGYM_ROOT ?? join(import.meta.dirname, '../..')
const dist = join(root, 'dist')
if (!existsSync(dist)) throw new Error(`${root} has no build: run node build.mjs there`)

const DIALECTS = { native: nativeSteps, openenv: openenvSteps } as const
type DialectName = keyof typeof DIALECTS
const wanted = process.env.STEPGYM_CALLS
const traced = writeTraced(dist)
try {
  if (wanted === 'native' || wanted === 'openenv') await printCalls(wanted)
  else for (const name of ['native', 'openenv'] as const) await printCounts(name)
} finally {
  rmSync(traced, { recursive: true, force: true })
}

async function printCounts(name: DialectName): Promise<void> {
  const plain = await playing(dist, name)
  await plain.steps(WARM_UP)
  const functions = await functionsByFile(() => plain.steps(STEPS))
  await plain.close()
  const player = await playing(traced, name)
  await player.steps(WARM_UP)
  const entries = await entriesByFile(STEPS, () => player.steps(STEPS))
  await player.close()
  report(name, functions, entries)
}

async function printCalls(name: DialectName): Promise<void> {
  const player = await playing(traced, name)
  await player.steps(WARM_UP)
  console.log(await callsOf(() => player.steps(1).then(() => setTimeout(AFTER_MS))))
  await player.close()
}

interface Player {
  steps(count: number): Promise<void>
  close(): Promise<void>
}

/** A server of this build in this process, and one client that does not use its code. */
async function playing(folder: string, name: DialectName): Promise<Player> {
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
  const address = `${server.url.replace('http', 'ws')}/echo/ws`
  const socket = new WebSocket(address, name === 'native' ? ['stepgym.v1'] : [])
  await once(socket, name === 'native' ? 'message' : 'open')
  const ask = async (request: object): Promise<Reply> => {
    socket.send(JSON.stringify(request))
    const [reply] = await once(socket, 'message')
    return JSON.parse(String(reply))
  }
  const step = await DIALECTS[name](ask)
  return {
    async steps(count) {
      for (let i = 0; i < count; i++) await step()
    },
    async close() {
      socket.terminate()
      await server.close()
    },
  }
}

interface Reply {
  readonly seq: number
  readonly episode: string
}
type Ask = (request: object) => Promise<Reply>

async function nativeSteps(ask: Ask): Promise<() => Promise<void>> {
  let { seq: ack, episode } = await ask({ type: 'reset', id: 0, seed: 1 })
  let id = 0
  return async () => {
    const reply = await ask({ type: 'step', id: ++id, ack, episode, action: `step ${id}` })
    ack = reply.seq
    episode = reply.episode
  }
}

async function openenvSteps(ask: Ask): Promise<() => Promise<void>> {
  await ask({ type: 'reset', data: { seed: 1 } })
  let steps = 0
  return async () => void (await ask({ type: 'step', data: { action: `step ${steps++}` } }))
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

function report(name: string, byFile: ReadonlyMap<string, number>, entries: ReadonlyMap<string, number>): void {
  const total = (counts: ReadonlyMap<string, number>): number =>
    [...counts.values()].reduce((sum, each) => sum + each, 0)
  const often = [...entries.values()].filter((count) => Math.round(count) > 2).length
  console.log(`${name}: ${byFile.size} files and ${total(byFile)} functions a step`)
  console.log(`${Math.round(total(entries))} entries into a file; ${often} files are entered more than twice`)
  console.table(
    Object.fromEntries(
      [...byFile].map(([file, count]) => [file, { functions: count, entries: Math.round(entries.get(file) ?? 0) }]),
    ),
  )
}
