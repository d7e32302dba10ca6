import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = new URL('..', import.meta.url).pathname

/** Top-level folders, and the other folders that each may import. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  browser: ['core'],
  models: ['core', 'records'],
  sandbox: ['core'],
  envs: ['core', 'browser', 'models', 'sandbox'],
  agents: ['core', 'models'],
  rewards: ['core', 'models', 'sandbox', 'agents'],
  records: ['core'],
  conformance: ['core', 'sandbox', 'envs', 'rewards'],
  registry: ['core', 'rewards', 'conformance'],
  training: ['core', 'models', 'agents', 'rewards', 'records'],
  exchange: ['core', 'envs', 'agents', 'rewards', 'records'],
  evaluation: ['core', 'models', 'registry', 'rewards', 'agents', 'training'],
  server: ['core', 'sandbox', 'records', 'registry', 'rewards'],
  viewer: ['core', 'records', 'registry', 'rewards', 'evaluation', 'server'],
  bin: [
    ...['core', 'browser', 'models', 'sandbox', 'records', 'registry', 'rewards'],
    ...['agents', 'training', 'server', 'viewer', 'evaluation', 'conformance', 'exchange'],
  ],
}

/** Folders of the server, and the other folders of it that each must not import. */
const SERVER_FOLDERS: Readonly<Record<string, readonly string[]>> = {
  'server/transport': ['server/hosting', 'server/protocols', 'server/http', 'server/stream', 'server/metrics'],
  'server/hosting': [
    'server/shards',
    'server/transport',
    'server/protocols',
    'server/http',
    'server/stream',
    'server/metrics',
  ],
  'server/stream': ['server/transport', 'server/protocols', 'server/http', 'server/metrics'],
  'server/metrics': ['server/transport', 'server/protocols', 'server/http'],
  'server/protocols/openenv': ['server/protocols/native', 'server/protocols/mcp', 'server/http', 'server/metrics'],
  'server/protocols/mcp': ['server/protocols/native', 'server/http', 'server/stream', 'server/metrics'],
  'server/protocols/ors': [
    'server/protocols/native',
    'server/protocols/mcp',
    'server/http',
    'server/stream',
    'server/metrics',
  ],
  'server/protocols/fusion': [
    ...['server/hosting', 'server/http', 'server/stream', 'server/metrics'],
    ...['server/protocols/native', 'server/protocols/openenv', 'server/protocols/mcp'],
  ],
  'server/protocols/native': ['server/protocols/openenv', 'server/http', 'server/metrics'],
  'server/protocols/native/channel': ['server/hosting', 'server/stream', 'server/protocols/native/vector'],
  'server/site': ['server/protocols', 'server/http', 'server/stream', 'server/metrics'],
  'server/http': ['server/protocols/native', 'server/protocols/fusion', 'server/stream'],
}

/** The one place that may import each npm package. */
const HOME: Readonly<Record<string, RegExp>> = {
  commander: /^bin\//,
  // Its server is a dialect of ours, its client the way to the tools of others: they share nothing but the package.
  '@modelcontextprotocol/sdk': /^(server\/protocols\/mcp|envs\/tools\/mcp)\//,
  hyparquet: /^bin\/commands\/credit\/parquet-rows\.ts$/,
  'hyparquet-writer': /^exchange\/parquet\//,
  'wink-nlp': /^envs\/webshop\/reward\/nouns\.ts$/,
  'wink-eng-lite-web-model': /^envs\/webshop\/reward\/nouns\.ts$/,
  // Its clients: of servers of ours, and of environments on the servers of others.
  ws: /^(server\/|agents\/remote|envs\/openenv\/session)/,
  rxjs: /^server\/stream/,
  'prom-client': /^server\/metrics/,
  '@nats-io/transport-node': /^server\/shards\/nats\//,
  '@nats-io/jetstream': /^server\/shards\/nats\//,
  // Compiled into the pages: packages of the build, not of the package.
  preact: /^viewer\/app\//,
  vite: /^viewer\/app\/vite\.config\.mjs$/,
  '@huggingface/tokenizers': /^models\/tokenizer\/tokenizer\.ts$/,
  'playwright-core': /^(browser|envs\/webshop\/browser|envs\/browser)\//,
  'onnxruntime-node': /^models\/runtime\/sessions\.ts$/,
}

interface Import {
  readonly file: string
  readonly target: string
}

/** Code files of a folder, without those that only declare types. Throws if it is missing. */
const sourcesOf = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(tsx?|mjs)$/.test(file) && !file.endsWith('.d.ts'))
    .map((file) => posix.join(folder, file))

const IMPORT = /(?:\bfrom\s+|\bimport\(|^import\s+)'([^'\n]+)'/gm
const importsOf = (file: string): readonly Import[] =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)].map(([, target = '']) => ({ file, target }))

/** The files that call `JSON.parse`, and why they may: everything that comes from outside goes through `parseJson`. */
const MAY_PARSE: Readonly<Record<string, string>> = {
  'core/data/json.ts': 'the reader itself, for texts whose keys have no escape',
  'core/data/json-reader.ts': 'the reader itself, for single strings',
  'server/transport/json.ts': 'the reader of frames, for texts whose keys have no escape',
  'envs/webshop/views/html-item.ts': 'text of a page, which is never run',
  'evaluation/claims/crbc-anchors.ts': 'an anchor of a state of our own',
  'evaluation/claims/hgpo-history.ts': 'an anchor of a state of our own',
  'viewer/app/data.ts': 'answers of the viewer, in its pages',
  'viewer/app/rendered.ts': 'texts of records, which are shown and never run',
  'viewer/app/stream.ts': 'lines of the viewer, in its pages',
  'viewer/app/exported.ts': 'answers of the viewer, in a file that it wrote',
  'bin/commands/doctor/packages.ts': 'package.json files of installed packages',
  'sandbox/pyodide/child/frames.mjs': 'frames of the process that started it',
}

const files = Object.keys(MAY_IMPORT).flatMap(sourcesOf)
const imports = files.flatMap(importsOf)
const folderOf = (file: string): string => file.split('/')[0] ?? ''
const resolved = ({ file, target }: Import): string => posix.join(posix.dirname(file), target)
const within = imports.filter(({ target }) => target.startsWith('.'))
const outside = imports.filter(({ target }) => !target.startsWith('.') && !/^stepgym(\/|$)/.test(target))

/** Name of the package that an import is of. */
const packageOf = (target: string): string =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')

/** The environment family that a file belongs to: a file or a folder of envs/. `family-member.ts` is of the family whose folder has the member. */
function familyOf(file: string): string {
  const name = (file.split('/')[1] ?? '').replace(/\.(ts|mjs)$/, '')
  const [family = '', member = ''] = name.split('-')
  return files.some((other) => other.startsWith(`envs/${family}/${member}/`)) ? family : name
}

/** Folders with their permitted imports, from the table in CONTRIBUTING.md. */
const documentedFolders = (): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    [...readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8').matchAll(/^\| `([a-z]+)` \| .* \| (.*) \|$/gm)].map(
      ([, folder = '', allowed = '']) => [folder, [...allowed.matchAll(/`([a-z]+)`/g)].map(([, name = '']) => name)],
    ),
  )

describe('the architecture', () => {
  it('is documented for contributors as it is checked here', () => {
    expect(documentedFolders()).toEqual(MAY_IMPORT)
  })

  it('has the five required folders', () => {
    for (const folder of ['envs', 'agents', 'rewards', 'server', 'test'])
      expect(readdirSync(join(ROOT, folder)).length).toBeGreaterThan(0)
    expect(files.length).toBeGreaterThan(50)
  })

  it.each(Object.entries(MAY_IMPORT))('%s imports only itself and %j', (folder, allowed) => {
    const strangers = within
      .filter(({ file }) => folderOf(file) === folder)
      .filter((each) => ![folder, ...allowed].includes(folderOf(resolved(each))))
    expect(strangers).toEqual([])
  })

  it('bin imports no agent except the client of a server', () => {
    const strangers = within
      .filter(({ file }) => folderOf(file) === 'bin')
      .map(resolved)
      .filter((target) => folderOf(target) === 'agents' && !target.startsWith('agents/remote/'))
    expect(strangers).toEqual([])
  })

  it.each(Object.entries(SERVER_FOLDERS))('%s imports none of %j', (folder, closed) => {
    const own = within.filter(({ file }) => file.startsWith(`${folder}/`))
    expect(own.length).toBeGreaterThan(0)
    const strangers = own.filter((each) => closed.some((other) => resolved(each).startsWith(`${other}/`)))
    expect(strangers).toEqual([])
  })

  it('has no import cycle, types included', () => {
    const targets = new Map(files.map((file) => [file, within.filter((each) => each.file === file).map(resolved)]))
    const done = new Set<string>()
    const cycleFrom = (file: string, path: readonly string[]): readonly string[] | null => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
      if (done.has(file)) return null
      const found = (targets.get(file) ?? []).map((target) => cycleFrom(target, [...path, file])).find((each) => each)
      done.add(file)
      return found ?? null
    }
    expect(files.map((file) => cycleFrom(file, [])).filter((cycle) => cycle !== null)).toEqual([])
  })

  it('environment families do not import each other', () => {
    const strangers = within.filter((each) => {
      const target = resolved(each)
      return folderOf(each.file) === 'envs' && folderOf(target) === 'envs' && familyOf(target) !== familyOf(each.file)
    })
    expect(strangers).toEqual([])
  })

  it('the kernel imports only node:crypto', () => {
    expect(outside.filter(({ file }) => folderOf(file) === 'core').map(({ target }) => target)).toEqual(['node:crypto'])
  })

  it('each npm package is imported from one place only', () => {
    const strays = outside.filter(({ file, target }) => {
      return !isBuiltin(target) && !HOME[packageOf(target)]?.test(file)
    })
    expect(strays).toEqual([])
  })

  it('imports a module that is named at run time in this place only, which only operators reach', () => {
    const places = files.filter((file) => /\bimport\((?!')/.test(readFileSync(join(ROOT, file), 'utf8')))
    // Pyodide is loaded from the folder that the process which starts it has found.
    expect(places.sort()).toEqual(['registry/import.ts', 'sandbox/pyodide/child/main.mjs'])
  })

  it('pages of the viewer import each other, and types of what the server answers', () => {
    const own = within.filter(({ file }) => file.startsWith('viewer/app/'))
    expect(own.length).toBeGreaterThan(10)
    const strangers = own.filter((each) => !resolved(each).startsWith('viewer/app/'))
    expect([...new Set(strangers.map(resolved))]).toEqual(['viewer/answers.ts'])
    for (const { file } of strangers)
      expect(readFileSync(join(ROOT, file), 'utf8')).toMatch(/^import type .* from '\.\.\/answers\.ts'$/m)
    const others = within.filter(({ file, target }) => !file.startsWith('viewer/app/') && target.includes('/app/'))
    expect(others).toEqual([])
  })

  it('pages of the viewer make no markup of texts', () => {
    const pages = files.filter((file) => file.startsWith('viewer/app/'))
    const markup = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\bsrcdoc\b|DOMParser|\beval\(/i
    expect(pages.filter((file) => markup.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([])
  })

  it('reads JSON from outside by parseJson', () => {
    const code = (file: string): string =>
      readFileSync(join(ROOT, file), 'utf8').replace(/^ *(\/\*\*| \*|\/\/).*$/gm, '')
    const places = files.filter((file) => /\bJSON\.parse\b|\.json\(\)\.then|await \w+\.json\(/.test(code(file)))
    expect(places.sort()).toEqual(Object.keys(MAY_PARSE).sort())
  })

  it('declares the packages it uses, and no others', () => {
    const { dependencies = {}, optionalDependencies = {} }: Readonly<Record<string, Readonly<Record<string, string>>>> =
      JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const shipped = outside.filter(({ file }) => !file.startsWith('viewer/app/'))
    const packages = shipped.filter(({ target }) => !isBuiltin(target)).map(({ target }) => packageOf(target))
    const used = new Set(packages.filter((name) => !(name in optionalDependencies)))
    // Types that our own declarations name come with us.
    const types = [...used].map((name) => `@types/${name}`).filter((name) => name in dependencies)
    expect([...used, ...types].sort()).toEqual(Object.keys(dependencies).sort())
  })

  it('has no escape hatch from its types or its linter', () => {
    const hatches = files.filter((file) =>
      /@ts-(ignore|nocheck|expect-error)|biome-ignore/.test(readFileSync(join(ROOT, file), 'utf8')),
    )
    expect(hatches).toEqual([])
  })

  it('has files of one idea each: no code file over 350 lines', () => {
    const long = files
      .filter((file) => !/\/(vocabulary|tables?)\b|unicode/.test(file))
      .filter((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').length > 351)
    expect(long).toEqual([])
  })
})
