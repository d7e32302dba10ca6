import { messageOf } from '../../core/data/errors.ts'
import { parseOwnJson } from '../../core/data/json.ts'
import { checkProgram } from '../program.ts'
import type { Backend, BackendName, ExecutionResult, Worker } from '../types.ts'
import { type Attack, type Attempt, type Observation, PRELUDE } from './attack.ts'
import { LAYERS } from './layers.ts'
import { descendantsOf, type Outside, openOutside } from './outside.ts'

/** What came of an attack. */
export interface AttackOutcome {
  readonly name: string
  readonly what: string
  readonly isStopped: boolean
  /** Layers that stopped it, in the order in which it met them. */
  readonly layers: readonly string[]
  /** What it met, or achieved. */
  readonly evidence: readonly string[]
  readonly durationMs: number
}

/** Limits of attacks that have none of their own: small, so that each ends soon. */
const LIMITS = { timeoutMs: 15_000, memoryBytes: 160 * 1024 * 1024 }

/**
 * Runs attacks against a back end, each followed by a program that has to run as always, in the same worker where it
 * may run another.
 */
export async function* attackWith(backend: Backend, attacks: readonly Attack[]): AsyncGenerator<AttackOutcome> {
  const outside = await openOutside()
  const target = new Target(backend)
  try {
    for (const attack of attacks)
      if (attack.backends?.includes(backend.name) ?? true) yield await outcomeOf(attack, target, outside)
  } finally {
    await target.end()
    await outside.close()
  }
}

/** The worker under attack. */
class Target {
  readonly backend: Backend
  #worker: Worker | null = null

  constructor(backend: Backend) {
    this.backend = backend
  }

  get pid(): number | undefined {
    return this.#worker?.pid
  }

  async run(main: string, args: readonly string[], limits: object = {}): Promise<ExecutionResult> {
    this.#worker ??= await this.backend.startWorker()
    const worker = this.#worker
    try {
      return await worker.start(checkProgram({ main, args, limits: { ...LIMITS, ...limits } })).result
    } catch (thrown) {
      await this.end()
      throw thrown
    } finally {
      if (!worker.isReusable) await this.end()
    }
  }

  async end(): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    await worker?.end()
  }
}

async function outcomeOf(attack: Attack, target: Target, outside: Outside): Promise<AttackOutcome> {
  const { name, what } = attack
  const began = performance.now()
  const seen = await observe(attack, target, outside)
  const durationMs = performance.now() - began
  if (typeof seen === 'string') return { name, what, isStopped: false, layers: [], evidence: [seen], durationMs }
  const breaches = [...breachesOf(attack, seen, outside), ...(await harmTo(target))]
  const isStopped = breaches.length === 0
  const layers = isStopped ? layersOf(attack, seen, target.backend.name) : []
  return { name, what, isStopped, layers, evidence: isStopped ? evidenceOf(seen) : breaches, durationMs }
}

/** What an attack met; a text where it broke its worker. */
async function observe(
  { main, next, limits }: Attack,
  target: Target,
  outside: Outside,
): Promise<Observation | string> {
  const { file, secret, port, socket, abstract } = outside
  const args = [JSON.stringify({ file, secret, port, socket, abstract })]
  try {
    const first = await target.run(`${PRELUDE}\n${main}`, args, limits)
    const result = next === undefined ? first : await target.run(`${PRELUDE}\n${next}`, args)
    return { result, attempts: attemptsIn(result.stdout.text) }
  } catch (thrown) {
    return `the worker broke: ${messageOf(thrown)}`
  }
}

const attemptsIn = (text: string): readonly Attempt[] =>
  text.split('\n').flatMap((line) => {
    if (!line.startsWith('{"what"')) return []
    try {
      return [parseOwnJson<Attempt>(line)]
    } catch {
      return []
    }
  })

function breachesOf(
  { statuses = ['ok'] }: Attack,
  { result, attempts }: Observation,
  outside: Outside,
): readonly string[] {
  const { status, stdout, stderr } = result
  const { secret, connections } = outside
  return [
    ...attempts.flatMap(({ what, breach }) => (breach === undefined ? [] : [`${what}: ${breach}`])),
    ...(statuses.includes(status) ? [] : [`the program ended as ${status}: ${stderr.text.trim().slice(-300)}`]),
    ...(stdout.text.includes(secret) || stderr.text.includes(secret) ? ['it has the secret'] : []),
    ...(connections > 0 ? ['a connection reached the host'] : []),
  ]
}

/** Processes under that of a worker between two programs: those of the zygote, and two for each of the next two programs. */
const IDLE_PROCESSES: Readonly<Record<BackendName, number>> = { zygote: 8, gvisor: 0, pyodide: 0 }

/** What is wrong with the next program, or left of the last. */
async function harmTo(target: Target): Promise<readonly string[]> {
  try {
    const { stdout, stderr } = await target.run('import os\nprint(6 * 7, sorted(os.listdir(".")))', [])
    const usual = IDLE_PROCESSES[target.backend.name]
    const left = await descendantsSoon(target.pid, usual)
    return [
      ...(stdout.text === '42 []\n' ? [] : [`the next program wrote ${stdout.text}${stderr.text}`]),
      ...(left !== null && left > usual ? [`${left} processes are left`] : []),
    ]
  } catch (thrown) {
    return [`the next program did not run: ${messageOf(thrown)}`]
  }
}

/** The first process of the last program has reported and may not have ended yet; those of the next may not be there. */
async function descendantsSoon(pid: number | undefined, usual: number): Promise<number | null> {
  let left = descendantsOf(pid)
  for (let wait = 1; left !== null && left !== usual && wait < 500; wait *= 2) {
    await new Promise((resolve) => setTimeout(resolve, wait))
    left = descendantsOf(pid)
  }
  return left
}

/** Keys of what was met: errors of single attempts, and the status. */
const keysOf = ({ result, attempts }: Observation): readonly string[] => [
  ...attempts.flatMap(({ held }) => held ?? []),
  result.status,
]

function layersOf(attack: Attack, seen: Observation, backend: BackendName): readonly string[] {
  const linux = backend === 'pyodide' ? undefined : attack.layers?.linux
  const known = { ...LAYERS[backend], ...linux, ...attack.layers?.[backend] }
  return [...new Set(keysOf(seen).flatMap((key) => known[key] ?? []))]
}

const evidenceOf = ({ result, attempts }: Observation): readonly string[] => [
  ...attempts.flatMap(({ what, held }) => (held === undefined ? [] : [`${what}: ${held}`])),
  `status: ${result.status}`,
]
