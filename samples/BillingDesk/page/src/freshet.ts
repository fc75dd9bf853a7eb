import { createFreshet } from '@freshet/client'
import { QueryClient } from '@tanstack/react-query'

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: 1 } },
})

/** This tab's Freshet: every panel reads through it, every action writes through it. */
export const freshet = createFreshet({ queryClient })
