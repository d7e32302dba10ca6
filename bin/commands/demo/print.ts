import type { Reward, Trajectory } from '../../../core/data/types.ts'
import type { PublicTask } from '../../../core/protocol/index.ts'
import type { Painter } from '../../terminal/paint.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import { decimal, whole } from '../rollout/print.ts'
import type { RolloutReport } from '../rollout/record.ts'

const ACTION_WIDTH = 60
const REQUEST_WIDTH = 110

/** One episode, a line a step: what was done, and what each signal said of it. */
export function episodeLines({ agent, trajectory, task }: Sample): readonly string[] {
  return [`An episode of ${agent}: ${JSON.stringify(task.public)}`, ...stepLines(trajectory)]
}

/** The same where the task is said in the conversation: its first observation comes first. */
export const toolCallLines = (trajectory: Trajectory): readonly string[] => [
  excerpt((trajectory.steps[0]?.observation ?? '').replaceAll('\n', ' '), REQUEST_WIDTH),
  ...stepLines(trajectory),
]

function stepLines(trajectory: Trajectory): readonly string[] {
  const names = namesOf(trajectory.steps.map(({ rewards }) => rewards))
  const columns: readonly Column[] = [{ heading: 'step', align: 'right' }, { heading: 'action' }, ...names.map(numeric)]
  const rows = trajectory.steps.map(({ index, action, rewards }) => [
    `${index}`,
    excerpt(typeof action === 'string' ? action : JSON.stringify(action)),
    ...names.map((name) => shownValue(rewards, name)),
  ])
  const outcomes = trajectory.rewards.map(({ name, value }) => `, ${name} ${decimal(value)}`).join('')
  return [...tableOf(columns, rows), `${trajectory.ending}${outcomes}`]
}

export interface Sample {
  readonly agent: string
  readonly trajectory: Trajectory
  readonly task: PublicTask
}

/** A row an agent: what it achieved, signal by signal, and how fast. */
export function demoTable(reports: readonly RolloutReport[], paint: Painter): readonly string[] {
  const names = [...new Set(reports.flatMap(({ summary }) => summary.signals.map(({ name }) => name)))]
  const columns = [{ heading: 'agent' }, ...['episodes', 'steps', 'invalid', ...names, 'steps/s'].map(numeric)]
  const rows = reports.map(({ agent, summary, stepsPerSecond }) => [
    agent,
    ...[summary.episodes, summary.steps, summary.invalidActions].map(whole),
    ...names.map((name) => decimal(summary.signals.find((signal) => signal.name === name)?.mean ?? null)),
    whole(stepsPerSecond),
  ])
  const [heading = '', ...lines] = tableOf(columns, rows)
  return [paint('bold', heading), ...lines, NOTE]
}

const NOTE = 'Signals are means of what an episode earned; a signal that was not computed is –, never 0.'

/** Where it was served, and what came late. */
export function servedLines(reports: readonly RolloutReport[], server: string, run: string): readonly string[] {
  const late = reports.reduce((sum, { remote }) => sum + (remote?.lateRewards ?? 0), 0)
  return [
    `Played on ${server}: every group closed, ${whole(late)} rewards came late, after the replies of their steps.`,
    `Recorded by the server in ${run}`,
  ]
}

/** What to try with what was just recorded. */
export const nextSteps = (run: string): readonly string[] => [
  'Next:',
  `  $ npx stepgym replay ${run}`,
  `  $ npx stepgym rescore ${run} --hook step-cost --out ${run}-rescored`,
  '  $ npx stepgym serve --env webshop          (and play it in a browser: /webshop)',
  '  $ npx stepgym play tools/retail',
  '  $ npx stepgym play sandbox/python',
  '  $ npx stepgym new env my-env && npx stepgym check my-env',
]

const numeric = (heading: string): Column => ({ heading, align: 'right' })

const namesOf = (vectors: readonly (readonly Reward[])[]): readonly string[] => [
  ...new Set(vectors.flatMap((rewards) => rewards.map(({ name }) => name))),
]

const shownValue = (rewards: readonly Reward[], name: string): string =>
  decimal(rewards.find((reward) => reward.name === name)?.value ?? null)

const excerpt = (text: string, width = ACTION_WIDTH): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text
