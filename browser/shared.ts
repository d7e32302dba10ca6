import { messageOf } from '../core/data/errors.ts'
import type { BrowserChoice } from './find.ts'
import { launchBrowser, type RunningBrowser } from './launch.ts'

const running = new Map<string, Promise<RunningBrowser>>()

/**
 * The browser of this process for a choice: one for all who ask, started by the first, and started again after it has
 * ended.
 * @throws GymError BROWSER_UNAVAILABLE; another call tries again
 */
export async function sharedBrowser(choice: BrowserChoice): Promise<RunningBrowser> {
  const key = JSON.stringify([choice.executable ?? null, choice.channel ?? 'auto'])
  const known = running.get(key) ?? launchBrowser(choice)
  running.set(key, known)
  const forget = (): void => {
    if (running.get(key) === known) running.delete(key)
  }
  const found = await known.catch((thrown: unknown) => {
    forget()
    throw thrown
  })
  if (found.browser.isConnected()) return found
  forget()
  return sharedBrowser(choice)
}

/** Ends all shared browsers. */
export async function closeSharedBrowsers(): Promise<void> {
  const open = [...running.values()]
  running.clear()
  await Promise.all(
    open.map((each) =>
      each.then(
        ({ browser }) => browser.close(),
        () => {},
      ),
    ),
  )
}

/** Version of the browser of a choice, which this starts, or why there is none: for records. */
export async function launchedVersion(choice: BrowserChoice): Promise<string> {
  try {
    const { version } = await sharedBrowser(choice)
    return version
  } catch (thrown) {
    return messageOf(thrown)
  }
}
