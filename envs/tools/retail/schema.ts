import type { Immutable } from '../../../core/data/types.ts'
import { Table } from '../engine/database.ts'
import type { Numeric, OrderedDict } from '../engine/python-number.ts'

/** Tables of an online shop, in the layout of tau-bench's retail domain. */
export interface User {
  name: { first_name: string; last_name: string }
  address: Address
  email: string
  payment_methods: { [id: string]: PaymentMethod }
  orders: string[]
}

export interface Address {
  address1: string
  address2: string
  city: string
  country: string
  state: string
  zip: string
}

export interface PaymentMethod {
  source: string
  id: string
  /** Balance of gift cards, in dollars. */
  balance?: Numeric
  brand?: string
  last_four?: string
}

export interface Order {
  order_id: string
  user_id: string
  address: Address
  items: Item[]
  fulfillments: { tracking_id: string[]; item_ids: string[] }[]
  status: string
  payment_history: Payment[]
  cancel_reason?: string
  exchange_items?: string[]
  exchange_new_items?: string[]
  exchange_payment_method_id?: string
  exchange_price_difference?: Numeric
  return_items?: string[]
  return_payment_method_id?: string
}

export interface Item {
  name: string
  product_id: string
  item_id: string
  price: Numeric
  options: { [name: string]: string }
}

export interface Payment {
  transaction_type: string
  amount: Numeric
  payment_method_id: string
}

export interface Product {
  name: string
  product_id: string
  /** By item id. */
  variants: OrderedDict<Variant> | { [itemId: string]: Variant }
}

export interface Variant {
  item_id: string
  options: { [name: string]: string }
  available: boolean
  price: Numeric
}

/** Variant of a product by item id. */
export function variantIn({ variants }: Immutable<Product>, itemId: string): Immutable<Variant> | undefined {
  if ('$dict' in variants) return (variants as OrderedDict<Immutable<Variant>>).$dict.find(([id]) => id === itemId)?.[1]
  return Object.hasOwn(variants, itemId) ? variants[itemId] : undefined
}

export const USERS = new Table<User>('users')
export const ORDERS = new Table<Order>('orders')
export const PRODUCTS = new Table<Product>('products')

/** Tables in the order that tau-bench hashes them in; each is a file of its data folder. */
export const TABLES: readonly string[] = ['orders', 'products', 'users']
