import { CHANNELS, type Channel } from '../../../browser/find.ts'
import { GymError } from '../../../core/data/errors.ts'
import { type OptionRanges, TIME_RANGE } from '../../../core/data/options.ts'
import { shown } from '../../../core/data/shown.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { DEFAULT_OPTIONS as SHOP_OPTIONS, RANGES as SHOP_RANGES } from '../options.ts'

export const OBSERVATIONS = ['accessibility', 'text', 'html', 'screenshot'] as const
const SPEEDS = ['fast', 'real'] as const
const PICTURES = ['png', 'jpeg'] as const
const LISTED = ['shop', 'references'] as const

/** What the shop in a browser is opened with, beside the options of the shop. */
export interface BrowserOptions {
  /** What agents act on; the other forms stay views of the same state. */
  readonly observation: (typeof OBSERVATIONS)[number]
  /** `real` clicks, types and navigates as a person does; `fast` does the same within one open page. */
  readonly speed: (typeof SPEEDS)[number]
  readonly picture: (typeof PICTURES)[number]
  /** Which form of the admissible actions is listed; both may be taken. */
  readonly listed: (typeof LISTED)[number]
  readonly channel: Channel
  /** Most pages that are open at one time. An episode has one for the time of a step. */
  readonly pages: number
  /** Milliseconds that the browser has for one step. */
  readonly pageMs: number
  /** Pixels of the window. */
  readonly width: number
  readonly height: number
}

export const DEFAULT_OPTIONS = {
  ...SHOP_OPTIONS,
  observation: 'accessibility',
  speed: 'fast',
  picture: 'jpeg',
  listed: 'shop',
  channel: 'auto',
  pages: 8,
  pageMs: 20_000,
  width: 1024,
  height: 768,
} as const

export const RANGES: OptionRanges = {
  ...SHOP_RANGES,
  pages: [1, 64],
  pageMs: TIME_RANGE,
  width: [320, 4096],
  height: [240, 4096],
}

/** @throws GymError CONFIG_INVALID naming the option */
export const browserOptions = (options: JsonObject): BrowserOptions => ({
  observation: oneOf('observation', OBSERVATIONS, options.observation),
  speed: oneOf('speed', SPEEDS, options.speed),
  picture: oneOf('picture', PICTURES, options.picture),
  listed: oneOf('listed', LISTED, options.listed),
  channel: oneOf('channel', CHANNELS, options.channel),
  pages: whole('pages', options.pages),
  pageMs: whole('pageMs', options.pageMs),
  width: whole('width', options.width),
  height: whole('height', options.height),
})

function oneOf<T extends string>(name: string, allowed: readonly T[], value: Json | undefined): T {
  const found = allowed.find((item) => item === value)
  if (found === undefined) throw wrong(name, `one of ${allowed.join(', ')}`, value)
  return found
}

function whole(name: string, value: Json | undefined): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw wrong(name, 'a whole number', value)
}

const wrong = (name: string, expected: string, value: Json | undefined): GymError =>
  new GymError('CONFIG_INVALID', `option ${name} of webshop/browser is ${expected}, not ${shown(value)}`)
