import { bestOfAll } from './best-of-n.ts'
import { type Branch, isOpen } from './branch.ts'
import type { Player } from './player.ts'
import { type ValueFunction, valuesOf } from './values.ts'

/** Options of early rejection. */
export interface RejectionOptions {
  /** Steps before which open branches are compared, counted from 0. */
  readonly at: readonly number[]
  /** Share of them that is kept, above 0; at least one is. */
  readonly keep: number
  /** Judges branches that are open. */
  readonly value: ValueFunction
  /** Judges branches that have ended. */
  readonly final: ValueFunction
}

/** Why a branch ended that others were better than. */
export const REJECTED = 'rejected'

/**
 * Best of n with early rejection: all branches are played together, and before the chosen steps those of lower value
 * are given up, which saves the rest of their steps.
 * @returns The best of those that were played to their end.
 */
export async function rejectEarly(
  branches: readonly Branch[],
  player: Player,
  options: RejectionOptions,
): Promise<Branch | undefined> {
  let open = branches.filter(isOpen)
  for (let depth = 0; open.length > 0; depth++) {
    if (depth > 0 && options.at.includes(depth)) open = await kept(open, player, options)
    open = [...(await player.advance(open))]
  }
  return bestOfAll(player.ended, player, options.final)
}

/** Branches of equal value stay in their order. */
async function kept(open: readonly Branch[], player: Player, { keep, value }: RejectionOptions): Promise<Branch[]> {
  const values = await valuesOf(open, value, player)
  const ranked = open
    .map((branch, at) => ({ branch, value: values[at] ?? Number.NEGATIVE_INFINITY }))
    .toSorted((one, other) => (one.value === other.value ? 0 : other.value > one.value ? 1 : -1))
    .map(({ branch }) => branch)
  const best = new Set(ranked.slice(0, Math.max(1, Math.ceil(keep * open.length))))
  for (const branch of open) if (!best.has(branch)) await branch.end('truncated', REJECTED)
  return open.filter((branch) => best.has(branch) && isOpen(branch))
}
