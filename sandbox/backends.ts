import { GymError, messageOf } from '../core/data/errors.ts'
import { GVisorBackend } from './gvisor/index.ts'
import { checkProgram } from './program.ts'
import { PyodideBackend } from './pyodide/index.ts'
import type { Backend, BackendName } from './types.ts'
import { ZygoteBackend } from './zygote/index.ts'

/** Back ends in the order of preference: isolation by the kernel first, and of those what starts programs fastest. */
export const BACKENDS: Readonly<Record<BackendName, () => Backend>> = {
  zygote: () => new ZygoteBackend(),
  gvisor: () => new GVisorBackend(),
  pyodide: () => new PyodideBackend(),
}

/** Whether a back end runs programs on this machine, tried with one. */
export interface BackendFinding {
  readonly name: string
  readonly backend: Backend
  /** What is missing; null where it works. */
  readonly problem: string | null
}

const found = new Map<string, Promise<BackendFinding>>()

/** Runs a small program in a back end, and once more where that fails; the answer is kept for this process. */
export function tryBackend(name: string, make: () => Backend): Promise<BackendFinding> {
  const known = found.get(name) ?? tried(name, make())
  found.set(name, known)
  return known
}

async function tried(name: string, backend: Backend): Promise<BackendFinding> {
  const problem = (await problemOf(backend)) === null ? null : await problemOf(backend)
  return { name, backend, problem }
}

async function problemOf(backend: Backend): Promise<string | null> {
  try {
    const worker = await backend.startWorker()
    const { status, stdout, stderr } = await worker.start(checkProgram({ main: 'print(6 * 7)' })).result
    await worker.end()
    return status === 'ok' && stdout.text === '42\n'
      ? null
      : `a small program ended as ${status}: ${stderr.text.trim()}`
  } catch (thrown) {
    return messageOf(thrown)
  }
}

/** The back end that is chosen, with its versions, or why there is none: for the manifest of a run. */
export async function sandboxHere(name: BackendName | 'auto'): Promise<string> {
  try {
    return describedBackend(await chooseBackend(name))
  } catch (thrown) {
    return messageOf(thrown)
  }
}

/** Name and versions in one line, such as `zygote: CPython 3.11.2, Node.js 20.20.2`. */
export const describedBackend = ({ name, versions }: Backend): string =>
  [name, Object.values(versions).join(', ')].filter((part) => part !== '').join(': ')

/**
 * The back end of a name, or the strongest that works on this machine.
 * @throws GymError SANDBOX_UNAVAILABLE with what is missing for each
 */
export async function chooseBackend(name: BackendName | 'auto' = 'auto'): Promise<Backend> {
  const problems: string[] = []
  for (const [each, make] of Object.entries(BACKENDS)) {
    if (name !== 'auto' && name !== each) continue
    const { backend, problem } = await tryBackend(each, make)
    if (problem === null) return backend
    problems.push(`${each}: ${problem}`)
  }
  throw new GymError('SANDBOX_UNAVAILABLE', `no sandbox works on this machine. ${problems.join('; ')}`)
}
