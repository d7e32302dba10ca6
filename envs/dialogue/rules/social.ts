import { pythonRepr } from '../../../core/cpython/repr.ts'

/*
 * The rules of SOTOPIA's conversations (Zhou et al., "SOTOPIA: Interactive Evaluation for Social Intelligence in Language
 * Agents", ICLR 2024): what participants can do, how it is written down, when a conversation ends, and how scores are
 * averaged. Checked against `sotopia_rules` of the reference vectors.
 */

export const ACTION_TYPES = ['none', 'speak', 'non-verbal communication', 'action', 'leave'] as const
export type ActionType = (typeof ACTION_TYPES)[number]

/** What one participant does in a turn. */
export interface SocialAction {
  readonly action_type: ActionType
  readonly argument: string
  /** Who alone hears it; empty for all. */
  readonly to: readonly string[]
}

/** A social action with who does it. */
export interface SocialMessage extends SocialAction {
  readonly sender: string
}

/** An action as the participants read it, with a space before it, as SOTOPIA has it. */
export const renderedAction = ({ action_type: type, argument, to }: SocialAction): string =>
  `${to.length > 0 ? `[private to ${pythonRepr(to)}] ` : ''} ${contentOf(type, argument)}`

function contentOf(type: ActionType, argument: string): string {
  if (type === 'none') return 'did nothing'
  if (type === 'leave') return 'left the conversation'
  return type === 'speak' ? `said: "${argument}"` : `[${type}] ${argument}`
}

/** Limits of a conversation. */
export interface SocialLimits {
  /** Turns from which it is too long. @default 20 */
  readonly maxTurns: number
  /** Most turns in a row in which participants do nothing. @default 2 */
  readonly maxStaleTurns: number
}

export const SOCIAL_LIMITS: SocialLimits = { maxTurns: 20, maxStaleTurns: 2 }

/**
 * Why a conversation is over, all reasons in a row; empty while it continues.
 * @param messages those of participants, in their order
 * @param participants everyone; null where only those who have acted are known
 */
export function endingReasons(
  messages: readonly SocialMessage[],
  turns: number,
  participants: readonly string[] | null,
  { maxTurns, maxStaleTurns }: SocialLimits = SOCIAL_LIMITS,
): string {
  const reasons = [
    turns >= maxTurns && 'The conversation is too long; ',
    activeOf(messages, participants) < 2 && 'Too few active agents; ',
    idleTurns(messages) > maxStaleTurns && 'The conversation stales for too long; ',
  ]
  return reasons.filter((reason) => reason !== false).join('')
}

function activeOf(messages: readonly SocialMessage[], participants: readonly string[] | null): number {
  const latest = new Map(messages.map(({ sender, action_type }) => [sender, action_type]))
  return (participants ?? [...latest.keys()]).filter((name) => latest.get(name) !== 'leave').length
}

const idleTurns = (messages: readonly SocialMessage[]): number =>
  messages.length - 1 - messages.findLastIndex(({ action_type }) => action_type !== 'none')

/** Least and greatest score of each dimension: whole numbers, the greater the better. */
export const DIMENSIONS = {
  believability: [0, 10],
  relationship: [-5, 5],
  knowledge: [0, 10],
  secret: [-10, 0],
  social_rules: [-10, 0],
  financial_and_material_benefits: [-5, 5],
  goal: [0, 10],
} as const satisfies Readonly<Record<string, readonly [least: number, greatest: number]>>

export type Dimension = keyof typeof DIMENSIONS

export const isDimension = (name: string): name is Dimension => Object.hasOwn(DIMENSIONS, name)

/** One score of one participant. */
export interface DimensionScore {
  readonly dimension: Dimension
  readonly score: number
}

/** Means of dimensions in the order of their first score, and their unweighted mean. */
export interface SocialScore {
  readonly dimensions: Readonly<Partial<Record<Dimension, number>>>
  readonly overall: number
}

/**
 * Averages the scores of one participant: first those of the same dimension, then the dimensions. Null without a score.
 * @throws RangeError for a score that the dimension does not have
 */
export function socialScore(scores: readonly DimensionScore[]): SocialScore | null {
  const byDimension = new Map<Dimension, number[]>()
  for (const { dimension, score } of scores) {
    expectScore(dimension, score)
    byDimension.set(dimension, [...(byDimension.get(dimension) ?? []), score])
  }
  if (byDimension.size === 0) return null
  const means = [...byDimension].map(([dimension, values]) => [dimension, meanOf(values)] as const)
  return { dimensions: Object.fromEntries(means), overall: meanOf(means.map(([, mean]) => mean)) }
}

function expectScore(dimension: Dimension, score: number): void {
  const [least, greatest] = DIMENSIONS[dimension]
  if (!Number.isInteger(score) || score < least || score > greatest)
    throw new RangeError(`${dimension} is a whole number from ${least} to ${greatest}, not ${score}`)
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
