import { fields, oneOf, text } from '../../engine/parameters.ts'
import { dumps } from '../../engine/python-dict.ts'
import { keyOf, PythonError } from '../../engine/python-error.ts'
import { absolute, numberOf, subtract, type Value } from '../../engine/python-number.ts'
import type { Tool } from '../../engine/tool.ts'
import { type Item, type Order, USERS, type Variant } from '../schema.ts'
import { ORDER_ID } from './lookup.ts'
import {
  canPay,
  changeBalance,
  editOrder,
  findOrder,
  itemOf,
  methodId,
  methodOf,
  methodSeen,
  PAYMENT_METHOD_ID,
  SWAP,
  swapOf,
  variantOf,
} from './orders.ts'

const REASONS: readonly Value[] = ['no longer needed', 'ordered by mistake']

export const cancelOrder: Tool = {
  name: 'cancel_pending_order',
  description:
    'Cancels a pending order and refunds its payments; gift cards at once. Ask the user to confirm before the call.',
  parameters: fields({
    order_id: ORDER_ID,
    reason: oneOf('Why the user cancels.', ['no longer needed', 'ordered by mistake']),
  }),
  effect: 'write',
  run(db, { order_id = null, reason = null }) {
    const found = findOrder(db, order_id, 'pending', 'non-pending order cannot be cancelled')
    if (typeof found === 'string') return found
    if (!REASONS.includes(reason)) return 'Error: invalid reason'
    const order = editOrder(db, found)
    const refunds = order.payment_history.map((payment) => ({ ...payment, transaction_type: 'refund' }))
    for (const { amount, payment_method_id } of refunds)
      if (payment_method_id.includes('gift_card')) changeBalance(methodOf(db, order, payment_method_id), amount)
    Object.assign(order, { status: 'cancelled', cancel_reason: reason })
    order.payment_history.push(...refunds.map(inPaymentOrder))
    return dumps(order)
  },
}

const inPaymentOrder = ({ transaction_type, amount, payment_method_id }: Order['payment_history'][number]) => ({
  transaction_type,
  amount,
  payment_method_id,
})

export const changeAddress: Tool = {
  name: 'modify_pending_order_address',
  description: 'Changes the shipping address of a pending order. Ask the user to confirm before the call.',
  parameters: fields({ order_id: ORDER_ID, ...addressFields() }),
  effect: 'write',
  run(db, { order_id = null, ...address }) {
    const found = findOrder(db, order_id, 'pending', 'non-pending order cannot be modified')
    if (typeof found === 'string') return found
    const order = editOrder(db, found)
    Object.assign(order, { address: addressOf(address) })
    return dumps(order)
  },
}

export const changeUserAddress: Tool = {
  name: 'modify_user_address',
  description: 'Changes the default address of a user. Ask the user to confirm before the call.',
  parameters: fields({ user_id: text("User id, such as 'ada_byron_123'."), ...addressFields() }),
  effect: 'write',
  run(db, { user_id = null, ...address }) {
    const key = keyOf(user_id)
    const user = key === null ? undefined : USERS.edit(db, key)
    if (!user) return 'Error: user not found'
    Object.assign(user, { address: addressOf(address) })
    return dumps(user)
  },
}

function addressFields() {
  return {
    address1: text("First line, such as '123 Main St'."),
    address2: text("Second line, such as 'Apt 1', or ''."),
    city: text("City, such as 'San Francisco'."),
    state: text("State, such as 'CA'."),
    country: text("Country, such as 'USA'."),
    zip: text("Zip code, such as '12345'."),
  }
}

const addressOf = ({ address1, address2, city, state, country, zip }: { readonly [field: string]: Value }) => ({
  ...{ address1, address2, city, state, country, zip },
})

export const changeItems: Tool = {
  name: 'modify_pending_order_items',
  description:
    'Replaces items of a pending order by others of the same products; once an order. Ask the user to confirm before the call.',
  parameters: SWAP,
  effect: 'write',
  run(db, { order_id = null, item_ids = null, new_item_ids = null, payment_method_id = null }) {
    const found = findOrder(db, order_id, 'pending', 'non-pending order cannot be modified')
    if (typeof found === 'string') return found
    const swap = swapOf(db, found, item_ids, new_item_ids)
    if (typeof swap === 'string') return swap
    const id = methodId(db, found, payment_method_id)
    if (id === null) return 'Error: payment method not found'
    const method = methodSeen(db, found, id)
    const { difference } = swap
    if (!canPay(method, difference)) return 'Error: insufficient gift card balance to pay for the new item'
    const order = editOrder(db, found)
    const transaction_type = numberOf(difference) > 0 ? 'payment' : 'refund'
    order.payment_history.push({ transaction_type, amount: absolute(difference), payment_method_id: id })
    if (method.source === 'gift_card') changeBalance(methodOf(db, order, id), subtract(0, difference))
    for (const [from, to] of swap.pairs) replaceItem(itemOf(order, from), variantOf(db, itemOf(order, from), to))
    order.status = 'pending (item modified)'
    return dumps(order)
  },
}

function replaceItem(item: Item, variant: Readonly<Variant> | undefined): void {
  if (variant) Object.assign(item, { item_id: variant.item_id, price: variant.price, options: { ...variant.options } })
}

export const changePayment: Tool = {
  name: 'modify_pending_order_payment',
  description: 'Changes the payment method of a pending order. Ask the user to confirm before the call.',
  parameters: fields({ order_id: ORDER_ID, payment_method_id: PAYMENT_METHOD_ID }),
  effect: 'write',
  run(db, { order_id = null, payment_method_id = null }) {
    const found = findOrder(db, order_id, 'pending', 'non-pending order cannot be modified')
    if (typeof found === 'string') return found
    const id = methodId(db, found, payment_method_id)
    if (id === null) return 'Error: payment method not found'
    const [first, ...others] = found.payment_history
    if (first === undefined) throw new PythonError('list index out of range')
    if (others.length > 0 || first.transaction_type !== 'payment')
      return 'Error: there should be exactly one payment for a pending order'
    if (first.payment_method_id === id) return 'Error: the new payment method should be different from the current one'
    const { amount, payment_method_id: before } = first
    const method = methodSeen(db, found, id)
    if (!canPay(method, amount)) return 'Error: insufficient gift card balance to pay for the order'
    const order = editOrder(db, found)
    order.payment_history.push(
      { transaction_type: 'payment', amount, payment_method_id: id },
      { transaction_type: 'refund', amount, payment_method_id: before },
    )
    if (method.source === 'gift_card') changeBalance(methodOf(db, found, id), subtract(0, amount))
    if (before.includes('gift_card')) changeBalance(methodOf(db, found, before), amount)
    return dumps(order)
  },
}
