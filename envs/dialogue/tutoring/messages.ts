import { mentions } from '../engine/scenario.ts'
import type { StudentProfile } from './profile.ts'

/** What a teacher's message does. */
export type TeacherAct =
  | { readonly act: 'test' | 'praise' | 'other' }
  | { readonly act: 'ask' | 'explain' | 'practise'; readonly skill: number }
  | { readonly act: 'correct'; readonly skill: number; readonly mistake: number }

const PRAISING = ['well done', 'good job', 'great work', 'you are doing well']
const PRACTISING = ['practise', 'practice', 'exercise']
const TESTING = /\b(final|closing) test\b/

/** The first of these that the message does: test, correct a mistake, practise, ask about or explain a skill, praise. */
export function actOf({ skills }: StudentProfile, message: string): TeacherAct {
  const text = message.toLowerCase()
  if (TESTING.test(text)) return { act: 'test' }
  const skill = namedFirst(
    text,
    skills.map(({ name }) => name),
  )
  if (skill === -1) return { act: mentions(text, PRAISING) ? 'praise' : 'other' }
  const mistake = skills[skill]?.mistakes.findIndex(({ key }) => text.includes(key)) ?? -1
  if (mistake !== -1) return { act: 'correct', skill, mistake }
  if (mentions(text, PRACTISING)) return { act: 'practise', skill }
  return { act: text.includes('?') ? 'ask' : 'explain', skill }
}

/** Position of the name that comes first in the text, as names of mistakes contain those of other skills; -1 for none. */
function namedFirst(text: string, names: readonly string[]): number {
  const places = names.map((name) => text.indexOf(name))
  const first = Math.min(...places.filter((place) => place !== -1))
  return places.indexOf(first)
}

export const TEST = 'Now the final test.'
export const PRAISE = 'Well done!'
export const ask = (skill: string): string => `What do you know about ${skill}?`
export const explain = (skill: string): string => `Let me explain ${skill}.`
export const practise = (skill: string): string => `Here is an exercise on ${skill}.`
export const correct = (skill: string, mistake: string): string =>
  `With ${skill}, do not make this mistake: ${mistake}.`

export const messagesFor = ({ skills }: StudentProfile): readonly string[] => [
  ...skills.flatMap(({ name, mistakes }) => [
    ask(name),
    explain(name),
    practise(name),
    ...mistakes.map(({ key }) => correct(name, key)),
  ]),
  PRAISE,
  TEST,
]
