import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

/** Where distributions and Chrome's installers put a Chromium. */
const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Path of a Chromium: what `TEST_CHROMIUM` names, else Playwright's own, else one in a usual place; null if there is none. */
export function foundChromium(): string | null {
  const { TEST_CHROMIUM: named } = process.env
  if (named !== undefined && named !== '') return named
  return [chromium.executablePath(), ...USUAL_PLACES].find((path) => existsSync(path)) ?? null
}

/** What a browser of tests may not do: to talk to its maker. Only the superuser needs `--no-sandbox`. */
export const CHROMIUM_ARGS: readonly string[] = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]
