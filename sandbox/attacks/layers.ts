import type { BackendName } from '../types.ts'

/** Layers that the back ends of Linux share. */
const LINUX: Readonly<Record<string, string>> = {
  timeout: 'supervisor: time',
  memory: 'supervisor: memory of all processes',
  output: 'supervisor: output',
  EPERM: 'system call filter',
  ENOSYS: 'system call filter',
  EAFNOSUPPORT: 'system call filter',
  EROFS: 'read-only file systems',
  EACCES: 'file permissions',
  ENOSPC: 'size of the memory file system',
  EFBIG: 'limit of file size',
  EMFILE: 'limit of open files',
  EAGAIN: 'limit of processes',
  MemoryError: 'limit of memory',
  ENOMEM: 'limit of memory',
}

/** The layer that an error or a status shows, by back end; docs/sandbox.md explains the layers. */
export const LAYERS: Readonly<Record<BackendName, Readonly<Record<string, string>>>> = {
  zygote: {
    ...LINUX,
    ENOENT: 'mount namespace',
    ENXIO: 'mount namespace',
    ESRCH: 'process namespace',
    ECONNREFUSED: 'network namespace',
  },
  gvisor: {
    ...LINUX,
    ENOENT: 'a root of its own',
    ENXIO: 'a root of its own',
    ESRCH: 'a kernel of its own',
    ECONNREFUSED: 'a kernel of its own',
    clean: 'a container of its own',
  },
  pyodide: {
    timeout: 'parent process: time',
    output: 'parent process: output',
    killed: 'a process of its own',
    MemoryError: 'limit of WebAssembly memory',
    ENOMEM: 'limit of WebAssembly memory',
    ENOSPC: 'limit of files in memory',
    EFBIG: 'limit of files in memory',
    EMFILE: 'limit of open files',
    ENOENT: 'file system in memory',
    ENOSYS: 'WebAssembly: no such call',
    ENOTSUP: 'WebAssembly: no such call',
    AttributeError: 'WebAssembly: no such call',
    RuntimeError: 'WebAssembly: no threads',
    TimeoutError: 'WebAssembly: no network',
    EHOSTUNREACH: 'WebAssembly: no network',
    EAFNOSUPPORT: 'WebAssembly: no network',
    ModuleNotFoundError: 'no module leads to JavaScript',
    clean: 'a process of its own',
  },
}
