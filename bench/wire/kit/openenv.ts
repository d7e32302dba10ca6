import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The package whose own server is measured beside ours. */
export const OPENENV = 'openenv==0.10.0'
const FOLDER = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'stepgym', OPENENV.replace('==', '-'))
/** There where it is installed. */
export const PYTHON = join(FOLDER, 'bin', 'python')
/** How to have it. */
export const INSTALL = `python3 -m venv ${FOLDER.replace(homedir(), '~')} && ${PYTHON.replace(homedir(), '~')} -m pip install ${OPENENV}`

export const installed = (): boolean => existsSync(PYTHON)
