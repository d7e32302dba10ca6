import { BUILTINS } from './builtins.ts'
import { type Expression, type Statement, Unsupported } from './syntax.ts'
import { Raised, type Value } from './values.ts'

/** Names of a module, a function or a comprehension; those of the enclosing one after its own. */
export interface Scope {
  readonly names: Map<string, Value>
  readonly outer: Scope | null
}

/** Names of a call's parameters with their values. @throws Raised for other arguments than it has */
export function bound(
  names: readonly string[],
  standards: ReadonlyMap<string, Value>,
  args: readonly Value[],
  named: ReadonlyMap<string, Value>,
): Map<string, Value> {
  if (args.length > names.length) throw new Raised('TypeError')
  const own = new Map(args.map((value, at) => [names[at] ?? '', value]))
  for (const [name, value] of named) {
    if (own.has(name) || !names.includes(name)) throw new Raised('TypeError')
    own.set(name, value)
  }
  for (const name of names) {
    const value = own.has(name) ? own.get(name) : standards.get(name)
    if (value === undefined) throw new Raised('TypeError')
    own.set(name, value)
  }
  return own
}

/** Names that a function assigns: they are its own, also before it does. */
export function localNames(body: readonly Statement[]): readonly string[] {
  return body.flatMap((statement): readonly string[] => {
    switch (statement.kind) {
      case 'assign':
      case 'augmented':
        return namesOf(statement.target)
      case 'for':
        return [...namesOf(statement.target), ...localNames(statement.body)]
      case 'while':
        return localNames(statement.body)
      case 'if':
        return [...statement.branches.flatMap((branch) => localNames(branch.body)), ...localNames(statement.otherwise)]
      default:
        return []
    }
  })
}

const namesOf = (target: Expression): readonly string[] =>
  target.kind === 'name' ? [target.name] : target.kind === 'tuple' ? target.items.flatMap(namesOf) : []

/** The names around a function, without those that it assigns: Python does not look for these outside. */
export function hiding(outer: Scope, local: readonly string[], own: ReadonlyMap<string, Value>): Scope {
  const isHidden = local.some((name) => !own.has(name) && (outer.names.has(name) || BUILTINS.has(name)))
  if (isHidden) throw new Unsupported('a local name that is also one outside')
  return outer
}
