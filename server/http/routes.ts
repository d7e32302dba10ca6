import { GymError } from '../../core/data/errors.ts'
import type { MaybePromise } from '../../core/data/maybe-promise.ts'
import type { EnvironmentHost } from '../hosting/environment-host.ts'
import { visibleSplit } from '../hosting/request.ts'
import { expectRole, type Role } from '../roles.ts'
import type { WireObject, WireValue } from '../transport/json.ts'
import { metadataOf, publicPart, schemasOf, taskPage } from './describe.ts'
import type { HttpClient, HttpEpisodes } from './episodes.ts'

/** What a route of one environment gets. */
export interface Call extends HttpClient {
  readonly role: Role
  readonly query: URLSearchParams
  readonly body: WireObject
  readonly episodes: HttpEpisodes
}

/** @returns The body of the answer, as JSON. @throws GymError */
export type Route = (call: Call) => MaybePromise<string>

const json = (value: unknown): string => JSON.stringify(value)

/** By method and last segment of the address; all of them stand below `/{env}`, and at the top for the default one. */
export const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['GET health', () => '{"status":"healthy"}'],
  ['GET metadata', ({ environmentHost }) => json(metadataOf(environmentHost.world, environmentHost.name))],
  ['GET schema', ({ environmentHost }) => json(schemasOf(environmentHost.world, environmentHost.name))],
  [
    'GET state',
    (call) => {
      expectRole(call.role, PLAYERS, 'the state of an episode')
      return call.episodes.state(call, call.query.get('episode_id'))
    },
  ],
  ['POST reset', (call) => call.episodes.reset(call, call.body)],
  [
    'POST step',
    (call) => {
      expectRole(call.role, PLAYERS, 'a step')
      return call.episodes.step(call, call.body)
    },
  ],
  [
    'POST close',
    (call) => {
      expectRole(call.role, PLAYERS, 'the end of an episode')
      return call.episodes.close(call, call.body)
    },
  ],
  [
    'GET tasks',
    ({ environmentHost, role, query }) => {
      const split = splitOf(environmentHost, role, query.get('split'))
      const { taskPage: most } = environmentHost.limits
      const limit = Math.min(wholeOf(query.get('limit') ?? '100', 'limit'), most)
      return json(taskPage(environmentHost.world, split, wholeOf(query.get('offset') ?? '0', 'offset'), limit))
    },
  ],
  [
    'GET splits',
    ({ environmentHost }) => json(environmentHost.world.tasks.splits.map((name) => ({ name, type: typeOf(name) }))),
  ],
  [
    'POST num_tasks',
    ({ environmentHost, role, body }) =>
      json({ num_tasks: environmentHost.world.tasks.size(splitOf(environmentHost, role, body.split)) }),
  ],
  [
    'POST task',
    ({ environmentHost, role, body }) =>
      json({
        task: publicPart(
          environmentHost.world.tasks.at(splitOf(environmentHost, role, body.split), wholeOf(body.index, 'index')),
        ),
      }),
  ],
  ['POST tasks', (call) => json({ ...range(call, 0), env_name: call.environmentHost.name })],
  ['POST task_range', (call) => json(range(call, wholeOf(call.body.start ?? 0, 'start')))],
])

const PLAYERS: readonly Role[] = ['agent', 'trainer']

/** Tasks from `start` to `stop`, at most a page of them. */
function range({ environmentHost, role, body }: Call, start: number): WireObject {
  const split = splitOf(environmentHost, role, body.split)
  const size = environmentHost.world.tasks.size(split)
  const stop = wholeOf(body.stop ?? size, 'stop')
  const limit = Math.min(Math.max(0, stop - start), environmentHost.limits.taskPage)
  return { tasks: taskPage(environmentHost.world, split, start, limit).tasks ?? [] }
}

/** The split that is asked for. @throws GymError FORBIDDEN where agents may not see it, FRAME_INVALID */
function splitOf({ world, agentSplits }: EnvironmentHost, role: Role, wanted: WireValue | undefined): string {
  const split = wanted ?? undefined
  if (split !== undefined && typeof split !== 'string') throw new GymError('FRAME_INVALID', 'split must be a text')
  return visibleSplit(world.tasks, agentSplits, role, split, 'the tasks')
}

function wholeOf(value: WireValue | undefined, name: string): number {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number
  throw new GymError('FRAME_INVALID', `${name} must be a whole number from 0`)
}

/** OpenEnv knows three types of splits. */
const typeOf = (split: string): string => (split === 'train' || split === 'test' ? split : 'validation')
