import type { Rng } from '../../../core/data/rng.ts'
import { near, type Project, times } from './project.ts'

const ITEMS = ['pen', 'cup', 'lamp', 'desk', 'book']

const lines = (rng: Rng): string[] =>
  times(rng.int(1, 4), () => `${rng.choice(ITEMS)}, ${rng.int(0, 4)}, ${rng.int(1, 30)}`)

const order = (rng: Rng): [string, number, number][] =>
  times(rng.int(0, 4), () => [rng.choice(ITEMS), rng.int(1, 5), rng.int(1, 30)])

const stock = (rng: Rng): Record<string, number> =>
  Object.fromEntries(
    rng
      .shuffle(ITEMS)
      .slice(0, rng.int(2, 4))
      .map((item) => [item, rng.int(0, 6)]),
  )

/** Orders of a shop: parsing, prices, stock. */
export const shop: Project = {
  name: 'shop',
  summary: 'Orders of a shop: reading them, their price, and what the stock can fill.',
  constants: { BULK: [10, 12, 15], RATE: [10, 20, 25], FREE: [60, 80, 100], FEE: [5, 7, 9], LOW: [2, 3] },
  modules: {
    lines: `"""Order lines as text."""


def parse_line(text):
    """Item, quantity and unit price of a line such as "pen, 2, 15"; None where the quantity is 0."""
    parts = [part.strip() for part in text.split(",")]
    item = parts[0].lower()
    quantity = int(parts[1])
    if quantity == 0:
        return None
    return [item, quantity, int(parts[2])]


def parse_order(texts):
    """The lines of an order, without those whose quantity is 0; quantities of equal items and prices are added."""
    found = []
    for text in texts:
        line = parse_line(text)
        if line == None:
            continue
        same = [other for other in found if other[0] == line[0] and other[2] == line[2]]
        if same:
            same[0][1] = same[0][1] + line[1]
        else:
            found.append(line)
    return found
`,
    pricing: `"""Prices of orders."""

BULK_FROM = {{BULK}}
BULK_PERCENT = {{RATE}}
FREE_SHIPPING_FROM = {{FREE}}


def line_price(quantity, price):
    """Price of a line: from {{BULK}} pieces on, {{RATE}} percent less, rounded down to a whole number."""
    full = quantity * price
    if quantity >= BULK_FROM:
        return full * (100 - BULK_PERCENT) // 100
    return full


def shipping(amount, fee={{FEE}}):
    """Shipping of goods for an amount: nothing from {{FREE}} on or where there is nothing to ship, else the fee ({{FEE}})."""
    if amount == 0 or amount >= FREE_SHIPPING_FROM:
        return 0
    return fee
`,
    orders: `"""Whole orders."""

from shop.lines import parse_order
from shop.pricing import line_price, shipping


def goods_price(order):
    """Price of all lines of an order, without shipping."""
    return sum(line_price(line[1], line[2]) for line in order)


def invoice(texts):
    """Goods, shipping and their sum, of an order as text."""
    goods = goods_price(parse_order(texts))
    ship = shipping(goods)
    return {"goods": goods, "shipping": ship, "sum": goods + ship}


def missing(order, stock):
    """Pieces that the stock lacks, by item, for the items of which it has too few."""
    wanted = {}
    for line in order:
        wanted[line[0]] = wanted.get(line[0], 0) + line[1]
    lacking = {}
    for item, count in wanted.items():
        held = stock.get(item, 0)
        if count > held:
            lacking[item] = count - held
    return lacking


def reorder(order, stock, least={{LOW}}):
    """Items of the stock, in alphabetical order, of which fewer than \`least\` ({{LOW}}) pieces are left after the order."""
    names = []
    for item in sorted(stock):
        sold = sum(line[1] for line in order if line[0] == item)
        if stock[item] - sold < least:
            names.append(item)
    return names
`,
  },
  calls: [
    {
      name: 'shop.lines.parse_line',
      draw: (rng) => [`${rng.choice(['Pen', ' cup', 'LAMP '])}, ${rng.int(0, 2)}, ${rng.int(1, 30)}`],
    },
    {
      name: 'shop.lines.parse_order',
      draw: (rng) => [rng.shuffle([...lines(rng), 'pen, 1, 5', 'pen, 2, 5', 'pen, 2, 6'].slice(0, rng.int(2, 7)))],
    },
    {
      name: 'shop.pricing.line_price',
      draw: (rng, { BULK = 0 }) => [rng.chance(0.6) ? near(rng, BULK) : rng.int(1, 30), rng.int(1, 30)],
    },
    {
      name: 'shop.pricing.shipping',
      draw: (rng, { FREE = 0 }) => [
        rng.chance(0.7) ? near(rng, FREE) : rng.int(0, 120),
        ...(rng.chance(0.3) ? [rng.int(1, 9)] : []),
      ],
    },
    { name: 'shop.orders.goods_price', draw: (rng) => [[...order(rng), ['cup', rng.int(8, 16), rng.int(1, 9)]]] },
    {
      name: 'shop.orders.invoice',
      draw: (rng) => [rng.chance(0.2) ? ['pen, 0, 4'] : [...lines(rng), `lamp, ${rng.int(8, 16)}, ${rng.int(1, 8)}`]],
    },
    { name: 'shop.orders.missing', draw: (rng) => [order(rng), stock(rng)] },
    {
      name: 'shop.orders.reorder',
      draw: (rng) => [order(rng), stock(rng), ...(rng.chance(0.3) ? [rng.int(1, 5)] : [])],
    },
  ],
}
