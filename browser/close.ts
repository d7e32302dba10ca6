import type { RunningBrowser } from './launch.ts'

/** Milliseconds after which a page that does not close takes its browser with it. */
const CLOSE_MS = 5000

/**
 * Closes a page. One that does not close, as its scripts are busy, would stay, and hinder all others: then its browser is ended, and the
 * next who asks for one starts another. Never throws: what cannot be closed has ended already.
 */
export async function closeOrKill(
  page: { close(): Promise<void> },
  browser: RunningBrowser | undefined,
): Promise<void> {
  const late = setTimeout(() => browser?.kill(), CLOSE_MS)
  late.unref()
  await page.close().catch(() => {})
  clearTimeout(late)
}
