import { readdirSync, readFileSync } from 'node:fs'

/** Pages of `npm run docs:api`: one an entry of the package, each under the name that users import. */
const { exports } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))

const sourceOf = (built) => built.replace('./dist/', '').replace(/\.js$/, '.ts')

const entriesOf = ([name, target]) => {
  const source = sourceOf(target.default)
  if (!source.endsWith('*.ts')) return [{ source, name }]
  const folder = source.slice(0, -'/*.ts'.length)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ source: `${folder}/${file}`, name: name.replace('*', file.slice(0, -'.ts'.length)) }))
}

const entries = Object.entries(exports)
  .filter(([, target]) => typeof target !== 'string')
  .flatMap(entriesOf)
const names = new Map(
  entries.map(({ source, name }) => [source.replace(/(\/index)?\.ts$/, ''), name.replace('.', 'stepgym')]),
)

function namedAsImported({ converter }) {
  converter.on('resolveBegin', ({ project }) => {
    for (const page of project.children ?? []) page.name = names.get(page.name) ?? page.name
  })
}

export default {
  name: 'stepgym',
  entryPoints: entries.map(({ source }) => source),
  plugin: [namedAsImported],
  out: 'docs/api',
  readme: 'none',
  githubPages: false,
  hideGenerator: true,
  disableSources: true,
  excludePrivate: true,
  validation: { invalidLink: true, notExported: false, notDocumented: false },
  treatWarningsAsErrors: true,
}
