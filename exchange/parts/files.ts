import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { GymError } from '../../core/data/errors.ts'

/** Families that a file has, counted from 0 over the whole run. */
const NAME = /^(\d{8,})-(\d{8,})\.(?:jsonl|parquet)$/

const digits = (family: number): string => `${family}`.padStart(8, '0')

/** Name of the file that has these families: `00000000-00000063.parquet` has the first 64. */
export const partName = (first: number, count: number, ending: 'jsonl' | 'parquet'): string =>
  `${digits(first)}-${digits(first + count - 1)}.${ending}`

/**
 * Makes the folder if it is not there.
 * @returns the family after the last one that a file of the folder has. Files before that may be gone: a trainer has
 *   taken them.
 * @throws GymError CONFIG_INVALID where it is something else than a folder
 */
export function nextFamilyIn(folder: string): number {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true })
    const lasts = readdirSync(folder).flatMap((name) => NAME.exec(name)?.[2] ?? [])
    return Math.max(-1, ...lasts.map(Number)) + 1
  } catch (thrown) {
    throw new GymError('CONFIG_INVALID', `${folder} cannot be used for exports: name another with --out`, {
      cause: thrown,
    })
  }
}
