import { GymError, messageOf } from '../../../core/data/errors.ts'
import type { Json } from '../../../core/data/types.ts'
import { totalsOf } from '../../../records/totals.ts'
import { type Cli, printLines } from '../../cli.ts'
import { widthOf } from '../../terminal/fit.ts'
import { type Painter, painterOf } from '../../terminal/paint.ts'
import { nearCommand, typed } from './dialogue.ts'
import { actionLines, endLines, HELP, stepLines } from './print.ts'
import type { PlaySession } from './session.ts'
import { toolCallOf } from './tools.ts'

/** Dialogue with the player of one session: reads lines, acts on them, and prints what follows. */
export class PlayConsole {
  readonly #cli: Cli
  readonly #session: PlaySession
  readonly #paint: Painter

  constructor(cli: Cli, session: PlaySession) {
    this.#cli = cli
    this.#session = session
    this.#paint = painterOf(cli.out, cli.variables)
  }

  /** Until the player leaves, the input ends, or the signal is aborted. */
  async converse(signal: AbortSignal): Promise<void> {
    this.#showSituation()
    this.#prompt()
    for await (const line of this.#cli.lines(signal)) {
      if (this.#cli.out.isTTY !== true) this.#print([`> ${line}`])
      if (signal.aborted || !(await this.#answer(line))) return
      this.#prompt()
    }
  }

  /** @returns False where the player leaves. */
  async #answer(line: string): Promise<boolean> {
    const session = this.#session
    const input = typed(line, session.actions)
    if (input.kind === 'action') {
      await this.#take(toolCallOf(input.action, session.brief) ?? input.action)
      return !session.hasFailed
    }
    if (input.kind === 'nothing') return session.ending === null
    if (input.kind === 'quit') return false
    if (input.kind === 'help') this.#print(HELP)
    else if (input.kind === 'unknown')
      this.#warn(`there is no command :${input.name}${nearCommand(input.name)}`, ...HELP)
    else if (input.kind === 'actions') this.#printActions(Number.POSITIVE_INFINITY)
    else if (input.kind === 'undo') await this.#undo()
    return true
  }

  async #take(action: Json): Promise<void> {
    const session = this.#session
    if (session.ending !== null) return this.#warn(`the episode has ${session.ending}`, OVER)
    const step = await session.take(action)
    if (step) this.#print(stepLines(step, this.#paint))
    if (!session.hasFailed) this.#showSituation()
  }

  async #undo(): Promise<void> {
    try {
      await this.#session.undo()
      this.#showSituation()
    } catch (thrown) {
      if (!(thrown instanceof GymError) || thrown.code === 'RECORD_FAILED') throw thrown
      this.#warn(messageOf(thrown))
    }
  }

  #showSituation(): void {
    const { observation, ending, path, rewards } = this.#session
    this.#print(['', this.#paint('bold', `step ${path.length}`), ...observation.split('\n')])
    if (ending === null) this.#printActions()
    else this.#print([...endLines(this.#session, totalsOf(path, rewards), this.#paint), OVER])
  }

  #printActions(most?: number): void {
    this.#print(actionLines(this.#session.actions, widthOf(this.#cli.out), this.#paint, most))
  }

  #warn(warning: string, ...more: readonly string[]): void {
    this.#print([this.#paint('yellow', warning), ...more])
  }

  #print(lines: readonly string[]): void {
    printLines(this.#cli.out, lines)
  }

  #prompt(): void {
    if (this.#cli.out.isTTY === true) this.#cli.out.write('> ')
  }
}

const OVER = ':undo takes the last step back, :quit leaves'
