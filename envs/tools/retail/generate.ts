import { deriveKey, keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { type Database, rowsOf } from '../engine/database.ts'
import { addressOf, creditCardOf, digits, type Person, peopleOf } from '../engine/generated-people.ts'
import { add, float, type Numeric, roundToCents } from '../engine/python-number.ts'
import { type GeneratedProduct, productsOf } from './products.ts'
import type { Item, Order, PaymentMethod, User } from './schema.ts'

/** Streams of the generator, under the key of the seed. */
const [PRODUCT_STREAM, PEOPLE_STREAM, ORDER_STREAM] = [0, 1, 2]

const USERS = 60
/** As often as the real shop has them; `processed` orders can be neither changed nor returned. */
const STATUSES = ['pending', 'pending', 'delivered', 'delivered', 'processed'] as const

/** A shop of our own: products, users and orders, all a function of the seed. */
export function generateShop(seed: number): Database {
  const rng = (stream: number): Rng => new Rng(deriveKey(keyOfSeed(seed), stream, 0), 0)
  const products = productsOf(rng(PRODUCT_STREAM))
  const people = peopleOf(rng(PEOPLE_STREAM), USERS)
  const random = rng(ORDER_STREAM)
  const shops = people.map((person) => customerOf(random, person, products))
  return {
    tables: new Map([
      ['orders', rowsOf(shops.flatMap(({ orders }) => orders.map((order) => [order.order_id, order] as const)))],
      ['products', rowsOf(products.map((product) => [product.product_id, product] as const))],
      ['users', rowsOf(shops.map(({ id, user }) => [id, user] as const))],
    ]),
  }
}

function customerOf(rng: Rng, person: Person, products: readonly GeneratedProduct[]) {
  const methods = methodsOf(rng)
  const orders = Array.from({ length: rng.int(1, 4) }, () => orderOf(rng, person.id, methods, products))
  const { id, first_name, last_name, email } = person
  const user: User = {
    name: { first_name, last_name },
    address: addressOf(rng),
    email,
    payment_methods: Object.fromEntries(methods.map((method) => [method.id, method])),
    orders: orders.map(({ order_id }) => order_id),
  }
  return { id, user, orders }
}

/** One to three ways of paying, a gift card among them for most. */
function methodsOf(rng: Rng): readonly PaymentMethod[] {
  const gift = (): PaymentMethod => ({
    source: 'gift_card',
    balance: rng.int(10, 300),
    id: `gift_card_${digits(rng, 7)}`,
  })
  const paypal = (): PaymentMethod => ({ source: 'paypal', id: `paypal_${digits(rng, 7)}` })
  return [creditCardOf(rng), ...(rng.chance(0.7) ? [gift()] : []), ...(rng.chance(0.4) ? [paypal()] : [])]
}

function orderOf(
  rng: Rng,
  userId: string,
  methods: readonly PaymentMethod[],
  products: readonly GeneratedProduct[],
): Order {
  const items = rng
    .shuffle(products)
    .slice(0, rng.int(1, 4))
    .map((product) => itemOf(rng, product))
  const amount = items.reduce<Numeric>((sum, { price }) => roundToCents(add(sum, price)), float(0))
  const status = rng.choice(STATUSES)
  const paid = rng.choice(methods.filter(({ source }) => source !== 'gift_card'))
  const shipped = { tracking_id: [digits(rng, 12)], item_ids: items.map(({ item_id }) => item_id) }
  return {
    order_id: `#W${digits(rng, 7)}`,
    user_id: userId,
    address: addressOf(rng),
    items,
    fulfillments: status === 'pending' ? [] : [shipped],
    status,
    payment_history: [{ transaction_type: 'payment', amount, payment_method_id: paid.id }],
  }
}

function itemOf(rng: Rng, { name, product_id, variants }: GeneratedProduct): Item {
  const [, { item_id, price, options }] = rng.choice(variants.$dict)
  return { name, product_id, item_id, price, options: { ...options } }
}
