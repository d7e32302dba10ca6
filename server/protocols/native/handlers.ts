import { GymError } from '../../../core/data/errors.ts'
import type { MaybePromise } from '../../../core/data/maybe-promise.ts'
import type { ReceivedRequest, RequestType } from '../../../core/protocol/index.ts'
import { expectRole, type Role } from '../../roles.ts'
import type { WireValue } from '../../transport/json.ts'
import type { Fields } from './fields.ts'
import { forkEpisodes, restoreEpisode, takeSnapshot } from './forks.ts'
import { startMembers } from './groups.ts'
import { closeWhat, observe, resetEpisode, takeStep } from './play.ts'
import type { NativeSession } from './session.ts'
import { listTasks, subscribe } from './tasks.ts'
import { closeVector, openVector, resetVector, stepVector } from './vector/serve.ts'

const EVERYONE: readonly Role[] = ['agent', 'trainer', 'observer']
const PLAYERS: readonly Role[] = ['agent', 'trainer']
const TRAINERS: readonly Role[] = ['trainer']

/** Who may ask for what. */
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

/**
 * Does what is asked.
 * @returns The fields of the reply.
 * @throws GymError
 */
export function serve(session: NativeSession, request: ReceivedRequest<WireValue>): MaybePromise<Fields> {
  expectRole(session.role, ALLOWED[request.type], request.type)
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
      return startMembers(session, request)
    case 'tasks':
      return listTasks(session, request)
    case 'subscribe':
      return subscribe(session, request)
    case 'close':
      return closeWhat(session, request)
    case 'vector.open':
      return openVector(session, request)
    case 'vector.step':
      return stepVector(session, request)
    case 'vector.reset':
      return resetVector(session, request)
    case 'vector.close':
      return closeVector(session, request)
    case 'resume':
      throw new GymError('FRAME_INVALID', 'resume is the first request of a socket: connect again')
  }
}
