import { counted } from '../../../core/data/shown.ts'
import type { Reward } from '../../../core/data/types.ts'
import { cut, type Frame, fitted } from '../../terminal/fit.ts'
import type { Painter } from '../../terminal/paint.ts'
import { boundsOf, meanOf } from '../eval/print-oracle.ts'
import { decimal } from '../rollout/print.ts'
import type { EpisodeView, ShownStep, ShownValues } from './episode.ts'
import { endingOf, sumCell } from './print-run.ts'
import { agentText } from './run.ts'

export interface ShownEpisode extends EpisodeView {
  readonly run: string
  readonly environment: string
  /** The file of the values, and whose they are; null where none are known. */
  readonly valuesFrom: { readonly path: string; readonly agent: string | null; readonly forks: number | null } | null
}

/** @param frame What observations and actions are cut to; null for none. */
export function printedEpisode(episode: ShownEpisode, frame: Frame | null, paint: Painter): readonly string[] {
  const { steps, rewards, lastObservation } = episode
  const inner = frame && { ...frame, width: frame.width - INDENT.length }
  return [
    ...headLines(episode, paint),
    ...steps.flatMap((step) => ['', ...stepLines(step, episode.id, inner, paint)]),
    '',
    paint('bold', 'end'),
    ...textLines(lastObservation, inner),
    ...(rewards.length > 0 ? [entry('rewards', rewards.map(rewardCell))] : []),
    entry(
      'totals',
      episode.totals.map((total) => `${total.name} ${sumCell(total)}`),
    ),
  ]
}

const INDENT = '    '

function headLines(episode: ShownEpisode, paint: Painter): readonly string[] {
  const { run, environment, id, group, task, member, steps, maxSteps, valuesFrom } = episode
  const place = group === null ? 'of no group' : `of group ${group}, member ${member}`
  const without = Object.entries(episode.withoutCredit)
  return [
    paint('bold', `${run}, episode ${id} ${place}: ${environment}, task ${task}, ${agentText(episode)}`),
    `${counted(steps.length, 'step')} of ${maxSteps} at most, ${endingOf(episode)}`,
    ...(valuesFrom ? [valuesLine(valuesFrom)] : []),
    ...without.map(([name, { code, message }]) => `${name}: ${paint('red', `no advantages: ${code}:`)} ${message}`),
  ]
}

function valuesLine({ path, agent, forks }: NonNullable<ShownEpisode['valuesFrom']>): string {
  const whose = agent === null ? '' : ` of ${agent}`
  return `values${whose}${forks === null ? '' : ` by up to ${counted(forks, 'play-out')}`}: ${path}`
}

function stepLines(step: ShownStep, id: string, frame: Frame | null, paint: Painter): readonly string[] {
  const { index, trajectoryId, observation, action, rewards, advantages, values, problem } = step
  const shared = trajectoryId === id ? '' : ` (shared with ${trajectoryId})`
  const text = typeof action === 'string' ? action : JSON.stringify(action)
  const refusal = problem === null ? 'invalid' : `invalid: ${problem}`
  const credit = Object.entries(advantages).map(([name, value]) => `${name} ${signed(value)}`)
  return [
    paint('bold', `step ${index}${shared}`),
    ...textLines(observation, frame),
    `${INDENT}${paint('green', '>')} ${paint('bold', frame ? cut(text, frame.width - 2) : text)}`,
    ...(step.isActionValid ? [] : [`${INDENT}${paint('yellow', frame ? cut(refusal, frame.width) : refusal)}`]),
    entry('rewards', rewards.map(rewardCell)),
    ...(credit.length > 0 ? [entry('credit', credit)] : []),
    ...(values ? [valueLine(values, paint)] : []),
  ]
}

const textLines = (text: string, frame: Frame | null): readonly string[] =>
  (frame ? fitted(text, frame) : text.split('\n')).map((line) => `${INDENT}${line}`)

const entry = (name: string, cells: readonly string[]): string => `${INDENT}${name.padEnd(8)} ${cells.join('  ')}`

/** Absent is not zero: a null shows its reason. */
export const rewardCell = (reward: Reward): string =>
  `${reward.name} ${reward.value === null ? `– (${reward.reason})` : decimal(reward.value)}`

const signed = (value: number | null): string => (value !== null && value > 0 ? `+${decimal(value)}` : decimal(value))

function valueLine({ value, actionValue, advantage }: ShownValues, paint: Painter): string {
  const line = `V ${meanOf(value)}  Q ${meanOf(actionValue)}  A ${signed(advantage.value)}, interval ${boundsOf(advantage)}`
  const isSure = advantage.low > 0 || advantage.high < 0
  return entry('value', [isSure ? paint(advantage.high < 0 ? 'red' : 'green', line) : line])
}
