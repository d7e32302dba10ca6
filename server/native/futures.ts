import type { Stem } from '../../core/branches.ts'
import { GymError } from '../../core/errors.ts'
import { restore, type Snapshot, snapshotOf } from '../../core/fork.ts'
import { chain, type MaybePromise } from '../../core/later.ts'
import { type ForkLuck, forkedLineage, lineageOf } from '../../core/lineage.ts'
import type { ForkRequest, RestoreRequest, SnapshotRequest } from '../../core/protocol.ts'
import type { Seat } from '../arena/seat.ts'
import { allOrNone } from './all-or-none.ts'
import type { Game } from './games.ts'
import type { NativeSession } from './session.ts'
import type { Kept } from './vault.ts'
import { episodeView, fieldsOf } from './views.ts'

/** @throws GymError EPISODE_UNKNOWN, EPISODE_ENDED, FORK_UNSUPPORTED, STATE_TOO_LARGE */
export function takeSnapshot(
  session: NativeSession,
  { episode, sealed = false }: SnapshotRequest,
): MaybePromise<string> {
  const game = session.game(episode)
  return game.lane.run(() => {
    const kept = keptOf(game)
    const { index } = kept.snapshot
    const text = sealed ? session.sealer.seal(session.realm.world, kept.snapshot) : null
    return fieldsOf({ episode, index, snapshot: sealed ? null : session.vault.keep(kept), sealed: text })
  })
}

/**
 * Starts futures of one past: all of them, or none where one cannot be started.
 * @throws GymError as `keptBy`; CAPACITY_REACHED, FRAME_INVALID
 */
export function forkEpisodes(session: NativeSession, request: ForkRequest): MaybePromise<string> {
  const { count = 1, agent = 'native client' } = request
  expectFew(count, session.realm.limits.groupMembers)
  const begin = (kept: Kept, i: number): MaybePromise<Seat> =>
    goOn(session, forked(kept, luckOf(request, i)), kept.stem, agent)
  return chain(keptBy(session, request), (kept) => {
    const begun = allOrNone(count, (i) => begin(kept, i), giveUp)
    return chain(begun, (seats) => fieldsOf({ episodes: seats.map(episodeView) }))
  })
}

/** Goes on from a snapshot with its own luck. @throws GymError as `keptBy`; CAPACITY_REACHED */
export function restoreEpisode(session: NativeSession, request: RestoreRequest): MaybePromise<string> {
  const { agent = 'native client' } = request
  return chain(keptBy(session, request), ({ snapshot, stem }) =>
    chain(goOn(session, snapshot, stem, agent), (seat) => fieldsOf(episodeView(seat))),
  )
}

function goOn(session: NativeSession, snapshot: Snapshot, stem: Stem | null, agentName: string): MaybePromise<Seat> {
  const { world } = session.realm
  const adopted = session.realm.adopt({
    episodeId: session.nextId(),
    agentName,
    recorded: null,
    stem,
    begin: (settings) => restore(world, snapshot, settings),
  })
  return chain(adopted, (seat) => session.begun(seat))
}

const giveUp = (seat: Seat): void => seat.interrupt('aborted', 'another fork of its frame could not be started')

/**
 * The point that a request names.
 * @throws GymError EPISODE_UNKNOWN, EPISODE_ENDED, FORK_UNSUPPORTED, SNAPSHOT_UNKNOWN, SNAPSHOT_FOREIGN
 */
function keptBy(
  session: NativeSession,
  { episode, snapshot, sealed }: Pick<ForkRequest, 'episode' | 'snapshot' | 'sealed'>,
): MaybePromise<Kept> {
  const { vault, sealer, realm } = session
  if (snapshot !== undefined) return vault.find(snapshot)
  if (sealed !== undefined) return vault.opened(sealed, () => sealer.open(realm.world, sealed))
  const game = session.game(episode ?? '')
  return game.lane.run(() => keptOf(game))
}

function keptOf({ id, seat }: Game): Kept {
  if (!seat || seat.hasEnded) throw new GymError('EPISODE_ENDED', `the episode ${id} has ended: it has no future`)
  const { episode } = seat.run
  return { snapshot: snapshotOf(episode), stem: stemOf(seat), countFork: () => episode.countFork() }
}

/** The steps so far, where all of them are known here. */
function stemOf({ id, run }: Seat): Stem | null {
  return run.path.length === run.episode.index ? { trajectoryId: id, steps: [...run.path] } : null
}

const luckOf = ({ rng = 'fresh', number = 0 }: ForkRequest, i: number): ForkLuck => ({ rng, number: number + i })

/** The snapshot under the lineage of a fork: restored, it draws as the fork does. */
function forked(kept: Kept, luck: ForkLuck): Snapshot {
  const { snapshot } = kept
  const { seed, member, forkPath, index } = snapshot
  const count = luck.rng === 'fresh' ? kept.countFork() : 0
  const lineage = forkedLineage(lineageOf(seed, member, forkPath), luck, index, count)
  return { ...snapshot, forkPath: lineage.forkPath, forks: 0 }
}

function expectFew(count: number, most: number): void {
  if (count > most) throw new GymError('FRAME_INVALID', `a frame starts at most ${most} forks, not ${count}`)
}
