// The byte budget: what a page pays for the package, minified and gzipped, with query-core (which it has) left out.
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const budget = 6_000

const [{ output }] = await build({
  configFile: false,
  logLevel: 'silent',
  build: {
    write: false,
    minify: true,
    target: 'es2023',
    lib: { entry: new URL('../src/index.ts', import.meta.url).pathname, formats: ['es'] },
    rollupOptions: { external: [/^@tanstack\//], output: { minify: true } },
  },
})

const bytes = gzipSync(output[0].code, { level: 9 }).length
console.log(`@freshet/client: ${bytes} bytes gzipped, budget ${budget}`)
if (bytes > budget) process.exitCode = 1
