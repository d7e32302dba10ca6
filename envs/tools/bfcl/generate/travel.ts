import type { Rng } from '../../../../core/data/rng.ts'
import { ROUTES } from '../apis/travel-data.ts'
import { str } from '../python/text.ts'
import { dict, type Py, PyDict } from '../python/value.ts'
import { call, fieldOf, type Request, type Situation, type Topic } from './request.ts'
import { FIRST_NAMES, LAST_NAMES } from './words.ts'

const REACHED = ROUTES.filter(({ to }) => to !== 'PVG')
const CLASSES = ['economy', 'business', 'first'] as const

interface Traveller {
  readonly token: string
  readonly card: string
}

function scenario(rng: Rng): { readonly [name: string]: Py } {
  const [first, last] = [rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)]
  const card = dict({
    card_number: `4${rng.int(1e8, 9e8)}`,
    expiration_date: `${rng.int(1, 12)}/${rng.int(2027, 2032)}`,
    cardholder_name: `${first} ${last}`,
    card_verification_number: BigInt(rng.int(100, 999)),
    balance: rng.int(20_000, 60_000) + 0.5,
  })
  return {
    credit_card_list: new PyDict([[`card_${rng.int(1000, 9999)}`, card]]),
    booking_record: new PyDict(),
    access_token: `token_${rng.int(100_000, 999_999)}`,
    token_type: 'Bearer',
    token_expires_in: 3600n,
    token_scope: 'read_write',
    user_first_name: first,
    user_last_name: last,
    random_seed: BigInt(rng.int(1, 1_000_000)),
  }
}

function opening({ access_token = null, credit_card_list }: { readonly [name: string]: Py }): string {
  const card = credit_card_list instanceof PyDict ? credit_card_list.keys()[0] : undefined
  return `My access token is ${str(access_token)}, and I pay with the card ${str(card ?? null)}.`
}

function travellerOf({ scenario: { access_token = null, credit_card_list } }: Situation): Traveller {
  const card = credit_card_list instanceof PyDict ? credit_card_list.keys()[0] : null
  return { token: str(access_token), card: str(card ?? null) }
}

const dateOf = (rng: Rng): string =>
  `${rng.int(2025, 2027)}-${String(rng.int(1, 12)).padStart(2, '0')}-${String(rng.int(1, 28)).padStart(2, '0')}`

function flight(rng: Rng) {
  const { from, to } = rng.choice(REACHED)
  return { travel_from: from, travel_to: to, travel_date: dateOf(rng), travel_class: rng.choice(CLASSES) }
}

const wordsOf = ({ travel_from, travel_to, travel_date, travel_class }: ReturnType<typeof flight>): string =>
  `from ${travel_from} to ${travel_to} on ${travel_date}, ${travel_class} class`

function cost({ rng }: Situation): Request {
  const asked = flight(rng)
  return {
    says: `What does a flight ${wordsOf(asked)}, cost?`,
    calls: [call('get_flight_cost', asked)],
    vague: {
      says: `What does a flight from ${asked.travel_from} to ${asked.travel_to} in ${asked.travel_class} class cost?`,
      detail: `On ${asked.travel_date}.`,
    },
  }
}

function exchange({ rng }: Situation): Request {
  const target = rng.choice(['RMB', 'EUR', 'JPY', 'GBP', 'CAD', 'AUD', 'INR', 'BRL', 'MXN'])
  const value = rng.int(50, 4000) + 0.5
  return {
    says: `How much is ${value} USD in ${target}?`,
    calls: [call('compute_exchange_rate', { base_currency: 'USD', target_currency: target, value })],
    vague: { says: `How much are my dollars in ${target}?`, detail: `I have ${value} USD.` },
  }
}

function airport({ rng }: Situation): Request {
  const location = rng.choice(['London', 'Paris', 'Tokyo', 'Rome', 'Chicago', 'Boston', 'Pinehaven', 'Greenfield'])
  return {
    says: `Which airport is nearest to ${location}?`,
    calls: [call('get_nearest_airport_by_city', { location })],
  }
}

function book(situation: Situation): Request {
  const { token, card } = travellerOf(situation)
  const asked = flight(situation.rng)
  return {
    says: `Book me a flight ${wordsOf(asked)}.`,
    calls: [call('book_flight', { access_token: token, card_id: card, ...asked })],
    vague: {
      says: `Book me a flight from ${asked.travel_from} on ${asked.travel_date}, ${asked.travel_class} class.`,
      detail: `I want to go to ${asked.travel_to}.`,
    },
  }
}

function budget(situation: Situation): Request {
  const limit = situation.rng.int(5, 150) * 100
  return {
    says: `Set my budget to ${limit} dollars.`,
    calls: [call('set_budget_limit', { access_token: travellerOf(situation).token, budget_limit: limit })],
    vague: { says: 'Set a budget for my trips.', detail: `${limit} dollars.` },
  }
}

/** A request about a booking that has been made. */
const aboutBooking =
  (make: (id: string, traveller: Traveller, rng: Rng) => Request) =>
  (situation: Situation): Request | null => {
    const traveller = travellerOf(situation)
    const answer = situation.look('get_booking_history', { access_token: traveller.token })
    const ids = Object.keys(fieldOf(answer, 'booking_history') ?? {})
    return ids.length === 0 ? null : make(situation.rng.choice(ids), traveller, situation.rng)
  }

const insure = aboutBooking((id, { token, card }, rng) => {
  const insurance = { insurance_type: 'travel', booking_id: id, insurance_cost: rng.int(40, 90) }
  return {
    says: `Buy travel insurance for ${insurance.insurance_cost} dollars for my booking ${id}.`,
    calls: [call('purchase_insurance', { access_token: token, ...insurance, card_id: card })],
  }
})

const invoice = aboutBooking((id, { token }) => ({
  says: `Show me the invoice of my booking ${id}.`,
  calls: [call('retrieve_invoice', { access_token: token, booking_id: id })],
}))

const cancel = aboutBooking((id, { token }) => ({
  says: `Cancel my booking ${id}.`,
  calls: [call('cancel_booking', { access_token: token, booking_id: id })],
}))

function balance(situation: Situation): Request {
  const { token, card } = travellerOf(situation)
  return {
    says: 'How much is left on my card?',
    calls: [call('get_credit_card_balance', { access_token: token, card_id: card })],
  }
}

/** A traveller with a card, and the flights of an agency. */
export const TRAVEL: Topic = {
  api: 'TravelAPI',
  scenario,
  opening,
  kinds: [cost, exchange, airport, book, book, budget, insure, invoice, cancel, balance],
}
