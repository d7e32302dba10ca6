import { GymError } from '../../../core/data/errors.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import type { ChildProgram } from '../../../sandbox/child-process.ts'

/** A server that is started as a process and spoken to over its standard input and output. */
export interface StdioServer extends ChildProgram {
  readonly kind: 'stdio'
}

/** A server at an address, by streamable HTTP. */
export interface HttpServer {
  readonly kind: 'http'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
}

/** The built-in server, which runs in this process. */
export interface DemoServer {
  readonly kind: 'demo'
}

export type McpServer = StdioServer | HttpServer | DemoServer

/** Servers by name. */
export type McpServers = ReadonlyMap<string, McpServer>

export const DEMO = 'demo'
export const ONLY_DEMO: McpServers = new Map([[DEMO, { kind: 'demo' }]])

/**
 * Reads `mcpServers`, in the form that clients of the Model Context Protocol share: an object of
 * `{ command, args, env, inherit, cwd }` or `{ url, headers }` by name.
 * @throws GymError CONFIG_INVALID
 */
export function readServers(value: Json | undefined): McpServers {
  if (value === undefined) return ONLY_DEMO
  if (!isObject(value)) throw invalid('mcpServers', 'an object of servers by name')
  return new Map([
    ...ONLY_DEMO,
    ...Object.entries(value).map(([name, each]) => [name, readServer(name, each)] as const),
  ])
}

function readServer(name: string, value: Json): McpServer {
  const where = `mcpServers.${name}`
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(name) || name === DEMO)
    throw invalid(where, `named by 1 to 64 letters, digits and _ . -, and not ${DEMO}`)
  if (!isObject(value)) throw invalid(where, 'an object')
  const { command, url } = value
  if ((command === undefined) === (url === undefined)) throw invalid(where, 'given a command or a url')
  expectKnown(where, value)
  return command === undefined ? httpServer(where, value) : stdioServer(where, value)
}

const OF_STDIO: readonly string[] = ['type', 'command', 'args', 'env', 'inherit', 'cwd']
const OF_HTTP: readonly string[] = ['type', 'url', 'headers']
const HTTP_TYPES: readonly Json[] = ['http', 'streamable-http', 'streamableHttp']

function expectKnown(where: string, value: JsonObject): void {
  const isProcess = 'command' in value
  const known = isProcess ? OF_STDIO : OF_HTTP
  const stranger = Object.keys(value).find((name) => !known.includes(name))
  if (stranger !== undefined) throw invalid(where, `without ${JSON.stringify(stranger)}: it has ${known.join(', ')}`)
  const { type } = value
  if (type === undefined || (isProcess ? type === 'stdio' : HTTP_TYPES.includes(type))) return
  throw invalid(`${where}.type`, isProcess ? 'stdio' : HTTP_TYPES.join(' or '))
}

function stdioServer(where: string, { command, args, env, inherit, cwd }: JsonObject): StdioServer {
  return {
    kind: 'stdio',
    command: textOf(`${where}.command`, command),
    args: textsOf(`${where}.args`, args ?? []),
    env: variablesOf(`${where}.env`, env ?? {}),
    inherit: textsOf(`${where}.inherit`, inherit ?? []),
    ...(cwd !== undefined && { cwd: textOf(`${where}.cwd`, cwd) }),
  }
}

function httpServer(where: string, { url, headers }: JsonObject): HttpServer {
  const address = textOf(`${where}.url`, url)
  const read = URL.canParse(address) ? new URL(address) : null
  if (read === null || !/^https?:$/.test(read.protocol)) throw invalid(`${where}.url`, 'an address of http or https')
  return { kind: 'http', url: read, headers: variablesOf(`${where}.headers`, headers ?? {}) }
}

function textOf(where: string, value: Json | undefined): string {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value
  throw invalid(where, 'a text')
}

function textsOf(where: string, value: Json): readonly string[] {
  if (!Array.isArray(value)) throw invalid(where, 'a list of texts')
  return value.map((item: Json, at) => {
    if (typeof item === 'string') return item
    throw invalid(`${where}[${at}]`, 'a text')
  })
}

function variablesOf(where: string, value: Json): Readonly<Record<string, string>> {
  if (!isObject(value)) throw invalid(where, 'an object of texts')
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, variableOf(`${where}.${name}`, item)]))
}

function variableOf(where: string, value: Json): string {
  if (typeof value === 'string') return value
  throw invalid(where, 'a text')
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value itself may be a secret: the message names its place only. */
const invalid = (where: string, expected: string): GymError =>
  new GymError('CONFIG_INVALID', `${where} must be ${expected}`)
