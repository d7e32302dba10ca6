import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { newFolder } from '../../support/folder.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')

it('the simulation gives the picture and the figures that are in the repository', { timeout: 1_800_000 }, () => {
  const folder = newFolder()
  const [plot, figures] = [join(folder, 'scale.svg'), join(folder, 'scale.jsonl')]
  const script = ['--import', 'tsx', 'bench/scale/simulation.ts']
  const env = { ...process.env, STEPGYM_PLOT: plot, STEPGYM_BENCH_FIGURES: figures }
  const { status, stderr } = spawnSync(process.execPath, script, { cwd: ROOT, encoding: 'utf8', env })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const read = (path: string): string => readFileSync(path, 'utf8')
  expect(read(plot)).toBe(read(join(ROOT, 'docs/images/scale.svg')))
  const kept: { readonly figures: readonly { readonly title: string }[] } = JSON.parse(
    read(join(ROOT, 'bench/baselines/scale.json')),
  )
  const made = read(figures)
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  expect(kept.figures.filter(({ title }) => title.startsWith('simulated'))).toEqual(made)
})
