import { expectEqual, expectOnlyFields } from '../../../core/verify.ts'
import { workerOutcome } from '../verl/outcome.ts'
import { projectOutput } from '../verl/projection.ts'
import { buildPrompt, formatObservation, type PromptTurn, taskOf } from '../verl/prompt.ts'
import { numberField, objectsField, stringField, type VectorObject } from './fields.ts'
import { type Page, type PageSource, recordedPages, type TranscriptRows, transcriptPages } from './verl-pages.ts'

const TRANSCRIPT_FIELDS = ['transcript_index', 'session', 'kind', 'history_length', 'turns']
const LIVE_FIELDS = [...TRANSCRIPT_FIELDS, 'products', 'items_ins', 'human_ins', 'seed_before_load']
const PAGE_FIELDS = ['text', 'available_actions']
const PROMPT_FIELDS = ['prompt', 'anchor', ...PAGE_FIELDS]
const STEP_FIELDS = ['model_output', 'action', 'reward', 'done', 'valid', 'task_score', 'won', ...PROMPT_FIELDS]

/**
 * Replays a recorded episode of verl-agent's environment manager and compares every turn.
 * @throws VerifyMismatch at the first field that differs.
 */
export function checkPrompts(record: VectorObject, rows: TranscriptRows): void {
  const isLive = record.fields.transcript_index === null
  expectOnlyFields(record.path, record.fields, isLive ? LIVE_FIELDS : TRANSCRIPT_FIELDS)
  const turns = objectsField(record, 'turns')
  const pages = isLive ? recordedPages(turns) : transcriptPages(record, rows)
  checkTurns(turns, pages, numberField(record, 'history_length'))
}

function checkTurns(turns: readonly VectorObject[], pages: PageSource, historyLength: number): void {
  const task = taskOf(pages.start.text)
  const taken: PromptTurn[] = []
  let page = pages.start
  for (const [index, turn] of turns.entries()) {
    expectOnlyFields(turn.path, turn.fields, index === 0 ? PROMPT_FIELDS : STEP_FIELDS)
    if (index > 0) {
      const action = checkedAction(turn)
      taken.push({ observation: formatObservation(page.text, task), action })
      page = pages.step(action)
      checkOutcome(turn, page)
    }
    checkPage(turn, page)
    const observation = formatObservation(page.text, task)
    expectEqual(`${turn.path}.anchor`, turn.fields.anchor, observation)
    const prompt = buildPrompt({ task, observation, available: page.available, turns: taken }, { historyLength })
    expectEqual(`${turn.path}.prompt`, turn.fields.prompt, prompt)
  }
}

function checkedAction(turn: VectorObject): string {
  const { action, isValid } = projectOutput(stringField(turn, 'model_output'))
  if ('action' in turn.fields) expectEqual(`${turn.path}.action`, turn.fields.action, action)
  expectEqual(`${turn.path}.valid`, turn.fields.valid, isValid ? 1 : 0)
  return action
}

function checkOutcome(turn: VectorObject, page: Page): void {
  const { reward, won, taskScore } = workerOutcome(page)
  expectEqual(`${turn.path}.reward`, turn.fields.reward, reward)
  expectEqual(`${turn.path}.won`, turn.fields.won, won)
  expectEqual(`${turn.path}.task_score`, turn.fields.task_score, taskScore)
  expectEqual(`${turn.path}.done`, turn.fields.done, page.done)
}

function checkPage(turn: VectorObject, { text, available }: Page): void {
  if ('text' in turn.fields) expectEqual(`${turn.path}.text`, turn.fields.text, text)
  const recorded = { has_search_bar: available.hasSearchBar, clickables: available.clickables }
  if ('available_actions' in turn.fields)
    expectEqual(`${turn.path}.available_actions`, turn.fields.available_actions, recorded)
}
