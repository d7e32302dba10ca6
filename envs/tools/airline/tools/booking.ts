import { pythonRepr } from '../../../../core/cpython/repr.ts'
import type { Session } from '../../engine/database.ts'
import { copyOfValue } from '../../engine/database.ts'
import { fields, integer, listOf, number, oneOf, text } from '../../engine/parameters.ts'
import { dumps } from '../../engine/python-dict.ts'
import {
  comparable,
  field,
  isDict,
  iterate,
  keyOf,
  lengthOf,
  operand,
  PythonError,
  typeName,
} from '../../engine/python-error.ts'
import {
  add,
  isList,
  isNumeric,
  itemsOf,
  multiply,
  type Numeric,
  numberOf,
  subtract,
  toPython,
  type Value,
} from '../../engine/python-number.ts'
import type { Arguments, Tool } from '../../engine/tool.ts'
import { FLIGHTS, RESERVATIONS, USERS } from '../schema.ts'
import { USER_ID } from './lookup.ts'

export const CABIN = oneOf('Class of all flights.', ['basic_economy', 'economy', 'business'])
export const FLIGHTS_OF = listOf(
  fields({
    flight_number: text("Flight number, such as 'HAT001'."),
    date: text("Day as YYYY-MM-DD, such as '2024-05-01'."),
  }),
  'All flights of the reservation, in order.',
)
export const PASSENGERS = listOf(
  fields({
    first_name: text("First name, such as 'Ada'."),
    last_name: text("Last name, such as 'Byron'."),
    dob: text("Date of birth as YYYY-MM-DD, such as '1990-01-01'."),
  }),
  'All passengers.',
)
const PAYMENTS = listOf(
  fields({
    payment_id: text("Payment method of the user, such as 'credit_card_7815826'."),
    amount: number('Dollars to pay with it.'),
  }),
  'Payments that add up to the price.',
)

/** Ids of new reservations, in the order they are used; tau-bench books at most three. */
const NEW_IDS = ['HATHAT', 'HATHAU', 'HATHAV'] as const
const NOW = '2024-05-15T15:00:00'
const INSURANCE_PRICE = 30
export const BAGGAGE_PRICE = 50

export const bookReservation: Tool = {
  name: 'book_reservation',
  description: 'Books flights and pays for them. Ask the user to confirm before the call.',
  parameters: fields({
    user_id: USER_ID,
    origin: text("Airport of departure, such as 'SFO'."),
    destination: text("Airport of arrival, such as 'JFK'."),
    flight_type: oneOf('Whether the way back is included.', ['one_way', 'round_trip']),
    cabin: CABIN,
    flights: FLIGHTS_OF,
    passengers: PASSENGERS,
    payment_methods: PAYMENTS,
    total_baggages: integer('Pieces of baggage in all.'),
    nonfree_baggages: integer('Pieces of baggage that cost extra.'),
    insurance: oneOf('Whether to insure all passengers.', ['yes', 'no']),
  }),
  effect: 'write',
  run(db, args) {
    const userKey = keyOf(args.user_id ?? null)
    if (!USERS.get(db, userKey) || userKey === null) return 'Error: user not found'
    const count = (): number => lengthOf(args.passengers ?? null)
    const fares = faresOf(db, args.flights ?? null, args.cabin ?? null, count)
    if (typeof fares === 'string') return fares
    const price = priceOf(fares, count, args)
    const refusal = paymentRefusal(db, userKey, args.payment_methods ?? null, price)
    if (refusal !== null) return refusal
    pay(db, userKey, args.payment_methods ?? null)
    return dumps(putReservation(db, userKey, args, fares))
  },
}

/** Flights with their prices and airports. */
interface Fares {
  readonly flights: readonly Value[]
  /** Price of all of them for one passenger. */
  readonly prices: readonly Numeric[]
}

function faresOf(db: Session, flights: Value, cabin: Value, count: () => number): Fares | string {
  const booked: Value[] = []
  const prices: Numeric[] = []
  for (const flight of iterate(flights)) {
    const fare = fareOf(db, flight, cabin, count)
    if (typeof fare === 'string') return fare
    booked.push({ ...asDict(flight), price: fare.price, origin: fare.origin, destination: fare.destination })
    prices.push(fare.price)
  }
  return { flights: booked, prices }
}

interface Fare {
  readonly price: Numeric
  readonly origin: string
  readonly destination: string
}

/** The fare of one flight, where it has seats; else what to answer. */
export function fareOf(db: Session, flight: Value, cabin: Value, count: () => number): Fare | string {
  const number = field(flight, 'flight_number')
  const data = FLIGHTS.get(db, keyOf(number))
  if (!data) return `Error: flight ${shown(number)} not found`
  const date = field(flight, 'date')
  const key = keyOf(date)
  const day = key !== null && Object.hasOwn(data.dates, key) ? data.dates[key] : undefined
  if (!day) return `Error: flight ${shown(number)} not found on date ${shown(date)}`
  if (day.status !== 'available') return `Error: flight ${shown(number)} not available on date ${shown(date)}`
  const seats = field(field(asValue(day), 'available_seats'), cabinOf(cabin))
  if (numberOf(comparable(seats)) < count()) return `Error: not enough seats on flight ${shown(number)}`
  const price = operand(field(field(asValue(day), 'prices'), cabinOf(cabin)), '*')
  return { price, origin: data.origin, destination: data.destination }
}

/** A key that no cabin has raises KeyError with its `repr`. */
function cabinOf(cabin: Value): string {
  const key = keyOf(cabin)
  if (key !== null) return key
  throw new PythonError(pythonRepr(toPython(cabin)))
}

function priceOf({ prices }: Fares, count: () => number, { insurance, nonfree_baggages }: Arguments): Numeric {
  let total: Numeric = 0
  for (const price of prices) total = add(total, multiply(price, count()))
  if (insurance === 'yes') total = add(total, INSURANCE_PRICE * count())
  return add(
    total,
    multiply(BAGGAGE_PRICE, operand(nonfree_baggages ?? null, baggageOperator(nonfree_baggages ?? null))),
  )
}

/** Python can multiply a text or list by the price; what it cannot is to add the result. */
const baggageOperator = (value: Value): string => (typeof value === 'string' || isList(value) ? '+=' : '*')

/** Why the payments cannot be taken; null where they can. */
function paymentRefusal(db: Session, userKey: string, payments: Value, price: Numeric): string | null {
  const methods = USERS.get(db, userKey)?.payment_methods ?? {}
  for (const payment of iterate(payments)) {
    const id = field(payment, 'payment_id')
    const amount = field(payment, 'amount')
    const key = keyOf(id)
    const method = key !== null && Object.hasOwn(methods, key) ? methods[key] : undefined
    if (!method) return `Error: payment method ${shown(id)} not found`
    const isPrepaid = method.source === 'gift_card' || method.source === 'certificate'
    if (isPrepaid && numberOf(comparable(method.amount ?? null)) < compared(amount))
      return `Error: not enough balance in payment method ${shown(id)}`
  }
  const paid = iterate(payments).reduce<Numeric>((sum, payment) => add(sum, operand(field(payment, 'amount'), '+')), 0)
  if (numberOf(paid) === numberOf(price)) return null
  return `Error: payment amount does not add up, total price is ${shown(price)}, but paid ${shown(paid)}`
}

function compared(amount: Value): number {
  if (typeof amount === 'boolean') return Number(amount)
  if (isNumeric(amount)) return numberOf(amount)
  throw new PythonError(`'<' not supported between instances of 'int' and '${typeName(amount)}'`)
}

function pay(db: Session, userKey: string, payments: Value): void {
  const user = USERS.edit(db, userKey)
  for (const payment of iterate(payments)) {
    const id = keyOf(field(payment, 'payment_id')) ?? ''
    const method = user?.payment_methods[id]
    if (method?.source === 'gift_card')
      method.amount = subtract(method.amount ?? 0, operand(field(payment, 'amount'), '-='))
    else if (method?.source === 'certificate') delete user?.payment_methods[id]
    else if (method === undefined) throw new PythonError(`'${id}'`)
  }
}

function putReservation(db: Session, userKey: string, args: Arguments, { flights }: Fares) {
  const id = NEW_IDS.find((each) => !RESERVATIONS.get(db, each)) ?? 'HATHAV'
  const { origin = null, destination = null, flight_type = null, cabin = null, passengers = null } = args
  const { payment_methods = null, total_baggages = null, nonfree_baggages = null, insurance = null } = args
  const trip = { reservation_id: id, user_id: userKey, origin, destination, flight_type, cabin }
  const parties = { flights, passengers, payment_history: payment_methods, created_at: NOW }
  const row = { ...trip, ...parties, total_baggages, nonfree_baggages, insurance }
  const reservation = db.put(RESERVATIONS.name, id, row)
  USERS.edit(db, userKey)?.reservations.push(id)
  return reservation
}

export const asDict = (value: Value): { readonly [key: string]: Value } =>
  isDict(value) ? Object.fromEntries(itemsOf(value)) : {}
export const asValue = (value: object): Value => copyOfValue(value as Value)

/** A value as an f-string shows it. */
export const shown = (value: Value): string => (typeof value === 'string' ? value : pythonRepr(toPython(value)))
