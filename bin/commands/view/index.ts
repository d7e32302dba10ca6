import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { estimators } from '../../../registry/index.ts'
import { exportRuns } from '../../../viewer/export/export.ts'
import { KeptAnswers } from '../../../viewer/kept/kept-answers.ts'
import { listenViewer, type Viewer } from '../../../viewer/listen.ts'
import { type Cli, type CommandHost, interrupted, printJson, printLines } from '../../cli.ts'
import { COUNT, type Reader } from '../../config/readers.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, flagOneOf, readFlag } from '../../flags.ts'
import { progressBar } from '../../terminal/progress.ts'
import { PORT } from '../serve/index.ts'

interface ViewFlags {
  readonly port?: number
  readonly export?: string
  readonly max?: number
  readonly with?: string
  readonly json?: boolean
}

export function addView(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('view')
    .argument('<runs...>', 'folders of runs, or folders that hold such folders')
    .addOption(readFlag('--port <n>', 'port to listen on, 0 for any that is free (default: 0)', PORT))
    .addOption(readFlag('--export <file>', 'write one .html file that opens from disk, and end', HTML_FILE))
    .addOption(readFlag('--max <mb>', 'megabytes that the file may have (default: 20)', COUNT))
    .addOption(flagOneOf('--with <what>', 'what is in the file beside: evidence, the log-probabilities', ['evidence']))
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf('stepgym view runs/a', 'stepgym view runs --port 8080', 'stepgym view runs/a --export a.html'),
    )
    .action(async (folders: readonly string[], flags: ViewFlags) => {
      if (flags.export !== undefined) await exported(flags.export, folders, flags, cli)
      else await cli.interruptible((signal) => view(folders, flags, cli, signal))
      exit(0)
    })
}

/** Runs as one file, which replaces one that is there. */
async function exported(file: string, folders: readonly string[], flags: ViewFlags, cli: Cli): Promise<void> {
  const bar = progressBar(cli.err)
  const { html, runs, held, left } = await exportRuns({
    folders: folders.map((folder) => resolve(cli.folder, folder)),
    estimators: estimators({ userFolder: cli.folder }),
    hasEvidence: flags.with === 'evidence',
    ...(flags.max !== undefined && { maxBytes: flags.max * 1_000_000 }),
    onGroup: (done, total) => bar.update('groups', done, total),
  }).finally(bar.clear)
  writeFileSync(resolve(cli.folder, file), html)
  const bytes = Buffer.byteLength(html)
  if (flags.json) return void printJson(cli.out, { file, bytes, runs, held, left })
  const size = `${(bytes / 1e6).toFixed(1)} MB, ${held} groups`
  const without = left.length === 0 ? [] : [`${left.length} did not fit: ${left.slice(0, 8).join(', ')}; see --max`]
  printLines(cli.out, [`${file}: ${size}; it opens from disk and asks no server`, ...without])
}

const HTML_FILE: Reader<string> = {
  expects: 'the path of a file that ends in .html',
  ofText: (text) => text,
  ofValue: (value) => (typeof value === 'string' && /[^/\\]\.html$/.test(value) ? value : undefined),
}

/** Until the interrupt, which is how a viewer ends. */
async function view(folders: readonly string[], flags: ViewFlags, cli: Cli, signal: AbortSignal): Promise<void> {
  const token = randomBytes(18).toString('base64url')
  const viewer = await listenViewer({
    folders: folders.map((folder) => resolve(cli.folder, folder)),
    estimators: estimators({ userFolder: cli.folder }),
    kept: new KeptAnswers(),
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
