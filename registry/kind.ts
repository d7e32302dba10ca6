import type { ErrorCode } from '../core/data/errors.ts'

/** Kind of thing a catalog holds: its folder, and how a module of this kind is recognised. */
export interface Kind<T> {
  /** For messages: `environment`. */
  readonly noun: string
  /** Where things of this kind lie, from the package and from the user's folder alike. */
  readonly folder: string
  readonly unknown: ErrorCode
  readonly invalid: ErrorCode
  /** Command-line flag that takes a name or a path. */
  readonly flag?: string
  /** What a module of this kind exports by default, for messages. */
  readonly expects: string
  /** The thing in a default export; null for any other value. It throws the reason. */
  read(exported: unknown): T | null | Promise<T | null>
  identify(thing: T): Identity
  /** Files beside modules that can hold one. */
  readonly data?: DataFiles
}

export interface Identity {
  readonly name: string
  /** Null where things of this kind have no versions. */
  readonly version: number | null
}

export interface DataFiles {
  readonly ending: string
  /** What a module with this content would export by default. */
  read(path: string): unknown
}
