import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** Null, with a message, where this Python cannot do it: `STEPGYM_PYTHON` names another. */
export function askPython(job: object): unknown {
  const python = process.env.STEPGYM_PYTHON ?? 'python3'
  const rival = join(import.meta.dirname, 'rival.py')
  const { status, stdout, stderr } = spawnSync(python, [rival], {
    input: JSON.stringify(job),
    maxBuffer: 2 ** 30,
    encoding: 'utf8',
  })
  if (status === 0) return JSON.parse(stdout)
  const reason = stderr?.trim().split('\n').at(-1) ?? 'it could not be started'
  console.log(`no rival: ${python} says "${reason}" (STEPGYM_PYTHON names one with numpy)`)
  return null
}

export interface Timed {
  /** CPU seconds. */
  readonly seconds: number
  readonly values: readonly number[]
}

export const isTimed = (value: unknown): value is Timed =>
  typeof value === 'object' &&
  value !== null &&
  'seconds' in value &&
  typeof value.seconds === 'number' &&
  'values' in value &&
  Array.isArray(value.values)

/** CPU seconds of this process, user and system, garbage collection on other threads included. */
export function cpuSeconds<T>(run: () => T): { readonly seconds: number; readonly result: T } {
  const before = process.cpuUsage()
  const result = run()
  const { user, system } = process.cpuUsage(before)
  return { seconds: (user + system) / 1e6, result }
}
