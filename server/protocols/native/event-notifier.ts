import { GymError } from '../../../core/data/errors.ts'
import type { Trajectory } from '../../../core/data/types.ts'
import type { CreditView, GroupClosedEvent, MemberView, Subscribed } from '../../../core/protocol/index.ts'
import type { LateReward } from '../../../core/rollout/log.ts'
import type { ClosingCredit } from '../../hosting/credit.ts'
import type { EpisodeEnded, GroupClosed, RewardsArrived, ServerEventListener } from '../../hosting/events.ts'
import { endFields, fieldsOf } from './fields.ts'
import type { NativeSession } from './session.ts'
import { lateView, memberView } from './views.ts'

/** The sessions that events are sent to. */
export interface Audience {
  /** The session that started an episode, if it has not ended. */
  owner(episode: string): NativeSession | undefined
  /** Sessions that are subscribed to events of a whole environment. */
  subscribers(environment: string): readonly NativeSession[]
}

/** Sends events to the sessions that they concern, and to subscribers. Agents learn of ends only. */
export class EventNotifier implements ServerEventListener {
  readonly #audience: Audience

  constructor(audience: Audience) {
    this.#audience = audience
  }

  readonly episodeEnded = ({ episode: served, trajectory }: EpisodeEnded): void => {
    const owner = this.#audience.owner(served.id)
    owner?.episodes.ended(served.id)
    owner?.episodes.find(served.id)?.announceEnd()
    for (const session of this.#subscribers('ended', served.environment))
      if (session !== owner)
        session.channel.event('ended', endFields(trajectory, served.runner.episode.index, session.seesRewards))
  }

  readonly rewardsArrived = ({ environment, rewards }: RewardsArrived): void => {
    const subscribers = this.#subscribers('rewards', environment)
    for (const session of subscribers) sendRewards(session, rewards)
    for (const [owner, own] of this.#byOwner(rewards))
      if (owner.seesRewards && !subscribers.includes(owner)) sendRewards(owner, own)
  }

  readonly groupClosed = (closed: GroupClosed): void => {
    const { environment, group } = closed
    const all = [...group.trajectories, ...group.aborted]
    const owners = all.map(({ id }) => this.#audience.owner(id)).filter((owner) => owner?.seesRewards)
    const receivers = new Set([...this.#subscribers('group.closed', environment), ...owners])
    if (receivers.size === 0) return
    const view = closedView(closed)
    const fields = fieldsOf(view)
    for (const session of receivers) if (session) sendClosed(session, view, fields)
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

/** Sends a session how one of its groups has closed. */
export function announceClosing(session: NativeSession, closed: GroupClosed): void {
  const view = closedView(closed)
  sendClosed(session, view, fieldsOf(view))
}

/** In as many frames as it takes. */
function sendRewards(session: NativeSession, rewards: readonly LateReward[]): void {
  const half = Math.ceil(rewards.length / 2)
  const parts = (): void => {
    sendRewards(session, rewards.slice(0, half))
    sendRewards(session, rewards.slice(half))
  }
  unlessTooLarge(
    () => session.channel.event('rewards', fieldsOf({ rewards: rewards.map(lateView) })),
    rewards.length > 1 ? parts : null,
  )
}

type ClosedView = Omit<GroupClosedEvent, 'type' | 'seq'>

/** Where all of it is more than a frame may hold, without the rewards of steps; then without advantages too. */
function sendClosed(session: NativeSession, view: ClosedView, fields: string): void {
  const send = (sent: ClosedView): void => session.channel.event('group.closed', fieldsOf(sent))
  const sendShort = (): void => {
    const short = abridged(view)
    const bare = { ...short, credit: short.credit.map(withoutMembers) }
    unlessTooLarge(
      () => send(short),
      () => send(bare),
    )
  }
  unlessTooLarge(() => session.channel.event('group.closed', fields), sendShort)
}

const ABRIDGED = 'the steps of this group are more than a frame may hold: they are in the record'

function abridged(view: ClosedView): ClosedView {
  const bare = (member: MemberView): MemberView => ({ ...member, steps: [] })
  return { ...view, members: view.members.map(bare), aborted: view.aborted.map(bare), abridged: ABRIDGED }
}

const withoutMembers = (credit: CreditView): CreditView => ({
  ...credit,
  members: null,
  reason: credit.reason ?? { code: 'FRAME_TOO_LARGE', message: ABRIDGED },
})

function unlessTooLarge(send: () => void, otherwise: (() => void) | null): void {
  try {
    send()
  } catch (thrown) {
    const isTooLarge = thrown instanceof GymError && thrown.code === 'FRAME_TOO_LARGE'
    if (!isTooLarge || !otherwise) throw thrown
    otherwise()
  }
}

/** A group without observations, and the credit that it was asked for. */
function closedView({ group, credit }: GroupClosed): ClosedView {
  const { id, taskId: task, startTag, trajectories, aborted } = group
  return {
    group: id,
    task,
    startTag,
    members: trajectories.map(memberView),
    aborted: aborted.map(memberView),
    credit: credit.map((each) => creditView(each, trajectories)),
    abridged: null,
  }
}

function creditView({ trajectories, ...credit }: ClosingCredit, members: readonly Trajectory[]): CreditView {
  const memberAt = (at: number): number => members[at]?.member ?? 0
  const known = trajectories?.map(({ trajectoryId, ...own }, at) => ({
    episode: trajectoryId,
    member: memberAt(at),
    ...own,
  }))
  return { ...credit, members: known ?? null }
}
