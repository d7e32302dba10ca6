import { fail } from './operations.ts'
import type { Py } from './value.ts'

/** Parameters of a Python method, in their order; those with a default may be left out. */
export interface Signature {
  /** As messages name it: `TicketAPI.get_ticket()`. */
  readonly method: string
  readonly names: readonly string[]
  /** Values of parameters that are left out; made for each call. */
  readonly defaults: ReadonlyMap<string, () => Py>
}

export interface GivenArguments {
  readonly positional: readonly Py[]
  readonly named: ReadonlyMap<string, Py>
}

/** Values of all parameters in their order. @throws PythonError with the texts of CPython 3.11 */
export function bind(signature: Signature, given: GivenArguments): readonly Py[] {
  expectKnownNames(signature, given)
  expectFewEnough(signature, given.positional.length)
  const values = signature.names.map((name, at) => {
    const value = given.positional[at]
    return value === undefined ? (given.named.get(name) ?? (given.named.has(name) ? null : undefined)) : value
  })
  const missing = signature.names.filter((name, at) => values[at] === undefined && !signature.defaults.has(name))
  if (missing.length > 0) return fail(missingText(signature.method, missing))
  return values.map((value, at) => (value === undefined ? defaultOf(signature, at) : value))
}

const defaultOf = ({ defaults, names }: Signature, at: number): Py => defaults.get(names[at] ?? '')?.() ?? null

function expectKnownNames({ method, names }: Signature, { positional, named }: GivenArguments): void {
  for (const name of named.keys()) {
    const at = names.indexOf(name)
    if (name === 'self' || (at !== -1 && at < positional.length))
      fail(`${method} got multiple values for argument '${name}'`)
    if (at === -1) fail(`${method} got an unexpected keyword argument '${name}'`)
  }
}

/** Counts the instance as a first argument. */
function expectFewEnough({ method, names, defaults }: Signature, count: number): void {
  if (count <= names.length) return
  const most = names.length + 1
  const range = defaults.size > 0 ? `from ${most - defaults.size} to ${most}` : `${most}`
  const plural = most === 1 && defaults.size === 0 ? '' : 's'
  fail(`${method} takes ${range} positional argument${plural} but ${count + 1} were given`)
}

function missingText(method: string, names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`)
  const last = quoted.at(-1) ?? ''
  const listed = quoted.length < 3 ? quoted.join(' and ') : `${quoted.slice(0, -1).join(', ')}, and ${last}`
  return `${method} missing ${names.length} required positional argument${names.length > 1 ? 's' : ''}: ${listed}`
}
