// The byte budgets: what a page pays for what it imports, as a production build leaves it, gzipped, with query-core (which it has) left out.
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const index = new URL('../src/index.ts', import.meta.url).pathname
const pages = [
  { what: 'queries and mutations', imports: 'createFreshet', budget: 4_550 },
  { what: 'and the stream', imports: 'createFreshet, sharedStream', budget: 5_999 },
  {
    what: 'everything', budget: 7_550,
    imports: 'createFreshet, sharedStream, onInvalidation, pollUntil, followOperation, change, dehydrateAnswers, hydrateAnswers, FreshetError, FreshetHttpError',
  },
]

for (const { what, imports, budget } of pages) {
  const { output: [{ code }] } = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [{
      name: 'page',
      resolveId: (id) => (/(^|\/)page$/.test(id) ? '\0page' : undefined),
      load: (id) => (id === '\0page' ? `export { ${imports} } from ${JSON.stringify(index)}` : undefined),
    }],
    build: {
      write: false,
      target: 'es2023',
      modulePreload: { polyfill: false },
      rollupOptions: { input: 'page', preserveEntrySignatures: 'strict', external: [/^@tanstack\//] },
    },
  })
  const bytes = gzipSync(code, { level: 9 }).length
  console.log(`@freshet/client, ${what}: ${bytes} bytes gzipped, budget ${budget}`)
  if (bytes > budget) process.exitCode = 1
}
