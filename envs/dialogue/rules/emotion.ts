/*
 * The emotion of a simulated user as a number, as in RLVER (Wang et al., "RLVER: Reinforcement Learning with Verifiable
 * Emotion Rewards", 2025) and SAGE (Zhang et al., "Sentient Agent as a Judge", 2025): an analysis of each reply of the
 * agent names a change, which is added. Checked against `emotion_updates` of the reference vectors.
 */

export const SIMULATORS = ['rlver', 'sage'] as const
/** Whose rules for reading and bounding a change. */
export type Simulator = (typeof SIMULATORS)[number]

/** Emotion at the start: RLVER's of training, SAGE's of evaluation. */
export const START_EMOTION: Readonly<Record<Simulator, number>> = { rlver: 30, sage: 40 }

export const HIGHEST_EMOTION = 100
/** SAGE ends a conversation below this emotion. */
export const LOWEST_SAGE_EMOTION = 10

/** Least emotion of each state, from the best on. */
const STATES = [
  ['Emotion-S', 100],
  ['Emotion-A', 70],
  ['Emotion-B', 40],
  ['Emotion-C', 10],
] as const

export type EmotionState = (typeof STATES)[number][0] | 'Emotion-F'

export const emotionState = (emotion: number): EmotionState =>
  STATES.find(([, least]) => emotion >= least)?.[0] ?? 'Emotion-F'

/** Bounded above only: RLVER's user can fall below 0. @param emotion from 0 to 100 at the start */
export const changedEmotion = (emotion: number, change: number): number => Math.min(emotion + change, HIGHEST_EMOTION)

/** SAGE's bound of a single change, in both directions. */
const MOST_SAGE_CHANGE = 10
/** The Chinese word for "change", which a model may repeat in a line of its own before the number. */
const CHANGE_IN_CHINESE = '变化'

/**
 * The whole number after `Change` in an analysis; null where there is none, which asks for another analysis. RLVER reads the
 * first line, or the last one after a line with the Chinese word for "change"; SAGE reads the first number, and bounds it.
 */
export function readChange(analysis: string, simulator: Simulator): number | null {
  const [, after] = /Change\**\s*[:：]([\s\S]*)$/.exec(analysis) ?? []
  if (after === undefined) return null
  return simulator === 'sage' ? boundedChange(after.trim()) : wholeNumber(lineOfChange(after.trim()))
}

function boundedChange(text: string): number | null {
  const [digits] = /[+-]?\d+/.exec(text) ?? []
  return digits === undefined ? null : Math.max(-MOST_SAGE_CHANGE, Math.min(MOST_SAGE_CHANGE, Number(digits)))
}

function lineOfChange(text: string): string {
  const lines = text.split('\n')
  const [first = ''] = lines
  return first.includes(CHANGE_IN_CHINESE) ? (lines.at(-1) ?? '') : first
}

function wholeNumber(line: string): number | null {
  const bare = line.replace(/[[\]“”"'「」]/g, '').trim()
  return /^[+-]?\d+$/.test(bare) ? Number(bare) : null
}

/** RLVER's reward of a whole conversation, from 0 to 1; it belongs to the last turn. */
export const emotionOutcome = (emotion: number): number => Math.max(emotion / HIGHEST_EMOTION, 0)

/** The reward of one turn in RLVER's later code: tenths of the change, after its bound. */
export const emotionStep = (before: number, after: number): number => (after - before) / 10

const FAREWELLS = ['再见', '拜拜']

/** Whether a user takes leave, in RLVER's two words or in English. */
export const isFarewell = (text: string): boolean =>
  FAREWELLS.some((word) => text.includes(word)) || /\b(good)?bye\b/i.test(text)

/** What a user sees of a reply: the part after the last `</think>`. */
export const spokenPart = (reply: string): string => (reply.split('</think>').at(-1) ?? '').trim()
