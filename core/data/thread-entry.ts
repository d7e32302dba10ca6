/**
 * Entry of a worker thread: a compiled module itself; a source through tsx, which runs TypeScript where Node.js does not.
 * @param module address of the module, with the extension of the file that asks
 */
export function threadEntry(module: URL): URL {
  if (!module.href.endsWith('.ts')) return module
  const [esm, cjs, worker] = ['tsx/esm/api', 'tsx/cjs/api', module.href]
    .map((specifier) => import.meta.resolve(specifier))
    .map((href) => JSON.stringify(href))
  const code = `import * as esm from ${esm}; import * as cjs from ${cjs}; esm.register(); cjs.register(); await ${'import'}(${worker})`
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`)
}
