import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

// Every file on its own, and none as data in another: the policy of the pages allows no inline content.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../../dist/viewer/pages', import.meta.url)),
    emptyOutDir: true,
    modulePreload: false,
    // Below the one name that no environment can have.
    assetsDir: '-',
    assetsInlineLimit: 0,
  },
})
