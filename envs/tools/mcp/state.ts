import type { Json } from '../../../core/data/types.ts'
import type { Call } from './action.ts'
import type { CallOutcome, ListedTool } from './connection.ts'
import { isMet, type McpTask, saidIn } from './tasks.ts'

/** One thing that the agent is shown. */
interface Message {
  /** `user`, the name of a tool, or `system`. */
  readonly from: string
  readonly text: string
}

export interface McpState {
  /** Number of the task over all splits. */
  readonly task: number
  readonly instruction: string
  /** As the server listed them last. */
  readonly tools: readonly ListedTool[]
  readonly shown: readonly Message[]
  /** Positions of the expected calls that were made, sorted. */
  readonly met: readonly number[]
  /** Names of the tools that were called, without repeats, sorted. */
  readonly called: readonly string[]
  /** The final answer; null until it is given. */
  readonly answer: string | null
}

export function startState({ instruction }: McpTask, task: number, tools: readonly ListedTool[]): McpState {
  const shown = [
    { from: 'user', text: instruction },
    { from: 'system', text: toolsText('The tools are:', tools) },
  ]
  return { task, instruction, tools, shown, met: [], called: [], answer: null }
}

/** The step that gives the final answer: 1 where everything expected was done and said, 0 where not, null where nothing is. */
export function answered(state: McpState, task: McpTask, text: string) {
  const next: McpState = { ...state, answer: text, shown: [{ from: 'system', text: 'The task is over.' }] }
  const { expect } = task
  const isRight = expect && next.met.length === expect.calls.length && saidIn(expect, text).every(Boolean)
  return { state: next, reward: expect === null ? null : Number(isRight), terminated: true }
}

/** The step that called tools, with what each of them answered. */
export function called(state: McpState, task: McpTask, calls: readonly Call[], outcomes: readonly CallOutcome[]) {
  const met = new Set(state.met)
  for (const [at, call] of calls.entries())
    for (const [position, expected] of (task.expect?.calls ?? []).entries()) {
      const outcome = outcomes[at]
      if (outcome && !outcome.isError && isMet(expected, call, outcome.text)) met.add(position)
    }
  const tools = outcomes.findLast((outcome) => outcome.tools !== null)?.tools ?? null
  const next: McpState = {
    ...state,
    tools: tools ?? state.tools,
    shown: [...answersOf(calls, outcomes), ...changeOf(tools)],
    met: [...met].toSorted((a, b) => a - b),
    called: [...new Set([...state.called, ...calls.map(({ name }) => name)])].toSorted(),
  }
  const isActionValid = outcomes.some(({ isError }) => !isError)
  return { state: next, reward: task.expect === null ? null : 0, terminated: false, isActionValid }
}

const answersOf = (calls: readonly Call[], outcomes: readonly CallOutcome[]): readonly Message[] =>
  outcomes.map(({ text }, at) => ({ from: calls[at]?.name ?? '', text }))

const changeOf = (tools: readonly ListedTool[] | null): readonly Message[] =>
  tools === null ? [] : [{ from: 'system', text: toolsText('The tools have changed. They are:', tools) }]

const toolsText = (title: string, tools: readonly ListedTool[]): string =>
  [title, ...tools.map(({ name, description, inputSchema }) => lineOf(name, description, inputSchema))].join('\n')

const lineOf = (name: string, description: string, schema: Json): string =>
  `- ${name}: ${description}\n  arguments: ${JSON.stringify(schema)}`

/** Observation: each message under the name of its source. */
export const textOf = ({ shown }: McpState): string => shown.map(({ from, text }) => `[${from}]\n${text}`).join('\n')

/** Anchor of what the task is about: the expected calls that were made, and which tools were tried. */
export const progressOf = ({ met, called: names, answer }: McpState): string =>
  JSON.stringify([met, names, answer !== null])

/** Share of what is expected that was done and said; null where nothing is. */
export function gradesOf({ met, answer }: McpState, { expect }: McpTask) {
  const wanted = expect ? expect.calls.length + expect.answer.length : 0
  if (expect === null || wanted === 0) return { progress: null }
  const said = answer === null ? 0 : saidIn(expect, answer).filter(Boolean).length
  return { progress: (met.length + said) / wanted }
}
