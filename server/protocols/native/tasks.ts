import type { SubscribeRequest, TasksRequest } from '../../../core/protocol/index.ts'
import { expectRole } from '../../roles.ts'
import type { NativeSession } from './session.ts'
import { fieldsOf, publicTask } from './views.ts'

/** Tasks without their private parts; agents see those of the first split only. @throws GymError TASK_UNKNOWN, FORBIDDEN */
export function listTasks(
  { host: environmentHost, role }: NativeSession,
  { split, offset = 0, limit }: TasksRequest,
): string {
  const { tasks } = environmentHost.world
  const [first = ''] = tasks.splits
  const chosen = split ?? first
  if (chosen !== first) expectRole(role, ['trainer', 'observer'], `the tasks of ${JSON.stringify(chosen.slice(0, 80))}`)
  const total = tasks.size(chosen)
  const most = Math.min(limit ?? environmentHost.limits.taskPage, environmentHost.limits.taskPage)
  const length = Math.max(0, Math.min(most, total - offset))
  const listed = Array.from({ length }, (_, i) => publicTask(tasks.at(chosen, offset + i)))
  return fieldsOf({ splits: tasks.splits, split: chosen, offset, total, tasks: listed })
}

export function subscribe(session: NativeSession, { events }: SubscribeRequest): string {
  session.subscribe(new Set(events))
  return fieldsOf({ events })
}
