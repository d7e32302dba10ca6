import type { Trajectory } from '../../../core/data/types.ts'
import { Branches, type SharedPrefix } from '../../../core/rollout/branches.ts'
import type { RecordedTrajectory } from '../../../records/reader.ts'
import type { EarlierRecord } from '../../hosting/earlier-record.ts'
import type { GroupClosed } from '../../hosting/events.ts'
import { sessionIdOf } from './session-episodes.ts'
import { type RecordedVector, RecordedVectors } from './vector/recorded-vectors.ts'

/** Episodes that ended last, of all sessions: their clients may not have had the replies. */
const KEPT_ENDED = 512
/** Groups that closed last, of all sessions: their clients may not have had the event. */
const KEPT_CLOSINGS = 64

/** What the record has of one session. */
export interface Earlier {
  /** Episodes that it began: the next has this number. */
  readonly started: number
  /** Those that continue, in the order they began. */
  readonly unfinished: readonly RecordedTrajectory[]
  /** Those that ended shortly before. */
  readonly ended: readonly RecordedTrajectory[]
  /** Groups with members of it that closed shortly before. */
  readonly closings: readonly GroupClosed[]
  readonly vectors: readonly RecordedVector[]
}

interface RecordedSession {
  started: number
  readonly unfinished: RecordedTrajectory[]
  readonly ended: RecordedTrajectory[]
  readonly closings: GroupClosed[]
}

const SESSION_EPISODE = /^[0-9a-f]{24}-(\d{1,9})$/

/** Sessions as the record had them when the server was started; read once, when the first of them comes back. */
export class RecordedSessions {
  readonly #record: EarlierRecord
  #sessions: Map<string, RecordedSession> | null = null
  readonly #vectors = new RecordedVectors()
  /** Prefixes of forks that continue, by id; read when the first of them comes back. */
  #prefixes: ReadonlyMap<string, SharedPrefix> | null = null
  /** Fresh forks by the path of their parent, so that those to come are others. */
  readonly #forks = new Map<string, number>()

  constructor(record: EarlierRecord) {
    this.#record = record
  }

  /** Handed out once: null for a session that is not in the record, or was taken before. */
  take(sessionId: string): Earlier | null {
    this.#sessions ??= this.#read()
    const session = this.#sessions.get(sessionId)
    this.#sessions.delete(sessionId)
    return session ? { ...session, vectors: this.#vectors.take(sessionId) } : null
  }

  /** Prefix of a running episode that was forked; null where it was not, or where that is unknown. */
  prefixOf({ start: { trajectoryId } }: RecordedTrajectory): SharedPrefix | null {
    this.#prefixes ??= prefixesOf(() => this.#record.trajectories())
    return this.#prefixes.get(trajectoryId) ?? null
  }

  /** Fresh forks that an episode had. */
  forksOf({ start }: RecordedTrajectory): number {
    return this.#forks.get(keyOf(start)) ?? 0
  }

  /** Counts one more, of an episode that does not continue, and returns its number. */
  countFork(recorded: RecordedTrajectory): number {
    const number = this.forksOf(recorded)
    this.#forks.set(keyOf(recorded.start), number + 1)
    return number
  }

  #read(): Map<string, RecordedSession> {
    const sessions = new Map<string, RecordedSession>()
    const ended: RecordedTrajectory[] = []
    for (const recorded of this.#record.trajectories()) {
      this.#countFork(recorded)
      const [, number] = SESSION_EPISODE.exec(recorded.start.trajectoryId) ?? []
      if (number === undefined) continue
      const session = sessionIn(sessions, recorded.trajectory)
      session.started = Math.max(session.started, Number(number) + 1)
      this.#vectors.add(sessionIdOf(recorded.start.trajectoryId), Number(number), recorded)
      if (!recorded.isFinished) session.unfinished.push(recorded)
      else ended.push(recorded)
      if (ended.length > KEPT_ENDED) ended.shift()
    }
    for (const recorded of ended) sessionIn(sessions, recorded.trajectory).ended.push(recorded)
    for (const closing of lastOf(this.#record.closings(), KEPT_CLOSINGS))
      for (const id of sessionsOf(closing)) sessions.get(id)?.closings.push(closing)
    return sessions
  }

  #countFork({ start }: RecordedTrajectory): void {
    const [, parent = '', number = ''] = /^(?:(.*)\/)?(\d+)$/.exec(start.forkPath) ?? []
    if (number === '') return
    const key = keyOf({ ...start, forkPath: parent })
    this.#forks.set(key, Math.max(this.#forks.get(key) ?? 0, Number(number) + 1))
  }
}

/** Read twice, so that no more is held than those that forks came from. */
function prefixesOf(trajectories: () => Iterable<RecordedTrajectory>): ReadonlyMap<string, SharedPrefix> {
  const parents = new Set<string>()
  const forks: Trajectory[] = []
  for (const { start, trajectory, isFinished } of trajectories()) {
    if (start.parentId !== undefined) parents.add(start.parentId)
    if (start.parentId !== undefined && !isFinished) forks.push(trajectory)
  }
  if (forks.length === 0) return new Map()
  const held: Trajectory[] = []
  for (const { trajectory } of trajectories()) if (parents.has(trajectory.id)) held.push(trajectory)
  const branches = new Branches([...held, ...forks])
  return new Map(forks.map((fork) => [fork.id, prefixOf(fork, branches)]))
}

const prefixOf = (fork: Trajectory, branches: Branches): SharedPrefix => ({
  trajectoryId: fork.forkedFrom?.trajectoryId ?? '',
  steps: branches.stepsOf(fork).slice(0, fork.forkedFrom?.index ?? 0),
})

type Lineage = Pick<Trajectory, 'taskId' | 'seed' | 'member' | 'forkPath'>

const keyOf = ({ taskId, seed, member, forkPath }: Lineage): string => JSON.stringify([taskId, seed, member, forkPath])

function sessionIn(sessions: Map<string, RecordedSession>, { id }: Trajectory): RecordedSession {
  const sessionId = sessionIdOf(id)
  const session = sessions.get(sessionId) ?? { started: 0, unfinished: [], ended: [], closings: [] }
  sessions.set(sessionId, session)
  return session
}

const sessionsOf = ({ group }: GroupClosed): ReadonlySet<string> =>
  new Set([...group.trajectories, ...group.aborted].map(({ id }) => sessionIdOf(id)))

function lastOf<T>(items: Iterable<T>, most: number): readonly T[] {
  const last: T[] = []
  for (const item of items) {
    last.push(item)
    if (last.length > most) last.shift()
  }
  return last
}
