import type { Attack } from './attack.ts'

/** Attacks on the runtime that a back end runs programs in. */
export const ESCAPE: readonly Attack[] = [
  {
    name: 'javascript',
    what: 'JavaScript of the process that runs WebAssembly',
    main: `for name in ('js', 'pyodide_js', 'pyodide_js._api'):
    attempt(name, lambda: __import__(name))
import _pyodide_core as core, gc
PROCESS = 'return process'
attempt('run_js', lambda: core.run_js('process'))
attempt('Function', lambda: core.to_js([1]).constructor.constructor(PROCESS)())
attempt('Function of a function', lambda: core.create_proxy(print).constructor(PROCESS)())
attempt('sloppy this', lambda: core.to_js([1]).concat.call(None))
def proxies():
    return [each for each in gc.get_objects() if type(each).__name__.startswith('JsProxy')]
for each in proxies():
    attempt('constructor', lambda: each.constructor.constructor('return process')())
if not proxies(): held('proxies', 'clean')`,
    layers: { pyodide: { clean: 'no module leads to JavaScript', JsException: 'no text becomes code' } },
    backends: ['pyodide'],
  },
]
