import type { Immutable } from '../../../../core/data/types.ts'
import { fields, text } from '../../engine/parameters.ts'
import { dumps } from '../../engine/python-dict.ts'
import { keyOf, PythonError, typeName } from '../../engine/python-error.ts'
import type { Value } from '../../engine/python-number.ts'
import type { Tool } from '../../engine/tool.ts'
import { FLIGHTS, type Flight, RESERVATIONS, USERS } from '../schema.ts'

export const USER_ID = text("User id, such as 'ada_byron_123'.")
export const RESERVATION_ID = text("Reservation id, such as 'ZFA04Y'.")

const AIRPORT = (which: string) => text(`Airport of ${which} as three letters, such as 'SFO'.`)
const ROUTE = fields({
  origin: AIRPORT('departure'),
  destination: AIRPORT('arrival'),
  date: text("Day of departure as YYYY-MM-DD, such as '2024-05-01'."),
})

const AIRPORTS = {
  SFO: 'San Francisco',
  JFK: 'New York',
  LAX: 'Los Angeles',
  ORD: 'Chicago',
  DFW: 'Dallas',
  DEN: 'Denver',
  SEA: 'Seattle',
  ATL: 'Atlanta',
  MIA: 'Miami',
  BOS: 'Boston',
  PHX: 'Phoenix',
  IAH: 'Houston',
  LAS: 'Las Vegas',
  MCO: 'Orlando',
  EWR: 'Newark',
  CLT: 'Charlotte',
  MSP: 'Minneapolis',
  DTW: 'Detroit',
  PHL: 'Philadelphia',
  LGA: 'LaGuardia',
} as const

export const getUser: Tool = {
  name: 'get_user_details',
  description: 'Shows a user: name, address, payment methods, saved passengers, membership and reservation ids.',
  parameters: fields({ user_id: USER_ID }),
  effect: 'read',
  run: (db, { user_id = null }) => {
    const user = USERS.get(db, keyOf(user_id))
    return user ? dumps(user) : 'Error: user not found'
  },
}

export const getReservation: Tool = {
  name: 'get_reservation_details',
  description: 'Shows a reservation: flights, passengers, cabin, baggage, insurance and payments.',
  parameters: fields({ reservation_id: RESERVATION_ID }),
  effect: 'read',
  run: (db, { reservation_id = null }) => {
    const reservation = RESERVATIONS.get(db, keyOf(reservation_id))
    // The text of tau-bench, which names the wrong thing.
    return reservation ? dumps(reservation) : 'Error: user not found'
  },
}

export const listAirports: Tool = {
  name: 'list_all_airports',
  description: 'Lists all airports with their cities.',
  parameters: fields({}),
  effect: 'read',
  run: () => dumps(AIRPORTS),
}

type FlightView = Immutable<Flight>

/** The flight as search results show it on one day; null where it cannot be had. */
function onDate({ dates, ...flight }: FlightView, date: string | null, shown = date): Record<string, Value> | null {
  const [day, shownDay] = [dayOf(dates, date), dayOf(dates, shown)]
  return day?.status === 'available' ? { ...flight, ...shownDay } : null
}

const dayOf = (dates: FlightView['dates'], date: string | null) =>
  date !== null && Object.hasOwn(dates, date) ? dates[date] : undefined

export const searchDirect: Tool = {
  name: 'search_direct_flight',
  description: 'Finds flights without a stop between two airports on one day.',
  parameters: ROUTE,
  effect: 'read',
  run: (db, { origin = null, destination = null, date = null }) => {
    const flights = [...FLIGHTS.rows(db)].map(([, flight]) => flight)
    const matching = flights.filter((flight) => flight.origin === origin && flight.destination === destination)
    return dumps(matching.flatMap((flight) => onDate(flight, keyOf(date)) ?? []))
  },
}

export const searchOneStop: Tool = {
  name: 'search_onestop_flight',
  description: 'Finds connections with one stop between two airports on one day.',
  parameters: ROUTE,
  effect: 'read',
  run: (db, { origin = null, destination = null, date = null }) => {
    const flights = [...FLIGHTS.rows(db)].map(([, flight]) => flight)
    const last = flights.filter((flight) => flight.destination === destination)
    const first = flights.filter((flight) => flight.origin === origin)
    return dumps(first.flatMap((flight) => connections(flight, last, date)))
  },
}

/** As tau-bench finds them: seats and prices of the second flight are those of the first day. */
function connections(first: FlightView, candidates: readonly FlightView[], date: Value): readonly Value[] {
  const seconds = candidates.filter(({ origin }) => origin === first.destination)
  return seconds.flatMap((second) => {
    const date2 = first.scheduled_arrival_time_est.includes('+1') ? nextDay(date) : keyOf(date)
    if (first.scheduled_arrival_time_est > second.scheduled_departure_time_est) return []
    if (dayOf(first.dates, keyOf(date)) === undefined) return []
    const shown1 = onDate(first, keyOf(date))
    const shown2 = dayOf(second.dates, date2) && shown1 ? onDate(second, date2, keyOf(date)) : null
    return shown1 && shown2
      ? [
          [
            { ...shown1, date },
            { ...shown2, date: date2 },
          ],
        ]
      : []
  })
}

function nextDay(date: Value): string {
  if (typeof date !== 'string') throw new PythonError(`'${typeName(date)}' object is not subscriptable`)
  const digits = date.slice(-2)
  if (/^\s*[+-]?\d+\s*$/.test(digits)) return `2024-05-${Number(digits) + 1}`
  throw new PythonError(`invalid literal for int() with base 10: '${digits}'`)
}
