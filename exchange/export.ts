import type { JsonObject } from '../core/data/types.ts'
import type { World } from '../core/episode/world.ts'
import type { RunSource } from '../records/reader.ts'
import type { CreditRequest, Shaping } from '../rewards/credit/index.ts'
import { type Curation, needsOf } from '../rewards/shaping/curation.ts'
import { advantagesOf, type RunAdvantages } from './advantages.ts'
import { atifRows } from './lines/atif.ts'
import { chatRows } from './lines/chat.ts'
import type { LineContext, RowsOf } from './lines/context.ts'
import { preferenceRows } from './lines/preferences.ts'
import { prmRows } from './lines/prm.ts'
import { sftRows, sftTokenRows } from './lines/sft.ts'
import { shareGptRows } from './lines/sharegpt.ts'
import { verifiersRows } from './lines/verifiers.ts'
import { LineFile, writeNew } from './output.ts'
import { ParquetFile } from './parquet/file.ts'
import { stepColumns, stepRowsOf } from './parquet/steps.ts'
import { tokenColumns } from './parquet/tokens.ts'
import { verlColumns } from './parquet/verl.ts'
import { expectNeeds, expectSignal } from './score.ts'
import { sequencesOf } from './sequences.ts'
import { TaskSettings } from './settings.ts'
import { type Survey, surveyOf } from './survey.ts'
import { familiesOf, type LeftOut, Losses, type Whole } from './trajectories.ts'

/** Formats of files for other tools. */
export const FORMATS = ['parquet', 'verl', 'chat', 'sft', 'dpo', 'prm', 'atif', 'sharegpt', 'verifiers'] as const
export type Format = (typeof FORMATS)[number]
/** Ending of the name of a file in a format. */
export const endingOf = (format: Format): 'jsonl' | 'parquet' =>
  format === 'parquet' || format === 'verl' ? 'parquet' : 'jsonl'
export const GRAINS = ['steps', 'tokens'] as const
/** Unit of a row: `steps` as they were taken, `tokens` as a model sees them. */
export type Grain = (typeof GRAINS)[number]

/** What is exported, and how. */
export interface ExportSettings {
  readonly format: Format
  /** `tokens` for the formats parquet and sft. */
  readonly grain: Grain
  /** Estimators whose advantages are written. */
  readonly requests: readonly CreditRequest[]
  readonly shaping: Shaping | null
  /** Environment of the run, for what conversations begin with; null where it is not here. */
  readonly world: World | null
  /** Signals that trajectories (sft, dpo) or steps (prm) are judged by: one or, for dpo, several in order of importance. */
  readonly scores: readonly string[]
  /** By how many deviations a score has to lead, where there are several. */
  readonly sigmas: readonly number[]
  /** Least value of a step that prm labels true; null for labels that are numbers. */
  readonly threshold: number | null
  /** Trajectories and steps that are learnt from. */
  readonly curation: Curation
  /** Least score of a trajectory for sft; null for any. */
  readonly minScore: number | null
  readonly pairs: 'trajectory' | 'step'
  /** Without what only stepgym reads. */
  readonly isBare: boolean
  /** Trajectories that are written; others are read for what they share with them. @default all */
  readonly isWritten?: (trajectoryId: string) => boolean
  /** Called where an estimator has no advantages, which then are null. @default the reason is thrown */
  readonly onNoCredit?: (estimator: string, reason: string) => void
  /** Called with the number of trajectories that were read. */
  readonly onProgress?: (trajectories: number) => void
}

/** What was written. */
export interface Exported {
  readonly rows: number
  /** Trajectories that were read for it, without those left out. */
  readonly trajectories: number
  readonly leftOut: LeftOut
}

/**
 * Writes a run as a file for other tools. The run is read family by family; with `requests` the anchors and rewards of
 * all steps are held too. The file appears when it is whole.
 * @throws GymError RECORD_CORRUPT; CONFIG_INVALID where the file cannot be written; SIGNAL_MISSING for an estimator
 *   without advantages, tokens that were not recorded, and a score that no step has; BATCH_INVALID
 */
export async function exportRun(run: RunSource, path: string, settings: ExportSettings): Promise<Exported> {
  const survey = surveyOf(run)
  if (isJudged(settings)) for (const score of settings.scores) expectSignal(survey, score)
  expectNeeds(survey, needsOf(settings.curation))
  const { isWritten = () => true } = settings
  const credit = advantagesOf(run, settings)
  return writeNew(path, async (fd) => {
    const losses = new Losses()
    const sheet = sheetOf(fd, run, survey, credit, settings)
    let [rows, trajectories] = [0, 0]
    for (const whole of familiesOf(run, survey, losses, settings.curation)) {
      const family = whole.filter(({ trajectory }) => isWritten(trajectory.id))
      rows += await sheet.add(family)
      trajectories += family.length
      settings.onProgress?.(family.length)
    }
    sheet.finish()
    return { rows, trajectories, leftOut: losses.leftOut }
  })
}

/** Whether the score has a say in what is written. */
function isJudged({ format, minScore, requests }: ExportSettings): boolean {
  if (format === 'sft') return minScore !== null
  return format === 'dpo' || (format === 'prm' && requests.length === 0)
}

/** A file that families of trajectories are added to. */
interface Sheet {
  /** Returns the number of rows that it led to. */
  add(family: readonly Whole[]): number | Promise<number>
  finish(): void
}

function sheetOf(fd: number, run: RunSource, survey: Survey, credit: RunAdvantages, settings: ExportSettings): Sheet {
  const { format, grain } = settings
  const notes = { stepgym: JSON.stringify(notesOf(run, survey)) }
  if (format === 'parquet' && grain === 'tokens')
    return tableOf(new ParquetFile(fd, tokenColumns(survey, credit), notes), (whole) => sequencesOf(whole, credit))
  if (format === 'parquet' || format === 'verl') {
    const columns = format === 'verl' ? verlColumns : stepColumns
    return tableOf(new ParquetFile(fd, columns(survey, credit), notes), (whole) => stepRowsOf(whole, credit))
  }
  const rowsOf = format === 'sft' && grain === 'tokens' ? sftTokenRows : LINES[format]
  return linesOf(new LineFile(fd), rowsOf, contextOf(run, survey, credit, settings))
}

const LINES: Readonly<Record<Exclude<Format, 'parquet' | 'verl'>, RowsOf>> = {
  chat: chatRows,
  sft: sftRows,
  dpo: preferenceRows,
  prm: prmRows,
  atif: atifRows,
  sharegpt: shareGptRows,
  verifiers: verifiersRows,
}

/** What a file says of the run that it was made of. */
const notesOf = ({ manifest }: RunSource, { hasTextActions }: Survey): JsonObject => ({
  run: manifest.id,
  created: manifest.created,
  stepgym: manifest.stepgym,
  environment: manifest.environment.id,
  agent: manifest.agent,
  actions: hasTextActions ? 'text' : 'json',
})

function tableOf<Row>(file: ParquetFile<Row>, rowsOf: (whole: Whole) => Iterable<Row>): Sheet {
  return {
    add(family) {
      let rows = 0
      for (const whole of family)
        for (const row of rowsOf(whole)) {
          file.add(row)
          rows++
        }
      return rows
    },
    finish: () => file.finish(),
  }
}

function linesOf(file: LineFile, rowsOf: RowsOf, context: LineContext): Sheet {
  return {
    async add(family) {
      const rows = await rowsOf(family, context)
      for (const row of rows) file.add(JSON.stringify(row))
      return rows.length
    },
    finish: () => file.finish(),
  }
}

const contextOf = (run: RunSource, survey: Survey, credit: RunAdvantages, settings: ExportSettings): LineContext => ({
  survey,
  credit,
  settings: new TaskSettings(settings.world, survey),
  ...{ scores: settings.scores, sigmas: settings.sigmas, threshold: settings.threshold },
  hasMask: settings.curation.mask !== null,
  minScore: settings.minScore,
  pairs: settings.pairs,
  isBare: settings.isBare,
  run: run.manifest.id,
  stepgym: run.manifest.stepgym,
})
