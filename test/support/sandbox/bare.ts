import { execFile } from 'node:child_process'
import type { Backend, CheckedProgram, Execution, ExecutionResult, Worker } from '../../../sandbox/types.ts'

/** Runs programs without any isolation: what attacks against it achieve has to be seen. Only for harmless ones. */
export const bareBackend: Backend = {
  name: 'zygote',
  languages: ['python'],
  versions: {},
  startWorker: async (): Promise<Worker> => ({
    isReusable: true,
    pid: undefined,
    ended: new Promise(() => {}),
    end: async () => {},
    start: (program): Execution => ({
      result: resultOf(program),
      send: () => {},
      receive: async () => null,
      cancel: () => {},
    }),
  }),
}

function resultOf({ main, args }: CheckedProgram): Promise<ExecutionResult> {
  return new Promise((resolve) => {
    const child = execFile('/usr/bin/python3', ['-', ...args], { cwd: '/' }, (error, stdout, stderr) => {
      const exitCode = typeof error?.code === 'number' ? error.code : 0
      resolve({
        status: exitCode === 0 ? 'ok' : 'failed',
        exitCode,
        signal: null,
        stdout: { text: stdout, isTruncated: false },
        stderr: { text: stderr, isTruncated: false },
        workspace: { changed: new Map(), removed: [], skipped: new Map() },
        durationMs: 0,
        cpuMs: null,
        peakBytes: null,
        backend: 'zygote',
      })
    })
    child.stdin?.end(main.source)
  })
}
