import type { OptionRanges } from '../data/options.ts'
import type { JsonObject } from '../data/types.ts'
import type { Branch } from './branch.ts'
import type { NamedValues } from './options.ts'
import type { Player } from './player.ts'

/** A way to sample a group, with its options. */
export interface Mode {
  readonly name: string
  /** All of them: plain JSON, recorded with every group. */
  readonly options: JsonObject
  /** Branches that begin with a reset. */
  readonly roots: number
  /** Whether nothing but a budget keeps it from growing beyond all bounds. */
  readonly isEndless?: boolean
  /** Plays every branch to an end. @returns The chosen branch. */
  sample(roots: readonly Branch[], player: Player): Promise<Branch | undefined>
}

/** A way to sample before its options are chosen. */
export interface ModeSpec {
  readonly summary: string
  readonly options: JsonObject
  readonly ranges: OptionRanges
  /** @throws GymError CONFIG_INVALID for options that are none */
  create(options: JsonObject, named: NamedValues): Omit<Mode, 'name' | 'options'>
}
