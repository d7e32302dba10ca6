/** What a run exported to one file holds beside its pages. */
export interface ExportedRuns {
  /** When it was made, as an ISO date. */
  readonly created: string
  /** Answers by their address below `/-/api/`. */
  readonly answers: Readonly<Record<string, unknown>>
  /** Number of the pack that has the answers below an address: those of a group and its members are in one. */
  readonly packs: Readonly<Record<string, number>>
  /** What did not fit; null where all did. */
  readonly left: string | null
}
