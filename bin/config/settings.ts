import { GymError } from '../../core/data/errors.ts'
import { nearOr } from '../../core/data/near.ts'
import { shown } from '../../core/data/shown.ts'
import {
  CHOSEN,
  COUNT,
  DEVICE,
  ENVIRONMENT_SERVERS,
  FLAG,
  listOf,
  MCP_SERVERS,
  OBJECT,
  type Reader,
  SEED,
  TEXT,
} from './readers.ts'

interface Setting<T> {
  readonly variable: `STEPGYM_${string}`
  readonly reader: Reader<T>
}

const setting = <T>(variable: `STEPGYM_${string}`, reader: Reader<T>): Setting<T> => ({ variable, reader })

/** Everything that a configuration file may set, and the environment variable of the same meaning. */
export const SETTINGS = {
  env: setting('STEPGYM_ENV', TEXT),
  options: setting('STEPGYM_OPTIONS', OBJECT),
  environments: setting('STEPGYM_ENVIRONMENTS', listOf(TEXT, 'a list of paths of environment modules')),
  agent: setting('STEPGYM_AGENT', CHOSEN),
  hooks: setting('STEPGYM_HOOKS', listOf(CHOSEN, 'a list of hooks, each a name or { name, options }')),
  recipe: setting('STEPGYM_RECIPE', TEXT),
  sampling: setting('STEPGYM_SAMPLING', CHOSEN),
  k: setting('STEPGYM_K', COUNT),
  budget: setting('STEPGYM_BUDGET', COUNT),
  groups: setting('STEPGYM_GROUPS', COUNT),
  groupSize: setting('STEPGYM_GROUP_SIZE', COUNT),
  split: setting('STEPGYM_SPLIT', TEXT),
  seed: setting('STEPGYM_SEED', SEED),
  maxSteps: setting('STEPGYM_MAX_STEPS', COUNT),
  concurrency: setting('STEPGYM_CONCURRENCY', COUNT),
  out: setting('STEPGYM_OUT', TEXT),
  fsync: setting('STEPGYM_FSYNC', FLAG),
  server: setting('STEPGYM_SERVER', TEXT),
  token: setting('STEPGYM_TOKEN', TEXT),
  rewardModel: setting('STEPGYM_REWARD_MODEL', TEXT),
  device: setting('STEPGYM_DEVICE', DEVICE),
  mcpServers: setting('STEPGYM_MCP_SERVERS', MCP_SERVERS),
  environmentServers: setting('STEPGYM_ENVIRONMENT_SERVERS', ENVIRONMENT_SERVERS),
} as const satisfies Readonly<Record<string, Setting<unknown>>>

type Known = typeof SETTINGS
type SettingName = keyof Known
type Value<Name extends SettingName> = Known[Name] extends Setting<infer T> ? T : never
/** Settings merged from the configuration file, environment variables and the command line; unset ones are absent. */
export type Settings = { readonly [Name in SettingName]?: Value<Name> }

const NAMES = Object.keys(SETTINGS)
const isName = (name: string): name is SettingName => Object.hasOwn(SETTINGS, name)

/**
 * The value of a setting.
 * @param from where it stands, for the message.
 * @throws GymError CONFIG_INVALID
 */
function settingOf<Name extends SettingName>(name: Name, value: unknown, from: string): Settings {
  const { reader } = SETTINGS[name]
  const read = reader.ofValue(value)
  if (read !== undefined) return { [name]: read }
  throw invalid(`${from} is ${shown(value)}: give ${reader.expects}`)
}

/** @throws GymError CONFIG_INVALID for a name that is not a setting, naming near ones, and for an invalid value. */
export function settingsOfFile(content: object, file: string): Settings {
  const entries = Object.entries(content).map(([name, value]: [string, unknown]) => {
    if (isName(name)) return settingOf(name, value, `${name} in ${file}`)
    throw invalid(`${file} has no use for ${shown(name)}: ${advice(name, NAMES)}`)
  })
  return Object.assign({}, ...entries)
}

const PREFIX = 'STEPGYM_'
/** Read by the browser's environments and by tests, not by commands. */
const FOREIGN = ['STEPGYM_CHROMIUM', 'STEPGYM_REFERENCE']

type Variables = Readonly<Record<string, string | undefined>>

const SERVICE_NAME = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)_(PROTO|PORT|ADDR))$/
const SERVICE_ADDRESS = /_PORT(_\d+_(TCP|UDP|SCTP))?$/

/** Set by Kubernetes in each pod beside a service with a name such as `stepgym`: `STEPGYM_PORT=tcp://10.0.0.1:8000`. */
const isServiceLink = (variable: string, text = ''): boolean =>
  SERVICE_NAME.test(variable) || (SERVICE_ADDRESS.test(variable) && /^(tcp|udp|sctp):\/\//.test(text))

/** @throws GymError CONFIG_INVALID for an unknown variable with our prefix, and for a value that cannot be used. */
export function settingsOfVariables(variables: Variables): Settings {
  const isOurs = (name: string): boolean =>
    name.startsWith(PREFIX) && !FOREIGN.includes(name) && !isServiceLink(name, variables[name])
  const ours = Object.keys(variables).filter(isOurs)
  return Object.assign({}, ...ours.map((variable) => settingOfVariable(variable, variables[variable])))
}

function settingOfVariable(variable: string, text: string | undefined): Settings {
  const name = NAMES.filter(isName).find((each) => SETTINGS[each].variable === variable)
  if (name) return text === undefined ? {} : settingOfText(name, text, variable)
  const known = Object.values(SETTINGS).map((each) => each.variable)
  throw invalid(`the environment variable ${variable} sets nothing: ${advice(variable, known)}`)
}

/** @throws GymError CONFIG_INVALID */
function settingOfText<Name extends SettingName>(name: Name, text: string, from: string): Settings {
  const { reader } = SETTINGS[name]
  const value = reader.ofText(text)
  if (value !== undefined && reader.ofValue(value) !== undefined) return settingOf(name, value, from)
  throw invalid(`${from} is ${shown(text)}: give ${reader.expects}`)
}

/**
 * Later settings over earlier ones. Options go together where both set some; those of another environment are left
 * behind.
 */
export function layered(below: Settings, above: Settings): Settings {
  const isSameEnvironment =
    above.env === undefined || below.env === undefined || nameOf(above.env) === nameOf(below.env)
  const options = { ...(isSameEnvironment ? below.options : {}), ...above.options }
  const { options: _below, ...rest } = below
  return { ...rest, ...above, ...(Object.keys(options).length > 0 && { options }) }
}

const nameOf = (reference: string): string => reference.replace(/@\d+$/, '')

const advice = (name: string, names: readonly string[]): string => nearOr(name, names, `there are ${names.join(', ')}`)

const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)
