import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const server = 'http://127.0.0.1:5080'

export default defineConfig({
  plugins: [react()],
  resolve: {
    // The package's sources, so that the sample always shows the client of this very commit.
    alias: { '@freshet/client': new URL('../../../client/src/index.ts', import.meta.url).pathname },
    // One query-core for the page and the package: two would be two query caches.
    dedupe: ['@tanstack/query-core'],
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': server, '/legacy': server, '/plain': server, '/statements': server, '/hooks': server },
  },
  test: { include: ['tests/**/*.test.ts'] },
})
