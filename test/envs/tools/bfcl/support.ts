import type { Api } from '../../../../envs/tools/bfcl/api.ts'
import { apiNamed } from '../../../../envs/tools/bfcl/apis/index.ts'
import { type BfclResult, executeAll } from '../../../../envs/tools/bfcl/execute.ts'
import { ownFiller } from '../../../../envs/tools/bfcl/long-context/own.ts'
import { parseCalls } from '../../../../envs/tools/bfcl/python/call-text.ts'
import { fromStorage } from '../../../../envs/tools/bfcl/python/storage.ts'
import { PyDict } from '../../../../envs/tools/bfcl/python/value.ts'
import { type BfclWorld, loadWorld } from '../../../../envs/tools/bfcl/world.ts'
import type { Changes } from '../../../../envs/tools/engine/database.ts'
import type { Value } from '../../../../envs/tools/engine/python-number.ts'

export function api(name: string): Api {
  const found = apiNamed(name)
  if (!found) throw new Error(`there is no class ${name}`)
  return found
}

/** A world of classes, with a scenario for each. */
export const worldOf = (names: readonly string[], scenarios: unknown = {}, isLong = false): BfclWorld => {
  const given = fromStorage(scenarios as Value)
  return loadWorld(names.map(api), given instanceof PyDict ? given : new PyDict(), isLong ? ownFiller() : null)
}

/** Runs calls that are written as Python. */
export function play(world: BfclWorld, text: string, changes: Changes = {}) {
  const calls = parseCalls(text)
  if (!calls) throw new Error(`no calls: ${text}`)
  const done: { readonly results: readonly BfclResult[]; readonly changes: Changes } = executeAll(world, changes, calls)
  return { texts: done.results.map((result) => result.text), changes: done.changes }
}

/** What one call answers in a fresh world of one class. */
export const answer = (name: string, text: string, scenario: unknown = {}): string =>
  play(worldOf([name], { [name]: scenario }), text).texts.at(-1) ?? ''
