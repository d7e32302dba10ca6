import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { GymError } from '../core/data/errors.ts'
import { readRunText, writeWhole } from './files.ts'

/** File with the number of times that a run was opened for writing; without it, it was opened once. */
const EPOCH = 'epoch'

/** Digits of the greatest number and a line feed. */
const MOST_BYTES = 17

/**
 * Counts the writer that continues a run, once it has the lock: a fencing token, greater than that of every writer before.
 * @returns its number, from 2
 * @throws GymError RECORD_CORRUPT where the file holds anything else
 */
export function nextEpoch(folder: string): number {
  const epoch = lastEpoch(folder) + 1
  writeWhole(join(folder, EPOCH), `${epoch}\n`)
  return epoch
}

function lastEpoch(folder: string): number {
  const path = join(folder, EPOCH)
  if (!existsSync(path)) return 1
  const epoch = Number(/^\d+$/.exec(readRunText(path, MOST_BYTES).trim())?.[0] ?? Number.NaN)
  if (Number.isSafeInteger(epoch + 1) && epoch >= 1) return epoch
  throw new GymError('RECORD_CORRUPT', `${path} is not a number of writers: delete it if no process writes the run`)
}
