import type { Command } from 'commander'
import { messageOf } from '../../core/data/errors.ts'
import { agents, type Catalog, estimators, hooks, recipes } from '../../registry/index.ts'
import { type Cli, type CommandHost, printJson, printLines } from '../cli.ts'
import { readSettings } from '../config.ts'
import { exampleOf } from '../examples.ts'
import { environmentCatalog } from '../find.ts'
import { FLAGS, oneOf } from '../flags.ts'
import { cut } from '../terminal/fit.ts'
import { type Painter, painterOf } from '../terminal/paint.ts'
import { tableOf } from '../terminal/table.ts'

const LISTED = ['envs', 'agents', 'hooks', 'recipes', 'estimators'] as const
type Listed = (typeof LISTED)[number]

/** One registered thing. */
interface Item {
  readonly name: string
  /** Null for kinds that have no versions, and where the module cannot be loaded. */
  readonly version: number | null
  readonly summary: string | null
  /** Why it cannot be loaded; null where it can. */
  readonly problem: string | null
}

export function addList(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('list')
    .addArgument(oneOf('[kind]', 'what to list (default: the names of every kind)', LISTED))
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym list envs', 'stepgym list estimators --json'))
    .action(async (kind: Listed | undefined, { json = false }: { readonly json?: boolean }) => {
      if (kind === undefined) return listKinds(cli, json)
      const items = await listed(kind, cli)
      if (json) printJson(cli.out, { kind, items })
      else printLines(cli.out, linesOf(items, painterOf(cli.out, cli.variables), cli.out.columns))
      exit(items.every(({ problem }) => problem === null) ? 0 : 1)
    })
}

/** The kinds and the names of each; nothing is loaded. */
async function listKinds(cli: Cli, json: boolean): Promise<void> {
  const settings = { userFolder: cli.folder }
  const catalogs = {
    envs: environmentCatalog(cli.folder, await readSettings(cli)),
    agents: agents(settings),
    hooks: hooks(settings),
    recipes: recipes(settings),
    estimators: estimators(settings),
  } satisfies Record<Listed, unknown>
  const kinds = LISTED.map((kind) => ({ kind, names: catalogs[kind].names() }))
  if (json) printJson(cli.out, { kinds })
  else
    printLines(cli.out, [
      ...kinds.map(({ kind, names }) => `${kind}: ${names.join(', ') || 'none'}`),
      '',
      `stepgym list ${LISTED.join('|')} has versions and summaries`,
    ])
}

type Described = Pick<Item, 'version' | 'summary'>

async function listed(kind: Listed, cli: Cli): Promise<readonly Item[]> {
  const settings = { userFolder: cli.folder }
  switch (kind) {
    case 'envs':
      return itemsOf(environmentCatalog(cli.folder, await readSettings(cli)), ({ id, summary }) => ({
        version: Number(id.split('@')[1]),
        summary: summary ?? null,
      }))
    case 'agents':
      return itemsOf(agents(settings), ({ summary }) => ({ version: null, summary: summary ?? null }))
    case 'hooks':
      return itemsOf(hooks(settings), ({ version, summary }) => ({ version, summary: summary ?? null }))
    case 'recipes':
      return itemsOf(recipes(settings), ({ version, summary }) => ({
        version,
        summary: typeof summary === 'string' ? summary : null,
      }))
    case 'estimators':
      return itemsOf(estimators(settings), ({ summary }) => ({ version: null, summary }))
  }
}

/** Modules that break are listed too, with the reason. */
const itemsOf = <T>(catalog: Catalog<T>, describe: (thing: T) => Described): Promise<readonly Item[]> =>
  Promise.all(
    catalog.names().map(async (name): Promise<Item> => {
      try {
        return { name, ...describe(await catalog.load(name)), problem: null }
      } catch (thrown) {
        return { name, version: null, summary: null, problem: messageOf(thrown) }
      }
    }),
  )

/** @param width of the terminal; undefined where lines are not cut, as in a file */
function linesOf(items: readonly Item[], paint: Painter, width: number | undefined): readonly string[] {
  const cells = items.map(({ name, version, summary, problem }) => [
    name,
    version === null ? '–' : `${version}`,
    problem === null ? (summary ?? '–') : `cannot be loaded: ${problem}`,
  ])
  const [heading = '', ...rows] = tableOf(
    [{ heading: 'name' }, { heading: 'version', align: 'right' }, { heading: 'summary' }],
    cells,
  )
  return [
    paint('bold', heading),
    ...rows.map((row, at) => painted(width === undefined ? row : cut(row, width), items[at], paint)),
  ]
}

const painted = (row: string, item: Item | undefined, paint: Painter): string =>
  item?.problem == null ? row : paint('red', row)
