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
import { ACCEPT, ASK, actOf, type BuyerAct, messagesFor, offer, PICK_UP, PRAISE, pointOut } from './messages.ts'
import { drawSeller, PARTS, realFlaws, type SellerProfile } from './profile.ts'

/** Parts of the price: what the seller asks for now, and what was agreed on, 0 for nothing. */
const ASKED = 'asked'
const PRICE = 'price'
/** From -5 to 5, as SOTOPIA's relationship. */
const RAPPORT = 'rapport'
const REFUSALS = 'offers refused'

const REASON_KNOWN = 'reason known'
const PICKED_UP = 'pick-up promised'
const pointedOut = (at: number): string => `pointed out ${at}`

/** Praise helps so often, and from this rapport on the seller lowers its least price by one part. */
const FRIENDLY = 2
/** Offers that a seller refuses before it has enough. */
const PATIENCE = 3
const WORST_RAPPORT = -3
/** Below this share of its least price an offer is an insult. */
const INSULT = 0.7

/** Parts by which promise, friendliness and each real flaw lower the least price. */
const floorOf = ({ reserve }: SellerProfile, mind: Mind): number =>
  reserve -
  mind.done.filter((event) => event.startsWith('pointed out')).length -
  Number(hasHappened(mind, PICKED_UP)) -
  Number(numberOf(mind, RAPPORT) >= FRIENDLY)

/** The least price that any conversation can reach. */
const bestPrice = (profile: SellerProfile): number => profile.reserve - realFlaws(profile).length - 2

/** A seller with a hidden least price, which arguments lower. The score is the buyer's share of what there was to gain. */
export const negotiation: Scenario<SellerProfile> = {
  id: 'dialogue-negotiation@1',
  summary: 'buy from a simulated seller with a hidden least price, which the right arguments lower',
  turnsOf: (difficulty) => difficulty + 8,
  draw: drawSeller,
  instruction: (profile) =>
    `You want to buy a used ${profile.item} for as little as you can; it is worth $${PARTS * profile.unit} to you. The advertisement says that it has ${realFlaws(
      profile,
    )
      .map(({ key }) => key)
      .join(' and ')}.`,
  start: ({ unit }) => ({
    mind: { numbers: { [ASKED]: PARTS, [PRICE]: 0, [RAPPORT]: 0, [REFUSALS]: 0 }, done: [] },
    says: `Hello! I ask for $${PARTS * unit}.`,
  }),
  messages: messagesFor,
  hear: (profile, mind, message) => answerTo(profile, mind, actOf(profile, message)),
  findings: (profile, mind) => [
    `They ask for $${numberOf(mind, ASKED) * profile.unit}.`,
    ...(hasHappened(mind, REASON_KNOWN) ? ['They are moving and need the space soon.'] : []),
    ...(hasHappened(mind, PICKED_UP) ? ['You promised to pick it up today.'] : []),
    ...profile.flaws.flatMap(({ key }, at) => (hasHappened(mind, pointedOut(at)) ? [`You pointed out ${key}.`] : [])),
    `Rapport: ${numberOf(mind, RAPPORT)}. Offers refused: ${numberOf(mind, REFUSALS)}.`,
  ],
  score: scoreOf,
  dimensions: (profile, mind) => ({
    goal: Math.round(10 * scoreOf(profile, mind)),
    relationship: numberOf(mind, RAPPORT),
    financial_and_material_benefits: Math.round(5 * scoreOf(profile, mind)),
  }),
  best: bestMessage,
}

function scoreOf(profile: SellerProfile, mind: Mind): number {
  const price = numberOf(mind, PRICE)
  return price === 0 ? 0 : within(0, 1, (PARTS - price) / (PARTS - bestPrice(profile)))
}

function answerTo(profile: SellerProfile, mind: Mind, act: BuyerAct): Reply {
  switch (act.act) {
    case 'accept':
      return sold(mind, numberOf(mind, ASKED))
    case 'offer':
      return answerToOffer(profile, mind, act.dollars / profile.unit)
    case 'point out':
      return answerToFlaw(profile, mind, act.at)
    case 'pick up':
      return answerToPickUp(profile, mind)
    case 'ask':
      return reply(after(mind, REASON_KNOWN), 'I am moving on Friday, and it does not fit into the van.')
    case 'praise':
      return reply(liked(mind, numberOf(mind, RAPPORT) < FRIENDLY ? 1 : 0), 'Thank you.')
    case 'other':
      return { ...reply(mind, 'Make me an offer.'), isUnderstood: false }
  }
}

const sold = (mind: Mind, price: number): Reply => ({
  mind: withNumbers(mind, { [PRICE]: price }),
  says: 'Sold!',
  isUnderstood: true,
  ending: 'you have a deal',
})

/** @param parts what is offered, in parts of the price */
function answerToOffer(profile: SellerProfile, mind: Mind, parts: number): Reply {
  const floor = floorOf(profile, mind)
  if (parts >= floor) return sold(mind, parts)
  const refused = withNumbers(mind, { [REFUSALS]: numberOf(mind, REFUSALS) + 1 })
  if (parts < INSULT * floor) return reply(liked(refused, -2), 'That is an insult.')
  return reply(lowered(profile, refused), `That is too little.`)
}

function answerToFlaw(profile: SellerProfile, mind: Mind, at: number): Reply {
  if (profile.flaws[at]?.isReal !== true) return reply(liked(mind, -1), 'It has nothing of the kind.')
  if (hasHappened(mind, pointedOut(at))) return reply(liked(mind, -1), 'You said that before.')
  return reply(lowered(profile, after(mind, pointedOut(at))), 'True, I know.')
}

/** A promise to fetch it is worth something only to who is known to be in a hurry. */
function answerToPickUp(profile: SellerProfile, mind: Mind): Reply {
  if (!hasHappened(mind, REASON_KNOWN)) return reply(mind, 'There is no hurry, is there?')
  if (hasHappened(mind, PICKED_UP)) return reply(mind, 'Yes, you said so.')
  return reply(lowered(profile, after(mind, PICKED_UP)), 'That would help me a lot.')
}

/** The seller asks for one part less, down to its least price. */
const lowered = (profile: SellerProfile, mind: Mind): Mind =>
  withNumbers(mind, { [ASKED]: Math.max(floorOf(profile, mind), numberOf(mind, ASKED) - 1) })

const liked = (mind: Mind, change: number): Mind =>
  withNumbers(mind, { [RAPPORT]: within(-5, 5, numberOf(mind, RAPPORT) + change) })

function reply(mind: Mind, says: string): Reply {
  const isAnnoyed = numberOf(mind, RAPPORT) <= WORST_RAPPORT || numberOf(mind, REFUSALS) > PATIENCE
  return isAnnoyed
    ? { mind, says: `${says} I would rather keep it.`, isUnderstood: true, ending: 'they do not want to sell to you' }
    : { mind, says, isUnderstood: true }
}

/** Everything that lowers the least price, then an offer of just that. */
function bestMessage(profile: SellerProfile, mind: Mind): string {
  if (!hasHappened(mind, REASON_KNOWN)) return ASK
  if (!hasHappened(mind, PICKED_UP)) return PICK_UP
  const flaw = profile.flaws.find(({ isReal }, at) => isReal && !hasHappened(mind, pointedOut(at)))
  if (flaw !== undefined) return pointOut(flaw.key)
  if (numberOf(mind, RAPPORT) < FRIENDLY) return PRAISE
  const floor = floorOf(profile, mind)
  return numberOf(mind, ASKED) === floor ? ACCEPT : offer(floor * profile.unit)
}
