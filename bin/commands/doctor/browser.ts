import { foundBrowser } from '../../../browser/launch.ts'
import { messageOf } from '../../../core/data/errors.ts'
import { type Finding, well } from './finding.ts'

/** The browser that environments would start; it is not started. Optional, as only they need one. */
export async function browserFinding(): Promise<Finding> {
  try {
    const { path } = await foundBrowser({})
    return well('browser', path)
  } catch (thrown) {
    return well('browser', `none: ${messageOf(thrown)}`)
  }
}
