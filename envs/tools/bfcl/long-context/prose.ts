import type { Rng } from '../../../../core/data/rng.ts'

/** A sentence with slots (`<team>`), and what may fill them. `#` is a number from 2 to 99. */
interface Grammar {
  readonly sentences: readonly string[]
  readonly words: { readonly [slot: string]: readonly string[] }
}

const OFFICE: Grammar = {
  sentences: [
    'The <team> team <did> # <items> in <month>.',
    'By the end of <month>, # of the <items> were <state>.',
    'Nobody in <team> could say why # <items> were still <state>.',
    'We asked <team> to look at the <items> again, and they found # more.',
    'In <month> the <items> took # hours, which is less than <team> had planned.',
    'Costs of the <items> rose by # percent; <team> expects them to fall after <month>.',
    'A visitor from <team> left a list of # <items>, most of them <state>.',
    'The next meeting about <items> is on the third Tuesday of <month>.',
  ],
  words: {
    team: ['archive', 'catering', 'garden', 'night shift', 'repair', 'transport', 'training', 'warehouse'],
    did: ['sorted', 'counted', 'repaired', 'sent back', 'labelled', 'received'],
    items: ['crates', 'invoices', 'ladders', 'maps', 'pumps', 'samples', 'signs', 'spare keys'],
    state: ['on the shelf', 'in use', 'lost', 'overdue', 'packed', 'without a label'],
    month: ['January', 'March', 'May', 'June', 'August', 'October', 'December'],
  },
}

const STOCK: Grammar = {
  sentences: [
    '{symbol} <moved> by # percent in <period>, while <others> hardly changed.',
    'Analysts asked <others> # questions about {symbol} in <period>.',
    'In <period> {symbol} opened # <places> and closed a few.',
    'The board of {symbol} met # times in <period> to talk about <topic>.',
    'Our note on <topic> has # pages; most of them are about {symbol}.',
    'On <topic>, {symbol} is # weeks behind <others>.',
    '<others> watch <topic> closely, because {symbol} did so in <period>.',
  ],
  words: {
    moved: ['rose', 'fell', 'climbed', 'slipped'],
    period: ['the last quarter', 'spring', 'the past year', 'the week before', 'early autumn'],
    others: ['pension funds', 'its suppliers', 'smaller rivals', 'the funds that we follow'],
    places: ['shops', 'workshops', 'offices', 'test sites'],
    topic: ['wages', 'freight', 'patents', 'energy prices', 'debt', 'water use', 'exports'],
  },
}

const STOCK_TOPICS = ['business', 'market', 'chart', 'accounts', 'dangers', 'plans', 'past', 'environment']

const BRAKE: Grammar = {
  sentences: [
    'Pull the <part> until you hear # clicks, and then <check>.',
    'On <ground>, <check> before you let go of the pedal.',
    'If the <part> feels loose, drive no faster than # km/h and <visit>.',
    'A worn <part> shows itself on <ground>: the car rolls # cm before it stops.',
    'After # months without use, <check> and move the car a little.',
    'In frost, leave the <part> released on <ground>, and put the car in gear.',
    'Every # thousand kilometres, <visit> to have the <part> measured.',
    'Children should not reach the <part>; <check> when they are on board.',
  ],
  words: {
    part: ['lever', 'cable', 'rear pads', 'switch', 'release button'],
    ground: ['a slope', 'gravel', 'wet leaves', 'a ferry', 'level ground'],
    check: ['look at the warning lamp', 'listen for the motor', 'press the foot brake', 'turn the wheels to the kerb'],
    visit: ['ask a garage', 'see a mechanic', 'make an appointment'],
  },
}

const CAR: Grammar = {
  sentences: ['<place> <part>: <value>;', '<place> <part>: # percent;', '<part> <place>: #;'],
  words: {
    place: ['Front left', 'Front right', 'Rear left', 'Rear right', 'Upper', 'Lower', 'Inner', 'Outer'],
    part: ['sensor', 'heater', 'lamp', 'seal', 'hinge', 'fan', 'filter', 'relay', 'valve', 'camera', 'lock'],
    value: ['on', 'off', 'ready', 'closed', 'cool', 'clean', 'due for a check'],
  },
}

/** Text of about `length` characters. */
function text(rng: Rng, { sentences, words }: Grammar, length: number): string {
  const written: string[] = []
  for (let size = 0; size < length; size += (written.at(-1)?.length ?? 0) + 1)
    written.push(sentence(rng, rng.choice(sentences), words))
  return written.join(' ')
}

function sentence(rng: Rng, pattern: string, words: Grammar['words']): string {
  const filled = pattern.replace(/<(\w+)>|#/g, (_, slot?: string) =>
    slot === undefined ? `${rng.int(2, 99)}` : rng.choice(words[slot] ?? []),
  )
  return filled.slice(0, 1).toUpperCase() + filled.slice(1)
}

/** A memo of an office, which is appended to files. */
export const memo = (rng: Rng, length: number): string => text(rng, OFFICE, length)

/** Notes on a stock by topic, in which `{symbol}` represents it. */
export const stockNotes = (rng: Rng, length: number): readonly (readonly [string, string])[] =>
  STOCK_TOPICS.map((topic) => [topic, text(rng, STOCK, length)] as const)

/** How to use a parking brake. */
export const handbook = (rng: Rng, length: number): string => text(rng, BRAKE, length)

/** Readings of the parts of a car. */
export const carReadings = (rng: Rng, length: number): string => text(rng, CAR, length)
