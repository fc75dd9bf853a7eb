import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    testTimeout: 60_000, // a busy machine is slow, not wrong
    include: ['tests/**/*.test.ts', 'tests/*.test.mjs'],
    typecheck: { enabled: true, include: ['tests/types/*.test-d.ts'], tsconfig: './tsconfig.json' },
  },
})
