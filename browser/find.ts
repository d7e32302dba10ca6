import { existsSync } from 'node:fs'
import { GymError } from '../core/data/errors.ts'
import { shown } from '../core/data/shown.ts'

/** Releases of browsers that their makers install in fixed places. */
export const CHANNELS = ['auto', 'chromium', 'chrome', 'msedge'] as const

/** Release of a browser; `auto` for Playwright's own Chromium, else any that is in a usual place. */
export type Channel = (typeof CHANNELS)[number]

/** Which browser to start. */
export interface BrowserChoice {
  /** Path of its program: an operator's word, never one of a record or a client. */
  readonly executable?: string
  /** @default 'auto' */
  readonly channel?: Channel
}

/** A browser of this machine, and how it was found. */
export interface FoundBrowser {
  readonly path: string
  readonly source: 'option' | 'variable' | 'channel' | 'playwright' | 'system'
}

/** Where a browser is looked for: this machine, unless a test says otherwise. */
export interface Surroundings {
  /** Value of `STEPGYM_CHROMIUM`. */
  readonly variable: string | undefined
  /** Where Playwright would install its own Chromium; null without Playwright. */
  readonly own: string | null
  readonly exists: (path: string) => boolean
}

/** Environment variable with the path of a browser. */
export const VARIABLE = 'STEPGYM_CHROMIUM'

/** Usual places, by channel. */
const PLACES: Readonly<Record<Exclude<Channel, 'auto'>, readonly string[]>> = {
  chromium: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/Applications/Chromium.app/Contents/MacOS/Chromium'],
  chrome: [
    '/usr/bin/google-chrome',
    '/opt/google/chrome/chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ],
  msedge: [
    '/usr/bin/microsoft-edge',
    '/opt/microsoft/msedge/msedge',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
}

export const HOW_TO_INSTALL =
  `install one by \`npx playwright-core install chromium\` or from your distribution, or set ${VARIABLE} to the path of ` +
  'a Chromium or Chrome'

/**
 * The browser to start: the path that is chosen, else the one of `STEPGYM_CHROMIUM`, else that of the channel, else
 * Playwright's own, else one in a usual place. A path or a channel that is named and not there is an error, and nothing
 * else is taken in its place.
 * @throws GymError BROWSER_UNAVAILABLE
 */
export function findBrowser({ executable, channel = 'auto' }: BrowserChoice, around: Surroundings): FoundBrowser {
  if (executable !== undefined) return expectThere(executable, 'option', 'the option', around)
  const { variable, own, exists } = around
  if (variable !== undefined && variable !== '') return expectThere(variable, 'variable', VARIABLE, around)
  if (channel !== 'auto') return inChannel(channel, around)
  if (own !== null && exists(own)) return { path: own, source: 'playwright' }
  const path = Object.values(PLACES).flat().find(exists)
  if (path !== undefined) return { path, source: 'system' }
  throw new GymError('BROWSER_UNAVAILABLE', `there is no Chromium on this machine: ${HOW_TO_INSTALL}`)
}

function expectThere(
  path: string,
  source: FoundBrowser['source'],
  owner: string,
  { exists }: Surroundings,
): FoundBrowser {
  if (exists(path)) return { path, source }
  throw new GymError('BROWSER_UNAVAILABLE', `${owner} names ${shown(path)}, and no such file exists: correct the path`)
}

function inChannel(channel: Exclude<Channel, 'auto'>, { exists }: Surroundings): FoundBrowser {
  const path = PLACES[channel].find(exists)
  if (path !== undefined) return { path, source: 'channel' }
  const places = PLACES[channel].join(', ')
  throw new GymError(
    'BROWSER_UNAVAILABLE',
    `no ${channel} is in its usual places (${places}): install it, or leave out the channel`,
  )
}

/** What is around on this machine. @param own as in `Surroundings` */
export const surroundings = (own: string | null): Surroundings => ({
  variable: process.env[VARIABLE],
  own,
  exists: existsSync,
})
