// The byte budgets: what a page pays for what it imports, minified and gzipped, with query-core (which it has) left out.
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const index = new URL('../src/index.ts', import.meta.url).pathname
const pages = [
  { what: 'its own mutations', imports: 'createFreshet', budget: 7_250 },
  { what: 'and the stream', imports: 'createFreshet, sharedStream', budget: 8_800 },
  { what: 'everything', imports: 'createFreshet, sharedStream, onInvalidation, pollUntil, followOperation, change, FreshetError, FreshetHttpError', budget: 9_800 },
]

for (const { what, imports, budget } of pages) {
  const [{ output }] = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [{
      name: 'page',
      resolveId: (id) => (/(^|\/)page$/.test(id) ? '\0page' : undefined),
      load: (id) => (id === '\0page' ? `export { ${imports} } from ${JSON.stringify(index)}` : undefined),
    }],
    build: {
      write: false,
      minify: true,
      target: 'es2023',
      lib: { entry: 'page', formats: ['es'] },
      rollupOptions: { external: [/^@tanstack\//], output: { minify: true } },
    },
  })
  const bytes = gzipSync(output[0].code, { level: 9 }).length
  console.log(`@freshet/client, ${what}: ${bytes} bytes gzipped, budget ${budget}`)
  if (bytes > budget) process.exitCode = 1
}
