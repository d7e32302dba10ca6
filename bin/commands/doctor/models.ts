import { messageOf } from '../../../core/data/errors.ts'
import { openRuntime } from '../../../models/runtime/runtime.ts'
import { type Finding, well } from './finding.ts'

/** Device that models run on, with those before it and why each cannot be used. Its self-test ran. */
export async function modelsFinding(): Promise<Finding> {
  try {
    const runtime = await openRuntime()
    const { device, runtime: name, refused } = runtime.report
    await runtime.close()
    const others = refused.map((each) => `; ${each.device} not: ${each.reason}`)
    return well('models', `${device}, ${name}, self-test passed${others.join('')}`)
  } catch (thrown) {
    // Models are optional: environments, rewards and credit work without them.
    return well('models', `no device: ${messageOf(thrown)}`)
  }
}
