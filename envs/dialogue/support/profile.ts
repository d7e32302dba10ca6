import type { Rng } from '../../../core/data/rng.ts'

/** Something that happened to the person. */
export interface Happening {
  /** In the person's words. */
  readonly tells: string
  /** What a listener must name to take it up. */
  readonly key: string
}

interface Situation {
  readonly opening: string
  readonly happenings: readonly Happening[]
}

/** What the person feels, and how it lets that be known at the start. */
export const CUES = {
  ashamed: 'I could sink into the ground.',
  lonely: 'There is no one whom I could call.',
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
  readonly happenings: readonly Happening[]
}

/** One, two or three difficulties more to hear about. */
export const happeningsOf = (difficulty: number): number => difficulty + 1

export function drawSupport(rng: Rng, difficulty: number): SupportProfile {
  const { opening, happenings } = rng.choice(SITUATIONS)
  const feeling = rng.choice(FEELINGS)
  return {
    opening: `${opening} ${CUES[feeling]}`,
    feeling,
    need: rng.choice(['advice', 'courage', 'company'] as const),
    happenings: rng.shuffle(happenings).slice(0, happeningsOf(difficulty)),
  }
}

const happening = (key: string, tells: string): Happening => ({ key, tells })

const SITUATIONS: readonly Situation[] = [
  {
    opening: 'Work was terrible today.',
    happenings: [
      happening('report', 'My manager read my report aloud, and people laughed.'),
      happening('deadline', 'I had worked two nights to meet the deadline.'),
      happening('colleague', 'A colleague who had promised to help me said not a word.'),
      happening('promotion', 'And now the promotion is off the table.'),
    ],
  },
  {
    opening: 'I moved to this city a month ago, and I wonder why.',
    happenings: [
      happening('flat', 'The flat is cold, and the landlord does not call back.'),
      happening('weekend', 'I have not spoken to anyone the whole weekend.'),
      happening('old friends', 'My old friends stopped writing after a week.'),
      happening('language', 'I still cannot follow the language when people speak fast.'),
    ],
  },
  {
    opening: 'I failed the exam. Again.',
    happenings: [
      happening('essay', 'I did not even finish the essay.'),
      happening('parents', 'My parents think that I passed.'),
      happening('study group', 'Everyone in my study group got through.'),
      happening('scholarship', 'Without it I may lose the scholarship.'),
    ],
  },
  {
    opening: 'My sister and I are not speaking to each other.',
    happenings: [
      happening('wedding', 'She did not ask me to her wedding.'),
      happening('loan', 'It began with a loan that I could not return in time.'),
      happening('mother', 'Our mother takes her side.'),
      happening('letter', 'She sent my letter back unopened.'),
    ],
  },
  {
    opening: 'I had to give my dog away.',
    happenings: [
      happening('allergy', 'It turned out that my son has an allergy.'),
      happening('shelter', 'She looked back at me from the door of the shelter.'),
      happening('walks', 'I still wake up at six for our walks.'),
      happening('neighbours', 'The neighbours say that it was only a dog.'),
    ],
  },
  {
    opening: 'My bakery closes at the end of the month.',
    happenings: [
      happening('rent', 'They doubled the rent.'),
      happening('staff', 'I have not found the words to tell my staff.'),
      happening('grandfather', 'My grandfather opened it sixty years ago.'),
      happening('customers', 'The customers ask for discounts on the last loaves.'),
    ],
  },
]
