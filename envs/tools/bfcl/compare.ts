import type { Json } from '../../../core/data/types.ts'
import { type Changes, Session } from '../engine/database.ts'
import { PythonError } from '../engine/python-error.ts'
import { type Api, type Attributes, Instance } from './api.ts'
import { treeValue } from './apis/file-commands.ts'
import { FILES, FileTree } from './apis/file-tree.ts'
import { equals } from './python/operations.ts'
import type { Py } from './python/value.ts'
import type { BfclWorld } from './world.ts'

/** An attribute that is not as it should be. */
export interface StateDifference {
  readonly api: string
  readonly attribute: string
  readonly expected: Py
  readonly found: Py
}

const isPublic = (attribute: string): boolean => !attribute.startsWith('_')

/**
 * Public attributes in which two episodes of a world differ, compared as Python does: 1 == 1.0 == True, the order of a
 * `dict` does not count.
 */
export function stateDifferences(world: BfclWorld, expected: Changes, found: Changes): readonly StateDifference[] {
  return world.apis.flatMap((api) => {
    if (expected[api.name] === found[api.name]) return []
    return changedAttributes(api, expected, found).flatMap((attribute) => {
      const [a, b] = [attributeOf(world, api, expected, attribute), attributeOf(world, api, found, attribute)]
      return equals(a, b) ? [] : [{ api: api.name, attribute, expected: a, found: b }]
    })
  })
}

/** Attributes that either episode has written. */
function changedAttributes({ name }: Api, a: Changes, b: Changes): readonly string[] {
  if (name === FILES) return ['root']
  return [...new Set([...Object.keys(a[name] ?? {}), ...Object.keys(b[name] ?? {})])].filter(isPublic)
}

function attributeOf(world: BfclWorld, { name }: Api, changes: Changes, attribute: string): Py {
  const session = new Session(world.database, changes)
  if (name === FILES && attribute === 'root') return treeOf(session)
  return new Instance(name, session, world.filler).get(attribute)
}

/** Null for a folder that was copied into itself, whose tree has no end. */
function treeOf(session: Session): Py {
  try {
    return treeValue(new FileTree(session))
  } catch (thrown) {
    if (thrown instanceof PythonError) return null
    throw thrown
  }
}

/** All public attributes of the instances, by class. */
export function publicState(world: BfclWorld, changes: Changes): { readonly [api: string]: Attributes } {
  return Object.fromEntries(
    world.apis.filter(({ load }) => load !== null).map((api) => [api.name, attributesOf(world, api, changes)]),
  )
}

function attributesOf(world: BfclWorld, api: Api, changes: Changes): Attributes {
  const rows: Iterable<readonly [string, { readonly [field: string]: Json }]> =
    world.database.tables.get(api.name) ?? new Map()
  const names = [...rows].flatMap(([name, row]) => (isPublic(name) && 'value' in row ? [name] : []))
  const all = api.name === FILES ? [...names, 'root'] : names
  return Object.fromEntries(all.map((name) => [name, attributeOf(world, api, changes, name)]))
}
