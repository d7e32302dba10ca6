import type { Rng } from '../../../../core/data/rng.ts'
import { dict, type Py, PyDict } from '../python/value.ts'
import { call, fieldOf, type Request, type Situation, type Topic, textsAt } from './request.ts'

const SYMBOLS = ['AAPL', 'GOOG', 'TSLA', 'MSFT', 'NVDA', 'ALPH', 'OMEG', 'QUAS', 'NEPT', 'SYNX', 'ZETA'] as const
/** Dollars and cents, never a whole number. */
const money = (rng: Rng, low: number, high: number): number => (rng.int(low, high) * 100 + rng.int(1, 99)) / 100

function scenario(rng: Rng): { readonly [name: string]: Py } {
  const first = BigInt(rng.int(20000, 80000))
  const orders = new PyDict(
    Array.from({ length: rng.int(1, 3) }, (_, at): readonly [Py, Py] => {
      const id = first + BigInt(at)
      const amount = BigInt(rng.int(1, 40))
      const fields = {
        id,
        order_type: rng.choice(['Buy', 'Sell']),
        symbol: rng.choice(SYMBOLS),
        price: money(rng, 20, 900),
        amount,
      }
      return [id, dict({ ...fields, status: rng.choice(['Pending', 'Open']) })]
    }),
  )
  return {
    orders,
    order_counter: first + BigInt(orders.size),
    account_info: dict({
      account_id: first,
      balance: money(rng, 20_000, 90_000),
      binding_card: BigInt(rng.int(1e8, 9e8)),
    }),
    authenticated: true,
    market_status: 'Open',
    watch_list: rng.shuffle(SYMBOLS).slice(0, rng.int(1, 3)),
  }
}

const ordersOf = ({ look }: Situation): readonly string[] => textsAt(look('get_order_history'), 'history')
const watched = ({ look }: Situation): readonly string[] => textsAt(look('get_watchlist'), 'watchlist')

function quote({ rng }: Situation): Request {
  const symbol = rng.choice(SYMBOLS)
  return {
    says: `What do we know about the stock ${symbol}?`,
    calls: [call('get_stock_info', { symbol })],
    vague: { says: 'What do we know about the stock I have in mind?', detail: `I mean ${symbol}.` },
  }
}

function placeOrder({ rng }: Situation): Request {
  const [symbol, amount, price] = [rng.choice(SYMBOLS), BigInt(rng.int(1, 20)), money(rng, 20, 600)]
  const type = rng.choice(['Buy', 'Sell'])
  return {
    says: `${type} ${amount} shares of ${symbol} at ${price} dollars each.`,
    calls: [call('place_order', { order_type: type, symbol, price, amount })],
    vague: { says: `${type} some shares of ${symbol} at ${price} dollars each.`, detail: `${amount} shares.` },
  }
}

function cancel(situation: Situation): Request | null {
  const open = ordersOf(situation).filter((id) => {
    const order = situation.look('get_order_details', { order_id: BigInt(id) })
    return fieldOf(order, 'status') !== 'Cancelled'
  })
  if (open.length === 0) return null
  const id = situation.rng.choice(open)
  return {
    says: `Cancel my order ${id}.`,
    calls: [call('cancel_order', { order_id: BigInt(id) })],
    vague: { says: 'Cancel one of my orders.', detail: `The order ${id}.` },
  }
}

function details(situation: Situation): Request {
  const id = situation.rng.choice(ordersOf(situation))
  return {
    says: `What are the details of my order ${id}?`,
    calls: [call('get_order_details', { order_id: BigInt(id) })],
  }
}

function watch(situation: Situation): Request | null {
  const others = SYMBOLS.filter((symbol) => !watched(situation).includes(symbol))
  if (others.length === 0) return null
  const stock = situation.rng.choice(others)
  return {
    says: `Put ${stock} on my watch list.`,
    calls: [call('add_to_watchlist', { stock })],
    vague: { says: 'Put another stock on my watch list.', detail: `${stock}, please.` },
  }
}

function unwatch(situation: Situation): Request | null {
  const list = watched(situation)
  if (list.length === 0) return null
  const symbol = situation.rng.choice(list)
  return { says: `Take ${symbol} off my watch list.`, calls: [call('remove_stock_from_watchlist', { symbol })] }
}

function fund({ rng }: Situation): Request {
  const amount = money(rng, 100, 5000)
  return {
    says: `Put ${amount} dollars into my account.`,
    calls: [call('fund_account', { amount })],
    vague: { says: 'Put some money into my account.', detail: `${amount} dollars.` },
  }
}

function withdraw({ rng }: Situation): Request {
  const amount = money(rng, 100, 2000)
  return { says: `Take ${amount} dollars out of my account.`, calls: [call('withdraw_funds', { amount })] }
}

const account = (): Request => ({ says: 'How is my account?', calls: [call('get_account_info')] })

function inSector({ rng }: Situation): Request {
  const sector = rng.choice(['Technology', 'Automobile'])
  return { says: `Which stocks are there in the sector ${sector}?`, calls: [call('get_available_stocks', { sector })] }
}

/** Orders and an account at a broker. */
export const TRADING: Topic = {
  api: 'TradingBot',
  scenario,
  kinds: [quote, placeOrder, cancel, details, watch, unwatch, fund, withdraw, account, inSector],
}
