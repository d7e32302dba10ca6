import type { Step } from '../../core/data/types.ts'
import type { FindAnswer, FoundRow } from '../answers.ts'
import { actionText } from '../data/group.ts'
import type { OpenRun } from '../data/open-run.ts'
import type { Field, fieldsOf, Subject } from './fields.ts'
import { asksForSteps, containing, type Meaning, predicateOf } from './match.ts'
import { allOf, type Query, type Search } from './parse.ts'

/** Characters around what was found. */
const AROUND = 50

/** What part of what is found is asked for. */
export interface Page {
  readonly from: number
  readonly limit: number
}

/** Steps that a search asks for, or episodes where it asks for nothing that steps have. @throws GymError FRAME_INVALID */
export function found(open: OpenRun, search: Search, fields: ReturnType<typeof fieldsOf>, page: Page): FindAnswer {
  const meaning: Meaning = { fields, textsOf }
  const isOfSteps = search.terms.some((term) => asksForSteps(term, fields)) || sortsSteps(search, fields)
  const all = subjectsOf(open, isOfSteps)
  const predicate = predicateOf(allOf(search.terms), meaning)
  const rows = sorted(all.filter(predicate), search, fields)
  const shown = rows.slice(page.from, page.from + page.limit)
  const words = wordsIn(allOf(search.terms))
  return {
    rows: shown.map((subject) => rowOf(subject, words)),
    total: rows.length,
    next: page.from + shown.length < rows.length ? page.from + shown.length : null,
    isOfSteps,
    strictest: rows.length === 0 ? strictestOf(search, all, meaning) : null,
    fields: [...fields.keys()],
  }
}

const textsOf = ({ episode, step }: Subject): readonly string[] =>
  step === null ? [episode.id] : [actionText(step.action), step.observation]

const subjectsOf = ({ episodes }: OpenRun, isOfSteps: boolean): readonly Subject[] =>
  isOfSteps
    ? episodes.flatMap((episode) => episode.path.map((step) => ({ episode, step })))
    : episodes.map((episode) => ({ episode, step: null }))

const sortsSteps = ({ sort }: Search, fields: Meaning['fields']): boolean =>
  sort.some(({ field }) => fields.get(field)?.isOfStep)

function sorted(rows: readonly Subject[], { sort }: Search, fields: Meaning['fields']): readonly Subject[] {
  const keys = sort.flatMap(({ field, isDescending }) => {
    const known = fields.get(field)
    return known?.kind === 'number' ? [{ of: known.of, sign: isDescending ? -1 : 1 }] : []
  })
  return keys.length === 0 ? rows : rows.toSorted((one, other) => order(one, other, keys))
}

type SortKey = { readonly of: Extract<Field, { kind: 'number' }>['of']; readonly sign: number }

/** What is not known comes last. */
function order(one: Subject, other: Subject, keys: readonly SortKey[]): number {
  for (const { of, sign } of keys) {
    const [a, b] = [of(one), of(other)]
    if (a !== b) return a === null ? 1 : b === null ? -1 : sign * (a - b)
  }
  return 0
}

/** The term without which most would be found: what fails that term and no other. */
function strictestOf({ terms, spans }: Search, all: readonly Subject[], meaning: Meaning): FindAnswer['strictest'] {
  if (terms.length < 2) return null
  const predicates = terms.map((term) => predicateOf(term, meaning))
  const totals = terms.map(() => 0)
  for (const subject of all) {
    const failed = predicates.findIndex((holds) => !holds(subject))
    const isOnly = failed >= 0 && predicates.slice(failed + 1).every((holds) => holds(subject))
    if (isOnly) totals[failed] = (totals[failed] ?? 0) + 1
  }
  const total = Math.max(...totals)
  return total > 0 ? { span: spans[totals.indexOf(total)] ?? ([0, 0] as const), total } : null
}

function wordsIn(query: Query): readonly string[] {
  if (query.kind === 'and' || query.kind === 'or') return query.parts.flatMap(wordsIn)
  if (query.kind === 'word') return [query.text]
  return query.kind === 'field' && ['action', 'saw'].includes(query.field) && query.operator === ':'
    ? [query.value]
    : []
}

function rowOf({ episode, step }: Subject, words: readonly string[]): FoundRow {
  if (step === null) return { id: episode.id, index: null, action: '', excerpt: '', marks: [] }
  const action = actionText(step.action).slice(0, 4 * AROUND)
  return { id: episode.id, index: step.index, action, ...excerptOf(step, action, words) }
}

/** The action; where a word is in the observation alone, that part of it. */
function excerptOf(step: Step, action: string, words: readonly string[]): Pick<FoundRow, 'excerpt' | 'marks'> {
  const inAction = words.map(containing).flatMap((pattern) => pattern.exec(action) ?? [])
  const [inText] = words.map(containing).flatMap((pattern) => {
    const match = pattern.exec(step.observation)
    return match ? [match] : []
  })
  if (inAction.length > 0 || !inText) return marked(action, words)
  const from = Math.max(0, inText.index - AROUND)
  return marked(step.observation.slice(from, inText.index + inText[0].length + AROUND), words)
}

function marked(excerpt: string, words: readonly string[]): Pick<FoundRow, 'excerpt' | 'marks'> {
  const marks = words.flatMap((word) => {
    const match = containing(word).exec(excerpt)
    return match && match[0] !== '' ? [[match.index, match.index + match[0].length] as const] : []
  })
  return { excerpt, marks: marks.toSorted(([one], [other]) => one - other) }
}
