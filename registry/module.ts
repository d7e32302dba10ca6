import { existsSync } from 'node:fs'
import { GymError } from '../core/data/errors.ts'
import { adviceOn, importModule } from './import.ts'
import type { Kind } from './kind.ts'

/**
 * Imports a module and takes the thing that it exports by default.
 * @throws GymError the kind's `unknown` where there is no such file; its `invalid`, with the path and what to do, where
 *   the module breaks or exports something else.
 */
export async function readModule<T>(kind: Kind<T>, path: string): Promise<T> {
  const exported = await exportOf(kind, path)
  const thing = await attempt(kind, path, 'is not usable', () => kind.read(exported))
  if (thing !== null) return thing
  const what = exported === undefined ? 'has no default export' : `exports ${describe(exported)} by default`
  throw new GymError(kind.invalid, `${path} ${what}: for ${kind.noun}s it is ${kind.expects}`)
}

async function exportOf<T>(kind: Kind<T>, path: string): Promise<unknown> {
  if (!existsSync(path)) throw new GymError(kind.unknown, `there is no file ${path}`)
  const { data } = kind
  if (data && path.endsWith(data.ending)) return attempt(kind, path, 'cannot be read', () => data.read(path))
  const loaded = await attempt(kind, path, 'cannot be imported', () => importModule(path))
  return loaded.default
}

async function attempt<T, U>(kind: Kind<T>, path: string, what: string, run: () => U | Promise<U>): Promise<U> {
  try {
    return await run()
  } catch (thrown) {
    throw new GymError(kind.invalid, `${path} ${what}: ${adviceOn(thrown)}`, { cause: thrown })
  }
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return `an object with ${Object.keys(value).join(', ') || 'nothing in it'}`
  return typeof value === 'function' ? 'a function' : `a ${typeof value}`
}
