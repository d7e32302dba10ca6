import type { Role } from '../../server/roles.ts'

/** What the thread is started with. */
export interface ThreadStart {
  /** Folders of runs, or folders that hold or will hold such folders. */
  readonly folders: readonly string[]
  /** Where estimators of the user are looked for. */
  readonly userFolder: string
}

/** A request below `/-/api/`. */
export interface ThreadRequest {
  readonly id: number
  readonly segments: readonly string[]
  readonly query: string
  readonly role: Role
}

/** Its answer, or why there is none. */
export type ThreadReply =
  | { readonly id: number; readonly body: Uint8Array }
  /** `code` is null for an error that is not ours. */
  | { readonly id: number; readonly code: string | null; readonly message: string }
