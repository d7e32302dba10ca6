import { type Problem, problem } from '../../core/episode/action.ts'

/** What an agent does with a page. A type, so that it is JSON to the compiler. */
export type PageAction =
  | { readonly kind: 'click'; readonly ref: string }
  | { readonly kind: 'type' | 'select'; readonly ref: string; readonly text: string }
  | { readonly kind: 'press'; readonly key: string }
  | { readonly kind: 'goto'; readonly url: string }
  | { readonly kind: 'back' }
  | { readonly kind: 'done'; readonly answer: string }

export const ACTIONS =
  'click(e3), type(e4, words), select(e5, choice), press(Enter), goto(https://...), back(), or done(answer) at the end'

const REF = /^(?:f\d+)?e\d{1,6}$/
/** Keys that change no setting of the browser, and leave no page. */
const KEYS = /^(Enter|Tab|Escape|Space|Backspace|Delete|Home|End|PageUp|PageDown|Arrow(Up|Down|Left|Right))$/

/** Longest text that is typed or given as an answer. */
const LONGEST = 10_000

/** Reads an action: a name, and what it needs within parentheses. */
export function readPageAction(text: string): PageAction | Problem {
  const [, name = '', inside = ''] = /^\s*([a-z]+)\(([\s\S]*)\)\s*$/.exec(text) ?? []
  if (inside.length > LONGEST) return problem(`an action has at most ${LONGEST} characters within its parentheses`)
  const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined
  return read?.(inside.trim()) ?? problem(`an action is ${ACTIONS}`)
}

type Reader = (inside: string) => PageAction | Problem

const READERS: Readonly<Record<string, Reader | undefined>> = {
  click: (ref) => (REF.test(ref) ? { kind: 'click', ref } : noReference(ref)),
  type: (inside) => withText('type', inside),
  select: (inside) => withText('select', inside),
  press: (key) => (KEYS.test(key) ? { kind: 'press', key } : problem('a key is Enter, Tab, Escape, Space or an arrow')),
  goto: (url) => ({ kind: 'goto', url }),
  back: (inside) => (inside === '' ? { kind: 'back' } : problem('back() takes nothing')),
  done: (answer) => ({ kind: 'done', answer: unquoted(answer) }),
}

function withText(kind: 'type' | 'select', inside: string): PageAction | Problem {
  const comma = inside.indexOf(',')
  const ref = (comma < 0 ? inside : inside.slice(0, comma)).trim()
  if (!REF.test(ref)) return noReference(ref)
  return comma < 0
    ? problem(`${kind}(REF, TEXT) needs a text`)
    : { kind, ref, text: unquoted(inside.slice(comma + 1).trim()) }
}

const noReference = (given: string): Problem => problem(`"${given.slice(0, 40)}" is not a reference: they are like e3`)

const unquoted = (text: string): string => /^"([\s\S]*)"$/.exec(text)?.[1] ?? /^'([\s\S]*)'$/.exec(text)?.[1] ?? text
