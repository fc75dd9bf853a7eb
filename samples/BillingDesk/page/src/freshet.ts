import { createFreshet, hydrateAnswers, sharedStream, type EmbeddedAnswer } from '@freshet/client'
import { hashKey, QueryClient } from '@tanstack/react-query'
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

/** What the server read for this page, and up to where each answer is known to be valid. */
interface ReadForThePage { readonly key: readonly string[]; readonly data: unknown; readonly answer: EmbeddedAnswer }

// Only where the server acted as the same person. Null data is what it found nothing of: the panel asks, and shows the answer.
const read = JSON.parse((actsAs === '' && document.getElementById('read-for-the-page')?.textContent) || '[]') as ReadForThePage[]
const found = read.filter(({ data }) => data !== null)
for (const { key, data } of found) queryClient.setQueryData(key, data)
hydrateAnswers(freshet, Object.fromEntries(found.map(({ key, answer }) => [hashKey(key), answer])))

freshet.start()

function withUser(given: HeadersInit | undefined): Headers {
  const headers = new Headers(given)
  headers.set('X-Desk-User', actsAs)
  return headers
}
