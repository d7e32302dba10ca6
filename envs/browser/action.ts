import { type Problem, problem } from '../../core/episode/action.ts'

/** What an agent does with a page. A type, so that it is JSON to the compiler. */
export type PageAction =
  | { readonly kind: 'click'; readonly ref: string }
  | { readonly kind: 'type' | 'select'; readonly ref: string; readonly text: string }
  | { readonly kind: 'click_at'; readonly x: number; readonly y: number }
  | { readonly kind: 'type_at'; readonly x: number; readonly y: number; readonly text: string }
  | { readonly kind: 'press'; readonly key: string }
  | { readonly kind: 'goto'; readonly url: string }
  | { readonly kind: 'back' }
  | { readonly kind: 'done'; readonly answer: string }

export const ACTIONS =
  'click(e3), type(e4, words), select(e5, choice), click_at(120, 80), type_at(120, 80, words), press(Enter), goto(https://...), back(), or done(answer) at the end'

const REF = /^(?:f\d+)?e\d{1,6}$/
/** A label of a mark in a picture. */
const LABEL = /^\d{1,6}$/
/** Keys that change no setting of the browser, and leave no page. */
const KEYS = /^(Enter|Tab|Escape|Space|Backspace|Delete|Home|End|PageUp|PageDown|Arrow(Up|Down|Left|Right))$/

/** Longest text that is typed or given as an answer. */
const LONGEST = 10_000

/** Reads an action: a name, and what it needs within parentheses. */
export function readPageAction(text: string): PageAction | Problem {
  const [, name = '', inside = ''] = /^\s*([a-z_]+)\(([\s\S]*)\)\s*$/.exec(text) ?? []
  if (inside.length > LONGEST) return problem(`an action has at most ${LONGEST} characters within its parentheses`)
  const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined
  return read?.(inside.trim()) ?? problem(`an action is ${ACTIONS}`)
}

type Reader = (inside: string) => PageAction | Problem

const READERS: Readonly<Record<string, Reader | undefined>> = {
  click: (target) => {
    const ref = referenceIn(target)
    return ref === null ? noReference(target) : { kind: 'click', ref }
  },
  type: (inside) => withText('type', inside),
  select: (inside) => withText('select', inside),
  click_at: (inside) => {
    const point = pointIn(inside)
    return point === null || point.rest !== null
      ? noPoint('click_at(X, Y)')
      : { kind: 'click_at', x: point.x, y: point.y }
  },
  type_at: (inside) => {
    const point = pointIn(inside)
    if (point === null || point.rest === null) return noPoint('type_at(X, Y, TEXT)')
    return { kind: 'type_at', x: point.x, y: point.y, text: unquoted(point.rest) }
  },
  press: (key) => (KEYS.test(key) ? { kind: 'press', key } : problem('a key is Enter, Tab, Escape, Space or an arrow')),
  goto: (url) => ({ kind: 'goto', url }),
  back: (inside) => (inside === '' ? { kind: 'back' } : problem('back() takes nothing')),
  done: (answer) => ({ kind: 'done', answer: unquoted(answer) }),
}

function withText(kind: 'type' | 'select', inside: string): PageAction | Problem {
  const comma = inside.indexOf(',')
  const target = (comma < 0 ? inside : inside.slice(0, comma)).trim()
  const ref = referenceIn(target)
  if (ref === null) return noReference(target)
  return comma < 0
    ? problem(`${kind}(REF, TEXT) needs a text`)
    : { kind, ref, text: unquoted(inside.slice(comma + 1).trim()) }
}

/** A reference, or the label of a mark, which is the number of one. */
const referenceIn = (target: string): string | null =>
  REF.test(target) ? target : LABEL.test(target) ? `e${target}` : null

const noReference = (given: string): Problem =>
  problem(`"${given.slice(0, 40)}" is not a reference: they are like e3, or 3 as on a mark`)

/** A point at the beginning, and what follows it. */
function pointIn(inside: string): { readonly x: number; readonly y: number; readonly rest: string | null } | null {
  const [, x, y, rest] = /^(\d{1,5})\s*,\s*(\d{1,5})(?:\s*,([\s\S]*))?$/.exec(inside) ?? []
  return x === undefined || y === undefined ? null : { x: Number(x), y: Number(y), rest: rest?.trim() ?? null }
}

const noPoint = (form: string): Problem => problem(`${form} needs whole pixels from the left and top of the window`)

const unquoted = (text: string): string => /^"([\s\S]*)"$/.exec(text)?.[1] ?? /^'([\s\S]*)'$/.exec(text)?.[1] ?? text
