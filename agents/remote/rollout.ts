import { GymError } from '../../core/data/errors.ts'
import { counted } from '../../core/data/shown.ts'
import type { Group, Reward, Step, Trajectory } from '../../core/data/types.ts'
import type { CreditView, GroupClosedEvent, MemberView } from '../../core/protocol/index.ts'
import { type RemoteEpisode, shownSeed } from './episode.ts'
import type { RemoteGym } from './gym.ts'
import { type Played, type PlayedStep, type PlaySettings, playEpisode } from './play.ts'

/** Which group: what `RemoteGym.group` takes, except who acts. */
export type RemoteGroupSettings = Omit<Parameters<RemoteGym['group']>[0], 'agent'>

/** A group that has closed on its server. */
export interface RemoteRollout extends Group {
  /** As the request asked for it, aligned with `trajectories` and their steps. */
  readonly credit: readonly CreditView[]
}

/**
 * Rolls out a group on the server and waits until it has closed there: members start from one state, act until they
 * end, and are judged. What comes back is as `rolloutGroup` of the kernel gives it, except what stays with the server:
 * effects, and anchors other than the observation.
 * @throws GymError as `RemoteGym.group` and `playEpisode`; FRAME_TOO_LARGE where a frame cannot hold its rewards; every member has stopped then
 */
export async function rolloutRemote(
  gym: RemoteGym,
  request: RemoteGroupSettings,
  settings: PlaySettings,
): Promise<RemoteRollout> {
  const group = await gym.group({ ...request, agent: settings.agent.name })
  const played = await allPlayed(group.episodes, settings)
  const closed = await group.closed
  if (closed.abridged !== null) throw new GymError('FRAME_TOO_LARGE', closed.abridged)
  const trajectoryOf = (member: MemberView): Trajectory => assembled(member, closed, gym.environment.id, played)
  return {
    id: closed.group,
    environment: gym.environment.id,
    taskId: closed.task,
    startTag: closed.startTag,
    trajectories: closed.members.map(trajectoryOf),
    aborted: closed.aborted.map(trajectoryOf),
    credit: closed.credit,
  }
}

type PlayedEpisodes = ReadonlyMap<string, Played & { readonly episode: RemoteEpisode }>

/** When one fails, the others are cancelled and awaited. */
async function allPlayed(episodes: readonly RemoteEpisode[], settings: PlaySettings): Promise<PlayedEpisodes> {
  const failing = new AbortController()
  const signal = settings.signal ? AbortSignal.any([settings.signal, failing.signal]) : failing.signal
  const playing = episodes.map(async (episode) => {
    try {
      return { episode, ...(await playEpisode(episode, { ...settings, signal })) }
    } catch (thrown) {
      failing.abort()
      throw thrown
    }
  })
  const settled = await Promise.allSettled(playing)
  const failed = settled.find((each) => each.status === 'rejected')
  if (failed) throw failed.reason
  const played = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  return new Map(played.map((each) => [each.episode.id, each]))
}

function assembled(
  member: MemberView,
  { group, task }: GroupClosedEvent,
  environment: string,
  played: PlayedEpisodes,
): Trajectory {
  const { episode: id, ending, endingReason, rewards, forkPath } = member
  const own = played.get(id)
  if (!own || (ending !== 'aborted' && own.steps.length !== member.steps.length)) throw strange(member, own)
  return {
    id,
    groupId: group,
    environment,
    taskId: task,
    seed: shownSeed(own.episode),
    member: member.member,
    forkPath,
    steps: own.steps.map((step, at) => stepOf(step, forkPath, member.steps[at] ?? [])),
    ending,
    endingReason: (ending === 'aborted' ? own.endingReason : null) ?? endingReason,
    rewards,
  }
}

export function stepOf(step: PlayedStep, forkPath: string, rewards: readonly Reward[]): Step {
  return {
    trajectoryId: step.episode,
    index: step.index,
    observation: step.before,
    anchors: { text: step.before },
    action: step.action,
    forkPath,
    effects: [],
    isActionValid: step.isActionValid,
    nextObservation: step.observation,
    nextAnchors: { text: step.observation },
    rewards,
    terminated: step.terminated,
    truncated: step.truncated,
    info: step.info,
    ...(step.evidence && { evidence: step.evidence }),
  }
}

const strange = ({ episode, steps }: MemberView, own: Played | undefined): GymError =>
  new GymError(
    'FRAME_INVALID',
    `the group closed with ${counted(steps.length, 'step')} of episode ${episode}, and ${own?.steps.length ?? 0} were answered`,
  )
