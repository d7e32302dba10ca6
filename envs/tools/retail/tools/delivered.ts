import { fields } from '../../engine/parameters.ts'
import { dumps, sortedTexts } from '../../engine/python-dict.ts'
import { iterate, PythonError } from '../../engine/python-error.ts'
import { roundToCents } from '../../engine/python-number.ts'
import type { Tool } from '../../engine/tool.ts'
import { ORDER_ID } from './lookup.ts'
import {
  canPay,
  editOrder,
  findOrder,
  ITEM_IDS,
  methodId,
  methodSeen,
  missingItem,
  PAYMENT_METHOD_ID,
  SWAP,
  swapOf,
} from './orders.ts'

export const exchangeItems: Tool = {
  name: 'exchange_delivered_order_items',
  description:
    'Requests the exchange of items of a delivered order for others of the same products; once an order. Ask the user to confirm before the call.',
  parameters: SWAP,
  effect: 'write',
  run(db, { order_id = null, item_ids = null, new_item_ids = null, payment_method_id = null }) {
    const found = findOrder(db, order_id, 'delivered', 'non-delivered order cannot be exchanged')
    if (typeof found === 'string') return found
    const swap = swapOf(db, found, item_ids, new_item_ids)
    if (typeof swap === 'string') return swap
    const difference = roundToCents(swap.difference)
    const id = methodId(db, found, payment_method_id)
    if (id === null) return 'Error: payment method not found'
    if (!canPay(methodSeen(db, found, id), difference))
      return 'Error: insufficient gift card balance to pay for the price difference'
    const order = editOrder(db, found)
    order.status = 'exchange requested'
    order.exchange_items = [...sortedTexts(iterate(item_ids))]
    order.exchange_new_items = [...sortedTexts(iterate(new_item_ids))]
    order.exchange_payment_method_id = id
    order.exchange_price_difference = difference
    return dumps(order)
  },
}

export const returnItems: Tool = {
  name: 'return_delivered_order_items',
  description:
    'Requests the return of items of a delivered order, refunded to the original payment method or a gift card. Ask the user to confirm before the call.',
  parameters: fields({ order_id: ORDER_ID, item_ids: ITEM_IDS, payment_method_id: PAYMENT_METHOD_ID }),
  effect: 'write',
  run(db, { order_id = null, item_ids = null, payment_method_id = null }) {
    const found = findOrder(db, order_id, 'delivered', 'non-delivered order cannot be returned')
    if (typeof found === 'string') return found
    const id = methodId(db, found, payment_method_id)
    if (id === null) return 'Error: payment method not found'
    const [first] = found.payment_history
    if (first === undefined) throw new PythonError('list index out of range')
    if (!id.includes('gift_card') && id !== first.payment_method_id)
      return 'Error: payment method should be either the original payment method or a gift card'
    if (missingItem(found, item_ids) !== null) return 'Error: some item not found'
    const order = editOrder(db, found)
    order.status = 'return requested'
    order.return_items = [...sortedTexts(iterate(item_ids))]
    order.return_payment_method_id = id
    return dumps(order)
  },
}
