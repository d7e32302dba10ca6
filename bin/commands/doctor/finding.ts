/** One thing that was looked at. */
export interface Finding {
  readonly what: string
  readonly found: string
  /** What to do about it; null where all is well. */
  readonly advice: string | null
}

export const well = (what: string, found: string): Finding => ({ what, found, advice: null })
