import { GymError } from '../../../core/data/errors.ts'
import type { RequestType, SubscribeRequest, TasksRequest } from '../../../core/protocol/index.ts'
import { visibleSplit } from '../../hosting/request.ts'
import { forbidden, type Role } from '../../roles.ts'
import { closeWhat, observe, resetEpisode, startGroup, takeStep } from './episode-requests.ts'
import { forkEpisodes, restoreEpisode, takeSnapshot } from './fork-requests.ts'
import type { NativeSession, Serve } from './session.ts'
import { openVector } from './vector/vector.ts'
import { fieldsOf, publicTask } from './views.ts'

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
      return listTasks(session, request)
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

/** Tasks without their private parts, of a split that the client may see. @throws GymError TASK_UNKNOWN, FORBIDDEN */
function listTasks({ host, role }: NativeSession, { split, offset = 0, limit }: TasksRequest): string {
  const { tasks } = host.world
  const chosen = visibleSplit(tasks, host.agentSplits, role, split, 'the tasks')
  const total = tasks.size(chosen)
  const most = Math.min(limit ?? host.limits.taskPage, host.limits.taskPage)
  const length = Math.max(0, Math.min(most, total - offset))
  const listed = Array.from({ length }, (_, i) => publicTask(tasks.at(chosen, offset + i)))
  return fieldsOf({ splits: tasks.splits, split: chosen, offset, total, tasks: listed })
}

function subscribe(session: NativeSession, { events }: SubscribeRequest): string {
  session.subscribe(new Set(events))
  return fieldsOf({ events })
}
