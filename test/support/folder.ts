import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** An empty folder. It is removed at the end of the run, with all temporary files. */
export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'stepgym-'))
