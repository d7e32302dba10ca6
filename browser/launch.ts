import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Browser, BrowserType } from 'playwright-core'
import { GymError, messageOf } from '../core/data/errors.ts'
import { type BrowserChoice, type FoundBrowser, findBrowser, HOW_TO_INSTALL, surroundings } from './find.ts'

/** A browser that runs. It keeps no process alive while nothing is asked of it. */
export interface RunningBrowser {
  readonly browser: Browser
  /** Such as `Chromium 140.0.7339.16`. */
  readonly version: string
  /** Ends it at once, whatever its pages do. */
  kill(): void
}

/** Without contact to its maker, and without what a machine without a screen does not have. */
const ARGUMENTS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  // What is drawn again is drawn as the first time, to the pixel.
  '--disable-partial-raster',
  '--disable-quic',
  // A page that is scrolled by a key is there at once.
  '--disable-smooth-scrolling',
  '--disable-sync',
  // Calls between pages would pass by the proxy of their context. Older releases know the second name alone.
  '--webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--no-first-run',
] as const

/** Arguments of a browser. The superuser's has no sandbox of its own. */
export const browserArguments = (isSuperuser = process.getuid?.() === 0): readonly string[] =>
  isSuperuser ? [...ARGUMENTS, '--no-sandbox'] : ARGUMENTS

const LAUNCH_MS = 30_000

/**
 * Starts a browser without a window.
 * @throws GymError BROWSER_UNAVAILABLE where playwright-core or a browser is missing, or it does not start
 */
export async function launchBrowser(choice: BrowserChoice): Promise<RunningBrowser> {
  const chromium = await loadChromium()
  const { path } = findBrowser(choice, surroundings(ownPath(chromium)))
  const children: ChildProcess[] = []
  const watch = (message: unknown): void => void children.push(...childrenIn(message))
  subscribe('child_process', watch)
  try {
    const browser = await chromium.launch({
      executablePath: path,
      args: [...browserArguments()],
      timeout: LAUNCH_MS,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    })
    const started = children.filter(({ spawnfile }) => spawnfile === path)
    for (const child of started) letGo(child)
    const kill = (): void => {
      for (const child of started) killGroup(child)
    }
    return { browser, version: `Chromium ${browser.version()}`, kill }
  } catch (thrown) {
    throw new GymError('BROWSER_UNAVAILABLE', `${path} does not start: ${firstLine(messageOf(thrown))}`, {
      cause: thrown,
    })
  } finally {
    unsubscribe('child_process', watch)
  }
}

/** The browser that would be started. @throws GymError BROWSER_UNAVAILABLE */
export async function foundBrowser(choice: BrowserChoice): Promise<FoundBrowser> {
  return findBrowser(choice, surroundings(ownPath(await loadChromium())))
}

async function loadChromium(): Promise<BrowserType> {
  try {
    const { chromium } = await import('playwright-core')
    return chromium
  } catch (thrown) {
    throw new GymError(
      'BROWSER_UNAVAILABLE',
      `the package playwright-core is missing: \`npm install playwright-core\`, and ${HOW_TO_INSTALL}`,
      { cause: thrown },
    )
  }
}

/** Playwright throws where it has no browser for this machine. */
function ownPath(chromium: BrowserType): string | null {
  try {
    return chromium.executablePath()
  } catch {
    return null
  }
}

function childrenIn(message: unknown): readonly ChildProcess[] {
  if (typeof message !== 'object' || message === null || !('process' in message)) return []
  // The channel is Node's own, and says what it publishes.
  return [message.process as ChildProcess]
}

/** A program that only waits for a browser may end: Playwright then ends the browser. */
function letGo(child: ChildProcess): void {
  child.unref()
  for (const stream of child.stdio) if (stream && 'unref' in stream) (stream as { unref(): void }).unref()
}

/** The browser leads a group, which its renderers are in. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

const firstLine = (text: string): string => text.split('\n')[0] ?? ''
