import type { Domain, OpenDomain, ToolsOptions } from '../engine/domain.ts'
import { toolsEnvironment } from '../engine/environment.ts'
import { generateTasks } from '../engine/generated-tasks.ts'
import { openRecorded } from '../engine/recorded-domain.ts'
import { generateShop } from './generate.ts'
import { RETAIL_POLICY } from './policy.ts'
import { customersOf } from './requesters.ts'
import { TABLES } from './schema.ts'
import { RETAIL_TOOLS } from './tools/index.ts'

function open(options: ToolsOptions): OpenDomain {
  if (options.data !== '') return openRecorded(options.data, TABLES)
  const database = generateShop(options.dataSeed)
  return {
    database,
    policy: RETAIL_POLICY,
    splits: generateTasks(customersOf(database), options),
    isStrict: true,
    digest: '',
  }
}

/** Customer service of an online shop, after tau-bench's retail domain. */
export const retail: Domain = {
  id: 'tools-retail@1',
  summary: 'serve customers of an online shop by tool calls: cancel, change, return and exchange orders',
  tools: RETAIL_TOOLS,
  takesData: true,
  open,
}

/** Environment `tools-retail`: customer service of an online shop by tool calls. */
export default toolsEnvironment(retail)
