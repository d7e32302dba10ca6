import type { Context, Transition } from '../../core/episode/environment.ts'
import type { PageAction } from './action.ts'
import { followedAfter } from './expert.ts'
import { isAnswer } from './judge.ts'
import { type PageResources, taskAt } from './resources.ts'
import type { PageSession } from './session.ts'
import type { PageState, Seen } from './state.ts'

type PageContext = Context<PageResources, PageSession>

/** The state that an episode starts in: the first page of its task. */
export async function started(task: number, context: PageContext): Promise<PageState> {
  const { start, instruction, judge } = taskAt(context.resources, task)
  const { effect, live, signal } = context
  const seen = await effect('start', start, () => live.start(start, judge, signal))
  return { task, instruction, followed: 0, isOver: false, ...shownOf(seen) }
}

/** One action on the page, and what the judge says of it. */
export async function taken(
  before: PageState,
  action: PageAction,
  context: PageContext,
): Promise<Transition<PageState>> {
  const task = taskAt(context.resources, before.task)
  const { effect, live, signal } = context
  const seen = await effect('act', action, () => live.act(action, task.judge, signal))
  const isDone = action.kind === 'done'
  const isRight = seen.holds && (isDone ? isAnswer(task.judge, action.answer) : task.judge.answer === undefined)
  const followed = seen.problem === null ? followedAfter(before, action, seen.target, task) : before.followed
  const state: PageState = { ...before, ...shownOf(seen), followed, isOver: isDone || isRight }
  return {
    state,
    reward: Number(isRight),
    terminated: state.isOver,
    isActionValid: seen.problem === null,
    info: infoOf(seen),
  }
}

const shownOf = ({ url, title, tree, other, marks, problem }: Seen) => ({ url, title, tree, other, marks, problem })

function infoOf({ problem, incidents }: Seen) {
  return { ...(problem !== null && { problem }), ...(incidents.length > 0 && { refused: incidents }) }
}
