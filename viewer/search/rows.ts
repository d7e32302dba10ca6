/** A step that was found, or an episode where `index` is null. */
export interface FoundRow {
  readonly id: string
  readonly index: number | null
  /** Its beginning, as a text; empty for episodes. */
  readonly action: string
  /** Part of its text that says why; empty for episodes. */
  readonly excerpt: string
  /** Where the words are in the excerpt. */
  readonly marks: readonly (readonly [from: number, to: number])[]
}

/** `GET /-/api/runs/R/find?q=Q&from=0&limit=100` */
export interface FindAnswer {
  readonly rows: readonly FoundRow[]
  readonly total: number
  /** Position of the next row; null where these are the last. */
  readonly next: number | null
  readonly isOfSteps: boolean
  /** Where nothing was found: the part of the text without which most would be, and how many. */
  readonly strictest: { readonly span: readonly [from: number, to: number]; readonly total: number } | null
  /** Names that a search of this run can use. */
  readonly fields: readonly string[]
}
