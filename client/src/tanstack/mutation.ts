import type { MutationKey } from '@tanstack/query-core'
import type { DeclaredMutation } from './declared.ts'
import type { OptimisticChange } from './optimistic.ts'
import { bodyOf, FreshetHttpError, headerOf, isEnvelope, type FreshnessClient } from '../core/index.ts'

/** The request of a mutation. */
export interface MutationRequest {
  readonly url: string
  /** Default: POST. */
  readonly method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Sent as JSON, if given. */
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** How to send a mutation. */
export interface MutationDeclaration<TVariables, TReachesHigh extends boolean = false> {
  readonly mutationKey?: MutationKey
  readonly request: (variables: TVariables) => MutationRequest
  /** The generated declaration. It says which queries the mutation reaches. */
  readonly of?: DeclaredMutation<TReachesHigh>
  /** What is shown before the server has answered, and taken back if it refuses. Not where the mutation reaches a high query. */
  readonly optimistic?: [TReachesHigh] extends [false] ? (variables: TVariables) => readonly OptimisticChange[] : never
}

/** Ordinary TanStack Query options. Spread them to add others (`onSuccess`, `scope`, ...). */
export interface FreshMutationOptions<TData, TVariables> {
  mutationKey?: MutationKey
  mutationFn: (variables: TVariables) => Promise<TData>
}

/**
 * Sends a mutation, applies what its answer invalidated, and returns its data (the envelope's, or the bare body).
 * The promise does not wait for the queries that follow: they have their own.
 */
export async function sendMutation(client: FreshnessClient, { url, method = 'POST', json, headers }: MutationRequest): Promise<unknown> {
  let response: Response | undefined
  try {
    response = await client.fetch(url, {
      method,
      headers: { accept: 'application/json', ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: JSON.stringify(json), // undefined for undefined
    })
    const body = await bodyOf(response, method, url)
    const isEnveloped = isEnvelope(body)
    client.apply(isEnveloped ? body : response, response)
    return isEnveloped ? body.data : body
  } catch (error) {
    // Uncertain means invalidate. A server that answers 4xx has refused; one that answers 5xx (or a proxy in front of it), or whose
    // answer was lost or broke off, may have committed. If it says what it invalidated, that is taken, whatever the status.
    if (response && headerOf(response.headers, 'Tags') !== null) client.apply(response)
    else if (!(error instanceof FreshetHttpError && error.status < 500)) client.learn({ cause: 'uncertain' })
    throw error
  }
}
