import type { Rng } from '../../../core/data/rng.ts'
import type { Immutable } from '../../../core/data/types.ts'
import { type Database, NO_CHANGES, Session } from '../engine/database.ts'
import type { Requester } from '../engine/generated-tasks.ts'
import type { Fact } from '../engine/user.ts'
import { requestsOf } from './requests.ts'
import { ORDERS, PRODUCTS, USERS, type User } from './schema.ts'

/** Every customer of the shop with what it could ask for. */
export function customersOf(database: Database): readonly Requester[] {
  const db = new Session(database, NO_CHANGES)
  return [...USERS.rows(db)].map(([id, user]) => {
    const orders = user.orders.flatMap((order) => ORDERS.get(db, order) ?? [])
    const customer = {
      id,
      user,
      orders,
      productOf: (item: { product_id: string }) => PRODUCTS.get(db, item.product_id),
    }
    return {
      identity: (rng) => identityOf(rng, user),
      identify: { name: 'find_user_id_by_email', args: { email: user.email } },
      requests: (rng, count) => requestsOf(rng, customer, count),
    }
  })
}

const IDENTITY_WORDS = ['email', 'your name', 'who are you', 'zip', 'identity', 'identify']

function identityOf(rng: Rng, { name, email, address }: Immutable<User>): Fact {
  const byName = `I am ${name.first_name} ${name.last_name}, zip code ${address.zip}.`
  return { words: IDENTITY_WORDS, says: rng.chance(0.5) ? `My email address is ${email}.` : byName }
}
