import type { Rng } from '../../../core/data/rng.ts'
import { type Member, memberRng, type OfferedOption } from './family.ts'
import { ATTRIBUTES, type AttributeForm } from './vocabulary/attributes.ts'

/** What a shopper asks for, in words and as the reward checks it. */
export interface Request {
  readonly text: string
  readonly attributes: readonly string[]
  readonly options: readonly { readonly dimension: string; readonly value: string }[]
}

const REQUEST_STREAM = 2
const FINDING_STREAM = 3
const OPENERS = [
  'i am looking for',
  'i need',
  'i want to buy',
  'please find me',
  'can you show me',
  'i would like',
  'help me choose',
  'i am shopping for',
]

/** As people write: the everyday name, two or three attributes, one or two options, in several orders; none twice. */
export function requestsFor(member: Member, count: number): readonly Request[] {
  const rng = memberRng(member, REQUEST_STREAM)
  const requests = new Map<string, Request>()
  while (requests.size < count) {
    const request = requestFor(rng, member)
    requests.set(request.text, request)
  }
  return [...requests.values()]
}

function requestFor(rng: Rng, member: Member): Request {
  const attributes = wantedAttributes(rng, member)
  const options = wantedOptions(rng, member)
  const things = thingsAsked(rng, member)
  const wishes = wishesFor(rng, attributes)
  const choice = options
    .map(({ offer, value }) => rng.choice(offer.dimension.wordings).replace('%', value))
    .join(' and ')
  const opener = rng.choice(OPENERS)
  return {
    text: rng.choice([
      `${opener} ${things} ${wishes}, ${choice}`,
      `${opener} ${things} ${choice}, ${wishes}`,
      `${opener} ${things} ${wishes}. i want it ${choice}`,
      `${opener} ${things}, it should come ${choice}, ${wishes}`,
    ]),
    attributes,
    options: options.map(({ offer, value }) => ({ dimension: offer.dimension.name.toLowerCase(), value })),
  }
}

function wantedAttributes(rng: Rng, { family, variant }: Member): readonly string[] {
  const shared = rng.shuffle(family.sharedAttributes).slice(0, rng.int(1, 2))
  return rng.shuffle([variant.attribute, ...shared])
}

/** A value that only this member's group offers, and often one of another dimension. */
function wantedOptions(rng: Rng, { group }: Member): readonly { offer: OfferedOption; value: string }[] {
  const others = group.offers.filter((offer) => offer !== group.exclusive)
  const second = others.length > 0 && rng.float() < 0.6 ? [rng.choice(others)] : []
  return group.offers.flatMap((offer) => {
    const isWanted = offer === group.exclusive || second.includes(offer)
    return isWanted ? [{ offer, value: rng.choice(offer.values) }] : []
  })
}

/** The everyday name with the family's motif and setting: 'a pair of ribbed trainers for hiking'. */
function thingsAsked(rng: Rng, { family }: Member): string {
  const [, article = '', pair = '', thing = ''] =
    /^(an?|some) (pair of )?(.+)$/.exec(rng.choice(family.category.everyday)) ?? []
  const next = pair + family.motif
  const fitting = article === 'some' ? article : /^[aeiou]/.test(next) ? 'an' : 'a'
  return `${fitting} ${next} ${thing} for ${family.category.department === 'garden' ? 'my ' : ''}${family.setting}`
}

const OPENINGS: Readonly<Record<AttributeForm, readonly string[]>> = {
  quality: ['that is %', 'that should be %', 'which is %'],
  part: ['with %', 'that has %', 'that comes with %'],
  purpose: ['made for %', 'good for %'],
}
const ADDITIONS: Readonly<Record<AttributeForm, readonly string[]>> = {
  quality: ['and is %'],
  part: ['and has %', 'and comes with %'],
  purpose: ['and is made for %', 'and is good for %'],
}

function wishesFor(rng: Rng, attributes: readonly string[]): string {
  const forms: readonly AttributeForm[] = ['quality', 'part', 'purpose']
  const wanted = forms
    .map((form) => ({ form, names: attributes.filter((attribute) => formOf(attribute) === form) }))
    .filter(({ names }) => names.length > 0)
  return wanted
    .map(({ form, names }, place) =>
      rng.choice((place === 0 ? OPENINGS : ADDITIONS)[form]).replace('%', names.join(' and ')),
    )
    .join(' ')
}

/** The request that WebShop's synthetic goals extend by options and a price: attributes before and after the name. */
export function findingRequest(member: Member): Omit<Request, 'options'> {
  const rng = memberRng(member, FINDING_STREAM)
  const attributes = wantedAttributes(rng, member)
  const before = attributes.filter((attribute) => formOf(attribute) === 'quality')
  const after = attributes.filter((attribute) => formOf(attribute) !== 'quality')
  const name = `${member.family.motif} ${member.family.category.query} for ${member.family.setting}`
  const tail = after.length === 0 ? '' : ` with ${after.join(', ')}`
  return { text: `Find me ${[before.join(', '), name].filter((part) => part !== '').join(' ')}${tail}`, attributes }
}

const formOf = (attribute: string): AttributeForm => ATTRIBUTES[attribute]?.form ?? 'quality'
