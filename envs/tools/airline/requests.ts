import type { Rng } from '../../../core/data/rng.ts'
import type { Immutable } from '../../../core/data/types.ts'
import type { ToolCall } from '../engine/execute.ts'
import type { Request } from '../engine/generated-tasks.ts'
import { numberOf } from '../engine/python-number.ts'
import type { Fact } from '../engine/user.ts'
import type { BookedFlight, Flight, Reservation, User } from './schema.ts'

/** A traveller with all that requests are made of. */
export interface Traveller {
  readonly id: string
  readonly user: Immutable<User>
  readonly reservations: readonly Immutable<Reservation>[]
  readonly flights: readonly Immutable<Flight>[]
}

type Kind = (rng: Rng, traveller: Traveller, reservation: Immutable<Reservation>) => Request | null

const KINDS: readonly Kind[] = [cancel, changeDay, addBaggage, renamePassenger]

/** Requests about different reservations, in random order; as many as the traveller's reservations allow. */
export function requestsOf(rng: Rng, traveller: Traveller, count: number): readonly Request[] {
  const found: Request[] = []
  for (const reservation of rng.shuffle(traveller.reservations)) {
    if (found.length === count) break
    const kind = rng.shuffle(KINDS).find((each) => each(rng, traveller, reservation) !== null)
    const made = kind?.(rng, traveller, reservation) ?? null
    if (kind && made)
      found.push({ ...made, ...wordsOf(traveller, reservation), again: (later) => kind(later, traveller, reservation) })
  }
  return found
}

/** How the reservation may be spoken of without its number, and what may be asked about it. */
function wordsOf({ reservations }: Traveller, own: Immutable<Reservation>): Pick<Request, 'vague' | 'question'> {
  const isOnly = reservations.every((other) => other === own || tripOf(other) !== tripOf(own))
  const paid = own.payment_history[0]?.amount
  return {
    ...(isOnly && { vague: `I do not have the number. It is ${tripOf(own)}.` }),
    ...(paid !== undefined && {
      question: { says: `tell me what I paid for ${tripOf(own)}.`, output: `${numberOf(paid)}` },
    }),
  }
}

const tripOf = ({ origin, destination }: Immutable<Reservation>): string => `my trip from ${origin} to ${destination}`

function requestOf(
  { reservation_id }: Immutable<Reservation>,
  says: string,
  facts: readonly Fact[],
  call: ToolCall,
): Request {
  const own: Fact = {
    words: ['reservation id', 'reservation number', 'which reservation', 'booking'],
    says: `The reservation is ${reservation_id}.`,
  }
  const look = { name: 'get_reservation_details', args: { reservation_id } }
  return { says, facts: [own, ...facts], subject: `reservation ${reservation_id}`, look, call }
}

/** Only where the rules allow it. */
function cancel(_: Rng, __: Traveller, reservation: Immutable<Reservation>): Request | null {
  if (reservation.cabin !== 'business' && reservation.insurance !== 'yes') return null
  const { reservation_id } = reservation
  const why: Fact = { words: ['reason', 'why'], says: 'My plans have changed.' }
  return requestOf(reservation, `I want to cancel ${tripOf(reservation)}.`, [why], {
    name: 'cancel_reservation',
    args: { reservation_id },
  })
}

/** The same route on another day, settled by the card that paid. */
function changeDay(rng: Rng, { flights }: Traveller, reservation: Immutable<Reservation>): Request | null {
  const [booked] = reservation.flights
  const paid = reservation.payment_history[0]?.payment_id
  if (!booked || paid === undefined || reservation.cabin === 'basic_economy') return null
  const days = openDays(flights, booked, reservation)
  if (days.length === 0) return null
  const date = rng.choice(days)
  const { flight_number } = booked
  const facts = [
    { words: ['date', 'day', 'when', 'which flight'], says: `I want flight ${flight_number} on ${date}.` },
    { words: ['pay', 'method', 'card', 'refund'], says: `Settle the difference with ${paid}.` },
  ]
  return requestOf(reservation, `Please move ${tripOf(reservation)} to another day.`, facts, {
    name: 'update_reservation_flights',
    args: {
      reservation_id: reservation.reservation_id,
      cabin: reservation.cabin,
      flights: [{ flight_number, date }],
      payment_id: paid,
    },
  })
}

function openDays(
  flights: readonly Immutable<Flight>[],
  { flight_number, date: booked }: Immutable<BookedFlight>,
  { cabin, passengers }: Immutable<Reservation>,
): readonly string[] {
  const dates = flights.find((flight) => flight.flight_number === flight_number)?.dates ?? {}
  const hasSeats = (date: string): boolean =>
    dates[date]?.status === 'available' && numberOf(dates[date]?.available_seats?.[cabin] ?? 0) >= passengers.length
  return Object.keys(dates).filter((date) => date !== booked && hasSeats(date))
}

function addBaggage(rng: Rng, _: Traveller, reservation: Immutable<Reservation>): Request | null {
  const paid = reservation.payment_history[0]?.payment_id
  if (paid === undefined) return null
  const more = rng.int(1, 2)
  const [total, extra] = [numberOf(reservation.total_baggages), numberOf(reservation.nonfree_baggages)]
  const facts = [
    { words: ['how many', 'baggage', 'bags', 'pieces'], says: `${more} more, and I know that I must pay for each.` },
    { words: ['pay', 'method', 'card'], says: `Charge ${paid}.` },
  ]
  return requestOf(reservation, `I need more baggage on ${tripOf(reservation)}.`, facts, {
    name: 'update_reservation_baggages',
    args: {
      reservation_id: reservation.reservation_id,
      total_baggages: total + more,
      nonfree_baggages: extra + more,
      payment_id: paid,
    },
  })
}

const NEW_NAMES = ['Noor', 'Alex', 'Robin', 'Kim'] as const

function renamePassenger(rng: Rng, _: Traveller, reservation: Immutable<Reservation>): Request | null {
  const [first, ...others] = reservation.passengers
  if (!first) return null
  const changed = { ...first, first_name: rng.choice(NEW_NAMES) }
  const facts = [
    {
      words: ['name', 'passenger', 'who'],
      says: `Instead of ${first.first_name} ${first.last_name}, ${changed.first_name} ${changed.last_name} flies, born ${changed.dob}.`,
    },
  ]
  return requestOf(reservation, `A name on ${tripOf(reservation)} must change.`, facts, {
    name: 'update_reservation_passengers',
    args: { reservation_id: reservation.reservation_id, passengers: [changed, ...others] },
  })
}
