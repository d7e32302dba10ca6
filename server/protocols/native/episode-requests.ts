import { GymError } from '../../../core/data/errors.ts'
import { readEvidence } from '../../../core/data/evidence.ts'
import { chain, type MaybePromise, startAll } from '../../../core/data/maybe-promise.ts'
import { trimmed } from '../../../core/protocol/fields.ts'
import type {
  CloseRequest,
  GroupRequest,
  ObserveRequest,
  RequestId,
  ResetRequest,
  StepRequest,
} from '../../../core/protocol/index.ts'
import type { Answer, ServedEpisode } from '../../hosting/served-episode.ts'
import { expectRole } from '../../roles.ts'
import type { WireValue } from '../../transport/json.ts'
import { excessOf, replyTooLarge, sentStepFields } from './reply-size.ts'
import type { NativeSession } from './session.ts'
import { unknownEpisode } from './session-episodes.ts'
import { actionsOf, episodeView, fieldsOf } from './views.ts'

/** Who acts where the client does not say. */
const NATIVE_CLIENT = 'native client'

/** Starts an episode. @throws GymError as `EnvironmentHost.reset`, FORBIDDEN */
export function resetEpisode(session: NativeSession, request: ResetRequest): MaybePromise<string> {
  const { agent: agentName, ...start } = request
  const { role, host } = session
  if (start.group) expectRole(role, ['trainer'], 'a group')
  const naming = trimmed({ agentName, clientName: NATIVE_CLIENT })
  const reset = host.reset({ ...start, ...naming, role, owner: session.owner, episodeId: session.nextId() })
  return chain(reset, (served) =>
    startedFields(session, request.id, [served], episodeView(session.add(served), session.seesSeeds)),
  )
}

/**
 * Starts all members of a group; where one cannot be started, the group ends as aborted.
 * @throws GymError as `EnvironmentHost.reset`
 */
export function startGroup(session: NativeSession, request: GroupRequest): MaybePromise<string> {
  const { host, role } = session
  const { size, stragglers, deadlineMs, replacements, credit, agent: agentName, ...start } = request
  // More members than a group may have are refused as such.
  host.expectRoom(session.owner, Math.min(size, host.limits.groupMembers))
  const id = `${session.nextId()}-group`
  const group = trimmed({ id, size, stragglers, deadlineMs, replacements, credit })
  const naming = trimmed({ agentName, clientName: NATIVE_CLIENT })
  const startMember = (member: number): MaybePromise<ServedEpisode> => {
    const reset = host.reset({
      ...start,
      ...naming,
      role,
      group,
      member,
      owner: session.owner,
      episodeId: session.nextId(),
    })
    return chain(reset, (served) => session.add(served))
  }
  const undo = (served: ServedEpisode): void => {
    host.group(id)?.stop('aborted', 'a member could not be started')
    served.interrupt('aborted', 'another member could not be started')
  }
  return chain(startAll(size, startMember, undo), (members) => {
    const startTag = members[0]?.group?.startTag ?? ''
    return startedFields(session, request.id, members, {
      group: id,
      size,
      startTag,
      episodes: members.map((served) => episodeView(served, session.seesSeeds)),
    })
  })
}

/**
 * The fields of a reply about episodes that it started. Where no frame can hold them, the episodes are aborted.
 * @throws GymError FRAME_TOO_LARGE
 */
export function startedFields(
  { host }: NativeSession,
  id: RequestId,
  started: readonly ServedEpisode[],
  view: object,
): string {
  const fields = fieldsOf(view)
  const bytes = excessOf(id, fields, host.limits)
  if (bytes === null) return fields
  for (const served of started) served.interrupt('aborted', 'its reply was too large')
  throw replyTooLarge(bytes, host.limits)
}

/**
 * Takes a step, or answers a step again that was taken before.
 * @throws GymError as `ServedEpisode.step`, EPISODE_UNKNOWN, EVIDENCE_INVALID, REQUEST_CONFLICT
 */
export function takeStep(session: NativeSession, request: StepRequest<WireValue, WireValue>): MaybePromise<string> {
  const { action, index } = request
  const episode = session.episodes.get(request.episode)
  const evidence = request.evidence === undefined ? undefined : readEvidence(request.evidence)
  const { literals, seesRewards, host } = session
  const fields = (known: Answer): string => sentStepFields(request.id, known, literals, seesRewards, host.limits)
  const answer = episode.step(action, evidence, index)
  return answer instanceof Promise ? answer.then(fields) : fields(answer)
}

/** Shows an episode: agents their own, others any open one. @throws GymError EPISODE_UNKNOWN, FRAME_INVALID */
export function observe(session: NativeSession, { episode, view = 'text' }: ObserveRequest): MaybePromise<string> {
  const own = session.episodes.find(episode)
  const show = (served: ServedEpisode): string => fieldsOf(shown(served, view))
  if (own) return own.queue.run(() => show(own.expectServed()))
  const served = session.role === 'agent' ? undefined : session.host.episode(episode)
  if (!served) throw unknownEpisode(episode)
  return show(served)
}

function shown(served: ServedEpisode, view: string) {
  const { episode } = served.runner
  expectView(episode.world.environment.observe, view)
  const { index, ending, endingReason } = episode
  const observation = view === 'text' ? served.runner.observation : episode.view(view)
  const state = episode.publicState()
  return { episode: served.id, index, view, observation, actions: actionsOf(served), state, ending, endingReason }
}

function expectView(views: object, view: string): void {
  if (Object.hasOwn(views, view)) return
  const names = Object.keys(views).join(', ')
  throw new GymError('FRAME_INVALID', `there is no view ${JSON.stringify(view.slice(0, 80))}: there are ${names}`)
}

/** Ends an episode, a snapshot, or the session. @throws GymError EPISODE_UNKNOWN, SNAPSHOT_UNKNOWN, FORBIDDEN */
export function closeWhat(session: NativeSession, { episode, snapshot, truncate }: CloseRequest): MaybePromise<string> {
  if (truncate !== undefined) expectRole(session.role, ['trainer'], 'truncate')
  if (snapshot !== undefined) session.snapshots.drop(snapshot)
  else if (episode === undefined) session.leave()
  else {
    const { queue, served } = session.episodes.get(episode)
    return queue.run(() => {
      if (truncate === undefined) served?.interrupt('aborted', 'closed by its client')
      else served?.interrupt('truncated', truncate)
      // Its end is in the log and announced when the request is answered.
      return chain(served?.end(), () => '')
    })
  }
  return ''
}
