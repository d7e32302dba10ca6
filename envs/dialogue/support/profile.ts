import type { Rng } from '../../../core/data/rng.ts'

/** Something that happened to the person. */
export interface Incident {
  /** In the person's words. */
  readonly tells: string
  /** What a listener must name to take it up. */
  readonly key: string
}

interface Situation {
  readonly opening: string
  readonly incidents: readonly Incident[]
}

/** What the person feels, and how it lets that be known at the start. */
export const CUES = {
  ashamed: 'I could sink into the ground.',
  lonely: 'There is no one I could call.',
  worried: 'I have hardly slept since.',
  disappointed: 'I had hoped for so much.',
} as const
export type Feeling = keyof typeof CUES
export const FEELINGS = ['ashamed', 'lonely', 'worried', 'disappointed'] as const satisfies readonly Feeling[]

/** What helps the person once it has been heard, and how it lets that be known. */
export const NEEDS = {
  advice: 'I keep asking myself what to do now.',
  courage: 'I doubt that I am up to this.',
  company: 'I just had to say it to someone.',
} as const
export type Need = keyof typeof NEEDS

/** A person who had a hard time. */
export interface SupportProfile {
  readonly opening: string
  readonly feeling: Feeling
  readonly need: Need
  /** In the order in which it tells of them. */
  readonly incidents: readonly Incident[]
}

/** One, two or three difficulties more to hear about. */
export const incidentsOf = (difficulty: number): number => difficulty + 1

export function drawSupport(rng: Rng, difficulty: number): SupportProfile {
  const { opening, incidents } = rng.choice(SITUATIONS)
  const feeling = rng.choice(FEELINGS)
  return {
    opening: `${opening} ${CUES[feeling]}`,
    feeling,
    need: rng.choice(['advice', 'courage', 'company'] as const),
    incidents: rng.shuffle(incidents).slice(0, incidentsOf(difficulty)),
  }
}

const incident = (key: string, tells: string): Incident => ({ key, tells })

const SITUATIONS: readonly Situation[] = [
  {
    opening: 'Work was terrible today.',
    incidents: [
      incident('report', 'My manager read my report aloud, and people laughed.'),
      incident('deadline', 'I had worked two nights to meet the deadline.'),
      incident('colleague', 'A colleague who had promised to help me said not a word.'),
      incident('promotion', 'And now the promotion is off the table.'),
    ],
  },
  {
    opening: 'I moved to this city a month ago, and I wonder why.',
    incidents: [
      incident('flat', 'The flat is cold, and the landlord does not call back.'),
      incident('weekend', 'I have not spoken to anyone the whole weekend.'),
      incident('old friends', 'My old friends stopped writing after a week.'),
      incident('language', 'I still cannot follow the language when people speak fast.'),
    ],
  },
  {
    opening: 'I failed the exam. Again.',
    incidents: [
      incident('essay', 'I did not even finish the essay.'),
      incident('parents', 'My parents think that I passed.'),
      incident('study group', 'Everyone in my study group got through.'),
      incident('scholarship', 'Without it I may lose the scholarship.'),
    ],
  },
  {
    opening: 'My sister and I are not speaking to each other.',
    incidents: [
      incident('wedding', 'She did not ask me to her wedding.'),
      incident('loan', 'It began with a loan that I could not return in time.'),
      incident('mother', 'Our mother takes her side.'),
      incident('letter', 'She sent my letter back unopened.'),
    ],
  },
  {
    opening: 'I had to give my dog away.',
    incidents: [
      incident('allergy', 'It turned out that my son has an allergy.'),
      incident('shelter', 'She looked back at me from the door of the shelter.'),
      incident('walks', 'I still wake up at six for our walks.'),
      incident('neighbours', 'The neighbours say that it was only a dog.'),
    ],
  },
  {
    opening: 'My bakery closes at the end of the month.',
    incidents: [
      incident('rent', 'They doubled the rent.'),
      incident('staff', 'I have not found the words to tell my staff.'),
      incident('grandfather', 'My grandfather opened it sixty years ago.'),
      incident('customers', 'The customers ask for discounts on the last loaves.'),
    ],
  },
]
