import type { Session } from '../../engine/database.ts'
import { fields, listOf, text } from '../../engine/parameters.ts'
import { countOf, pythonText } from '../../engine/python-dict.ts'
import { isDict, iterate, keyOf, lengthOf, PythonError } from '../../engine/python-error.ts'
import { add, type Numeric, numberOf, roundToCents, subtract, type Value } from '../../engine/python-number.ts'
import { type Item, ORDERS, type Order, type PaymentMethod, PRODUCTS, USERS, variantIn } from '../schema.ts'
import { ORDER_ID } from './lookup.ts'

/*
 * What tools on orders have in common: items that are swapped, and methods that pay.
 */

export const PAYMENT_METHOD_ID = text("Payment method id, such as 'gift_card_0000000', from the user or the order.")
export const ITEM_IDS = listOf(text("Item id, such as '1008292230'."), 'Ids of items of the order; equal items repeat.')
export const NEW_ITEM_IDS = listOf(
  text("Item id, such as '1008292230'."),
  'Ids of the items to have instead, in the order of item_ids, each of the same product.',
)

/** Parameters of a swap of items. */
export const SWAP = fields({
  order_id: ORDER_ID,
  item_ids: ITEM_IDS,
  new_item_ids: NEW_ITEM_IDS,
  payment_method_id: PAYMENT_METHOD_ID,
})

/** The order, where it has this status; else what to answer. */
export function findOrder(db: Session, id: Value, status: string, otherwise: string): OrderView | string {
  const order = ORDERS.get(db, keyOf(id))
  if (!order) return 'Error: order not found'
  return order.status === status ? order : `Error: ${otherwise}`
}

export type OrderView = NonNullable<ReturnType<typeof ORDERS.get>>

export function editOrder(db: Session, { order_id }: OrderView): Order {
  const order = ORDERS.edit(db, order_id)
  if (order) return order
  throw new PythonError(`'${order_id}'`)
}

/** The id, where it is of a payment method of the user; else null. */
export function methodId(db: Session, { user_id }: OrderView, value: Value): string | null {
  const id = keyOf(value)
  return id !== null && Object.hasOwn(USERS.get(db, user_id)?.payment_methods ?? {}, id) ? id : null
}

export function methodOf(db: Session, { user_id }: Pick<OrderView, 'user_id'>, id: string): PaymentMethod {
  const method = USERS.edit(db, user_id)?.payment_methods[id]
  if (method) return method
  throw new PythonError(`'${id}'`)
}

/** As `methodOf`, for reading. */
export function methodSeen(db: Session, { user_id }: Pick<OrderView, 'user_id'>, id: string) {
  const method = USERS.get(db, user_id)?.payment_methods[id]
  if (method) return method
  throw new PythonError(`'${id}'`)
}

function balanceOf({ balance }: Pick<PaymentMethod, 'balance'>): Numeric {
  if (balance !== undefined) return balance
  throw new PythonError("'balance'")
}

/** Whether the method can pay this amount: a gift card needs the balance. */
export const canPay = (method: Pick<PaymentMethod, 'source' | 'balance'>, amount: Numeric): boolean =>
  method.source !== 'gift_card' || !(numberOf(balanceOf(method)) < numberOf(amount))

export function changeBalance(method: PaymentMethod, by: Numeric): void {
  method.balance = roundToCents(add(balanceOf(method), by))
}

/** Items to be replaced, with those that replace them, and what that adds to the price. */
interface Swap {
  readonly pairs: readonly (readonly [string, string])[]
  readonly difference: Numeric
}

/** The swap, where every item is there and every new one can be had; else what to answer. */
export function swapOf(db: Session, order: OrderView, itemIds: Value, newItemIds: Value): Swap | string {
  const missing = missingItem(order, itemIds)
  if (missing !== null) return `Error: ${missing} not found`
  if (lengthOf(itemIds) !== lengthOf(newItemIds)) return 'Error: the number of items to be exchanged should match'
  const replacements = iterate(newItemIds)
  const pairs: (readonly [string, string])[] = []
  let difference: Numeric = 0
  for (const [at, id] of iterate(itemIds).entries()) {
    const item = itemOf(order, String(id))
    const variant = variantOf(db, item, keyOf(replacements[at] ?? null))
    if (!variant?.available) return `Error: new item ${pythonText(replacements[at] ?? null)} not found or available`
    difference = add(difference, subtract(variant.price, item.price))
    pairs.push([String(id), variant.item_id])
  }
  return { pairs, difference }
}

/** First of the items that the order does not have, or has fewer times, as `str`; null where it has all. @throws PythonError */
export function missingItem({ items }: OrderView, itemIds: Value): string | null {
  const own = items.map(({ item_id }) => item_id)
  const wanted = iterate(itemIds)
  if (wanted.length > 0 && isDict(itemIds)) throw new PythonError("'dict' object has no attribute 'count'")
  const missing = wanted.find((id) => countOf(wanted, id) > countOf(own, id))
  return missing === undefined ? null : pythonText(missing)
}

export function itemOf<T extends Pick<Item, 'item_id'>>({ items }: { readonly items: readonly T[] }, id: string): T {
  const item = items.find(({ item_id }) => item_id === id)
  if (item) return item
  throw new PythonError('list index out of range')
}

export function variantOf(db: Session, { product_id }: Pick<Item, 'product_id'>, id: string | null) {
  const product = PRODUCTS.get(db, product_id)
  if (!product) throw new PythonError(`'${product_id}'`)
  return id === null ? undefined : variantIn(product, id)
}
