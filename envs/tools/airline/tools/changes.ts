import type { Session } from '../../engine/database.ts'
import { fields, integer, number, text } from '../../engine/parameters.ts'
import { dumps } from '../../engine/python-dict.ts'
import { comparable, field, iterate, keyOf, leftOperand, lengthOf, PythonError } from '../../engine/python-error.ts'
import { add, multiply, type Numeric, negate, numberOf, subtract, type Value } from '../../engine/python-number.ts'
import type { Tool } from '../../engine/tool.ts'
import { RESERVATIONS, USERS } from '../schema.ts'
import { asDict, BAGGAGE_PRICE, CABIN, FLIGHTS_OF, fareOf, PASSENGERS, shown } from './booking.ts'
import { RESERVATION_ID, USER_ID } from './lookup.ts'

const PAYMENT_ID = text("Payment method of the user, such as 'credit_card_7815826'; no certificate.")

export const cancelReservation: Tool = {
  name: 'cancel_reservation',
  description: 'Cancels a whole reservation and refunds its payments. Ask the user to confirm before the call.',
  parameters: fields({ reservation_id: RESERVATION_ID }),
  effect: 'write',
  run(db, { reservation_id = null }) {
    const reservation = edited(db, reservation_id)
    if (!reservation) return 'Error: reservation not found'
    const refunds = reservation.payment_history.map(({ payment_id, amount }) => ({
      payment_id,
      amount: negate(amount),
    }))
    reservation.payment_history.push(...refunds)
    reservation.status = 'cancelled'
    return dumps(reservation)
  },
}

export const updatePassengers: Tool = {
  name: 'update_reservation_passengers',
  description: 'Replaces the passengers of a reservation by as many others. Ask the user to confirm before the call.',
  parameters: fields({ reservation_id: RESERVATION_ID, passengers: PASSENGERS }),
  effect: 'write',
  run(db, { reservation_id = null, passengers = null }) {
    const before = RESERVATIONS.get(db, keyOf(reservation_id))
    if (!before) return 'Error: reservation not found'
    if (lengthOf(passengers) !== lengthOf(before.passengers)) return 'Error: number of passengers does not match'
    const reservation = edited(db, reservation_id)
    Object.assign(reservation ?? {}, { passengers })
    return dumps(reservation ?? {})
  },
}

export const updateBaggage: Tool = {
  name: 'update_reservation_baggages',
  description:
    'Changes the baggage of a reservation; further extra pieces are paid. Ask the user to confirm before the call.',
  parameters: fields({
    reservation_id: RESERVATION_ID,
    total_baggages: integer('Pieces of baggage in all.'),
    nonfree_baggages: integer('Pieces of baggage that cost extra.'),
    payment_id: PAYMENT_ID,
  }),
  effect: 'write',
  run(db, { reservation_id = null, total_baggages = null, nonfree_baggages = null, payment_id = null }) {
    const before = RESERVATIONS.get(db, keyOf(reservation_id))
    if (!before) return 'Error: reservation not found'
    const further = subtract(leftOperand(nonfree_baggages, '-'), before.nonfree_baggages)
    const price = multiply(BAGGAGE_PRICE, numberOf(further) > 0 ? further : 0)
    const payment = payable(db, before.user_id, payment_id, price)
    if (payment !== null) return payment
    const reservation = edited(db, reservation_id)
    Object.assign(reservation ?? {}, { total_baggages, nonfree_baggages })
    charge(db, before.user_id, payment_id, price)
    if (numberOf(price) !== 0) reservation?.payment_history.push({ payment_id: String(payment_id), amount: price })
    return dumps(reservation ?? {})
  },
}

export const updateFlights: Tool = {
  name: 'update_reservation_flights',
  description: 'Replaces all flights of a reservation, or their cabin. Ask the user to confirm before the call.',
  parameters: fields({
    reservation_id: RESERVATION_ID,
    cabin: CABIN,
    flights: FLIGHTS_OF,
    payment_id: PAYMENT_ID,
  }),
  effect: 'write',
  run(db, { reservation_id = null, cabin = null, flights = null, payment_id = null }) {
    const before = RESERVATIONS.get(db, keyOf(reservation_id))
    if (!before) return 'Error: reservation not found'
    const count = lengthOf(before.passengers)
    const changed: Value[] = []
    let price: Numeric = 0
    for (const flight of iterate(flights)) {
      const fare = keptFare(before, flight, cabin) ?? fareOf(db, flight, cabin, () => count)
      if (typeof fare === 'string') return fare
      price = add(price, multiply(fare.price, count))
      changed.push({ ...asDict(flight), price: fare.price, origin: fare.origin, destination: fare.destination })
    }
    const paid = before.flights.reduce<Numeric>((sum, each) => add(sum, each.price), 0)
    price = subtract(price, multiply(paid, count))
    const refusal = payable(db, before.user_id, payment_id, price)
    if (refusal !== null) return refusal
    charge(db, before.user_id, payment_id, price)
    const reservation = edited(db, reservation_id)
    Object.assign(reservation ?? {}, { flights: changed.length > 0 ? changed : flights })
    if (numberOf(price) !== 0) reservation?.payment_history.push({ payment_id: String(payment_id), amount: price })
    return dumps(reservation ?? {})
  },
}

type ReservationView = NonNullable<ReturnType<typeof RESERVATIONS.get>>

/** A flight that the reservation has already keeps its price, where the cabin stays the same. */
function keptFare({ flights, cabin: own }: ReservationView, flight: Value, cabin: Value) {
  return flights.find(
    (each) =>
      each.flight_number === field(flight, 'flight_number') && each.date === field(flight, 'date') && cabin === own,
  )
}

export const sendCertificate: Tool = {
  name: 'send_certificate',
  description: 'Gives a user a certificate. Only as the policy allows.',
  parameters: fields({ user_id: USER_ID, amount: number('Dollars.') }),
  effect: 'write',
  run(db, { user_id = null, amount = null }) {
    const key = keyOf(user_id)
    const user = USERS.get(db, key)
    if (!user || key === null) return 'Error: user not found'
    const id = CERTIFICATES.find((each) => !Object.hasOwn(user.payment_methods, each))
    if (id === undefined) return null
    const methods = USERS.edit(db, key)?.payment_methods ?? {}
    Object.assign(methods, { [id]: { source: 'certificate', amount, id } })
    return `Certificate ${id} added to user ${shown(user_id)} with amount ${shown(amount)}.`
  },
}

const CERTIFICATES = ['certificate_3221322', 'certificate_3221323', 'certificate_3221324'] as const

function edited(db: Session, id: Value) {
  const key = keyOf(id)
  return key === null ? undefined : RESERVATIONS.edit(db, key)
}

/** Why the price cannot be paid this way; null where it can. */
function payable(db: Session, userId: string, paymentId: Value, price: Numeric): string | null {
  const methods = USERS.get(db, userId)?.payment_methods
  if (!methods) throw new PythonError(`'${userId}'`)
  const key = keyOf(paymentId)
  const method = key !== null && Object.hasOwn(methods, key) ? methods[key] : undefined
  if (!method) return 'Error: payment method not found'
  if (method.source === 'certificate') return 'Error: certificate cannot be used to update reservation'
  const isShort = method.source === 'gift_card' && numberOf(comparable(method.amount ?? null)) < numberOf(price)
  return isShort ? 'Error: gift card balance is not enough' : null
}

function charge(db: Session, userId: string, paymentId: Value, price: Numeric): void {
  const key = String(paymentId)
  if (USERS.get(db, userId)?.payment_methods[key]?.source !== 'gift_card') return
  const method = USERS.edit(db, userId)?.payment_methods[key]
  if (method) method.amount = subtract(method.amount ?? 0, price)
}
