import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { estimators } from '../../../registry/index.ts'
import { listenViewer, type Viewer } from '../../../viewer/listen.ts'
import { type Cli, type CommandHost, printJson, printLines } from '../../cli.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, readFlag } from '../../flags.ts'
import { interrupted, PORT } from '../serve/index.ts'

interface ViewFlags {
  readonly port?: number
  readonly json?: boolean
}

export function addView(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('view')
    .argument('<runs...>', 'folders of runs, or folders that hold such folders')
    .addOption(readFlag('--port <n>', 'port to listen on, 0 for any that is free (default: 0)', PORT))
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym view runs/a', 'stepgym view runs --port 8080'))
    .action(async (folders: readonly string[], flags: ViewFlags) => {
      await cli.interruptible((signal) => view(folders, flags, cli, signal))
      exit(0)
    })
}

/** Until the interrupt, which is how a viewer ends. */
async function view(folders: readonly string[], flags: ViewFlags, cli: Cli, signal: AbortSignal): Promise<void> {
  const token = randomBytes(18).toString('base64url')
  const viewer = await listenViewer({
    folders: folders.map((folder) => resolve(cli.folder, folder)),
    estimators: estimators({ userFolder: cli.folder }),
    tokens: [{ role: 'trainer', token }],
    hosts: [],
    port: flags.port ?? 0,
  })
  announce(viewer, token, cli, flags.json ?? false)
  await interrupted(signal)
  await viewer.close()
}

/** The token is in the fragment, which browsers send to no server; the page takes it out of the address. */
function announce({ url, runs }: Viewer, token: string, cli: Cli, asJson: boolean): void {
  const [only, ...others] = runs
  const page = only !== undefined && others.length === 0 ? `/r/${encodeURIComponent(only)}` : '/'
  const link = `${url}/#${page}?token=${token}`
  if (asJson) printJson(cli.out, { url, link, runs })
  else printLines(cli.out, [link, 'open it in a browser; Ctrl-C ends'])
}
