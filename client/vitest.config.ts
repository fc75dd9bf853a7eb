import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    typecheck: { enabled: true, include: ['tests/types/*.test-d.ts'], tsconfig: './tsconfig.json' },
  },
})
