import { deriveKey, keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { type Database, rowsOf } from '../engine/database.ts'
import { addressOf, creditCardOf, digits, type Person, peopleOf } from '../engine/generated-people.ts'
import type { BookedFlight, Flight, FlightDate, Passenger, PaymentMethod, Reservation, User } from './schema.ts'

const [FLIGHT_STREAM, PEOPLE_STREAM, RESERVATION_STREAM] = [0, 1, 2]

const USERS = 60
const AIRPORTS = ['SFO', 'JFK', 'ORD', 'DEN', 'SEA', 'ATL', 'BOS', 'PHX'] as const
/** Days that flights can be booked for; the day of all episodes is 2024-05-15. */
export const DAYS: readonly string[] = Array.from({ length: 14 }, (_, day) => `2024-05-${day + 16}`)
export const CABINS = ['basic_economy', 'economy', 'business'] as const

/** An airline of our own: flights, users and reservations, all a function of the seed. */
export function generateAirline(seed: number): Database {
  const rng = (stream: number): Rng => new Rng(deriveKey(keyOfSeed(seed), stream, 1), 0)
  const flights = flightsOf(rng(FLIGHT_STREAM))
  const people = peopleOf(rng(PEOPLE_STREAM), USERS)
  const random = rng(RESERVATION_STREAM)
  const travellers = people.map((person) => travellerOf(random, person, flights))
  const reservations = travellers.flatMap((traveller) => traveller.reservations)
  return {
    tables: new Map([
      ['flights', rowsOf(flights.map((flight) => [flight.flight_number, flight]))],
      ['reservations', rowsOf(reservations.map((each) => [each.reservation_id, each]))],
      ['users', rowsOf(travellers.map(({ id, user }) => [id, user]))],
    ]),
  }
}

/** A morning and an evening flight on each route. */
function flightsOf(rng: Rng): readonly Flight[] {
  const routes = AIRPORTS.flatMap((origin) =>
    AIRPORTS.filter((other) => other !== origin).flatMap((destination) => [
      { origin, destination, hour: rng.int(5, 11) },
      { origin, destination, hour: rng.int(12, 18) },
    ]),
  )
  return routes.map(({ origin, destination, hour }, index) => ({
    flight_number: `HAT${`${index + 1}`.padStart(3, '0')}`,
    origin,
    destination,
    scheduled_departure_time_est: timeOf(hour),
    scheduled_arrival_time_est: timeOf(hour + rng.int(1, 5)),
    dates: Object.fromEntries(DAYS.map((day) => [day, dayOf(rng)])),
  }))
}

const timeOf = (hour: number): string => `${`${hour}`.padStart(2, '0')}:00:00`

/** One flight in ten is delayed or full, and cannot be booked. */
function dayOf(rng: Rng): FlightDate {
  if (rng.chance(0.05)) return { status: 'delayed' }
  const seats = rng.chance(0.05) ? 0 : rng.int(3, 20)
  const fare = rng.int(50, 200)
  return {
    status: 'available',
    available_seats: { basic_economy: seats, economy: seats, business: Math.min(seats, 8) },
    prices: { basic_economy: fare, economy: fare + rng.int(20, 80), business: fare + rng.int(150, 350) },
  }
}

function travellerOf(rng: Rng, person: Person, flights: readonly Flight[]) {
  const methods = methodsOf(rng)
  const own: Passenger = { first_name: person.first_name, last_name: person.last_name, dob: birthdayOf(rng) }
  const passengers = [own, ...peopleOf(rng, rng.int(0, 2)).map((other) => passengerOf(rng, other))]
  const reservations = Array.from({ length: rng.int(1, 3) }, () =>
    reservationOf(rng, person.id, methods, passengers, flights),
  )
  const { first_name, last_name, email } = person
  const user: User = {
    name: { first_name, last_name },
    address: addressOf(rng),
    email,
    dob: own.dob,
    payment_methods: Object.fromEntries(methods.map((method) => [method.id, method])),
    saved_passengers: passengers.slice(1),
    membership: rng.choice(['regular', 'silver', 'gold']),
    reservations: reservations.map(({ reservation_id }) => reservation_id),
  }
  return { id: person.id, user, reservations }
}

const birthdayOf = (rng: Rng): string =>
  `${rng.int(1950, 2003)}-${`${rng.int(1, 12)}`.padStart(2, '0')}-${`${rng.int(1, 28)}`.padStart(2, '0')}`

const passengerOf = (rng: Rng, { first_name, last_name }: Person): Passenger => ({
  first_name,
  last_name,
  dob: birthdayOf(rng),
})

function methodsOf(rng: Rng): readonly PaymentMethod[] {
  const gift = (): PaymentMethod => ({
    source: 'gift_card',
    amount: rng.int(50, 400),
    id: `gift_card_${digits(rng, 7)}`,
  })
  const certificate = (): PaymentMethod => ({
    source: 'certificate',
    amount: rng.choice([100, 150, 250]),
    id: `certificate_${digits(rng, 7)}`,
  })
  return [creditCardOf(rng), ...(rng.chance(0.6) ? [gift()] : []), ...(rng.chance(0.4) ? [certificate()] : [])]
}

const LETTERS = [...'ABCDEFGHJKLMNPQRSTUVWXYZ23456789']

function reservationOf(
  rng: Rng,
  userId: string,
  methods: readonly PaymentMethod[],
  passengers: readonly Passenger[],
  flights: readonly Flight[],
): Reservation {
  const cabin = rng.choice(CABINS)
  const travelling = passengers.slice(0, rng.int(1, passengers.length))
  const booked = bookedFlight(rng, flights, cabin)
  const insurance = rng.choice(['yes', 'no'])
  const price = (booked.price as number) * travelling.length + (insurance === 'yes' ? 30 * travelling.length : 0)
  return {
    reservation_id: Array.from({ length: 6 }, () => rng.choice(LETTERS)).join(''),
    user_id: userId,
    origin: booked.origin,
    destination: booked.destination,
    flight_type: 'one_way',
    cabin,
    flights: [booked],
    passengers: travelling.map((passenger) => ({ ...passenger })),
    payment_history: [{ payment_id: methods[0]?.id ?? '', amount: price }],
    created_at: `2024-05-${`${rng.int(1, 14)}`.padStart(2, '0')}T${`${rng.int(0, 23)}`.padStart(2, '0')}:00:00`,
    total_baggages: rng.int(0, 3),
    nonfree_baggages: 0,
    insurance,
  }
}

function bookedFlight(rng: Rng, flights: readonly Flight[], cabin: string): BookedFlight {
  const { flight_number, origin, destination, dates } = rng.choice(flights)
  const open = Object.entries(dates).filter(([, { status }]) => status === 'available')
  const [date, day] = rng.choice(open)
  return { flight_number, date, price: day.prices?.[cabin] ?? 0, origin, destination }
}
