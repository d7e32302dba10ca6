import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { GymError } from '../core/data/errors.ts'
import type { JsonObject } from '../core/data/types.ts'
import { writeSafetensors } from '../models/weights/safetensors.ts'
import { attributed, makeFolder, UNFINISHED } from '../records/files.ts'
import { LOCK, LOCK_DRAFT, lockFolder } from '../records/lock.ts'
import { expectSameTraining, readCheckpoint, type TrainingCheckpoint, writeCheckpoint } from './checkpoint.ts'
import type { Iteration, IterationReport, TrainingEnd } from './iteration.ts'
import { beginningOf, type TrainingSetup, trainPolicy } from './train.ts'

/** Names of the files that a training keeps in its folder. */
export const TRAINING_FILES = { checkpoint: 'checkpoint.safetensors', policy: 'policy.safetensors' } as const

/** Folder of a training, and what it depends on beside the code. */
export interface Keeping {
  readonly folder: string
  /** Settings that a checkpoint must share: all but the number of iterations. */
  readonly identity: JsonObject
  /** Whether to continue from the folder's checkpoint. @default false */
  readonly isResumed?: boolean
}

/** How a training that was kept ended, with the reports of all its iterations. */
export interface KeptEnd extends TrainingEnd {
  readonly reports: readonly IterationReport[]
}

/**
 * Makes this process the one writer of the folder of a training while `work` runs; a new training has it made. A process
 * that was killed holds it no longer.
 * @param work opens the training and carries it on: what it finds in the folder stays as it is meanwhile
 * @throws GymError RECORD_FAILED where another process is at work there, or it cannot be written; what `work` throws.
 */
export async function inTrainingFolder<T>(
  { folder, isResumed = false }: Pick<Keeping, 'folder' | 'isResumed'>,
  work: () => Promise<T>,
): Promise<T> {
  // What cannot be resumed is not made: `openTraining` says what is missing.
  if (isResumed && !existsSync(folder)) return work()
  const lock = attributed('RECORD_FAILED', `${folder} cannot be used`, () => {
    makeFolder(folder)
    return lockFolder(folder)
  })
  try {
    return await work()
  } finally {
    lock.release()
  }
}

/**
 * Opens the folder of a training. Several processes that might use the folder do so within `inTrainingFolder`.
 * @returns Its checkpoint where it is resumed, else null: `begunTraining` or `keptTraining` then writes the first one.
 * @throws GymError CONFIG_INVALID for a folder that has files in it, where nothing is resumed, and for a checkpoint of
 *   other settings; MODEL_INVALID for a checkpoint that cannot be read; RECORD_FAILED for a folder that cannot be made.
 */
export function openTraining({ folder, identity, isResumed = false }: Keeping): TrainingCheckpoint | null {
  if (isResumed) {
    const path = join(folder, TRAINING_FILES.checkpoint)
    const checkpoint = readCheckpoint(path)
    expectSameTraining(path, checkpoint.identity, identity)
    return checkpoint
  }
  const files = attributed('RECORD_FAILED', `${folder} cannot be used`, () => {
    makeFolder(folder)
    return readdirSync(folder)
  })
  if (!files.every(isLeftBehind))
    throw new GymError(
      'CONFIG_INVALID',
      `${folder} is not empty: choose another folder, or continue its training with the same settings and --resume`,
    )
  return null
}

/** Whether it is what a process leaves that is killed before or while it writes its first checkpoint. */
const isLeftBehind = (name: string): boolean =>
  name === TRAINING_FILES.checkpoint + UNFINISHED || name === LOCK || name.startsWith(LOCK_DRAFT)

/**
 * Checks the settings of a training, and writes its first checkpoint, of iteration 0: an interrupt in the first
 * iteration can be resumed as well.
 * @throws GymError as `trainPolicy` for settings; RECORD_FAILED
 */
export async function begunTraining(setup: TrainingSetup, { folder, identity }: Keeping): Promise<TrainingCheckpoint> {
  const checkpoint = { identity, state: await beginningOf(setup), reports: [] }
  writeCheckpoint(join(folder, TRAINING_FILES.checkpoint), checkpoint)
  return checkpoint
}

/**
 * Trains as `trainPolicy`, and keeps a checkpoint of iteration 0 and after every iteration: a process that is killed at any moment can be
 * resumed, and ends with the same weights and reports as one that was not. The weights of the last policy are in a file
 * of their own, for the agent `policy`.
 * @throws GymError as `trainPolicy`; RECORD_FAILED where a file cannot be written.
 */
export async function* keptTraining(
  setup: TrainingSetup,
  keeping: Keeping,
  checkpoint: TrainingCheckpoint | null,
): AsyncGenerator<Iteration, KeptEnd> {
  const { folder, identity } = keeping
  const { state: from, reports: before } = checkpoint ?? (await begunTraining(setup, keeping))
  const reports = [...before]
  const training = trainPolicy({ ...setup, from })
  while (true) {
    const next = await training.next()
    if (next.done) {
      writePolicy(folder, next.value)
      return { ...next.value, reports }
    }
    reports.push(next.value.report)
    writeCheckpoint(join(folder, TRAINING_FILES.checkpoint), { identity, state: next.value.state, reports })
    yield next.value
  }
}

function writePolicy(folder: string, { state }: TrainingEnd): void {
  const metadata = { iteration: `${state.iteration}`, environmentSteps: `${state.environmentSteps}` }
  writeSafetensors(join(folder, TRAINING_FILES.policy), { weights: state.adam.weights, metadata })
}
