import {
  after,
  hasHappened,
  type Mind,
  numberOf,
  type Reply,
  type Scenario,
  within,
  withNumbers,
} from '../engine/scenario.ts'
import { actOf, correct, explain, messagesFor, practise, TEST, type TeacherAct } from './messages.ts'
import { drawStudent, MASTERED, type Mistake, type StudentProfile, skillsOf, UNDERSTOOD, UNKNOWN } from './profile.ts'

const ATTENTION = 'attention'
const PRAISED = 'praised'
const FULL_ATTENTION = 6
/** Praise helps so often. */
const MOST_PRAISE = 2

const levelName = (skill: number): string => `level ${skill}`
const shown = (skill: number): string => `shown ${skill}`
const corrected = (skill: number): string => `corrected ${skill}`

const levelOf = (mind: Mind, skill: number): number => numberOf(mind, levelName(skill))

/** The mistake that the student still believes; undefined for none. */
function mistakeOf({ skills, believes }: StudentProfile, mind: Mind, skill: number): Mistake | undefined {
  return hasHappened(mind, corrected(skill)) ? undefined : skills[skill]?.mistakes[believes[skill] ?? -1]
}

/** A student with hidden knowledge and wrong ideas: skills build on each other, and attention is limited. */
export const tutoring: Scenario<StudentProfile> = {
  id: 'dialogue-tutoring@1',
  summary: 'teach a simulated student whose knowledge is hidden: find out, correct, explain, practise, test',
  turnsOf: (difficulty) => 3 * skillsOf(difficulty) + 1,
  draw: drawStudent,
  instruction: ({ subject, skills }) =>
    `Teach a student ${subject}: ${skills.map(nameWithNeeds).join('; ')}. A skill is mastered when it was explained and practised. Give the final test when all are.`,
  start: ({ levels, subject }) => ({
    mind: {
      numbers: {
        [ATTENTION]: FULL_ATTENTION,
        [PRAISED]: 0,
        ...Object.fromEntries(levels.map((level, at) => [levelName(at), level])),
      },
      done: [],
    },
    says: `Hi! I am bad at ${subject}.`,
  }),
  messages: messagesFor,
  hear: (profile, mind, message) => answerTo(profile, mind, actOf(profile, message)),
  findings: (profile, mind) => [
    ...profile.skills.flatMap(({ name }, at) =>
      hasHappened(mind, shown(at)) ? [`${name}: ${stateOf(profile, mind, at)}`] : [],
    ),
    `Attention: ${numberOf(mind, ATTENTION)} of ${FULL_ATTENTION}.`,
  ],
  score: ({ skills }, mind) => skills.filter((_, at) => levelOf(mind, at) === MASTERED).length / skills.length,
  dimensions: ({ skills }, mind) => ({
    goal: Math.round((10 * skills.filter((_, at) => levelOf(mind, at) === MASTERED).length) / skills.length),
    relationship: within(-5, 5, numberOf(mind, ATTENTION) - FULL_ATTENTION + 2),
    knowledge: Math.round((10 * skills.filter((_, at) => hasHappened(mind, shown(at))).length) / skills.length),
  }),
  best: bestMessage,
}

const nameWithNeeds = (
  { name, needs }: StudentProfile['skills'][number],
  _: number,
  all: StudentProfile['skills'],
): string => (needs.length === 0 ? name : `${name} (after ${needs.map((at) => all[at]?.name).join(', ')})`)

const WORDS = ['unknown', 'understood', 'mastered'] as const

const stateOf = (profile: StudentProfile, mind: Mind, skill: number): string =>
  mistakeOf(profile, mind, skill)?.tells ?? WORDS[levelOf(mind, skill)] ?? ''

function answerTo(profile: StudentProfile, mind: Mind, act: TeacherAct): Reply {
  switch (act.act) {
    case 'test':
      return { mind, says: 'Done. I hope it went well.', isUnderstood: true, ending: 'the test was taken' }
    case 'ask':
      return reply(
        after(mind, shown(act.skill)),
        0,
        `${profile.skills[act.skill]?.name}: ${stateOf(profile, mind, act.skill)}`,
      )
    case 'correct':
      return answerToCorrection(profile, mind, act.skill, act.mistake)
    case 'explain':
      return answerToExplanation(profile, mind, act.skill)
    case 'practise':
      return answerToExercise(mind, act.skill)
    case 'praise':
      return answerToPraise(mind)
    case 'other':
      return { ...reply(mind, -1, 'What do you want me to do?'), isUnderstood: false }
  }
}

function answerToCorrection(profile: StudentProfile, mind: Mind, skill: number, mistake: number): Reply {
  const believed = mistakeOf(profile, mind, skill)
  if (believed === undefined || believed !== profile.skills[skill]?.mistakes[mistake])
    return reply(mind, -1, 'I would not do that.')
  return reply(after(after(mind, corrected(skill)), shown(skill)), 0, 'Oh. So that was wrong.')
}

/** An explanation is understood once what it builds on is mastered, and no mistake is in its way. */
function answerToExplanation(profile: StudentProfile, mind: Mind, skill: number): Reply {
  const mistake = mistakeOf(profile, mind, skill)
  if (mistake !== undefined) return reply(after(mind, shown(skill)), -1, `But ${mistake.tells}`)
  const missing = profile.skills[skill]?.needs.find((at) => levelOf(mind, at) !== MASTERED)
  if (missing !== undefined) return reply(mind, -2, 'I cannot follow you.')
  if (levelOf(mind, skill) !== UNKNOWN) return reply(after(mind, shown(skill)), -1, 'I know that.')
  return reply(after(withNumbers(mind, { [levelName(skill)]: UNDERSTOOD }), shown(skill)), 0, 'I see!')
}

function answerToExercise(mind: Mind, skill: number): Reply {
  const level = levelOf(mind, skill)
  if (level === UNKNOWN) return reply(after(mind, shown(skill)), -2, 'I do not know how to begin.')
  if (level === MASTERED) return reply(after(mind, shown(skill)), -1, 'That was easy.')
  return reply(after(withNumbers(mind, { [levelName(skill)]: MASTERED }), shown(skill)), 0, 'I got it right!')
}

function answerToPraise(mind: Mind): Reply {
  const praised = numberOf(mind, PRAISED)
  if (praised >= MOST_PRAISE) return reply(mind, 0, 'You say that a lot.')
  return reply(withNumbers(mind, { [PRAISED]: praised + 1 }), 1, 'Thank you!')
}

function reply(mind: Mind, change: number, says: string): Reply {
  const attention = within(0, FULL_ATTENTION, numberOf(mind, ATTENTION) + change)
  const changed = withNumbers(mind, { [ATTENTION]: attention })
  if (attention > 0) return { mind: changed, says, isUnderstood: true }
  return { mind: changed, says: `${says} I am tired.`, isUnderstood: true, ending: 'they stop listening' }
}

/** Skills in their order, each of them corrected, explained and practised as far as it needs that; then the test. */
function bestMessage(profile: StudentProfile, mind: Mind): string {
  const at = profile.skills.findIndex((_, skill) => levelOf(mind, skill) !== MASTERED)
  const next = profile.skills[at]
  if (next === undefined) return TEST
  const mistake = mistakeOf(profile, mind, at)
  if (mistake !== undefined) return correct(next.name, mistake.key)
  return levelOf(mind, at) === UNKNOWN ? explain(next.name) : practise(next.name)
}
