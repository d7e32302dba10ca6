import { mentions } from '../engine/scenario.ts'
import { isFarewell } from '../rules/emotion.ts'
import { FEELINGS, type Feeling, type Need, type SupportProfile } from './profile.ts'

/** What a message does in a conversation that should comfort. */
export type SupportAct =
  | { readonly act: 'belittle' | 'farewell' | 'ask' | 'other' }
  | { readonly act: 'name'; readonly feeling: Feeling }
  | { readonly act: 'take up'; readonly at: number }
  | { readonly act: 'offer'; readonly what: Need }

const BELITTLING = [
  'calm down',
  'not a big deal',
  'not that bad',
  'get over it',
  'stop whining',
  'others have it worse',
]
const OFFERS: Readonly<Record<Need, readonly string[]>> = {
  advice: ['you could', 'you should', 'why not', 'try to', 'a first step'],
  courage: [
    'you can do',
    'you can manage',
    'you will manage',
    'believe in you',
    'you are able',
    'you have the strength',
  ],
  company: ['here for you', 'not alone', 'thank you for telling', 'take all the time', 'i am listening'],
}

/** The first of these that the message does: belittle, offer what may help, name a feeling, take up what was disclosed, ask, take leave. */
export function actOf({ incidents }: SupportProfile, message: string): SupportAct {
  const text = message.toLowerCase()
  if (mentions(text, BELITTLING)) return { act: 'belittle' }
  for (const what of ['advice', 'courage', 'company'] as const)
    if (mentions(text, OFFERS[what])) return { act: 'offer', what }
  const feeling = FEELINGS.find((each) => text.includes(each))
  if (feeling !== undefined) return { act: 'name', feeling }
  const at = incidents.findIndex(({ key }) => text.includes(key))
  if (at !== -1) return { act: 'take up', at }
  if (text.includes('?')) return { act: 'ask' }
  return { act: isFarewell(text) ? 'farewell' : 'other' }
}

export const ASK = 'Do you want to tell me more about it?'
export const TAKE_LEAVE = 'I have to leave now. Goodbye.'
export const takeUp = (key: string): string => `I can see how hard this was: the ${key}.`
export const nameFeeling = (feeling: Feeling): string => `You sound ${feeling}.`
export const OFFER: Readonly<Record<Need, string>> = {
  advice: 'You could begin with one small thing: write down what is in your hands.',
  courage: 'I believe in you: you have come through hard times before.',
  company: 'Thank you for telling me. I am here for you.',
}

/** One message of each kind, helpful or not. */
export const messagesFor = (disclosed: readonly string[]): readonly string[] => [
  ASK,
  ...disclosed.map(takeUp),
  ...FEELINGS.map(nameFeeling),
  ...Object.values(OFFER),
  'Calm down, it is not a big deal.',
  TAKE_LEAVE,
]
