import type { MutationKey } from '@tanstack/query-core'
import type { DeclaredMutation } from './declared.ts'
import type { OptimisticChange } from './optimistic.ts'
import { bodyOf, FreshetHttpError, header, isEnvelope, nameOf, type FreshnessClient } from '../core/index.ts'

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
export async function sendMutation<TData>(client: FreshnessClient, request: MutationRequest): Promise<TData> {
  const method = request.method ?? 'POST'
  const response = await send(client, method, request)
  let body: unknown
  try {
    body = await bodyOf(response, nameOf(method, request.url))
  } catch (error) {
    applyFailed(client, response, error)
    throw error
  }
  if (isEnvelope(body)) {
    client.apply(body, response)
    return body.data as TData
  }
  client.apply(response)
  return body as TData
}

async function send(client: FreshnessClient, method: string, { url, json, headers }: MutationRequest): Promise<Response> {
  try {
    return await client.fetch(url, {
      method,
      headers: { accept: 'application/json', ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    })
  } catch (error) {
    // The answer was lost, the write perhaps not.
    client.applyUncertain()
    throw error
  }
}

// Uncertain means invalidate. A server that answers 4xx has refused; one that answers 5xx (or a proxy in front of it),
// or whose body broke off, may have committed. If it says what it invalidated, that is taken, whatever the status.
function applyFailed(client: FreshnessClient, response: Response, error: unknown): void {
  const told = response.headers.has(header.tags) || response.headers.has(header.events)
  if (told) client.apply(response)
  else if (response.status >= 500 || !(error instanceof FreshetHttpError)) client.applyUncertain()
}
