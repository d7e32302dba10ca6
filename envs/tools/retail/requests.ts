import type { Rng } from '../../../core/data/rng.ts'
import type { Immutable } from '../../../core/data/types.ts'
import type { ToolCall } from '../engine/execute.ts'
import { addressOf } from '../engine/generated-people.ts'
import type { Request } from '../engine/generated-tasks.ts'
import { numberOf, type Value } from '../engine/python-number.ts'
import type { Fact } from '../engine/user.ts'
import type { Item, Order, Product, User, Variant } from './schema.ts'

/** A customer with all that requests are made of. */
export interface Customer {
  readonly id: string
  readonly user: Immutable<User>
  readonly orders: readonly Immutable<Order>[]
  productOf(item: Immutable<Item>): Immutable<Product> | undefined
}

type Kind = (rng: Rng, customer: Customer, order: Immutable<Order>) => Request | null

/** Requests by the status of the order that they need. */
const KINDS: Readonly<Record<string, readonly Kind[]>> = {
  pending: [cancel, changeAddress, changeItem, changePayment],
  delivered: [returnItem, exchange],
}

/** Requests about different orders, in random order; as many as the customer's orders allow. */
export function requestsOf(rng: Rng, customer: Customer, count: number): readonly Request[] {
  const found: Request[] = []
  for (const order of rng.shuffle(customer.orders)) {
    if (found.length === count) break
    const kinds = rng.shuffle(KINDS[order.status] ?? [])
    const kind = kinds.find((each) => each(rng, customer, order) !== null)
    const made = kind?.(rng, customer, order) ?? null
    if (kind && made)
      found.push({ ...made, ...wordsOf(customer, order), again: (later) => kind(later, customer, order) })
  }
  return found
}

/** How the order may be spoken of without its number, and what may be asked about it. */
function wordsOf({ orders }: Customer, order: Immutable<Order>): Pick<Request, 'vague' | 'question'> {
  const isOnly = orders.every((other) => other === order || itemsOf(other) !== itemsOf(order))
  const paid = order.payment_history[0]?.amount
  return {
    ...(isOnly && { vague: `I do not have the number. It is the order of exactly ${itemsOf(order)}.` }),
    ...(paid !== undefined && {
      question: { says: `tell me what I paid for the order with ${itemsOf(order)}.`, output: `${numberOf(paid)}` },
    }),
  }
}

const orderFact = ({ order_id }: Immutable<Order>): Fact => ({
  words: ['order id', 'order number', 'which order'],
  says: `The order is ${order_id}.`,
})

const aboutOf = ({ order_id }: Immutable<Order>) => ({
  subject: `order ${order_id}`,
  look: { name: 'get_order_details', args: { order_id } },
})

const call = (name: string, args: { readonly [name: string]: Value }): ToolCall => ({ name, args })

function cancel(rng: Rng, _: Customer, order: Immutable<Order>): Request {
  const reason = rng.choice(['no longer needed', 'ordered by mistake'])
  return {
    says: `I want to cancel an order with ${itemsOf(order)}.`,
    facts: [orderFact(order), { words: ['reason', 'why'], says: `It is ${reason}.` }],
    call: call('cancel_pending_order', { order_id: order.order_id, reason }),
    ...aboutOf(order),
  }
}

function changeAddress(rng: Rng, _: Customer, order: Immutable<Order>): Request {
  const address = addressOf(rng)
  const { address1, address2, city, state, country, zip } = address
  return {
    says: `Please send my order with ${itemsOf(order)} to another address.`,
    facts: [
      orderFact(order),
      {
        words: ['address', 'where'],
        says: `Send it to ${address1}, ${address2}, ${city}, ${state} ${zip}, ${country}.`,
      },
    ],
    call: call('modify_pending_order_address', { order_id: order.order_id, ...address }),
    ...aboutOf(order),
  }
}

function changePayment(rng: Rng, { user }: Customer, order: Immutable<Order>): Request | null {
  const used = order.payment_history[0]?.payment_method_id
  const others = Object.values(user.payment_methods).filter(({ id, source }) => id !== used && source !== 'gift_card')
  if (others.length === 0) return null
  const { id } = rng.choice(others)
  return {
    says: `I would like to pay for my order with ${itemsOf(order)} another way.`,
    facts: [orderFact(order), { words: ['pay', 'method', 'card'], says: `Use ${id}.` }],
    call: call('modify_pending_order_payment', { order_id: order.order_id, payment_method_id: id }),
    ...aboutOf(order),
  }
}

function changeItem(rng: Rng, customer: Customer, order: Immutable<Order>): Request | null {
  return swap(rng, customer, order, 'modify_pending_order_items', 'change')
}

function exchange(rng: Rng, customer: Customer, order: Immutable<Order>): Request | null {
  return swap(rng, customer, order, 'exchange_delivered_order_items', 'exchange')
}

/** Another item of the same product, paid for or refunded by the card or account that paid. */
function swap(rng: Rng, customer: Customer, order: Immutable<Order>, tool: string, verb: string): Request | null {
  const item = rng.choice(order.items)
  const others = variantsOf(customer.productOf(item)).filter(
    ({ item_id, available }) => available && item_id !== item.item_id,
  )
  const paid = order.payment_history[0]?.payment_method_id
  if (others.length === 0 || paid === undefined) return null
  const other = rng.choice(others)
  return {
    says: `I want to ${verb} the ${item.name} in one of my orders.`,
    facts: [
      orderFact(order),
      { words: ['which', 'option', 'instead', 'item', 'prefer'], says: `I would rather have ${optionsOf(other)}.` },
      { words: ['pay', 'method', 'refund', 'card'], says: `Settle the difference with ${paid}.` },
    ],
    call: call(tool, {
      order_id: order.order_id,
      item_ids: [item.item_id],
      new_item_ids: [other.item_id],
      payment_method_id: paid,
    }),
    ...aboutOf(order),
  }
}

function returnItem(rng: Rng, _: Customer, order: Immutable<Order>): Request | null {
  const item = rng.choice(order.items)
  const paid = order.payment_history[0]?.payment_method_id
  if (paid === undefined) return null
  return {
    says: `I want to return the ${item.name} that I got.`,
    facts: [
      orderFact(order),
      { words: ['refund', 'method', 'card', 'pay'], says: `Refund it to ${paid}.` },
      { words: ['which item', 'what item', 'items'], says: `Only the ${item.name} (${optionsOf(item)}).` },
    ],
    call: call('return_delivered_order_items', {
      order_id: order.order_id,
      item_ids: [item.item_id],
      payment_method_id: paid,
    }),
    ...aboutOf(order),
  }
}

const itemsOf = ({ items }: Immutable<Order>): string => items.map(({ name }) => `a ${name}`).join(' and ')

const optionsOf = ({ options }: { readonly options: { readonly [name: string]: string } }): string =>
  Object.entries(options)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')

const variantsOf = (product: Immutable<Product> | undefined): readonly Immutable<Variant>[] => {
  const variants = product?.variants
  if (variants === undefined) return []
  return '$dict' in variants
    ? (variants.$dict as readonly (readonly [string, Immutable<Variant>])[]).map(([, variant]) => variant)
    : Object.values(variants)
}
