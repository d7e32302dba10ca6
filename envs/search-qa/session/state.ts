/** A turn that a prompt shows: the projected action, and the observation after it. */
export interface Turn {
  readonly action: string
  readonly observation: string
}

/** One moment of an episode. Articles are positions in the corpus. */
export interface QuestionState {
  readonly split: string
  /** Position of the question in its split. */
  readonly question: number
  /** Articles that were read whole, in the order of their first reading. */
  readonly read: readonly number[]
  /** Articles that the last search listed. */
  readonly hits: readonly number[]
  /** Null before. */
  readonly answer: string | null
  /** What the last action answered; null before the first. */
  readonly said: string | null
  /** Turns taken and the last of them, where prompts show them; else 0 and none. */
  readonly turns: number
  readonly history: readonly Turn[]
}

export const NOTHING: readonly never[] = Object.freeze([])

export const startState = (split: string, question: number): QuestionState => ({
  split,
  question,
  read: NOTHING,
  hits: NOTHING,
  answer: null,
  said: null,
  turns: 0,
  history: NOTHING,
})

/** With articles that were read, each once. */
export function withRead(state: QuestionState, articles: readonly number[]): QuestionState {
  const fresh = articles.filter((article) => !state.read.includes(article))
  return fresh.length === 0 ? state : { ...state, read: [...state.read, ...fresh] }
}
