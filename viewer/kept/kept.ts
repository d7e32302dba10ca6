import { bytesOf, isBeingWritten } from '../data/run-files.ts'
import type { RunShelf, ShelvedRun } from '../data/shelf.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { KeptAnswers } from './kept-answers.ts'

/** Milliseconds after which a run is read whose first answers were kept: what is asked next may need it. */
const AHEAD_MS = 500

/** A run, and where its answers are kept. */
export interface KeptFor {
  readonly library: { readonly shelf: RunShelf; readonly kept?: KeptAnswers }
  readonly shelved: ShelvedRun
}

/** An answer about a run as a whole: kept before, or made now and kept, of runs that are large and not written now. */
export async function kept<T>({ library, shelved }: KeptFor, name: string, make: () => Promise<T>): Promise<T> {
  const { kept: answers, shelf } = library
  const fingerprint = answers ? fingerprintFor(shelved, answers) : null
  if (!answers || fingerprint === null) return make()
  // Answers say the name that a run has here, and a copy of it may have another.
  const key = JSON.stringify([shelved.id, name])
  const known = answers.find<T>(fingerprint, key)
  if (known !== null) {
    readAhead(shelf, shelved)
    return known
  }
  const made = await make()
  if (fingerprintFor(shelved, answers) === fingerprint) answers.keep(fingerprint, key, made)
  return made
}

/** Null for a run whose answers are not kept. Reading it says what is wrong with its files. */
function fingerprintFor({ folder }: ShelvedRun, { leastRunBytes }: KeptAnswers): string | null {
  try {
    return isBeingWritten(folder) || bytesOf(folder) < leastRunBytes ? null : fingerprintOf(folder)
  } catch {
    return null
  }
}

function readAhead(shelf: RunShelf, shelved: ShelvedRun): void {
  setTimeout(() => {
    if (!shelf.isOpen(shelved)) shelf.open(shelved).catch(() => {})
  }, AHEAD_MS).unref()
}
