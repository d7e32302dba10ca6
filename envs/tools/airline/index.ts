import type { Domain, OpenDomain, ToolsOptions } from '../engine/domain.ts'
import { toolsEnvironment } from '../engine/environment.ts'
import { generateTasks } from '../engine/generated-tasks.ts'
import { openRecorded } from '../engine/recorded-domain.ts'
import { generateAirline } from './generate.ts'
import { AIRLINE_POLICY } from './policy.ts'
import { travellersOf } from './requesters.ts'
import { TABLES } from './schema.ts'
import { AIRLINE_TOOLS } from './tools/index.ts'

function open(options: ToolsOptions): OpenDomain {
  if (options.data !== '') return openRecorded(options.data, TABLES)
  const database = generateAirline(options.dataSeed)
  const splits = generateTasks(travellersOf(database), options)
  return { database, policy: AIRLINE_POLICY, splits, isStrict: true, digest: '' }
}

/** Reservations of an airline, after tau-bench's airline domain. */
export const airline: Domain = {
  id: 'tools-airline@1',
  summary: 'serve travellers of an airline by tool calls: cancel and change reservations, flights, baggage, names',
  tools: AIRLINE_TOOLS,
  takesData: true,
  open,
}

/** Environment `tools-airline`: reservations of an airline by tool calls. */
export default toolsEnvironment(airline)
