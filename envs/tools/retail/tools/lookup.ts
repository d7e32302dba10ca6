import { compareCodePoints } from '../../../../core/cpython/text.ts'
import type { Session } from '../../engine/database.ts'
import { fields, text } from '../../engine/parameters.ts'
import { dumps } from '../../engine/python-dict.ts'
import { isEqual, keyOf, lower } from '../../engine/python-error.ts'
import type { Tool } from '../../engine/tool.ts'
import { ORDERS, PRODUCTS, USERS } from '../schema.ts'

export const ORDER_ID = text("Order id with its leading '#', such as '#W0000000'.")

export const findUserByEmail: Tool = {
  name: 'find_user_id_by_email',
  description: 'Finds the id of a user by email address.',
  parameters: fields({ email: text("Email address, such as 'someone@example.com'.") }),
  effect: 'read',
  run: (db, { email = null }) => {
    for (const [id, user] of USERS.rows(db)) if (user.email.toLowerCase() === lower(email)) return id
    return 'Error: user not found'
  },
}

export const findUserByNameAndZip: Tool = {
  name: 'find_user_id_by_name_zip',
  description: 'Finds the id of a user by name and zip code, for users who do not give an email address.',
  parameters: fields({
    first_name: text("First name, such as 'Ada'."),
    last_name: text("Last name, such as 'Byron'."),
    zip: text("Zip code, such as '12345'."),
  }),
  effect: 'read',
  run: (db, { first_name = null, last_name = null, zip = null }) => {
    for (const [id, { name, address }] of USERS.rows(db)) {
      const isNamed =
        name.first_name.toLowerCase() === lower(first_name) && name.last_name.toLowerCase() === lower(last_name)
      if (isNamed && isEqual(address.zip, zip)) return id
    }
    return 'Error: user not found'
  },
}

export const getUser: Tool = {
  name: 'get_user_details',
  description: 'Shows a user: name, address, email, payment methods and order ids.',
  parameters: fields({ user_id: text("User id, such as 'ada_byron_123'.") }),
  effect: 'read',
  run: (db, { user_id = null }) => shown(USERS.get(db, keyOf(user_id)), 'user'),
}

export const getOrder: Tool = {
  name: 'get_order_details',
  description: 'Shows an order: status, items, address and payments.',
  parameters: fields({ order_id: ORDER_ID }),
  effect: 'read',
  run: (db, { order_id = null }) => shown(ORDERS.get(db, keyOf(order_id)), 'order'),
}

export const getProduct: Tool = {
  name: 'get_product_details',
  description: 'Shows a product type: all its items with options, price and availability.',
  parameters: fields({ product_id: text("Product id, such as '6086499569'; item ids are others.") }),
  effect: 'read',
  run: (db, { product_id = null }) => shown(PRODUCTS.get(db, keyOf(product_id)), 'product'),
}

export const listProducts: Tool = {
  name: 'list_all_product_types',
  description: 'Lists the names and product ids of all product types.',
  parameters: fields({}),
  effect: 'read',
  run: (db) => dumps(Object.fromEntries(productIds(db))),
}

const productIds = (db: Session): readonly (readonly [string, string])[] =>
  [...PRODUCTS.rows(db)]
    .map(([, { name, product_id }]) => [name, product_id] as const)
    .toSorted(([a], [b]) => compareCodePoints(a, b))

const shown = (row: object | undefined, noun: string): string => (row ? dumps(row) : `Error: ${noun} not found`)
