/** The value of one of the wire contract's headers; null when the answer does not have it. */
export const headerOf = (headers: Headers, name: HeaderName): string | null => headers.get(prefix + name)

/** What a header's name says, after the prefix that all have. */
export type HeaderName = 'Token' | 'Epoch' | 'Position' | 'Tags' | 'Events' | 'Satisfied' | 'Pending'

/** What the wire contract's header names begin with. */
export const prefix = 'Freshness-'

/** The tag hash that stands for "any tag": the sender does not know, or does not say, which. */
export const anyTag = '*'

/** True if tags have one in common, as far as both are known. */
export const overlap = (a: readonly string[], b: readonly string[]): boolean =>
  a.includes(anyTag) || b.includes(anyTag) || a.some((tag) => b.includes(tag))

/** A fact that happened, as a mutation answer names it: its type and its fields. */
export interface FreshnessEvent {
  readonly type: string
  readonly [field: string]: unknown
}

/** The body of a mutation answer. */
export interface Envelope<TData = unknown> {
  readonly data: TData
  /** `accepted` and `processing` come with HTTP 202; their events arrive when the operation completes. */
  readonly status: 'accepted' | 'processing' | 'completed'
  readonly freshness_events: readonly FreshnessEvent[]
  readonly freshness_token?: string
}

/**
 * The interval of positions at which an answer is known to be valid: none when `loadedAt` is above `validAt`. Nothing that was
 * invalidated up to `validAt` outdates it, either way.
 */
export interface Interval {
  readonly loadedAt: number
  readonly validAt: number
}

/** A place in the log: positions are compared only within an epoch. */
export interface Point {
  readonly position: number
  readonly epoch: string
}

/**
 * Reads `<loadedAt>-<validAt>`. `12-11` is an answer that shows what was so at 12, and perhaps a write that the log does not have yet.
 * Anything else is undefined: an interval we cannot read is one we do not know.
 */
export function parseInterval(text: string | null): Interval | undefined {
  const [, loadedAt = 1, validAt = -1] = (/^(\d+)-(-?\d{1,15})$/.exec(text!) ?? []).map(Number)
  const unsettled = validAt < loadedAt ? 1 : 0
  return loadedAt <= validAt + unsettled ? { loadedAt: loadedAt + unsettled, validAt: validAt + unsettled } : undefined
}

/** Reads tag hashes, separated by spaces. Undefined when the header is absent, which is not the same as an empty list. */
export const parseTags = (text: string | null): readonly string[] | undefined => text?.split(/\s+/).filter(Boolean)

/** Reads events from a header: a JSON array, of events or of their names. Anything else is an event that nobody knows. */
export const parseEvents = (text: string | null): readonly FreshnessEvent[] =>
  [parsed(text ?? '[]')].flat().map((item: any) => (item?.type ? item : { type: String(item) }))

/** Tells an envelope from a bare body (headers-only form). */
export const isEnvelope = (body: unknown): body is Envelope => Array.isArray((body as Envelope | null)?.freshness_events)

/** JSON, or the text itself where it is none: an error page of a proxy, names separated by commas. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
