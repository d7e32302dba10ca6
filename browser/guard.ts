import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import type { Incidents } from './incidents.ts'

/** Settings of every context: what is drawn is the same on every machine, and nothing is stored or installed. */
export const CONTEXT: BrowserContextOptions = {
  acceptDownloads: false,
  colorScheme: 'light',
  deviceScaleFactor: 1,
  locale: 'en-US',
  reducedMotion: 'reduce',
  serviceWorkers: 'block',
  timezoneId: 'UTC',
}

/** Dialogs, popups and the like after which a page is given up: one that asks in a loop would never be done. */
const MOST_INTRUSIONS = 20

/** Refused sockets after which a page is given up: their addresses alone could fill this process. */
const MOST_SOCKETS = 500

/** Takes the reason why a page cannot be used any more. */
export type GiveUp = (reason: string) => void

/**
 * Refuses what a page must not do, and notes it: dialogs are dismissed, other windows closed, downloads cancelled,
 * service workers and sockets refused. Requests are for the owner of the context to decide.
 */
export async function guard(
  context: BrowserContext,
  page: Page,
  incidents: Incidents,
  giveUp: GiveUp,
  allowsSocket: (url: string) => boolean = () => false,
): Promise<void> {
  let intrusions = 0
  let sockets = 0
  const intrude = (): void => {
    if (++intrusions === MOST_INTRUSIONS) giveUp(`the page opened ${MOST_INTRUSIONS} dialogs, windows or downloads`)
  }
  page.on('dialog', (dialog) => {
    incidents.add('dialog', `${dialog.type()}: ${dialog.message()}`)
    intrude()
    dialog.dismiss().catch(NOTHING)
  })
  page.on('download', (download) => {
    incidents.add('download', download.url())
    intrude()
    download.cancel().catch(NOTHING)
  })
  page.on('pageerror', (error) => incidents.add('error', error.message))
  page.on('crash', () => giveUp('the page crashed'))
  page.on('close', () => giveUp('the page was closed'))
  page.on('console', (message) => {
    if (SERVICE_WORKER.test(message.text())) incidents.add('service-worker', page.url())
  })
  context.on('page', (other) => {
    incidents.add('popup', other.url())
    intrude()
    other.close().catch(NOTHING)
  })
  await context.routeWebSocket(/.*/, (socket) => {
    if (allowsSocket(socket.url())) {
      socket.connectToServer()
      return
    }
    incidents.add('socket', socket.url())
    if (++sockets === MOST_SOCKETS) giveUp(`the page opened ${MOST_SOCKETS} sockets that are not allowed`)
    socket.close().catch(NOTHING)
  })
}

const SERVICE_WORKER = /^Service Worker registration blocked/

const NOTHING = (): void => {}
