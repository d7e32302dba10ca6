import type { Context } from '../../../core/episode/environment.ts'
import { sharedPool } from '../../../sandbox/shared-pool.ts'
import { type QueryAnswer, runQueries } from '../../../sandbox/sql/index.ts'
import type { SqlAction } from './action.ts'
import { isSameAnswer } from './match.ts'
import { type SqlResources, scriptOf, taskAt } from './resources.ts'
import { answerText, type SqlState, schemaText, type Verdict } from './state.ts'

type StepContext = Pick<Context<SqlResources>, 'effect' | 'signal' | 'resources'>

/** The state after an action, with counts of queries for the hook `execution-success`. */
export async function take(state: SqlState, action: SqlAction, context: StepContext) {
  if (action.kind === 'schema') {
    const shown = schemaText(taskAt(context.resources, state.task))
    return { state: { ...state, hasSchema: true, shown }, info: {} }
  }
  if (action.kind === 'query') return queried(state, action.sql, context)
  const verdict = await judged(state, action.sql, context)
  const info = { calls: 1, failed: Number(verdict.error !== null) }
  return { state: { ...state, query: action.sql, verdict, shown: 'Submitted.' }, info }
}

async function queried(state: SqlState, sql: string, context: StepContext) {
  const { shownRows } = context.resources.options
  const answer = await context.effect('query', { sql }, async () => {
    const [own] = await answersTo([sql], shownRows, state.task, context)
    return own ?? NO_ANSWER
  })
  const info = { calls: 1, failed: Number('error' in answer) }
  return { state: { ...state, query: sql, shown: answerText(answer, shownRows) }, info }
}

const NO_ANSWER: QueryAnswer = { error: 'no answer' }

/** Rows that an answer may have. */
const MOST_ROWS = 10_000

/** The reference runs before the submission, in the same database, which no query can change. */
async function judged({ task }: SqlState, sql: string, context: StepContext): Promise<Verdict> {
  return context.effect('judge', { sql }, async (): Promise<Verdict> => {
    const { question } = taskAt(context.resources, task)
    const [right = NO_ANSWER, own = NO_ANSWER] = await answersTo([question.sql, sql], MOST_ROWS, task, context)
    return { matches: isSameAnswer(own, right, question.isOrdered), error: 'error' in own ? own.error : null }
  })
}

async function answersTo(queries: readonly string[], rows: number, task: number, context: StepContext) {
  const { resources, signal } = context
  const script = scriptOf(resources, task)
  const timeoutMs = resources.options.queryMs
  return runQueries(await sharedPool('zygote'), { script, queries, rows, timeoutMs }, { owner: `task ${task}`, signal })
}
