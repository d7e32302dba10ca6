import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { COMPILED, compiledPath } from '../../support/compiled.ts'

/** Vulkan in software, from Debian's package chromium-common. */
const FOLDER = '/usr/lib/chromium'
const DRIVER = `${FOLDER}/vk_swiftshader_icd.json`

/** Numbers of a result, in order, whatever objects they are in. */
const numbersIn = (value: unknown): readonly number[] =>
  typeof value === 'number'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(numbersIn)
      : []

describe('WebGPU', () => {
  // `.ci/run` installs it: there, nothing is skipped.
  it.skipIf(!existsSync(DRIVER) && process.env.CI !== 'true')(
    'scores and trains as the CPU does, within 1e-5, without a GPU',
    async () => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [compiledPath('test/slow/models/both-devices.ts'), 'cpu', 'webgpu'],
        {
          cwd: COMPILED,
          env: { ...process.env, LD_LIBRARY_PATH: FOLDER, VK_DRIVER_FILES: DRIVER, XDG_RUNTIME_DIR: tmpdir() },
        },
      )
      const [cpu, webgpu] = JSON.parse(stdout)
      expect([cpu.device, webgpu.device]).toEqual(['cpu', 'webgpu'])
      for (const part of ['scores', 'kept', 'updates', 'after', 'embedding']) {
        const [expected, found] = [numbersIn(cpu[part]), numbersIn(webgpu[part])]
        expect(found.length, part).toBe(expected.length)
        expect(found.length, part).toBeGreaterThan(5)
        for (const [at, value] of expected.entries())
          expect(Math.abs(Number(found[at]) - value), part).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)))
      }
      // A copy of the weights stays what it was while those on the device are updated.
      expect(webgpu.kept).toEqual(webgpu.scores)
      expect(numbersIn(webgpu.after)).not.toEqual(numbersIn(webgpu.kept))
    },
  )
})
