import { chromium } from 'playwright-core'
import { findBrowser, surroundings } from '../../../browser/find.ts'
import { browserArguments } from '../../../browser/launch.ts'
import { messageOf } from '../../../core/data/errors.ts'

/** Path of a Chromium: what `TEST_CHROMIUM` names, else the one that environments would take; null if there is none. */
export function foundChromium(): string | null {
  const { TEST_CHROMIUM: named } = process.env
  if (named !== undefined && named !== '') return named
  try {
    return findBrowser({}, surroundings(chromium.executablePath())).path
  } catch (thrown) {
    console.warn(messageOf(thrown))
    return null
  }
}

/** Arguments of a browser of tests. */
export const CHROMIUM_ARGS: readonly string[] = browserArguments()
