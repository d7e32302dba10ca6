import { pythonLower, pythonStrip } from '../../../core/cpython/text.ts'
import { availableActions } from '../../../envs/webshop/session/available.ts'
import { takeAction } from '../../../envs/webshop/session/receive.ts'
import { startState } from '../../../envs/webshop/session/state.ts'
import type { PageActions } from '../../../envs/webshop/verl/prompt.ts'
import { textView } from '../../../envs/webshop/views/text.ts'
import { expectEqual, recordsOf, type VerifyInput, VerifyMismatch } from '../../handler.ts'
import {
  booleanField,
  numberField,
  objectAt,
  objectField,
  objectsField,
  stringField,
  stringsField,
  type VectorObject,
} from './fields.ts'
import { recordedShop } from './recorded-shop.ts'
import type { ReferenceShops } from './reference-shop.ts'

/** What the environment gives at one turn; the start page has reward 0. */
export interface Page {
  readonly text: string
  readonly available: PageActions
  readonly reward: number
  readonly done: boolean
}

/** The environment behind a recorded episode. */
export interface PageSource {
  readonly start: Page
  step(action: string): Page
}

const TRANSCRIPTS_FILE = 'webshop_transcripts.jsonl'

export type TranscriptRows = () => readonly (() => unknown)[]

/** The rows of the transcripts in the same folder, read once and only when asked for. */
export function transcriptRows(sibling: VerifyInput['sibling']): TranscriptRows {
  let rows: readonly (() => unknown)[] | undefined
  return () => {
    rows ??= [...recordsOf(sibling(TRANSCRIPTS_FILE) ?? '')].map(({ read }) => read)
    return rows
  }
}

/**
 * The pages of the transcript that an episode was run on.
 * @throws VerifyMismatch where there is no such transcript, or it belongs to another session or kind.
 */
export function transcriptPages(record: VectorObject, rows: TranscriptRows): PageSource {
  const position = numberField(record, 'transcript_index')
  const read = rows()[position]
  if (read === undefined)
    throw new VerifyMismatch(`${record.path}.transcript_index`, `a row of ${TRANSCRIPTS_FILE}`, position)
  const transcript = objectAt(`${TRANSCRIPTS_FILE}[${position}]`, read())
  expectEqual(`${record.path}.session`, record.fields.session, transcript.fields.session)
  expectEqual(`${record.path}.kind`, record.fields.kind, transcript.fields.kind)
  const steps = objectsField(transcript, 'steps').values()
  return { start: startPage(objectField(transcript, 'reset')), step: (action) => nextPage(transcript, steps, action) }
}

function nextPage(transcript: VectorObject, steps: Iterator<VectorObject>, action: string): Page {
  const next = steps.next()
  if (next.done) throw new VerifyMismatch(`${transcript.path}.steps`, action, 'no more steps')
  const step = next.value
  expectEqual(`${step.path}.action`, pythonLower(pythonStrip(stringField(step, 'action'))), action)
  return { ...pageOf(step), reward: numberField(step, 'reward'), done: booleanField(step, 'done') }
}

const startPage = (reset: VectorObject): Page => ({ ...pageOf(reset), reward: 0, done: false })

const pageOf = (row: VectorObject): Pick<Page, 'text' | 'available'> => ({
  text: stringField(row, 'text'),
  available: availableOf(objectField(row, 'available_actions')),
})

const availableOf = (row: VectorObject): PageActions => ({
  hasSearchBar: booleanField(row, 'has_search_bar'),
  clickables: stringsField(row, 'clickables'),
})

/** Pages of a session replayed in the shop that the row names. */
export function livePages(record: VectorObject, shops: ReferenceShops): PageSource {
  const shop = recordedShop(record, shops)
  const session = numberField(record, 'session')
  let state = startState(String(session), session)
  const pageNow = () => ({ text: textView(state, shop), available: availableActions(state, shop) })
  return {
    start: { ...pageNow(), reward: 0, done: false },
    step(action) {
      const transition = takeAction(shop, state, action, () => unexpected(record, action, 'a random sample'))
      if (transition.exception !== null) unexpected(record, action, transition.exception)
      state = transition.state
      return { ...pageNow(), reward: transition.reward, done: transition.isPurchase }
    },
  }
}

function unexpected({ path }: VectorObject, action: string, happened: string): never {
  throw new VerifyMismatch(`${path}.turns`, `a page after ${action}`, happened)
}
