import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts', 'tests/*.test.mjs'],
    typecheck: { enabled: true, include: ['tests/types/*.test-d.ts'], tsconfig: './tsconfig.json' },
  },
})
