/** Where everything is that can change: what the rules of a world act on. */
export interface Place {
  /** Where you are: a cell of a board, or a spot of a corridor. */
  readonly at: number
  /** What else can change, as each world numbers it. */
  readonly things: readonly number[]
}

/** One moment of an episode. What does not change belongs to the level. It never counts steps. */
export interface GridState extends Place {
  /** Number of the task. */
  readonly level: number
  /** The most sub-goals that were reached at once, where they are rewarded; else 0. */
  readonly best: number
  /** Steps until each reward that was earned and not yet paid, ascending; longer than the delay it never gets. */
  readonly owed: readonly number[]
  /** Whether the last action did nothing by the rules. */
  readonly isIdle: boolean
}

export const NOTHING: readonly number[] = Object.freeze([])

export const startState = (level: number, { at, things }: Place): GridState => ({
  level,
  at,
  things,
  best: 0,
  owed: NOTHING,
  isIdle: false,
})

export const viewKeyOf = ({ level, at, things, best, owed, isIdle }: GridState): string =>
  `${level} ${at} ${things.join()} ${best} ${owed.join()} ${isIdle ? 1 : 0}`
