import { bodyOf, isEnvelope, type Envelope, type ProblemDetails } from '../core/index.ts'
import type { Freshet } from './freshet.ts'

/** How to follow an operation. */
export interface FollowOptions {
  /** Told each time it stands elsewhere, the first time included. */
  readonly onStatus?: (status: Envelope['status'] | 'failed') => void
  /** Milliseconds after which nobody asks any more. Default: 300,000. The operation goes on all the same. */
  readonly timeout?: number
  /** Ends it as a timeout does. */
  readonly signal?: AbortSignal
}

/** What became of it. */
export type Followed<TData> =
  | { readonly outcome: 'completed'; readonly data: TData }
  | { readonly outcome: 'failed'; readonly problem: ProblemDetails }
  | { readonly outcome: 'timeout' }

/** Milliseconds between two questions, where the server does not say. */
const pause = 1_000

/**
 * Asks for an operation until it is done, as `Retry-After` says, and applies its answer: events and token come with `completed`, and then
 * everything they reach is read again.
 * @param url Where the operation is asked for: the `Location` of the answer that accepted it.
 * @throws FreshetHttpError for an answer outside 200 to 299: it is not there, or not yours.
 */
export async function followOperation<TData>(freshet: Pick<Freshet, 'fetch' | 'apply'>, url: string, { onStatus, timeout = 300_000, signal }: FollowOptions = {}): Promise<Followed<TData>> {
  const ended = new AbortController()
  const timer = setTimeout(() => ended.abort(), timeout)
  const end = () => ended.abort()
  signal?.addEventListener('abort', end)
  if (signal?.aborted) end()
  let known: string | undefined
  try {
    while (!ended.signal.aborted) {
      const response = await freshet.fetch(url, { cache: 'no-store', signal: ended.signal })
      const body = (await bodyOf(response, 'GET', url)) as Envelope<TData> & { problem?: ProblemDetails }
      const status = (body as { status?: Envelope['status'] | 'failed' }).status ?? 'processing'
      if (status !== known) onStatus?.((known = status) as Envelope['status'])
      if (status === 'failed') return { outcome: 'failed', problem: body.problem ?? {} }
      if (status === 'completed') {
        if (isEnvelope(body)) freshet.apply(body, response)
        return { outcome: 'completed', data: body.data }
      }
      const wait = 1_000 * Number(response.headers.get('retry-after')) || pause
      await new Promise<void>((resolve) => {
        const next = setTimeout(resolve, wait)
        ended.signal.addEventListener('abort', () => {
          clearTimeout(next)
          resolve()
        })
      })
    }
  } catch (error) {
    if (!ended.signal.aborted) throw error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
  }
  return { outcome: 'timeout' }
}
