import { Table } from '../engine/database.ts'
import type { Numeric } from '../engine/python-number.ts'

/** Tables of an airline, in the layout of tau-bench's airline domain. */
export interface User {
  name: { first_name: string; last_name: string }
  address: { [field: string]: string }
  email: string
  dob: string
  payment_methods: { [id: string]: PaymentMethod }
  saved_passengers: Passenger[]
  membership: string
  reservations: string[]
}

export interface PaymentMethod {
  source: string
  id: string
  /** Amount of gift cards and certificates, in dollars. */
  amount?: Numeric
  brand?: string
  last_four?: string
}

export interface Passenger {
  first_name: string
  last_name: string
  dob: string
}

export interface Flight {
  flight_number: string
  origin: string
  destination: string
  scheduled_departure_time_est: string
  scheduled_arrival_time_est: string
  dates: { [date: string]: FlightDate }
}

export interface FlightDate {
  status: string
  available_seats?: { [cabin: string]: Numeric }
  prices?: { [cabin: string]: Numeric }
}

export interface Reservation {
  reservation_id: string
  user_id: string
  origin: string
  destination: string
  flight_type: string
  cabin: string
  flights: BookedFlight[]
  passengers: Passenger[]
  payment_history: { payment_id: string; amount: Numeric }[]
  created_at: string
  total_baggages: Numeric
  nonfree_baggages: Numeric
  insurance: string
  status?: string
}

export interface BookedFlight {
  flight_number: string
  date: string
  price: Numeric
  origin: string
  destination: string
}

export const USERS = new Table<User>('users')
export const FLIGHTS = new Table<Flight>('flights')
export const RESERVATIONS = new Table<Reservation>('reservations')

/** Tables of the domain; each is a file of tau-bench's data folder. */
export const TABLES: readonly string[] = ['flights', 'reservations', 'users']
