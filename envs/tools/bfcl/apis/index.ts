import type { Api, Method } from '../api.ts'
import { GorillaFileSystem } from './file-system.ts'
import { MathAPI } from './math.ts'
import { MessageAPI } from './message.ts'
import { TwitterAPI } from './posting.ts'
import { TicketAPI } from './ticket.ts'
import { TradingBot } from './trading.ts'
import { TravelAPI } from './travel.ts'
import { VehicleControlAPI } from './vehicle.ts'

/** The eight classes of BFCL's multi-turn categories. */
export const APIS: readonly Api[] = [
  GorillaFileSystem,
  MathAPI,
  MessageAPI,
  TwitterAPI,
  TicketAPI,
  TradingBot,
  TravelAPI,
  VehicleControlAPI,
]

const BY_NAME: ReadonlyMap<string, Api> = new Map(APIS.map((api) => [api.name, api]))

export const apiNamed = (name: string): Api | undefined => BY_NAME.get(name)

export interface MethodOfApi {
  readonly api: Api
  readonly method: Method
}

/** Methods of some classes by name; the last class with a name has it. */
export const methodsOf = (apis: readonly Api[]): ReadonlyMap<string, MethodOfApi> =>
  new Map(apis.flatMap((api) => api.methods.map((method) => [method.name, { api, method }] as const)))
