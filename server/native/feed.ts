import { batchOfGroups, inSourceOrder } from '../../core/batch.ts'
import { GymError, messageOf } from '../../core/errors.ts'
import type { LateReward } from '../../core/log.ts'
import type { AdvantagesView, GroupClosedEvent, MemberView, Subscribed } from '../../core/protocol.ts'
import type { Group, Trajectory } from '../../core/types.ts'
import type { Estimator } from '../../rewards/credit/estimator.ts'
import type { ArenaListener, EpisodeEnded, GroupClosed, RewardsArrived } from '../arena/events.ts'
import type { NativeSession } from './session.ts'
import { endFields, fieldsOf, lateView, memberView } from './views.ts'

/** Who may want to be told. */
export interface Audience {
  /** The session that began an episode, if it is still here. */
  owner(episode: string): NativeSession | undefined
  /** Those that want to be told of all that goes on in an environment. */
  subscribers(environment: string): readonly NativeSession[]
}

/** Tells sessions what happens: each its own, and whoever subscribed all of it. Agents are told of ends only. */
export class Feed implements ArenaListener {
  readonly #audience: Audience
  readonly #estimator: Estimator | null

  constructor(audience: Audience, estimator: Estimator | null) {
    this.#audience = audience
    this.#estimator = estimator
  }

  readonly episodeEnded = ({ seat, trajectory }: EpisodeEnded): void => {
    const owner = this.#audience.owner(seat.id)
    const game = owner?.games.ended(seat.id, trajectory)
    if (owner && game) owner.tellEnd(game)
    for (const session of this.#subscribers('ended', seat.environment))
      if (session !== owner) session.event('ended', endFields(trajectory, seat.run.episode.index, session.seesRewards))
  }

  readonly rewardsArrived = ({ environment, rewards }: RewardsArrived): void => {
    const subscribers = this.#subscribers('rewards', environment)
    for (const session of subscribers) tellRewards(session, rewards)
    for (const [owner, own] of this.#byOwner(rewards))
      if (owner.seesRewards && !subscribers.includes(owner)) tellRewards(owner, own)
  }

  readonly groupClosed = ({ environment, group }: GroupClosed): void => {
    const all = [...group.trajectories, ...group.aborted]
    const owners = all.map(({ id }) => this.#audience.owner(id)).filter((owner) => owner?.seesRewards)
    const told = new Set([...this.#subscribers('group.closed', environment), ...owners])
    if (told.size === 0) return
    const view = closedView(group, this.#estimator)
    const fields = fieldsOf(view)
    for (const session of told) if (session) tellClosed(session, view, fields)
  }

  #byOwner(rewards: readonly LateReward[]): ReadonlyMap<NativeSession, readonly LateReward[]> {
    const byOwner = new Map<NativeSession, LateReward[]>()
    for (const late of rewards) {
      const owner = this.#audience.owner(late.trajectoryId)
      const own = owner && byOwner.get(owner)
      if (own) own.push(late)
      else if (owner) byOwner.set(owner, [late])
    }
    return byOwner
  }

  #subscribers(event: Subscribed, environment: string): readonly NativeSession[] {
    return this.#audience.subscribers(environment).filter(({ subscribed }) => subscribed.has(event))
  }
}

/** In as many frames as it takes. */
function tellRewards(session: NativeSession, rewards: readonly LateReward[]): void {
  const half = Math.ceil(rewards.length / 2)
  const parts = (): void => {
    tellRewards(session, rewards.slice(0, half))
    tellRewards(session, rewards.slice(half))
  }
  unlessTooLarge(
    () => session.event('rewards', fieldsOf({ rewards: rewards.map(lateView) })),
    rewards.length > 1 ? parts : null,
  )
}

/** Where all of it is more than a frame may hold, without what is told step by step: that is in the record. */
function tellClosed(session: NativeSession, view: Omit<GroupClosedEvent, 'type' | 'seq'>, fields: string): void {
  const short = (): void => {
    const bare = (member: MemberView): MemberView => ({ ...member, steps: [] })
    const advantagesReason = 'the steps of this group are more than a frame may hold: they are in the record'
    const [members, aborted] = [view.members.map(bare), view.aborted.map(bare)]
    session.event('group.closed', fieldsOf({ ...view, members, aborted, advantages: null, advantagesReason }))
  }
  unlessTooLarge(() => session.event('group.closed', fields), short)
}

function unlessTooLarge(tell: () => void, otherwise: (() => void) | null): void {
  try {
    tell()
  } catch (thrown) {
    const isTooLarge = thrown instanceof GymError && thrown.code === 'FRAME_TOO_LARGE'
    if (!isTooLarge || !otherwise) throw thrown
    otherwise()
  }
}

type Credit = Pick<GroupClosedEvent, 'advantages' | 'advantagesReason'>

/** A group without observations, and its advantages or the reason for none. */
export function closedView(group: Group, estimator: Estimator | null): Omit<GroupClosedEvent, 'type' | 'seq'> {
  const { id, taskId: task, startTag, trajectories, aborted } = group
  const credit = creditOf(group, estimator)
  return {
    group: id,
    task,
    startTag,
    members: trajectories.map(memberView),
    aborted: aborted.map(memberView),
    ...credit,
  }
}

function creditOf(group: Group, estimator: Estimator | null): Credit {
  if (!estimator) return { advantages: null, advantagesReason: 'this server has no estimator' }
  try {
    return { advantages: advantagesOf(group, estimator), advantagesReason: null }
  } catch (thrown) {
    return { advantages: null, advantagesReason: messageOf(thrown) }
  }
}

function advantagesOf(group: Group, estimator: Estimator): AdvantagesView {
  const batch = batchOfGroups([group])
  const { advantages, mask, diagnostics } = estimator.compute(batch)
  const values = inSourceOrder(batch, advantages)
  const known = inSourceOrder(batch, Float64Array.from(mask))
  const rows = [...values].map((value, row) => (known[row] ? value : null))
  return { estimator: estimator.name, steps: cut(rows, group.trajectories), diagnostics: { ...diagnostics } }
}

/** Values of all steps in a row, cut where the trajectories part. */
function cut<T>(rows: readonly T[], trajectories: readonly Trajectory[]): readonly (readonly T[])[] {
  const remaining = [...rows]
  return trajectories.map(({ steps }) => remaining.splice(0, steps.length))
}
