import { asDict, error, type Instance } from '../api.ts'
import { add, divide, multiply, subtract } from '../python/arithmetic.ts'
import { parseMoment } from '../python/dates.ts'
import {
  assign,
  compare,
  contains,
  equals,
  fail,
  item,
  iterate,
  noAttribute,
  textWith,
  toFloat,
} from '../python/operations.ts'
import { round } from '../python/rounding.ts'
import { repr, str } from '../python/text.ts'
import { dict, hashKey, type Py, PyDict, PyTuple } from '../python/value.ts'
import { AIRPORTS, RATES, ROUTES } from './travel-data.ts'

export const TRAVEL_SEED = 141053n

const cardsOf = (self: Instance): PyDict => asDict(self.get('credit_card_list'))
export const bookingsOf = (self: Instance): PyDict => asDict(self.get('booking_record'))

/** Random digits as a text. */
const digits = (self: Instance, low: number, high: number): string =>
  str(self.draw((random) => random.randint(low, high)))

/** What is wrong with a token, if anything. */
export function tokenProblem(self: Instance, token: Py): string | null {
  if (equals(self.get('token_expires_in'), 0n)) return 'Token expired'
  return equals(token, self.get('access_token')) ? null : 'Invalid access token'
}

export function authenticate(self: Instance, grant: Py, first: Py, last: Py): PyDict {
  const token = digits(self, 100000, 999999)
  const changes = {
    token_expires_in: 2n,
    access_token: token,
    token_type: 'Bearer',
    token_scope: grant,
    user_first_name: first,
    user_last_name: last,
  }
  for (const [name, value] of Object.entries(changes)) self.set(name, value)
  return dict({ expires_in: 2n, access_token: token, token_type: 'Bearer', scope: grant })
}

export function registerCard(self: Instance, token: Py, number: Py, expires: Py, holder: Py, code: Py): PyDict {
  if (self.get('token_expires_in') === null) return error('Token not initialized')
  const problem = tokenProblem(self, token)
  if (problem !== null) return error(problem)
  if (cardsOf(self).has(number)) return error('Card already registered')
  const id = digits(self, 100000000000, 999999999999)
  const card = dict({
    card_number: number,
    expiration_date: expires,
    cardholder_name: holder,
    card_verification_number: code,
    balance: self.draw((random) => random.randint(10000, 99999)),
  })
  asDict(self.edit('credit_card_list')).set(id, card)
  return dict({ card_id: id })
}

const CLASSES: ReadonlyMap<Py, bigint> = new Map<Py, bigint>([
  ['economy', 1n],
  ['business', 2n],
  ['first', 5n],
])

/** Costs of a flight; the long-context variant lists those of all routes. @throws PythonError */
export function flightCosts(
  self: Instance,
  from: Py,
  to: Py,
  date: Py,
  travelClass: Py,
): readonly [number, ...number[]] {
  hashKey(new PyTuple([from, to]))
  const route = ROUTES.find((each) => each.from === from && each.to === to)
  if (!route) return fail('No available route for the given airports.')
  const factor = CLASSES.get(travelClass) ?? fail('Invalid travel class. Options are: economy, business, first.')
  const costOf = (fare: bigint): number => Number(fare * factor * dateFactor(date))
  const own = costOf(route.fare)
  if (!self.filler) return [own]
  const [first = own, ...rest] = ROUTES.map(({ fare }) => costOf(fare))
  return [first, ...rest]
}

/** 2 where the sum of the digits of a date is even. */
function dateFactor(date: Py): bigint {
  const characters = iterate(date).map((each) => textWith(each, 'isdigit'))
  const sum = characters.filter((each) => /^\d$/.test(each)).reduce((total, each) => total + Number(each), 0)
  return sum % 2 === 0 ? 2n : 1n
}

export function balance(self: Instance, token: Py, id: Py): PyDict {
  const problem = tokenProblem(self, token)
  if (problem !== null) return error(problem)
  const cards = cardsOf(self)
  if (!cards.has(id)) return error(`Card not registered. Here are a list of card_id's: ${repr(cards.keys())}`)
  return dict({ card_balance: item(cards.get(id) ?? null, 'balance') })
}

interface Flight {
  readonly card: Py
  readonly date: Py
  readonly from: Py
  readonly to: Py
  readonly travelClass: Py
}

export function book(self: Instance, token: Py, flight: Flight): PyDict {
  const problem = tokenProblem(self, token) ?? flightProblem(self, flight)
  if (problem !== null) return dict({ booking_status: false, error: problem })
  const cost = ownCost(self, flight)
  if (typeof cost === 'string') return dict({ booking_status: false, error: cost })
  const refusal = moneyProblem(self, flight.card, cost)
  if (refusal !== null) return dict({ booking_status: false, error: refusal })
  charge(self, flight.card, cost)
  const [id, transaction] = [digits(self, 1000000, 9999999), digits(self, 10000000, 99999999)]
  const record = dict({
    card_id: flight.card,
    travel_date: flight.date,
    travel_from: flight.from,
    travel_to: flight.to,
    travel_class: flight.travelClass,
    travel_cost: cost,
    transaction_id: transaction,
  })
  asDict(self.edit('booking_record')).set(id, record)
  const history = self.filler ? self.get('booking_record') : dict({})
  return dict({ booking_id: id, transaction_id: transaction, booking_status: true, booking_history: history })
}

function flightProblem(self: Instance, { card, date, from, to, travelClass }: Flight): string | null {
  const cards = cardsOf(self)
  if (!cards.has(card)) return 'Card not registered'
  if (!contains(cards.get(card) ?? null, 'balance')) return 'Balance not found'
  if (!AIRPORTS.some((each) => each === from)) return `Invalid departure airport code: ${str(from)}`
  if (!AIRPORTS.some((each) => each === to)) return `Invalid destination airport code: ${str(to)}`
  if (typeof parseMoment(date) !== 'number') return 'Invalid date format. Use YYYY-MM-DD.'
  hashKey(travelClass)
  if (CLASSES.has(travelClass)) return null
  return "Invalid travel class. Must be one of {'economy', 'business', 'first'}"
}

/** Cost of this flight, or why there is none. */
function ownCost(self: Instance, { from, to, date, travelClass }: Flight): number | string {
  const route = ROUTES.find((each) => each.from === from && each.to === to)
  if (!route) return 'No available route for the given airports.'
  flightCosts(self, from, to, date, travelClass)
  return Number(route.fare * (CLASSES.get(travelClass) ?? 1n) * dateFactor(date))
}

function moneyProblem(self: Instance, card: Py, cost: number): string | null {
  const balance = item(cardsOf(self).get(card) ?? null, 'balance')
  if (compare(balance, '<', cost)) return 'Insufficient funds'
  const limit = self.get('budget_limit')
  return limit !== null && compare(balance, '<', limit) ? 'Balance is less than budget limit' : null
}

function charge(self: Instance, id: Py, cost: Py): void {
  const card = item(self.edit('credit_card_list'), id)
  assign(card, 'balance', subtract(item(card, 'balance'), cost, '-='))
}

const INVOICE = ['travel_date', 'travel_from', 'travel_to', 'travel_class', 'travel_cost', 'transaction_id']

export function invoice(self: Instance, token: Py, id: Py): PyDict {
  const problem = tokenProblem(self, token)
  if (problem !== null) return error(problem)
  const record = bookingsOf(self).get(id)
  if (record === undefined) return error('Booking not found')
  const fields = INVOICE.map((name) => [name, item(record, name)] as const)
  return dict({ invoice: new PyDict([['booking_id', id], ...fields]) })
}

export function cancel(self: Instance, token: Py, id: Py): PyDict {
  const problem = tokenProblem(self, token) ?? (bookingsOf(self).has(id) ? null : 'Booking not found')
  if (problem !== null) return dict({ cancel_status: false, error: problem })
  const record = bookingsOf(self).get(id) ?? null
  const [cardId, cost] = [item(record, 'card_id'), item(record, 'travel_cost')]
  const card = item(self.edit('credit_card_list'), cardId)
  assign(card, 'balance', add(item(card, 'balance'), cost, '+='))
  asDict(self.edit('booking_record')).delete(id)
  return dict({ cancel_status: true })
}

export function exchange(base: Py, target: Py, value: Py): PyDict {
  for (const [from, to, rate] of RATES) {
    if (base === from && target === to) return dict({ exchanged_value: toFloat(multiply(value, rate)) })
    if (base === to && target === from) return dict({ exchanged_value: round(divide(value, rate), 2n) })
  }
  return fail('No available exchange rate for the given currencies.')
}

/** The day on which ages are counted: the reference takes the present one. */
const TODAY = new Date(Date.UTC(2026, 0, 1))
const ADULT = 18

function ageAt(birth: Date): number {
  const isBefore =
    TODAY.getUTCMonth() < birth.getUTCMonth() ||
    (TODAY.getUTCMonth() === birth.getUTCMonth() && TODAY.getUTCDate() < birth.getUTCDate())
  return TODAY.getUTCFullYear() - birth.getUTCFullYear() - Number(isBefore)
}

export function verify(self: Instance, first: Py, last: Py, birth: Py, passport: Py): PyDict {
  const problem = travellerProblem(self, first, last, birth, passport)
  if (problem === null) return dict({ verification_status: true })
  return dict({ verification_status: false, verification_failure: problem })
}

function travellerProblem(self: Instance, first: Py, last: Py, birth: Py, passport: Py): string | null {
  const [ownFirst, ownLast] = [self.get('user_first_name'), self.get('user_last_name')]
  if (!equals(ownFirst, first) || !equals(ownLast, last))
    return `Cannot book flight information for another user.Expected ${str(ownFirst)} ${str(ownLast)}, got ${str(first)} ${str(last)}`
  const moment = parseMoment(birth)
  if (typeof moment !== 'number') return 'Invalid date of birth format. Please use YYYY-MM-DD.'
  if (ageAt(new Date(moment)) < ADULT) return 'Traveler must be at least 18 years old.'
  if (typeof passport !== 'string') return noAttribute(passport, 'startswith')
  return passport.startsWith('US') ? null : 'Passport must be issued by the United States.'
}

export function setBudget(self: Instance, token: Py, given: Py): PyDict {
  const problem = tokenProblem(self, token)
  if (problem !== null) return error(problem)
  const limit = toFloat(given)
  self.set('budget_limit', limit)
  return dict({ budget_limit: limit })
}

export function insure(self: Instance, token: Py, booking: Py, cost: Py, card: Py): PyDict {
  const problem = tokenProblem(self, token) ?? insuranceProblem(self, booking, cost, card)
  if (problem !== null) return dict({ insurance_status: false, error: problem })
  charge(self, card, cost)
  return dict({ insurance_id: digits(self, 100000000, 999999999), insurance_status: true })
}

function insuranceProblem(self: Instance, booking: Py, cost: Py, card: Py): string | null {
  const limit = self.get('budget_limit')
  if (limit !== null && compare(limit, '<', cost)) return 'Exceeded budget limit'
  if (!bookingsOf(self).has(booking)) return 'Booking not found'
  return cardsOf(self).has(card) ? null : 'Credit card not registered'
}

export const SUPPORT =
  'Thank you for contacting customer support. Your message has been received and we will get back to you shortly.'

/** Adds what the attribute does not have. */
export function extended(value: Py, extension: PyDict): Py {
  if (!(value instanceof PyDict)) return value
  return new PyDict([...value.entries(), ...[...extension.entries()].filter(([key]) => !value.has(key))])
}
