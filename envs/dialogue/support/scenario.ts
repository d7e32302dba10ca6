import type { Mind, Reply, Scenario } from '../engine/scenario.ts'
import { after, hasHappened, numberOf, within, withNumbers } from '../engine/scenario.ts'
import { changedEmotion, emotionOutcome, emotionState, HIGHEST_EMOTION, START_EMOTION } from '../rules/emotion.ts'
import { ASK, actOf, messagesFor, nameFeeling, OFFER, type SupportAct, TAKE_LEAVE, takeUp } from './messages.ts'
import { drawSupport, type Incident, incidentsOf, NEEDS, type SupportProfile } from './profile.ts'

const EMOTION = 'emotion'
const DISCLOSED = 'disclosed'
const NAMED = 'feeling named'
const OFFERED = 'offered what helps'
const takenUp = (at: number): string => `taken up ${at}`

/** Changes of the emotion. A conversation in which everything is done once, in a sensible order, ends at 100. */
const CHANGE = { tell: 2, name: 10, help: 20, wrongFeeling: -5, wrongHelp: -8, tooEarly: -4, belittle: -20 } as const
const CHANGE_FOR_NOTHING = { repeated: -2, nothingMore: -3, other: -4 } as const

/** What taking up one incident changes: what is left to 100 over all of them. */
const takeUpChange = ({ incidents: { length } }: SupportProfile): number =>
  Math.ceil((HIGHEST_EMOTION - START_EMOTION.rlver - CHANGE.name - CHANGE.help - CHANGE.tell * length) / length)

/** A person who had a hard time, with RLVER's emotion: 30 at the start, over at 100 or at 0. */
export const support: Scenario<SupportProfile> = {
  id: 'dialogue-support@1',
  summary:
    'comfort a simulated person whose emotion is a number: listen, take up what is disclosed, find out what helps',
  turnsOf: (difficulty) => 2 * incidentsOf(difficulty) + 4,
  draw: drawSupport,
  instruction: () =>
    'Someone who had a hard time talks to you. Listen, find out what they need, and help them to feel better.',
  start: ({ opening }) => ({
    mind: { numbers: { [EMOTION]: START_EMOTION.rlver, [DISCLOSED]: 0 }, done: [] },
    says: opening,
  }),
  messages: (profile, mind) => messagesFor(disclosedBy(profile, mind).map(({ key }) => key)),
  hear: (profile, mind, message) => answerTo(profile, mind, actOf(profile, message)),
  findings: (profile, mind) => [
    profile.opening,
    ...disclosedBy(profile, mind).map(
      ({ tells }, at) => tells + (hasHappened(mind, takenUp(at)) ? ' (You took this up.)' : ''),
    ),
    ...(hasHappened(mind, NAMED) ? [`They feel ${profile.feeling}.`] : []),
    ...(hasDisclosedAll(profile, mind) ? [NEEDS[profile.need]] : []),
  ],
  score: (_, mind) => emotionOutcome(numberOf(mind, EMOTION)),
  dimensions: (_, mind) => ({
    goal: Math.round(10 * emotionOutcome(numberOf(mind, EMOTION))),
    relationship: within(-5, 5, Math.round((numberOf(mind, EMOTION) - START_EMOTION.rlver) / 14)),
  }),
  best: bestMessage,
}

const disclosedBy = ({ incidents }: SupportProfile, mind: Mind): readonly Incident[] =>
  incidents.slice(0, numberOf(mind, DISCLOSED))

const hasDisclosedAll = ({ incidents }: SupportProfile, mind: Mind): boolean =>
  numberOf(mind, DISCLOSED) === incidents.length

function answerTo(profile: SupportProfile, mind: Mind, act: SupportAct): Reply {
  switch (act.act) {
    case 'ask':
      return answerToQuestion(profile, mind)
    case 'take up':
      return answerToTakingUp(profile, mind, act.at)
    case 'name':
      return answerToNaming(profile, mind, act.feeling)
    case 'offer':
      return answerToOffer(profile, mind, act.what)
    case 'belittle':
      return reply(mind, CHANGE.belittle, 'You do not take me seriously.')
    case 'farewell':
      return { ...reply(mind, 0, 'Goodbye.'), ending: 'you took leave' }
    case 'other':
      return { ...reply(mind, CHANGE_FOR_NOTHING.other, 'Hm.'), isUnderstood: false }
  }
}

function answerToQuestion(profile: SupportProfile, mind: Mind): Reply {
  const next = profile.incidents[numberOf(mind, DISCLOSED)]
  if (next === undefined) return reply(mind, CHANGE_FOR_NOTHING.nothingMore, 'I have disclosed you everything.')
  const disclosed = withNumbers(mind, { [DISCLOSED]: numberOf(mind, DISCLOSED) + 1 })
  const hint = hasDisclosedAll(profile, disclosed) ? ` ${NEEDS[profile.need]}` : ''
  return reply(disclosed, CHANGE.tell, next.tells + hint)
}

/** What was not disclosed yet cannot be taken up. */
function answerToTakingUp(profile: SupportProfile, mind: Mind, at: number): Reply {
  if (at >= numberOf(mind, DISCLOSED))
    return { ...reply(mind, CHANGE_FOR_NOTHING.other, 'What do you mean?'), isUnderstood: false }
  if (hasHappened(mind, takenUp(at))) return reply(mind, CHANGE_FOR_NOTHING.repeated, 'Yes, you said that.')
  return reply(after(mind, takenUp(at)), takeUpChange(profile), 'Yes, exactly.')
}

function answerToNaming({ feeling }: SupportProfile, mind: Mind, named: string): Reply {
  if (named !== feeling) return reply(mind, CHANGE.wrongFeeling, 'No, that is not it.')
  if (hasHappened(mind, NAMED)) return reply(mind, CHANGE_FOR_NOTHING.repeated, 'Yes, you said that.')
  return reply(after(mind, NAMED), CHANGE.name, `Yes. I feel ${feeling}.`)
}

/** Help is welcome once all was disclosed, and only that which the person needs. */
function answerToOffer(profile: SupportProfile, mind: Mind, what: string): Reply {
  if (!hasDisclosedAll(profile, mind)) return reply(mind, CHANGE.tooEarly, 'You do not even know what happened.')
  if (what !== profile.need) return reply(mind, CHANGE.wrongHelp, 'That is not what I need.')
  if (hasHappened(mind, OFFERED)) return reply(mind, CHANGE_FOR_NOTHING.repeated, 'Yes, you said that.')
  return reply(after(mind, OFFERED), CHANGE.help, 'Thank you. That helps.')
}

function reply(mind: Mind, change: number, says: string): Reply {
  const emotion = changedEmotion(numberOf(mind, EMOTION), change)
  const changed = withNumbers(mind, { [EMOTION]: emotion })
  const spoken = `(${TONES[emotionState(emotion)]}) ${says}`
  if (emotion >= HIGHEST_EMOTION)
    return { mind: changed, says: `${spoken} Goodbye.`, isUnderstood: true, ending: 'they feel well' }
  if (emotion <= 0) return { mind: changed, says: spoken, isUnderstood: true, ending: 'they are hurt and leave' }
  return { mind: changed, says: spoken, isUnderstood: true }
}

const TONES = {
  'Emotion-S': 'smiling',
  'Emotion-A': 'relieved',
  'Emotion-B': 'calmer',
  'Emotion-C': 'quietly',
  'Emotion-F': 'close to tears',
} as const

/** Ask for everything, take it up, name the feeling, give what helps. */
function bestMessage(profile: SupportProfile, mind: Mind): string {
  if (!hasDisclosedAll(profile, mind)) return ASK
  const open = profile.incidents.find((_, at) => !hasHappened(mind, takenUp(at)))
  if (open !== undefined) return takeUp(open.key)
  if (!hasHappened(mind, NAMED)) return nameFeeling(profile.feeling)
  return hasHappened(mind, OFFERED) ? TAKE_LEAVE : OFFER[profile.need]
}
