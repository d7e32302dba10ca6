import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fillerDigest } from '../../../../envs/tools/bfcl/long-context/index.ts'
import { ownFiller } from '../../../../envs/tools/bfcl/long-context/own.ts'
import { referenceFiller } from '../../../../envs/tools/bfcl/long-context/reference-file.ts'
import { PyDict, PyObject } from '../../../../envs/tools/bfcl/python/value.ts'
import { loadWorld } from '../../../../envs/tools/bfcl/world.ts'
import { answer, api, play, worldOf } from './support.ts'

/** A file in the form of BFCL's: assignments of lists, dicts and texts, some over several lines. */
const CONSTANTS: Readonly<Record<string, string>> = {
  WATCH_LIST_EXTENSION: "['AB',  'CD', ...]",
  TRANSACTION_HISTORY_EXTENSION: "[{'type': 'deposit', 'amount': 5000.00, 'timestamp': '2024-05-01 22:14:05.858817'}]",
  MA_5_EXTENSION: '[1.5, 2.0]',
  MA_20_EXTENSION: '[3.25]',
  TECHNOLOGY_EXTENSION: "['EF']",
  AUTOMOBILE_EXTENSION: "['GH']",
  ORDER_DETAIL_EXTENSION: '{\n    "about": """\n    {symbol} is a stock.\n    """,\n}',
  FILE_CONTENT_EXTENSION: '"It\'s \\"long\\" – "  # a comment',
  POPULATE_FILE_EXTENSION: "['image_1.jpg']",
  CAR_STATUS_METADATA_EXTENSION: '"Colour: red."',
  LONG_WEATHER_EXTENSION: '{"-1_day": {"windSpeed": 15.0, "uvIndex": 6}}',
  PARKING_BRAKE_INSTRUCTION: '"Pull."',
  INTERMEDIARY_CITIES: "['Nowhere']",
  CREDIT_CARD_EXTENSION: '{"77": {"card_number": "77", "balance": 5000.00}}',
  BOOKING_RECORD_EXTENSION: '{"booking_1": {"card_id": "77"}}',
  FILES_TAIL_USED: '["log.txt"]',
}
const moduleOf = (constants: Readonly<Record<string, string>>): string =>
  Object.entries(constants)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('\n')

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bfcl-long-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (text: string, name = 'long_context.py'): void => writeFileSync(join(folder, name), text)

describe('filler of our own', () => {
  it('is as long as BFCL’s, and the same each time', () => {
    const own = ownFiller()
    expect(ownFiller()).toBe(own)
    expect(Math.abs(own.fileText.length - 3251)).toBeLessThan(200)
    expect(Math.abs(own.parkingBrake.length - 9710)).toBeLessThan(200)
    expect(Math.abs(own.carStatus.length - 6503)).toBeLessThan(200)
    expect([own.transactions, own.shortAverages, own.cities].map(({ length }) => length)).toEqual([1000, 2000, 826])
    expect([own.orderDetails, own.weather, own.creditCards, own.bookings].map(({ size }) => size)).toEqual([
      8, 15, 22, 16,
    ])
    expect(JSON.stringify([own.fileText, own.parkingBrake, own.carStatus])).not.toMatch(/[<>#]|undefined/)
  })

  it('fills up answers of every service that has it', () => {
    const text = (name: string, calls: string): string => play(worldOf([name], {}, true), calls).texts.at(-1) ?? ''
    expect(text('VehicleControlAPI', "activateParkingBrake('engage')")).toContain(ownFiller().parkingBrake.slice(0, 40))
    expect(text('TradingBot', 'get_order_details(12345)')).toMatch(/"metadata": {"business": "[^"]*AAPL/)
    expect(text('TradingBot', "get_stock_info('AAPL')").length).toBeGreaterThan(20_000)
    expect(text('TravelAPI', 'get_all_credit_cards()')).toContain('"cardholder_name"')
    expect(answer('TravelAPI', 'get_all_credit_cards()')).toBe('{"credit_card_list": {}}')
  })
})

describe('a folder with BFCL’s long_context.py', () => {
  it.each(['', 'func_source_code'])('has its values, types of numbers included, in %j', (place) => {
    mkdirSync(join(folder, place), { recursive: true })
    write(moduleOf(CONSTANTS), join(place, 'long_context.py'))
    const filler = referenceFiller(folder)
    expect(filler?.watchList).toEqual(['AB', 'CD', new PyObject('Ellipsis')])
    expect(filler?.fileText).toBe('It\'s "long" – ')
    const world = loadWorld([api('VehicleControlAPI'), api('TradingBot')], new PyDict(), filler)
    const calls = "get_order_details(12345), get_stock_info('AAPL')"
    const { texts } = play(world, `displayCarStatus('fuel'), ${calls}`)
    expect(texts[0]).toMatch(/^{"metadata": "Colour: red.", "fuelLevel"/)
    expect(texts[1]).toContain('"metadata": {"about": "\\n    AAPL is a stock.\\n    "}')
    expect(texts[2]).toContain('"MA(5)": [1.5, 2.0], "MA(20)": [3.25]')
  })

  it('has another digest with any value changed', () => {
    write(moduleOf(CONSTANTS))
    const digest = fillerDigest(referenceFiller(folder) ?? ownFiller())
    write(moduleOf({ ...CONSTANTS, MA_20_EXTENSION: '[3.5]' }))
    expect(fillerDigest(referenceFiller(folder) ?? ownFiller())).not.toBe(digest)
  })

  it.each([
    ['code', () => write(`${moduleOf(CONSTANTS)}print('x')\n`), /not a list of assignments/],
    ['an expression', () => write(moduleOf({ ...CONSTANTS, MA_5_EXTENSION: '[1] * 2' })), /not a list of assignments/],
    [
      'a constant of another type',
      () => write(moduleOf({ ...CONSTANTS, MA_5_EXTENSION: '{}' })),
      /MA_5_EXTENSION is not a list/,
    ],
    ['a constant missing', () => write('MA_5_EXTENSION = []'), /there is no FILE_CONTENT_EXTENSION/],
    ['a folder of that name', () => mkdirSync(join(folder, 'long_context.py')), /cannot be read/],
  ])('is refused with %s', (_, spoil, message) => {
    spoil()
    expect(() => referenceFiller(folder)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(() => referenceFiller(folder)).toThrow(message)
  })

  it('is not needed', () => expect(referenceFiller(folder)).toBeNull())
})
