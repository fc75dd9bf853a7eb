import { createFreshet, sharedStream } from '@freshet/client'
import { QueryClient } from '@tanstack/react-query'
import { manifest } from './generated/catalog.ts'

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: 1 } },
})

/** Whom this tab acts as: `?as=user_88`, or the demo user, who looks after all accounts. */
export const actsAs = new URLSearchParams(location.search).get('as') ?? ''

/** Tabs of one person share one stream. */
export const streamName = `billing-desk ${actsAs}`

/** This tab's Freshet: every panel reads through it, every action writes through it. */
export const freshet = createFreshet({
  queryClient, manifest,
  stream: sharedStream('/api/stream', streamName),
  fetch: (input, init = {}) => fetch(input, actsAs === '' ? init : { ...init, headers: withUser(init.headers) }),
})

freshet.start()

function withUser(given: HeadersInit | undefined): Headers {
  const headers = new Headers(given)
  headers.set('X-Desk-User', actsAs)
  return headers
}
