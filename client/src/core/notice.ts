import type { Stamp } from './answer.ts'
import type { FreshnessEvent } from './wire.ts'

/** Something was invalidated, as this client learnt it. */
export interface Invalidation {
  /** Counts this client's invalidations. */
  readonly id: number
  /**
   * `mutation`: a mutation answer said so. `uncertain`: a mutation got no usable answer and may have happened.
   * `stream`: the stream told of a record that no answer had told of. `reset`: everything read before may be outdated: the
   * server's epoch is another one, or the stream cannot tell what was missed.
   */
  readonly cause: 'mutation' | 'uncertain' | 'stream' | 'reset'
  /** True if the stream told it: many browsers hear the same at the same moment. */
  readonly heard?: boolean | undefined
  readonly events: readonly FreshnessEvent[]
  /** Tag hashes of the known epoch; `*` for any. */
  readonly tags: readonly string[]
  /** The position of the mutation's last record in the known epoch, if told. */
  readonly position?: number | undefined
  /** True if the server committed but could not append yet (`Freshness-Pending: true`): a read may still be old. */
  readonly pending: boolean
  /** True if another epoch was adopted with this invalidation: it touches every answer read before. */
  readonly reset: boolean
}

/** A record as the stream tells it. */
export interface HeardRecord {
  readonly position: number
  readonly expire: readonly string[]
  readonly stale: readonly string[]
  readonly events: readonly FreshnessEvent[]
  /** Only where the server tells names (`TellsNames`). */
  readonly names?: { readonly call: string; readonly trigger: string; readonly at: string; readonly tags: readonly string[] }
}

/** What an answer said, or a frame of the stream. */
export interface Notice {
  readonly epoch?: string | undefined
  /** The position of the last record it tells of. */
  readonly position?: number | undefined
  /** The tags that were invalidated, if any were. */
  readonly tags: readonly string[]
  readonly token?: string | undefined
  /** When it was asked for; undefined when it was not asked for through this client. */
  readonly sent?: Pick<Stamp, 'epoch' | 'confirmed'> | undefined
}
