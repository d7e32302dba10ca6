import { existsSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { GymError, messageOf } from '../core/data/errors.ts'
import type { Group, JsonObject, Step, Trajectory } from '../core/data/types.ts'
import type { EpisodeStart, LateReward, RunLog } from '../core/rollout/log.ts'
import { Malformed } from './check.ts'
import { LineChecksums } from './checksum.ts'
import { closingOf, encodeEnd, encodeGroup, encodeLate } from './closing-lines.ts'
import { type EndedNames, EndedOnDisk } from './ended.ts'
import { entriesOf, type LineOrder, readEntry, segmentsOf } from './entries.ts'
import { encodeStart } from './episode-line.ts'
import { nextEpoch } from './epoch.ts'
import { attributed, makeFolder, UNFINISHED } from './files.ts'
import { Ledger } from './ledger.ts'
import { MAX_LINE_BYTES } from './lines.ts'
import { type FolderLock, LOCK, LOCK_DRAFT, lockFolder } from './lock.ts'
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
import { discardUnannounced, repairTail } from './repair.ts'
import {
  createSegment,
  detachLastSegment,
  type SegmentOptions,
  SegmentWriter,
  segmentName,
  segmentNames,
  segmentPath,
  segmentsFolder,
} from './segments.ts'
import { encodeStep } from './step-line.ts'

/**
 * Begins a run in a folder that is empty or not there.
 * @throws GymError RECORD_FOREIGN where the folder holds anything, RECORD_FAILED where it cannot be written or
 *   another process writes it.
 */
export function createRun(folder: string, setup: RunSetup, options: SegmentOptions = {}): Recorder {
  expectFree(folder)
  attributed('RECORD_FAILED', `${folder} cannot be made`, () => makeFolder(folder))
  return whileLocked(folder, (lock) => {
    expectFree(folder)
    const manifest = manifestOf(setup)
    createSegment(folder, 0)
    writeManifest(folder, manifest)
    return new Recorder(folder, manifest, readOrder(folder, manifest), options, { lock, epoch: 1 })
  })
}

/**
 * Continues the run in a folder, repairing what a crash tore; starts one where the folder is empty or not there.
 * @throws GymError as `createRun`; RECORD_FOREIGN too where the run was made with something else, naming it;
 *   RECORD_CORRUPT where it is damaged beyond its torn end.
 */
export function openRun(folder: string, setup: RunSetup, options: SegmentOptions = {}): Recorder {
  if (isFree(folder)) return createRun(folder, setup, options)
  const manifest = readManifest(folder)
  expectSameRun(folder, manifest, setup)
  return whileLocked(folder, (lock) => {
    if (lock.isTakenOver) detachLastSegment(folder)
    const order = readOrder(folder, manifest)
    try {
      discardUnannounced(folder, manifest)
      repairTail(folder)
      const writer = { lock, epoch: nextEpoch(folder) }
      return new Recorder(folder, raisedFormat(folder, manifest), order, options, writer)
    } catch (thrown) {
      order.ended.close()
      throw thrown
    }
  })
}

/** In a run that an older version began, lines of this version begin with a segment of their own. */
function raisedFormat(folder: string, manifest: Manifest): Manifest {
  if (manifest.formatVersion === FORMAT_VERSION) return manifest
  const checkedFrom = segmentNames(folder).length
  createSegment(folder, checkedFrom)
  const raised = { ...manifest, formatVersion: FORMAT_VERSION, checkedFrom }
  writeManifest(folder, raised)
  return raised
}

/** A run that is open for writing, as far as it is read. */
interface Opened extends LineOrder {
  readonly ended: EndedNames
  /** Groups that were in it. */
  readonly groups: Pick<ReadonlySet<string>, 'has'>
  /** Those that had not closed. */
  readonly open: ReadonlySet<string>
}

/** Reads the whole run, before anything is changed: a damaged one is left as it is. */
function readOrder(folder: string, manifest: Manifest): Opened {
  const ended = new EndedOnDisk(folder)
  const order = { ledger: new Ledger(ended), checksums: new LineChecksums() }
  const opened = { ...order, ended, groups: groupsIn(ended), open: new Set<string>() }
  try {
    const segments = attributed('RECORD_CORRUPT', `${folder} cannot be read`, () => segmentsOf(folder, manifest))
    for (const entry of entriesOf(segments, manifest.environment.id, opened)) {
      if (entry.type === 'group') opened.open.delete(entry.group.id)
      if (entry.type !== 'episode' || entry.start.groupId === null) continue
      opened.groups.add(entry.start.groupId)
      opened.open.add(entry.start.groupId)
    }
    return opened
  } catch (thrown) {
    ended.close()
    throw thrown
  }
}

/** Beside the trajectories and groups of a ledger, under names of another kind. */
const groupsIn = (ended: EndedNames) => ({
  has: (id: string): boolean => ended.find(`earlier/${id}`) !== null,
  add(id: string): void {
    if (!this.has(id)) ended.add(`earlier/${id}`, { groupId: null, firstIndex: 0, nextIndex: 0 })
  },
})

function whileLocked(folder: string, open: (lock: FolderLock) => Recorder): Recorder {
  const cannot = `${folder} cannot be opened for writing`
  const lock = attributed('RECORD_FAILED', cannot, () => lockFolder(folder))
  try {
    return attributed('RECORD_FAILED', cannot, () => open(lock))
  } catch (thrown) {
    lock.release()
    throw thrown
  }
}

/** The process that writes a run: what gives it the right, and its fencing token. */
interface Writer {
  readonly lock: FolderLock
  readonly epoch: number
}

/** Files of a creation that crashed or is in progress. */
const LEFTOVER = new RegExp(`^(${LOCK}|${LOCK_DRAFT}.*|${MANIFEST.replace('.', '\\.')}${UNFINISHED})$`)

/** Whether a folder holds nothing, or nothing but what a creation left that crashed. */
function isFree(folder: string): boolean {
  if (!existsSync(folder)) return true
  const names = attributed('RECORD_FOREIGN', `${folder} is not a folder that a run can be recorded into`, () =>
    readdirSync(folder),
  )
  return names.every((name) => LEFTOVER.test(name) || (name === 'segments' && isEmptyBeginning(folder)))
}

/** Whether there is nothing but the first segment, without a line in it. */
function isEmptyBeginning(folder: string): boolean {
  const names = readdirSync(segmentsFolder(folder))
  return names.every((name) => name === segmentName(0) && lstatSync(segmentPath(folder, 0)).size === 0)
}

/** @throws GymError RECORD_FOREIGN */
export function expectFree(folder: string): void {
  if (isFree(folder)) return
  const holds = existsSync(join(folder, MANIFEST))
    ? 'a run, or something else with a manifest'
    : 'files of something else'
  throw new GymError('RECORD_FOREIGN', `${folder} holds ${holds}: a new run needs a folder that is empty or not there`)
}

/**
 * Writes a run down, line by line: an entry survives a crash of the process once its method has returned. Where another
 * process has taken the run over, every method fails, and nothing that it writes is part of the run.
 */
export class Recorder implements RunLog {
  readonly folder: string
  readonly manifest: Manifest
  /** Fencing token: number of the writers of the run, this one included, from 1. Later writers have greater ones. */
  readonly epoch: number
  /** Ids of the groups that were in the run when it was opened. */
  readonly earlierGroups: Pick<ReadonlySet<string>, 'has'>
  /** Whether any of them had not closed. */
  readonly hasOpenGroups: boolean
  readonly #ledger: Ledger
  readonly #ended: EndedNames
  readonly #segments: SegmentWriter
  readonly #lock: FolderLock

  constructor(folder: string, manifest: Manifest, order: Opened, options: SegmentOptions, { lock, epoch }: Writer) {
    this.folder = folder
    this.manifest = manifest
    this.earlierGroups = order.groups
    this.hasOpenGroups = order.open.size > 0
    this.#ended = order.ended
    this.#ledger = order.ledger
    this.#segments = new SegmentWriter(folder, options, order.checksums, () => lock.isHeld())
    this.#lock = lock
    this.epoch = epoch
  }

  /** Whether an episode of this id has started. */
  hasEpisode(id: string): boolean {
    return this.#ledger.hasBegun(id)
  }

  /** @throws GymError RECORD_FAILED, as do the other methods: what was to be recorded is not. */
  episodeStarted(start: EpisodeStart): void {
    this.#write(() => {
      this.#expectOwn(start.environment)
      return encodeStart(start)
    })
  }

  stepTaken(step: Step): void {
    this.#write(() => encodeStep(step, this.#ledger.expectNext(step)))
  }

  episodeEnded(trajectory: Trajectory): void {
    this.#write(() => encodeEnd(trajectory))
  }

  rewardsArrived(rewards: readonly LateReward[]): void {
    if (rewards.length > 0) this.#write(() => encodeLate(rewards))
  }

  groupClosed(group: Group): void {
    this.#write(() => encodeGroup(closingOf(group)))
  }

  /** Lets another process write the run. Nothing is lost without it: a crash leaves the same folder. */
  close(): void {
    this.#segments.close()
    this.#ended.close()
    this.#lock.release()
  }

  #expectOwn(environment: string): void {
    if (environment !== this.manifest.environment.id)
      throw new Error(`an episode of ${environment} does not belong to this run: record it in another run`)
  }

  #write(encode: () => JsonObject): void {
    this.#segments.append(this.#readable(encode))
  }

  /**
   * The text of an entry, once it was read as every reader will read it. An entry that cannot be recorded differs from
   * a disk that cannot be written: the run continues without it.
   */
  #readable(encode: () => JsonObject): string {
    try {
      const text = JSON.stringify(encode())
      expectShort(text)
      readEntry(text, this.manifest.environment.id, this.#ledger)
      return text
    } catch (thrown) {
      throw new GymError('RECORD_FAILED', `${this.folder}: ${messageOf(thrown)}`, { cause: thrown })
    }
  }
}

/** A UTF-16 unit has at most three bytes in UTF-8. */
function expectShort(text: string): void {
  if (text.length * 3 <= MAX_LINE_BYTES || Buffer.byteLength(text) <= MAX_LINE_BYTES) return
  throw new Malformed(`an entry has ${Buffer.byteLength(text)} bytes, and at most ${MAX_LINE_BYTES}`)
}
