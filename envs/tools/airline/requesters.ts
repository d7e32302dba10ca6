import { type Database, NO_CHANGES, Session } from '../engine/database.ts'
import type { Requester } from '../engine/generated-tasks.ts'
import { requestsOf } from './requests.ts'
import { FLIGHTS, RESERVATIONS, USERS } from './schema.ts'

/** Every traveller of the airline with what it could ask for. */
export function travellersOf(database: Database): readonly Requester[] {
  const db = new Session(database, NO_CHANGES)
  const flights = [...FLIGHTS.rows(db)].map(([, flight]) => flight)
  return [...USERS.rows(db)].map(([id, user]) => {
    const reservations = user.reservations.flatMap((reservation) => RESERVATIONS.get(db, reservation) ?? [])
    const traveller = { id, user, reservations, flights }
    return {
      identity: () => ({ words: ['user id', 'who are you', 'identify', 'your id'], says: `My user id is ${id}.` }),
      identify: { name: 'get_user_details', args: { user_id: id } },
      requests: (rng, count) => requestsOf(rng, traveller, count),
    }
  })
}
