import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  type BatchSettings,
  batchOfTrajectories,
  parseBatch,
  parseBatchText,
  type StepBatch,
} from '../../../core/batch/index.ts'
import { GymError, messageOf } from '../../../core/data/errors.ts'
import { type Run, readRun } from '../../../records/index.ts'
import { inOrderOfMember } from '../../../records/member-order.ts'
import { isParquet, recordsOfParquet } from './parquet.ts'

/** Steps to assign credit to, and where they come from. */
export interface Source {
  /** As it was named: the folder of a run, or a batch file. */
  readonly name: string
  readonly batch: StepBatch
  /** The recipe that the run was recorded with, by name; null if there is none to name. */
  readonly recordedRecipe: string | null
  /** The recorded run, null for a batch file. */
  readonly run: Run | null
}

export interface SourceChoice {
  readonly run: string | undefined
  readonly batch: string | undefined
}

/**
 * The steps of a recorded run, or of a batch file.
 * @throws GymError CONFIG_INVALID where not exactly one of the two is named; RECORD_FOREIGN, RECORD_CORRUPT;
 *   BATCH_INVALID.
 */
export async function readSource(folder: string, choice: SourceChoice, settings: BatchSettings): Promise<Source> {
  const { run, batch } = choice
  if (run !== undefined && batch === undefined) return sourceOfRun(folder, run, settings)
  if (batch !== undefined && run === undefined) return sourceOfFile(folder, batch, settings)
  throw new GymError('CONFIG_INVALID', 'name the folder of a run, or a batch file with --batch, and not both')
}

/**
 * The steps of a recorded run.
 * @throws GymError RECORD_FOREIGN, RECORD_CORRUPT, BATCH_INVALID
 */
export function sourceOfRun(folder: string, name: string, settings: BatchSettings = {}): Source {
  const run = readRun(resolve(folder, name))
  const trajectories = inOrderOfMember(Array.from(run.trajectories(), ({ trajectory }) => trajectory))
  const { recipe } = run.manifest
  const hasName = typeof recipe === 'object' && recipe !== null && 'name' in recipe
  return {
    name,
    batch: batchOfTrajectories(trajectories, settings),
    recordedRecipe: hasName ? `${recipe.name}` : null,
    run,
  }
}

async function sourceOfFile(folder: string, name: string, settings: BatchSettings): Promise<Source> {
  const bytes = bytesOf(resolve(folder, name), name)
  const batch = isParquet(bytes)
    ? parseBatch(await recordsOfParquet(bytes, name), settings)
    : parseBatchText(textOf(bytes, name), settings)
  return { name, batch, recordedRecipe: null, run: null }
}

function bytesOf(path: string, name: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (thrown) {
    throw unreadable(name, thrown)
  }
}

function textOf(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (thrown) {
    const looks = KINDS.find(([first]) => first.every((byte, at) => bytes[at] === byte))?.[1] ?? 'is not text in UTF-8'
    throw new GymError('BATCH_INVALID', `${name} ${looks}: a batch is JSON, JSON Lines (both in UTF-8) or Parquet`, {
      cause: thrown,
    })
  }
}

/** Files that are not batches, by their first bytes. */
const KINDS: readonly (readonly [readonly number[], string])[] = [
  [[0x1f, 0x8b], 'is compressed with gzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'is compressed with Zstandard'],
  [[0x50, 0x4b], 'is a zip archive (of NumPy or PyTorch, perhaps)'],
  [[0x41, 0x52, 0x52, 0x4f, 0x57], 'is an Arrow (Feather) file'],
  [[0x80], 'is a pickle'],
  [[0xff, 0xfe], 'is text in UTF-16'],
  [[0xfe, 0xff], 'is text in UTF-16'],
]

const unreadable = (name: string, thrown: unknown): GymError =>
  new GymError('BATCH_INVALID', `${name} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
