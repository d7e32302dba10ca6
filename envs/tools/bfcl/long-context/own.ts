import { keyOfSeed, Rng } from '../../../../core/data/rng.ts'
import { FIRST_NAMES, LAST_NAMES } from '../generate/words.ts'
import { momentText } from '../python/dates.ts'
import { dict, type Py, PyDict } from '../python/value.ts'
import type { Filler } from './index.ts'
import { carReadings, handbook, memo, stockNotes } from './prose.ts'

/** Names that BFCL does not fill up, because its entries count or sort their lines. */
const AS_THEY_ARE = [
  'log.txt',
  'report.txt',
  'report.csv',
  'DataSet1.csv',
  'file1.txt',
  'finance_report.txt',
  'config.py',
  'Q4_summary.doc',
  'file3.txt',
]

let made: Filler | undefined

/** Filler of our own, made up from a fixed seed, about as long as BFCL's. Computed once. */
export function ownFiller(): Filler {
  made ??= makeFiller(new Rng(keyOfSeed(0), 0))
  return made
}

const makeFiller = (rng: Rng): Filler => ({
  fileText: memo(rng, 3250),
  filesAsTheyAre: [...AS_THEY_ARE],
  fileNames: many(30, () => `scan_${rng.int(10 ** 14, 10 ** 15)}.png`),
  watchList: symbols(rng),
  transactions: many(1000, () => transaction(rng)),
  shortAverages: many(2000, () => money(rng, 200, 250)),
  longAverages: many(2000, () => money(rng, 200, 250)),
  technology: symbols(rng),
  automobile: symbols(rng),
  orderDetails: new PyDict(stockNotes(rng, 880)),
  carStatus: carReadings(rng, 6500),
  weather: new PyDict(many(15, (day) => [`day_${day + 1}_before`, weather(rng)] as const)),
  parkingBrake: handbook(rng, 9700),
  cities: many(826, () => city(rng)),
  ...travel(rng),
})

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at))

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
const symbols = (rng: Rng): Py[] => many(1000, () => many(rng.int(2, 5), () => rng.choice(LETTERS)).join(''))

const money = (rng: Rng, least: number, most: number): number => rng.int(least * 100, most * 100) / 100

const YEAR_START = Date.UTC(2024, 0, 1)
const DAY = 86_400_000
const moment = (rng: Rng): string => momentText(YEAR_START + rng.int(0, 365 * DAY))

const transaction = (rng: Rng): PyDict =>
  dict({ type: rng.choice(['deposit', 'withdrawal']), amount: money(rng, 100, 10_000), timestamp: moment(rng) })

const weather = (rng: Rng): PyDict =>
  dict({
    windSpeed: rng.int(0, 40) / 2,
    humidity: rng.int(80, 190) / 2,
    precipitation: rng.int(0, 20) / 2,
    uvIndex: BigInt(rng.int(1, 9)),
    visibility: rng.int(8, 20) / 2,
    airPressure: rng.int(1960, 2070) / 2,
    dewPoint: rng.int(0, 30) / 2,
  })

const FRONTS = ['Alder', 'Barley', 'Copper', 'Dun', 'Elder', 'Fern', 'Gull', 'Heron', 'Iron', 'Juniper', 'Kestrel']
const ENDS = ['beck', 'bridge', 'combe', 'dale', 'ford', 'gate', 'ham', 'mere', 'stead', 'ton', 'wick', 'worth']
const PARTS = ['', '', '', 'Lower ', 'Upper ', 'Great ', 'Little ', 'East ', 'West ']
const city = (rng: Rng): string => `${rng.choice(PARTS)}${rng.choice(FRONTS)}${rng.choice(ENDS)}`

const AIRPORTS = ['SFO', 'LAX', 'JFK', 'ORD', 'BOS', 'RMS', 'SBK', 'MPC', 'SVP', 'SHD'] as const

function travel(rng: Rng): Pick<Filler, 'creditCards' | 'bookings'> {
  const numbers = many(22, () => `${rng.int(10 ** 15, 9 * 10 ** 15)}`)
  const creditCards = new PyDict(numbers.map((number) => [number, card(rng, number)] as const))
  const bookings = numbers.slice(0, 16).map((number, at) => [`booking_${301 + at}`, booking(rng, number, at)] as const)
  return { creditCards, bookings: new PyDict(bookings) }
}

const card = (rng: Rng, number: string): PyDict =>
  dict({
    card_number: number,
    expiration_date: `${String(rng.int(1, 12)).padStart(2, '0')}/${rng.int(27, 34)}`,
    cardholder_name: `${rng.choice(FIRST_NAMES)} ${rng.choice(LAST_NAMES)}`,
    card_verification_number: BigInt(rng.int(100, 999)),
    balance: rng.int(40, 120) * 100,
  })

function booking(rng: Rng, number: string, at: number): PyDict {
  const [from = '', to = ''] = rng.shuffle(AIRPORTS)
  return dict({
    card_id: number,
    travel_date: moment(rng).slice(0, 10),
    travel_from: from,
    travel_to: to,
    travel_class: rng.choice(['economy', 'business', 'first']),
    travel_cost: rng.int(2, 25) * 100,
    transaction_id: `trans_${301 + at}`,
  })
}
