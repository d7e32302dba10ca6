import { GymError } from '../../../core/data/errors.ts'
import { chain, type MaybePromise, startAll } from '../../../core/data/maybe-promise.ts'
import { restore, type Snapshot, snapshotOf } from '../../../core/episode/fork.ts'
import { type ForkStream, forkedLineage, lineageOf } from '../../../core/episode/lineage.ts'
import type { ForkRequest, RestoreRequest, SnapshotRequest } from '../../../core/protocol/index.ts'
import type { SharedPrefix } from '../../../core/rollout/branches.ts'
import type { ServedEpisode } from '../../hosting/served-episode.ts'
import { fieldsOf, startedFields } from './fields.ts'
import type { NativeSession } from './session.ts'
import type { SessionEpisode } from './session-episodes.ts'
import type { StoredSnapshot } from './snapshots.ts'
import { episodeView } from './views.ts'

/** @throws GymError EPISODE_UNKNOWN, EPISODE_ENDED, FORK_UNSUPPORTED, STATE_TOO_LARGE */
export function takeSnapshot(
  session: NativeSession,
  { episode, sealed = false }: SnapshotRequest,
): MaybePromise<string> {
  const own = session.episodes.get(episode)
  return own.queue.run(() => {
    const kept = snapshotNow(own)
    const { index } = kept.snapshot
    const text = sealed ? session.sealer.seal(session.host.world, kept.snapshot) : null
    return fieldsOf({ episode, index, snapshot: sealed ? null : session.snapshots.keep(episode, kept), sealed: text })
  })
}

/**
 * Starts forks of one episode: all of them, or none where one cannot be started.
 * @throws GymError as `namedSnapshot`; CAPACITY_REACHED, FRAME_INVALID
 */
export function forkEpisodes(session: NativeSession, request: ForkRequest): MaybePromise<string> {
  const { count = 1, agent = 'native client' } = request
  expectFew(count, session.host.limits.groupMembers)
  return chain(namedSnapshot(session, request), (kept) => {
    session.host.expectRoom(session.owner, count)
    const startFork = (i: number): MaybePromise<ServedEpisode> =>
      session.inTurn(() => startFrom(session, forked(kept, streamOf(request, i)), kept.prefix, agent))
    return chain(startAll(count, startFork, abort), (forks) =>
      startedFields(session.host, request.id, forks, {
        episodes: forks.map((served) => episodeView(served, session.seesSeeds)),
      }),
    )
  })
}

/** Continues from a snapshot with its own random stream. @throws GymError as `namedSnapshot`; CAPACITY_REACHED */
export function restoreEpisode(session: NativeSession, request: RestoreRequest): MaybePromise<string> {
  const { agent = 'native client' } = request
  return chain(namedSnapshot(session, request), ({ snapshot, prefix }) =>
    chain(startFrom(session, snapshot, prefix, agent), (served) =>
      startedFields(session.host, request.id, [served], episodeView(served, session.seesSeeds)),
    ),
  )
}

function startFrom(
  session: NativeSession,
  snapshot: Snapshot,
  prefix: SharedPrefix | null,
  agentName: string,
): MaybePromise<ServedEpisode> {
  const { world } = session.host
  const adopted = session.host.adopt({
    episodeId: session.nextId(),
    agentName,
    recorded: null,
    owner: session.owner,
    group: null,
    prefix,
    start: (settings) => restore(world, snapshot, settings),
  })
  return chain(adopted, (served) => session.add(served))
}

const abort = (served: ServedEpisode): void =>
  served.interrupt('aborted', 'another fork of its frame could not be started')

/**
 * The snapshot that a request names.
 * @throws GymError EPISODE_UNKNOWN, EPISODE_ENDED, FORK_UNSUPPORTED, SNAPSHOT_UNKNOWN, SNAPSHOT_FOREIGN
 */
function namedSnapshot(
  session: NativeSession,
  { episode, snapshot, sealed }: Pick<ForkRequest, 'episode' | 'snapshot' | 'sealed'>,
): MaybePromise<StoredSnapshot> {
  const { snapshots, sealer, host } = session
  if (snapshot !== undefined) return snapshots.find(snapshot)
  if (sealed !== undefined) return snapshots.opened(sealed, () => sealer.open(host.world, sealed))
  const own = session.episodes.get(episode ?? '')
  return own.queue.run(() => snapshotNow(own))
}

function snapshotNow({ id, served }: SessionEpisode): StoredSnapshot {
  if (!served || served.hasEnded) throw new GymError('EPISODE_ENDED', `the episode ${id} has ended: it has no future`)
  const { episode } = served.runner
  return { snapshot: snapshotOf(episode), prefix: prefixOf(served), countFork: () => episode.countFork() }
}

/** The steps so far, where all of them are known here. */
function prefixOf({ id, runner }: ServedEpisode): SharedPrefix | null {
  return runner.path.length === runner.episode.index ? { trajectoryId: id, steps: [...runner.path] } : null
}

const streamOf = ({ rng = 'fresh', number = 0 }: ForkRequest, i: number): ForkStream => ({ rng, number: number + i })

/** The snapshot under the lineage of a fork: restored, it draws as the fork does. */
function forked(kept: StoredSnapshot, stream: ForkStream): Snapshot {
  const { snapshot } = kept
  const { seed, member, forkPath, index } = snapshot
  const count = stream.rng === 'fresh' ? kept.countFork() : 0
  const lineage = forkedLineage(lineageOf(seed, member, forkPath), stream, index, count)
  return { ...snapshot, forkPath: lineage.forkPath, forks: 0 }
}

function expectFew(count: number, most: number): void {
  if (count > most) throw new GymError('FRAME_INVALID', `a frame starts at most ${most} forks, not ${count}`)
}
