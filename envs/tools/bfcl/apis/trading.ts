import { integer, listOf, number, text } from '../../engine/parameters.ts'
import { type Api, asDict, error, type Instance, method, optional, randomFrom, withDefaults } from '../api.ts'
import { absolute, add, multiply, subtract } from '../python/arithmetic.ts'
import { momentFrom, momentText } from '../python/dates.ts'
import {
  assign,
  compare,
  contains,
  dictWith,
  equals,
  item,
  iterate,
  listWith,
  noAttribute,
  textWith,
  toFloat,
  toInt,
  truthy,
} from '../python/operations.ts'
import { fixed2, repr, str } from '../python/text.ts'
import { dict, type Py, PyDict } from '../python/value.ts'
import { STOCKS, SYMBOLS } from './trading-data.ts'

const loggedOut = (purpose: string): PyDict => error(`User not authenticated. Please log in to ${purpose}.`)

const TRADING_SEED = 1053520n
const NOW = Date.UTC(2024, 8, 1, 10, 30)
const SECONDS_OF_DAY = 86_400

const isAuthenticated = (self: Instance): boolean => truthy(self.get('authenticated'))
const stocksOf = (self: Instance): PyDict => asDict(self.get('stocks'))
const ordersOf = (self: Instance): PyDict => asDict(self.get('orders'))

/** `value.copy()` of a dict. @throws PythonError */
const copyOf = (value: Py): PyDict =>
  value instanceof PyDict ? new PyDict(value.entries()) : noAttribute(value, 'copy')

/** A moment of the day after the present one. */
const timestamp = (self: Instance): string =>
  momentText(NOW + 1000 * Number(self.draw((random) => random.randint(0, SECONDS_OF_DAY))))

function stockInfo(self: Instance, symbol: Py): Py {
  const stock = stocksOf(self).get(symbol)
  if (stock === undefined) return error(`Stock with symbol '${str(symbol)}' not found.`)
  if (!self.filler) return stock
  const copy = copyOf(stock)
  copy.set('MA(5)', self.filler.shortAverages)
  copy.set('MA(20)', self.filler.longAverages)
  return copy
}

function orderDetails(self: Instance, id: Py): Py {
  const orders = ordersOf(self)
  const order = orders.get(id)
  if (order === undefined)
    return error(`Order with ID ${str(id)} not found.Here is the list of orders_id: ${repr(orders.keys())}`)
  if (!self.filler) return order
  const copy = copyOf(order)
  const symbol = str(item(copy, 'symbol'))
  const metadata = [...self.filler.orderDetails.entries()].map(
    ([key, value]) => [key, str(value).replaceAll('{symbol}', symbol)] as const,
  )
  copy.set('metadata', new PyDict(metadata))
  return copy
}

function cancel(self: Instance, id: Py): PyDict {
  const order = asDict(self.edit('orders')).get(id)
  if (order === undefined) return error(`Order with ID ${str(id)} not found.`)
  if (equals(item(order, 'status'), 'Completed'))
    return error(`Can't cancel order ${str(id)}. Order is already completed.`)
  assign(order, 'status', 'Cancelled')
  return dict({ order_id: id, status: 'Cancelled' })
}

function place(self: Instance, type: Py, symbol: Py, price: Py, amount: Py): PyDict {
  if (!isAuthenticated(self)) return loggedOut('place an order')
  if (!stocksOf(self).has(symbol)) return error(`Invalid stock symbol: ${str(symbol)}`)
  if (compare(price, '<=', 0n) || compare(amount, '<=', 0n)) return error('Price and amount must be positive values.')
  const problem = textWith(type, 'lower').toLowerCase() === 'buy' ? shortage(self, price, amount) : null
  if (problem) return problem
  const [id, cost] = [self.get('order_counter'), toFloat(price)]
  const order = dict({ id, order_type: type, symbol, price: cost, amount, status: 'Open' })
  asDict(self.edit('orders')).set(id, order)
  self.set('order_counter', add(id, 1n, '+='))
  return dict({ order_id: id, order_type: type, status: 'Pending', price: cost, amount })
}

/** What is wrong where the account cannot pay. */
function shortage(self: Instance, price: Py, amount: Py): PyDict | null {
  const cost = toFloat(multiply(toFloat(price), toInt(amount)))
  const balance = dictWith(self.get('account_info'), 'get').get('balance') ?? 0n
  if (!compare(cost, '>', balance)) return null
  const available = typeof balance === 'bigint' || typeof balance === 'number' ? fixed2(balance) : str(balance)
  return error(`Insufficient funds: required $${fixed2(cost)} but only $${available} available.`)
}

function withdraw(self: Instance, amount: Py): PyDict {
  if (!isAuthenticated(self)) return loggedOut('make a transaction')
  if (!equals(self.get('market_status'), 'Open')) return error('Market is closed. Transactions are not allowed.')
  if (compare(amount, '<=', 0n)) return error('Transaction amount must be positive.')
  const balance = item(self.get('account_info'), 'balance')
  if (compare(amount, '>', balance)) return error('Insufficient funds for withdrawal.')
  return transact(self, 'withdrawal', amount, subtract(balance, amount, '-='), 'Withdrawal successful')
}

function fund(self: Instance, amount: Py): PyDict {
  if (!isAuthenticated(self)) return loggedOut('fund the account')
  if (compare(amount, '<=', 0n)) return error('Funding amount must be positive.')
  const balance = item(self.get('account_info'), 'balance')
  return transact(self, 'deposit', amount, add(balance, amount, '+='), 'Account funded successfully')
}

function transact(self: Instance, type: string, amount: Py, balance: Py, status: string): PyDict {
  assign(self.edit('account_info'), 'balance', balance)
  const transaction = dict({ type, amount, timestamp: timestamp(self) })
  listWith(self.edit('transaction_history'), 'append').push(transaction)
  return dict({ status, new_balance: balance })
}

function removeFromWatchList(self: Instance, symbol: Py): PyDict {
  if (!isAuthenticated(self)) return loggedOut('modify the watchlist')
  const list = listWith(self.get('watch_list'), 'remove')
  const at = list.findIndex((each) => equals(each, symbol))
  if (at === -1) return error(`Stock ${str(symbol)} not found in watchlist.`)
  self.set('watch_list', list.toSpliced(at, 1))
  return dict({ status: `Stock ${str(symbol)} removed from watchlist successfully.` })
}

function watchList(self: Instance): Py {
  if (!isAuthenticated(self)) return ['Error: User not authenticated. Please log in to view the watchlist.']
  const list = self.get('watch_list')
  return self.filler ? [...listWith(list, 'copy'), ...self.filler.watchList] : dict({ watchlist: list })
}

function addToWatchList(self: Instance, stock: Py): PyDict {
  const isNew = !contains(self.get('watch_list'), stock)
  if (isNew && stocksOf(self).has(stock)) listWith(self.edit('watch_list'), 'append').push(stock)
  return dict({ watchlist: self.get('watch_list') })
}

function transactions(self: Instance, start: Py, end: Py): Py {
  if (!isAuthenticated(self)) return [error('User not authenticated. Please log in to view transaction history.')]
  const from = truthy(start) ? momentFrom(start) : -Infinity
  const to = truthy(end) ? momentFrom(end) : Infinity
  const found = iterate(self.get('transaction_history')).filter((each) => {
    const moment = momentFrom(item(each, 'timestamp'), true)
    return from <= moment && moment <= to
  })
  return dict({ transaction_history: [...found, ...(self.filler?.transactions ?? [])] })
}

function availableStocks(self: Instance, sector: Py): PyDict {
  const sectors = new PyDict([
    ['Technology', ['AAPL', 'GOOG', 'MSFT', 'NVDA', ...(self.filler?.technology ?? [])]],
    ['Automobile', ['TSLA', 'F', 'GM', ...(self.filler?.automobile ?? [])]],
  ])
  return dict({ stock_list: sectors.get(sector) ?? [] })
}

function byPrice(self: Instance, symbols: Py, least: Py, most: Py): PyDict {
  const priceOf = (symbol: Py): Py => dictWith(stocksOf(self).get(symbol) ?? new PyDict(), 'get').get('price') ?? 0n
  const isWithin = (symbol: Py): boolean =>
    compare(priceOf(symbol), '>=', least) && compare(priceOf(symbol), '<=', most)
  return dict({ filtered_stocks: iterate(symbols).filter(isWithin) })
}

function priceChanges(self: Instance, symbols: Py, threshold: Py): PyDict {
  const stocks = stocksOf(self)
  const changed = iterate(symbols).filter((symbol) => {
    const stock = stocks.get(symbol)
    return stock !== undefined && compare(absolute(item(stock, 'percent_change')), '>=', threshold)
  })
  if (changed.length === 0) return dict({ notification: 'No significant price changes in the selected stocks.' })
  return dict({ notification: `Stocks ${changed.map(str).join(', ')} have significant price changes.` })
}

function login(self: Instance): PyDict {
  if (isAuthenticated(self)) return dict({ status: 'Already logged in' })
  self.set('authenticated', true)
  return dict({ status: 'Logged in successfully' })
}

function logout(self: Instance): PyDict {
  if (!isAuthenticated(self)) return dict({ status: 'No user is currently logged in' })
  self.set('authenticated', false)
  return dict({ status: 'Logged out successfully' })
}

const order = (id: bigint, type: string, symbol: string, price: number, amount: bigint, status: string): PyDict =>
  dict({ id, order_type: type, symbol, price, amount, status })

/** Keys of digits are numbers. */
const numbered = (orders: Py): PyDict =>
  new PyDict(
    [...dictWith(orders, 'items').entries()].map(([key, value]) =>
      typeof key === 'string' && /^\d+$/.test(key) ? ([BigInt(key), value] as const) : ([key, value] as const),
    ),
  )

const orderId = { order_id: integer('Id of the order.') }
const amount = { amount: number('The amount.') }
const symbol = { symbol: text('Symbol of the stock.') }
const symbols = { stocks: listOf(text('A symbol.'), 'Symbols of the stocks.') }
const date = (description: string) => optional(text(description), () => null)

/** Stocks, orders and an account. */
export const TradingBot: Api = {
  name: 'TradingBot',
  description: 'A trading system: stocks, orders, an account and a watch list.',
  load(scenario, filler) {
    const attributes = withDefaults(scenario, {
      orders: new PyDict([
        [12345n, order(12345n, 'Buy', 'AAPL', 210.65, 10n, 'Completed')],
        [12446n, order(12446n, 'Sell', 'GOOG', 2840.56, 5n, 'Pending')],
      ]),
      account_info: dict({ account_id: 12345n, balance: 10000.0, binding_card: 1974202140965533n }),
      authenticated: false,
      market_status: 'Closed',
      order_counter: 12446n,
      stocks: STOCKS(),
      watch_list: ['NVDA'],
      transaction_history: [],
    })
    return {
      ...attributes,
      orders: numbered(attributes.orders ?? null),
      long_context: filler !== null,
      _random: randomFrom(scenario, TRADING_SEED),
    }
  },
  methods: [
    method('get_current_time', 'The time of day.', {}, () => dict({ current_time: '10:30 AM' })),
    method(
      'get_symbol_by_name',
      'Symbol of a company’s stock.',
      { name: text('Name of the company.') },
      (_, name: Py) => dict({ symbol: SYMBOLS.get(name) ?? 'Stock not found' }),
    ),
    method('get_stock_info', 'Price and averages of a stock.', symbol, stockInfo),
    method('get_order_details', 'An order.', orderId, orderDetails),
    method('cancel_order', 'Cancels an order.', orderId, cancel),
    method(
      'place_order',
      'Places an order.',
      {
        order_type: text('`Buy` or `Sell`.'),
        ...symbol,
        price: number('Price of one share.'),
        amount: integer('Number of shares.'),
      },
      place,
    ),
    method('withdraw_funds', 'Takes money from the account.', amount, withdraw),
    method('get_account_info', 'The account.', {}, (self) =>
      isAuthenticated(self) ? self.get('account_info') : loggedOut('view account information'),
    ),
    method(
      'trading_login',
      'Logs a user in.',
      { username: text('Name of the user.'), password: text('Password of the user.') },
      login,
    ),
    method('trading_get_login_status', 'Whether a user is logged in.', {}, (self) =>
      dict({ status: isAuthenticated(self) }),
    ),
    method('trading_logout', 'Logs the user out.', {}, logout),
    method('fund_account', 'Puts money into the account.', amount, fund),
    method('remove_stock_from_watchlist', 'Removes a stock from the watch list.', symbol, removeFromWatchList),
    method('get_watchlist', 'The watch list.', {}, watchList),
    method('get_order_history', 'Ids of all orders.', {}, (self) =>
      isAuthenticated(self) ? dict({ history: ordersOf(self).keys() }) : [loggedOut('view order history')],
    ),
    method(
      'get_transaction_history',
      'Transactions, all or between two dates.',
      { start_date: date('First date, as YYYY-MM-DD.'), end_date: date('Last date, as YYYY-MM-DD.') },
      transactions,
    ),
    method(
      'get_available_stocks',
      'Symbols of a sector.',
      { sector: text('`Technology` or `Automobile`.') },
      availableStocks,
    ),
    method(
      'filter_stocks_by_price',
      'Those of some stocks whose price is in a range.',
      { ...symbols, min_price: number('Lowest price.'), max_price: number('Highest price.') },
      byPrice,
    ),
    method(
      'add_to_watchlist',
      'Adds a stock to the watch list.',
      { stock: text('Symbol of the stock.') },
      addToWatchList,
    ),
    method(
      'notify_price_change',
      'Those of some stocks whose price has changed by a threshold.',
      { ...symbols, threshold: number('Change in percent.') },
      priceChanges,
    ),
  ],
}
