import { GymError } from '../../../core/data/errors.ts'
import { readEvidence } from '../../../core/data/evidence.ts'
import { chain, type MaybePromise, startAll } from '../../../core/data/maybe-promise.ts'
import { ownToolsOf } from '../../../core/episode/tools.ts'
import { trimmed } from '../../../core/protocol/fields.ts'
import type {
  CloseRequest,
  GroupRequest,
  ObserveRequest,
  RequestType,
  ResetRequest,
  StepRequest,
  SubscribeRequest,
  TasksRequest,
} from '../../../core/protocol/index.ts'
import { taskPage, visibleSplit } from '../../hosting/request.ts'
import type { ServedEpisode } from '../../hosting/served-episode.ts'
import { expectGroupAtHome } from '../../hosting/worker-place.ts'
import { expectRole, forbidden, type Role } from '../../roles.ts'
import type { WireValue } from '../../transport/json.ts'
import type { ChannelRequest } from './channel/channel.ts'
import type { Fields } from './channel/outbox.ts'
import { fieldsOf, sentStepFields, startedFields } from './fields.ts'
import { forkEpisodes, restoreEpisode, takeSnapshot } from './fork-requests.ts'
import type { NativeSession, Serve } from './session.ts'
import { unknownEpisode } from './session-episodes.ts'
import { openVector } from './vector/vector.ts'
import { actionsOf, episodeView } from './views.ts'

/*
 * What each request of the native dialect does. Those about forks and vectors have files of their own.
 */

const EVERYONE: readonly Role[] = ['agent', 'trainer', 'observer']
const PLAYERS: readonly Role[] = ['agent', 'trainer']
const TRAINERS: readonly Role[] = ['trainer']

/** Roles that may send each request. */
export const ALLOWED: Readonly<Record<RequestType, readonly Role[]>> = {
  reset: PLAYERS,
  step: PLAYERS,
  observe: EVERYONE,
  snapshot: TRAINERS,
  fork: TRAINERS,
  restore: TRAINERS,
  group: TRAINERS,
  tasks: EVERYONE,
  subscribe: ['trainer', 'observer'],
  resume: EVERYONE,
  close: EVERYONE,
  'vector.open': PLAYERS,
  'vector.step': PLAYERS,
  'vector.reset': PLAYERS,
  'vector.close': PLAYERS,
}

/** What serves the requests of a session. */
export const serve: Serve = (session) => (request) => {
  const allowed = ALLOWED[request.type]
  if (!allowed.includes(session.role)) throw forbidden(session.role, allowed, request.type)
  if (session.isInLine) return session.inTurn(() => handle(session, request))
  // The most frequent one takes the short way.
  return request.type === 'step' ? takeStep(session, request) : handle(session, request)
}

function handle(session: NativeSession, request: ChannelRequest): MaybePromise<Fields> {
  switch (request.type) {
    case 'step':
      return takeStep(session, request)
    case 'reset':
      return resetEpisode(session, request)
    case 'observe':
      return observe(session, request)
    case 'snapshot':
      return takeSnapshot(session, request)
    case 'fork':
      return forkEpisodes(session, request)
    case 'restore':
      return restoreEpisode(session, request)
    case 'group':
      return startGroup(session, request)
    case 'tasks':
      return session.inTurn(() => listTasks(session, request))
    case 'subscribe':
      return subscribe(session, request)
    case 'close':
      return closeWhat(session, request)
    case 'vector.open':
      return openVector(session, request)
    case 'vector.step':
      return session.vector(request.vector).step(request)
    case 'vector.reset':
      return session.vector(request.vector).reset(request)
    case 'vector.close':
      return session.vector(request.vector).close()
    case 'resume':
      throw new GymError('FRAME_INVALID', 'resume is the first request of a socket: connect again')
  }
}

/** Who acts where the client does not say. */
const NATIVE_CLIENT = 'native client'

/** Starts an episode. @throws GymError as `EnvironmentHost.reset`, FORBIDDEN */
function resetEpisode(session: NativeSession, request: ResetRequest): MaybePromise<string> {
  const { agent: agentName, ...start } = request
  const { role, host } = session
  if (start.group) expectRole(role, ['trainer'], 'a group')
  if (start.group) expectGroupAtHome(host.place, start.group.id)
  const naming = trimmed({ agentName, clientName: NATIVE_CLIENT })
  const reset = host.reset({ ...start, ...naming, role, owner: session.owner, episodeId: session.nextId() })
  return chain(reset, (served) =>
    startedFields(session.host, request.id, [served], episodeView(session.add(served), session.seesSeeds)),
  )
}

/**
 * Starts all members of a group; where one cannot be started, the group ends as aborted.
 * @throws GymError as `EnvironmentHost.reset`
 */
function startGroup(session: NativeSession, request: GroupRequest): MaybePromise<string> {
  const { host, role, owner } = session
  const { size, stragglers, deadlineMs, replacements, credit, agent: agentName, ...start } = request
  // More members than a group may have are refused as such, by the first of them.
  if (size <= host.limits.groupMembers) host.expectRoom(owner, size)
  const id = `${session.nextId()}-group`
  const group = trimmed({ id, size, stragglers, deadlineMs, replacements, credit })
  const shared = { ...start, ...trimmed({ agentName, clientName: NATIVE_CLIENT }), role, group, owner }
  const startMember = (member: number): MaybePromise<ServedEpisode> =>
    chain(host.reset({ ...shared, member, episodeId: session.nextId() }), (served) => session.add(served))
  const undo = (served: ServedEpisode): void => {
    host.group(id)?.stop('aborted', 'a member could not be started')
    served.interrupt('aborted', 'another member could not be started')
  }
  // The first one refuses what is wrong for all, before there are more.
  const startInTurn = (member: number): MaybePromise<ServedEpisode> =>
    member === 0 ? startMember(member) : session.inTurn(() => startMember(member))
  return chain(startAll(size, startInTurn, undo), (members) => {
    const startTag = members[0]?.group?.startTag ?? ''
    const episodes = members.map((served) => episodeView(served, session.seesSeeds))
    return startedFields(host, request.id, members, { group: id, size, startTag, episodes })
  })
}

/**
 * Takes a step, or answers a step again that was taken before.
 * @throws GymError as `ServedEpisode.step`, EPISODE_UNKNOWN, EVIDENCE_INVALID, REQUEST_CONFLICT
 */
function takeStep(session: NativeSession, request: StepRequest<WireValue, WireValue>): MaybePromise<string> {
  const { action, index } = request
  const episode = session.episodes.get(request.episode)
  const evidence = request.evidence === undefined ? undefined : readEvidence(request.evidence)
  const answer = episode.queue.run(() => episode.step(action, evidence, index))
  if (answer instanceof Promise) return answer.then((known) => sentStepFields(session, request.id, known))
  return sentStepFields(session, request.id, answer)
}

/** Shows an episode: agents their own, others any open one. @throws GymError EPISODE_UNKNOWN, FRAME_INVALID */
function observe(session: NativeSession, { episode, view, tools }: ObserveRequest): MaybePromise<string> {
  const own = session.episodes.find(episode)
  const show = (served: ServedEpisode): string => fieldsOf(shown(served, view, tools))
  if (own) return own.queue.run(() => show(own.expectServed()))
  const served = session.role === 'agent' ? undefined : session.host.episode(episode)
  if (!served) throw unknownEpisode(episode)
  return show(served)
}

function shown(served: ServedEpisode, view = 'text', hasTools = false) {
  const { episode } = served.runner
  expectView(episode.world.environment.observe, view)
  const { index, ending, endingReason } = episode
  const observation = view === 'text' ? served.runner.observation : episode.view(view)
  const state = episode.publicState()
  const point = {
    episode: served.id,
    index,
    view,
    observation,
    actions: actionsOf(served),
    state,
    ending,
    endingReason,
  }
  return hasTools ? { ...point, tools: ownToolsOf(episode) } : point
}

function expectView(views: object, view: string): void {
  if (Object.hasOwn(views, view)) return
  const names = Object.keys(views).join(', ')
  throw new GymError('FRAME_INVALID', `there is no view ${JSON.stringify(view.slice(0, 80))}: there are ${names}`)
}

/** Ends an episode, a snapshot, or the session. @throws GymError EPISODE_UNKNOWN, SNAPSHOT_UNKNOWN, FORBIDDEN */
function closeWhat(session: NativeSession, { episode, snapshot, truncate }: CloseRequest): MaybePromise<string> {
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

/** Tasks without their private parts, of a split that the client may see. @throws GymError TASK_UNKNOWN, FORBIDDEN */
function listTasks({ host, role }: NativeSession, { split, offset = 0, limit }: TasksRequest): string {
  const { tasks } = host.world
  const chosen = visibleSplit(tasks, host.agentSplits, role, split, 'the tasks')
  const total = tasks.size(chosen)
  const most = Math.min(limit ?? host.limits.taskPage, host.limits.taskPage)
  const listed = taskPage(tasks, chosen, offset, most)
  return fieldsOf({ splits: tasks.splits, split: chosen, offset, total, tasks: listed })
}

function subscribe(session: NativeSession, { events }: SubscribeRequest): string {
  session.subscribe(new Set(events))
  return fieldsOf({ events })
}
