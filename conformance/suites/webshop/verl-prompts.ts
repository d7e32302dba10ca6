import { workerOutcome } from '../../../envs/webshop/verl/outcome.ts'
import { projectOutput } from '../../../envs/webshop/verl/projection.ts'
import { buildPrompt, formatObservation, type PromptTurn, taskOf } from '../../../envs/webshop/verl/prompt.ts'
import { expectEqual, expectOnlyFields, VerifyMismatch } from '../../handler.ts'
import { numberField, objectsField, stringField, type VectorObject } from './fields.ts'
import { catalogueFields } from './recorded-shop.ts'
import type { ReferenceShops } from './reference-shop.ts'
import { livePages, type Page, type PageSource, type TranscriptRows, transcriptPages } from './verl-pages.ts'

const FIELDS = ['transcript_index', 'session', 'kind', 'history_length', 'turns']

/**
 * Replays a recorded episode of verl-agent's environment manager and compares every turn.
 * @throws VerifyMismatch at the first field that differs.
 */
export function checkPrompts(record: VectorObject, rows: TranscriptRows, shops: ReferenceShops): void {
  const isLive = record.fields.transcript_index === null
  expectOnlyFields(record.path, record.fields, isLive ? [...FIELDS, ...catalogueFields(record)] : FIELDS)
  const pages = isLive ? livePages(record, shops) : transcriptPages(record, rows)
  const task = taskOf(pages.start.text)
  const historyLength = numberField(record, 'history_length')
  const taken: PromptTurn[] = []
  let page = pages.start
  const turns = objectsField(record, 'turns')
  if (turns.length === 0) throw new VerifyMismatch(`${record.path}.turns`, 'at least one turn', turns)
  for (const [index, turn] of turns.entries()) {
    const step = index === 0 ? undefined : playTurn(turn, page, pages, task)
    if (step) taken.push(step.taken)
    page = step?.page ?? page
    const prompted = promptFields({ task, page, taken, historyLength })
    expectTurn(turn, { ...prompted, ...step?.fields }, isLive)
  }
}

type Fields = Readonly<Record<string, unknown>>

interface PlayedTurn {
  readonly taken: PromptTurn
  readonly page: Page
  readonly fields: Fields
}

function playTurn(turn: VectorObject, before: Page, pages: PageSource, task: string): PlayedTurn {
  const modelOutput = stringField(turn, 'model_output')
  const { action, isValid } = projectOutput(modelOutput)
  const page = pages.step(action)
  const { reward, won, taskScore } = workerOutcome(page)
  const outcome = { reward, won, task_score: taskScore, done: page.done, valid: isValid ? 1 : 0 }
  return {
    taken: { observation: formatObservation(before.text, task), action },
    page,
    fields: { model_output: modelOutput, action, ...outcome },
  }
}

interface Prompted {
  readonly task: string
  readonly page: Page
  readonly taken: readonly PromptTurn[]
  readonly historyLength: number
}

function promptFields({ task, page, taken, historyLength }: Prompted): Fields {
  const { text, available } = page
  const observation = formatObservation(text, task)
  const prompt = buildPrompt({ task, observation, available, turns: taken }, { historyLength })
  const actions = { has_search_bar: available.hasSearchBar, clickables: available.clickables }
  return { text, available_actions: actions, anchor: observation, prompt }
}

/** Turns that were run on a transcript record neither its pages nor the action again. */
const LIVE_ONLY: readonly string[] = ['action', 'text', 'available_actions']

function expectTurn({ path, fields }: VectorObject, ours: Fields, isLive: boolean): void {
  expectOnlyFields(path, fields, Object.keys(ours))
  for (const name of Object.keys(ours))
    if (isLive || name in fields || !LIVE_ONLY.includes(name)) expectEqual(`${path}.${name}`, fields[name], ours[name])
}
