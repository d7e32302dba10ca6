import type { Group, Trajectory } from '../core/data/types.ts'
import type { EpisodeStart, LateReward } from '../core/rollout/log.ts'
import type { GroupClosing } from './closing-lines.ts'
import { type Draft, Drafts } from './draft.ts'
import { type Entry, entriesOf, ReadingPlace, type SegmentView, segmentsOf } from './entries.ts'
import { attributed } from './files.ts'
import { type Manifest, readManifest } from './manifest.ts'

/** A trajectory with what replay needs beside it. */
export interface RecordedTrajectory {
  readonly start: EpisodeStart
  readonly trajectory: Trajectory
  /** False where the record stops before its end: the trajectory then reads `aborted`, 'not finished'. */
  readonly isFinished: boolean
  /** Tag of the state its group started from; null for trajectories of no group, or of one that never closed. */
  readonly startTag: string | null
}

/** A closed group as it was when it closed: rewards that came later are not in it. */
export interface RecordedGroup {
  readonly group: Group
  /** Those of the group, then its aborted ones. */
  readonly members: readonly RecordedTrajectory[]
}

/** A group that has not closed, with the rewards that its members have by now. */
export interface RecordedOpenGroup {
  readonly id: string
  /** Those that have ended, in the order they ended; then those that have not, in the order they started. */
  readonly members: readonly RecordedTrajectory[]
}

/**
 * Opens a run folder for reading, as far as it is written now; a line torn by a crash is left out, and nothing is
 * changed.
 * @throws GymError RECORD_FOREIGN, RECORD_CORRUPT
 */
export function readRun(folder: string): Run {
  const manifest = readManifest(folder)
  const segments = attributed('RECORD_CORRUPT', `${folder} cannot be read`, () => segmentsOf(folder, manifest))
  return new Run(folder, manifest, segments)
}

/**
 * A run as it was recorded. Each call of a method reads the folder again, holding only the trajectories that are not
 * complete yet; each throws GymError RECORD_CORRUPT, with segment and line, at the first line that is damaged.
 */
export class Run {
  readonly folder: string
  readonly manifest: Manifest
  readonly #segments: readonly SegmentView[]

  constructor(folder: string, manifest: Manifest, segments: readonly SegmentView[]) {
    this.folder = folder
    this.manifest = manifest
    this.#segments = segments
  }

  /** Bytes of the torn line that a crash left at the end; it was never acknowledged. */
  get tornBytes(): number {
    return this.#segments.at(-1)?.tornBytes ?? 0
  }

  /** Every line in the order it was written. */
  entries(): Generator<Entry, void> {
    return this.entriesFrom(new ReadingPlace())
  }

  /** The lines after a place, which is moved along: a run that is still being written is read on from there later. */
  entriesFrom(place: ReadingPlace): Generator<Entry, void> {
    return entriesOf(this.#segments, this.manifest.environment.id, place, place)
  }

  /** Every trajectory with all its rewards, in the order they were complete; those not finished come last. */
  trajectories(): Generator<RecordedTrajectory, void> {
    return trajectoriesOf(() => this.entries())
  }

  /** Every closed group, in the order they closed. */
  *groups(): Generator<RecordedGroup, void> {
    const drafts = new Drafts()
    for (const entry of this.entries()) {
      assemble(drafts, entry)
      if (entry.type === 'group') yield this.#groupOf(entry.group, drafts)
      if (entry.type === 'end' && drafts.find(entry.end.trajectoryId)?.start.groupId === null)
        drafts.remove([entry.end.trajectoryId])
    }
  }

  /** Every group that has started and not closed. */
  openGroups(): readonly RecordedOpenGroup[] {
    const drafts = new Drafts()
    /** Members of open groups that have ended, in this order. */
    const ended = new Set<string>()
    for (const entry of this.entries()) {
      assemble(drafts, entry)
      if (entry.type === 'end') {
        const { trajectoryId } = entry.end
        if (drafts.find(trajectoryId)?.start.groupId === null) drafts.remove([trajectoryId])
        else ended.add(trajectoryId)
      }
      if (entry.type === 'group')
        for (const id of [...entry.group.trajectoryIds, ...entry.group.abortedIds]) {
          drafts.remove([id])
          ended.delete(id)
        }
    }
    const members = [...drafts.remove([...ended]), ...drafts.rest()].map((draft) => recorded(draft, null))
    return groupsOf(members)
  }

  #groupOf({ id, taskId, startTag, trajectoryIds, abortedIds, sampling }: GroupClosing, drafts: Drafts): RecordedGroup {
    const take = (ids: readonly string[]): readonly RecordedTrajectory[] =>
      drafts.remove(ids).map((draft) => recorded(draft, startTag))
    const [members, aborted] = [take(trajectoryIds), take(abortedIds)]
    const group: Group = {
      id,
      environment: this.manifest.environment.id,
      taskId,
      startTag,
      trajectories: members.map(({ trajectory }) => trajectory),
      aborted: aborted.map(({ trajectory }) => trajectory),
      ...(sampling && { sampling }),
    }
    return { group, members: [...members, ...aborted] }
  }
}

/** What exports read of a run, or of a part of one. */
export type RunSource = Pick<Run, 'manifest' | 'entries' | 'trajectories'>

/** A part of a run, by its lines in memory. */
export const partOf = (manifest: Manifest, lines: readonly Entry[]): RunSource => {
  const entries = (): Generator<Entry, void> => each(lines)
  return { manifest, entries, trajectories: () => trajectoriesOf(entries) }
}

function* each(lines: readonly Entry[]): Generator<Entry, void> {
  yield* lines
}

function* trajectoriesOf(entries: () => Iterable<Entry>): Generator<RecordedTrajectory, void> {
  const { pending, startTags } = surveyOf(entries())
  const drafts = new Drafts()
  const tagged = (draft: Draft): RecordedTrajectory => recorded(draft, startTags.get(draft.start.trajectoryId) ?? null)
  for (const entry of entries()) {
    const touched = assemble(drafts, entry)
    if (entry.type === 'rewards') for (const id of touched) pending.set(id, (pending.get(id) ?? 0) - 1)
    const complete = [...new Set(touched)].filter((id) => drafts.find(id)?.isFinished && !pending.get(id))
    yield* drafts.remove(complete).map(tagged)
  }
  yield* drafts.rest().map(tagged)
}

/** What must be known ahead of the trajectories. */
interface Ahead {
  /** Late rewards still to come for each trajectory. */
  readonly pending: Map<string, number>
  /** Tags of closed groups, by trajectory. */
  readonly startTags: ReadonlyMap<string, string>
}

function surveyOf(entries: Iterable<Entry>): Ahead {
  const pending = new Map<string, number>()
  const startTags = new Map<string, string>()
  for (const entry of entries) {
    if (entry.type === 'rewards')
      for (const { trajectoryId } of entry.rewards) pending.set(trajectoryId, (pending.get(trajectoryId) ?? 0) + 1)
    if (entry.type === 'group')
      for (const id of [...entry.group.trajectoryIds, ...entry.group.abortedIds])
        startTags.set(id, entry.group.startTag)
  }
  return { pending, startTags }
}

function groupsOf(members: readonly RecordedTrajectory[]): readonly RecordedOpenGroup[] {
  const byId = new Map<string, RecordedTrajectory[]>()
  for (const member of members) {
    const { groupId } = member.start
    if (groupId !== null) byId.set(groupId, [...(byId.get(groupId) ?? []), member])
  }
  return [...byId].map(([id, own]) => ({ id, members: own }))
}

/** Adds an entry to the drafts; returns the trajectories it may have completed, once for each thing it brought. */
export function assemble(drafts: Drafts, entry: Entry): readonly string[] {
  switch (entry.type) {
    case 'episode':
      drafts.begin(entry.start)
      return []
    case 'step':
      drafts.find(entry.step.trajectoryId)?.take(entry.step)
      return []
    case 'end':
      drafts.find(entry.end.trajectoryId)?.finish(entry.end)
      return [entry.end.trajectoryId]
    case 'rewards':
      return entry.rewards.map((late) => joined(drafts, late))
    case 'group':
      return []
  }
}

function joined(drafts: Drafts, late: LateReward): string {
  drafts.find(late.trajectoryId)?.join(late)
  return late.trajectoryId
}

/** A trajectory as it is known now. */
export const recorded = (draft: Draft, startTag: string | null): RecordedTrajectory => ({
  start: draft.start,
  trajectory: draft.trajectory(),
  isFinished: draft.isFinished,
  startTag,
})
