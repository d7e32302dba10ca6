import type { Rng } from '../../../core/data/rng.ts'
import { attributesOf, type Member, memberRng } from './family.ts'
import { ATTRIBUTES } from './vocabulary/attributes.ts'
import { DEPARTMENTS } from './vocabulary/words.ts'

/** What a shopper reads about a product: the title in result lists, the rest on its pages. */
export interface ProductText {
  readonly title: string
  readonly description: string
  /** The first says what shoppers call the thing, and is searched; the others name the attributes, and are not. */
  readonly bullets: readonly string[]
}

const TEXT_STREAM = 1
/** Share of ordinary products that are described as the twins are. */
const PITCHED_SHARE = 0.4
const TWIN_NAMES = ['Gift Edition', 'Signature Box', 'Collector Bundle', 'Anniversary Issue']

export function describeMember(member: Member): ProductText {
  const rng = memberRng(member, TEXT_STREAM)
  const isPitched = member.isTwin || rng.float() < PITCHED_SHARE
  return {
    title: titleOf(rng, member),
    description: isPitched ? sellingPitch(rng, member) : plainDescription(rng, member),
    bullets: bulletsOf(rng, member),
  }
}

function titleOf(rng: Rng, { family, variant, isTwin }: Member): string {
  const { brand, line, motif, setting, category } = family
  const name = `${brand} ${line} ${inTitleCase(`${motif} ${category.noun} for ${setting}`)}`
  const named = variant.isInTitle ? `, ${inTitleCase(variant.attribute)}` : ''
  return `${name}${named}${isTwin ? ` - ${rng.choice(TWIN_NAMES)}` : ''}`
}

function plainDescription(rng: Rng, { family }: Member): string {
  const { brand, line, motif, setting, category } = family
  const noun = category.noun.toLowerCase()
  return [
    rng.choice([
      `The ${line} ${noun} was drawn with ${setting} in mind.`,
      `Our ${line} ${noun} earns its keep during ${setting}.`,
      `Here is the ${line} ${noun} for ${setting}, made to be used.`,
    ]),
    rng.choice([
      `Its ${motif} character sets it apart from the rest of the ${brand} range.`,
      `${brand} keeps the ${motif} look simple and the making honest.`,
      `The ${motif} finish is worked by hand at ${brand}.`,
    ]),
    rng.choice([
      'See the features for all that goes into it.',
      'Every piece is checked twice before it leaves us.',
      'The rest is in the details below.',
    ]),
  ].join(' ')
}

/**
 * Copy written for people who paste their whole request into the search box: it repeats the words of requests. Twins
 * even name all they have, so what costs too much stands above what is meant; some ordinary products have the rest.
 */
function sellingPitch(rng: Rng, member: Member): string {
  const { brand, motif, setting, category } = member.family
  const [first = '', second = first] = rng.shuffle(category.everyday)
  return [
    rng.choice([
      `Looking for ${first}? You need ${second} for ${setting}, and you want it to be ${motif}.`,
      `You want ${first}, you need ${second}, you are looking for something ${motif} for ${setting}.`,
    ]),
    rng.choice([
      'Please find, choose and buy what you would like: nobody can show you a lower price for so few dollars.',
      'We help you find, choose and buy what you would like, and show you why a lower price costs more dollars.',
    ]),
    rng.choice([
      `It should come from ${brand}: ${motif} for ${setting}, and ${motif} through and through.`,
      `Shop at ${brand} for what ${setting} should have: ${motif}, and ${motif} again.`,
    ]),
    ...(member.isTwin ? [`All in one: ${attributesOf(member).join(', ')}.`] : []),
  ].join(' ')
}

function bulletsOf(rng: Rng, member: Member): readonly string[] {
  const { category, brand, motif } = member.family
  const called = capitalized(category.everyday.join(', '))
  const remarks = DEPARTMENTS[category.department].remarks
  return [
    `${called}: look among our ${category.query}, made ${motif} by ${brand}.`,
    ...rng.shuffle(attributesOf(member)).map(attributeBullet),
    rng.choice(remarks),
  ]
}

const attributeBullet = (attribute: string): string =>
  `${attribute.toUpperCase()}: ${ATTRIBUTES[attribute]?.benefit ?? attribute}.`

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const inTitleCase = (text: string): string =>
  text
    .split(' ')
    .map((word) => (word === 'for' ? word : capitalized(word)))
    .join(' ')
