import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { GymError, messageOf } from '../core/data/errors.ts'
import type { Group, JsonObject, Step, Trajectory } from '../core/data/types.ts'
import type { EpisodeStart, LateReward, RunLog } from '../core/rollout/log.ts'
import { closingOf, encodeEnd, encodeGroup, encodeLate } from './closing-lines.ts'
import { entriesOf, segmentsOf } from './entries.ts'
import { encodeStart } from './episode-line.ts'
import { attributed, UNFINISHED } from './files.ts'
import { Ledger } from './ledger.ts'
import { LOCK, LOCK_DRAFT, lockFolder } from './lock.ts'
import {
  FORMAT_VERSION,
  MANIFEST,
  type Manifest,
  manifestOf,
  type RunSetup,
  readManifest,
  writeManifest,
} from './manifest.ts'
import { expectSameRun } from './match.ts'
import { repairTail } from './repair.ts'
import { type SegmentOptions, SegmentWriter } from './segments.ts'
import { encodeStep } from './step-line.ts'

/**
 * Begins a run in a folder that is empty or not there.
 * @throws GymError RECORD_FOREIGN where the folder holds anything, RECORD_FAILED where it cannot be written or
 *   another process writes it.
 */
export function createRun(folder: string, setup: RunSetup, options: SegmentOptions = {}): Recorder {
  expectFree(folder)
  attributed('RECORD_FAILED', `${folder} cannot be made`, () => mkdirSync(folder, { recursive: true }))
  return whileLocked(folder, (unlock) => {
    expectFree(folder)
    const manifest = manifestOf(setup)
    writeManifest(folder, manifest)
    return new Recorder(folder, manifest, new Ledger(), options, unlock)
  })
}

/**
 * Goes on with the run in a folder, repairing what a crash tore; begins one where the folder is empty or not there.
 * @throws GymError as `createRun`; RECORD_FOREIGN too where the run was made with something else, naming it;
 *   RECORD_CORRUPT where it is damaged beyond its torn end.
 */
export function openRun(folder: string, setup: RunSetup, options: SegmentOptions = {}): Recorder {
  if (isFree(folder)) return createRun(folder, setup, options)
  const manifest = readManifest(folder)
  expectSameRun(folder, manifest, setup)
  return whileLocked(folder, (unlock) => {
    const ledger = ledgerOf(folder, manifest)
    repairTail(folder)
    return new Recorder(folder, raisedFormat(folder, manifest), ledger, options, unlock)
  })
}

/** Lines of this version are told as such, in runs that an older one began. */
function raisedFormat(folder: string, manifest: Manifest): Manifest {
  if (manifest.formatVersion === FORMAT_VERSION) return manifest
  const raised = { ...manifest, formatVersion: FORMAT_VERSION }
  writeManifest(folder, raised)
  return raised
}

/** Reads the whole run, before anything is changed: a damaged one is left as it is. */
function ledgerOf(folder: string, { environment }: Manifest): Ledger {
  const ledger = new Ledger()
  for (const _ of entriesOf(segmentsOf(folder), environment.id, ledger));
  return ledger
}

function whileLocked(folder: string, open: (unlock: () => void) => Recorder): Recorder {
  const cannot = `${folder} cannot be opened for writing`
  const unlock = attributed('RECORD_FAILED', cannot, () => lockFolder(folder))
  try {
    return attributed('RECORD_FAILED', cannot, () => open(unlock))
  } catch (thrown) {
    unlock()
    throw thrown
  }
}

/** What a creation leaves that crashed, or holds that goes on. */
const LEFTOVER = new RegExp(`^(${LOCK}|${LOCK_DRAFT}.*|${MANIFEST.replace('.', '\\.')}${UNFINISHED})$`)

/** Whether a folder holds nothing, or nothing but what a creation left that crashed. */
function isFree(folder: string): boolean {
  if (!existsSync(folder)) return true
  const names = attributed('RECORD_FOREIGN', `${folder} is no folder to record into`, () => readdirSync(folder))
  return names.every((name) => LEFTOVER.test(name))
}

/** @throws GymError RECORD_FOREIGN */
export function expectFree(folder: string): void {
  if (isFree(folder)) return
  const holds = existsSync(join(folder, MANIFEST))
    ? 'a run, or something else with a manifest'
    : 'files of something else'
  throw new GymError('RECORD_FOREIGN', `${folder} holds ${holds}: a new run needs a folder that is empty or not there`)
}

/** Writes a run down, line by line: an entry survives a crash of the process once its method has returned. */
export class Recorder implements RunLog {
  readonly folder: string
  readonly manifest: Manifest
  /** Ids of the groups that were in the run when it was opened. */
  readonly earlierGroups: ReadonlySet<string>
  readonly #ledger: Ledger
  readonly #segments: SegmentWriter
  readonly #unlock: () => void

  constructor(folder: string, manifest: Manifest, ledger: Ledger, options: SegmentOptions, unlock: () => void) {
    this.folder = folder
    this.manifest = manifest
    this.earlierGroups = ledger.groupIds()
    this.#ledger = ledger
    this.#segments = new SegmentWriter(folder, options)
    this.#unlock = unlock
  }

  /** @throws GymError RECORD_FAILED, as do the other methods: what was to be recorded is not. */
  episodeStarted(start: EpisodeStart): void {
    this.#checked(() => {
      this.#expectOwn(start.environment)
      this.#ledger.expectBeginning(start)
    })
    this.#write(() => encodeStart(start))
    this.#ledger.begin(start)
  }

  stepTaken(step: Step): void {
    const from = this.#checked(() => this.#ledger.expectNext(step))
    this.#write(() => encodeStep(step, from))
    this.#ledger.advance(step)
  }

  episodeEnded(trajectory: Trajectory): void {
    this.#checked(() => this.#ledger.standing(trajectory.id))
    this.#write(() => encodeEnd(trajectory))
    this.#ledger.end({ trajectoryId: trajectory.id })
  }

  rewardsArrived(rewards: readonly LateReward[]): void {
    if (rewards.length === 0) return
    this.#checked(() => this.#ledger.expectKnown(rewards))
    this.#write(() => encodeLate(rewards))
  }

  groupClosed(group: Group): void {
    const closing = closingOf(group)
    this.#checked(() => this.#ledger.expectClosable(closing))
    this.#write(() => encodeGroup(closing))
    this.#ledger.close(closing)
  }

  /** Lets another process write the run. Nothing is lost without it: a crash leaves the same folder. */
  close(): void {
    this.#segments.close()
    this.#unlock()
  }

  #expectOwn(environment: string): void {
    if (environment !== this.manifest.environment.id)
      throw new Error(`an episode of ${environment} belongs to a run of its own`)
  }

  #write(encode: () => JsonObject): void {
    this.#segments.append(this.#checked(() => JSON.stringify(encode())))
  }

  /** What cannot be recorded is told apart from a disk that cannot be written: the run goes on without it. */
  #checked<T>(check: () => T): T {
    try {
      return check()
    } catch (thrown) {
      throw new GymError('RECORD_FAILED', `${this.folder}: ${messageOf(thrown)}`, { cause: thrown })
    }
  }
}
