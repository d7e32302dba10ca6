import { CHANNELS, type Channel } from '../../../browser/find.ts'
import { OptionReader } from '../../../core/data/option-reader.ts'
import { type OptionRanges, TIME_RANGE } from '../../../core/data/options.ts'
import type { JsonObject } from '../../../core/data/types.ts'
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

const read = new OptionReader('webshop/browser')

/** @throws GymError CONFIG_INVALID naming the option */
export const browserOptions = (options: JsonObject): BrowserOptions => ({
  observation: read.oneOf('observation', OBSERVATIONS, options.observation),
  speed: read.oneOf('speed', SPEEDS, options.speed),
  picture: read.oneOf('picture', PICTURES, options.picture),
  listed: read.oneOf('listed', LISTED, options.listed),
  channel: read.oneOf('channel', CHANNELS, options.channel),
  pages: read.whole('pages', options.pages),
  pageMs: read.whole('pageMs', options.pageMs),
  width: read.whole('width', options.width),
  height: read.whole('height', options.height),
})
