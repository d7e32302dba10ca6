import type { Rng } from '../../../../core/data/rng.ts'
import type { Json } from '../../../../core/data/types.ts'

/** What a function takes or gives, where functions may be chained; `other` fits nothing. */
export type Kind = 'text' | 'words' | 'ints' | 'number' | 'table' | 'matrix' | 'other'

/** A function to write, drawn with its constants. */
export interface Operation {
  /** Name of the Python function of one argument. */
  readonly name: string
  readonly takes: Kind
  readonly gives: Kind
  /** What it does, in full. */
  readonly does: string
  /** Python source. */
  readonly source: string
  /** Pairs of a part of the source and what is in its place in a wrong version; edges tell each from the right one. */
  readonly mutations: readonly (readonly [string, string])[]
  /** The same function here. */
  run(value: never): Json
  /** A usual argument. */
  input(rng: Rng): Json
  /** Arguments at the boundaries. */
  readonly edges: readonly Json[]
}

/** Draws the constants of an operation. */
export type DrawOperation = (rng: Rng) => Operation

/** Operations of one subject, by the name of the subject. */
export interface Family {
  readonly name: string
  readonly operations: readonly DrawOperation[]
}

/** Result of an operation for a value of its kind. */
export const apply = (operation: Operation, value: Json): Json => operation.run(value as never)

/** Wrong versions of an operation's source. */
export const mutantsOf = ({ source, mutations }: Operation): readonly string[] =>
  mutations.map(([part, wrong]) => source.replace(part, () => wrong))

/** A value as Python writes it: of JSON, with whole numbers. */
export function pythonOf(value: Json): string {
  if (value === null) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(pythonOf).join(', ')}]`
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, item]: [string, Json]) => `${JSON.stringify(key)}: ${pythonOf(item)}`)
      .join(', ')}}`
  return String(value)
}

/** Results of a number of draws. */
export const times = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw)
