/** The header names of the wire contract. Names are compared without regard to case, as HTTP asks. */
export const header = {
  token: 'Freshness-Token',
  epoch: 'Freshness-Epoch',
  position: 'Freshness-Position',
  tags: 'Freshness-Tags',
  events: 'Freshness-Events',
  satisfied: 'Freshness-Satisfied',
  pending: 'Freshness-Pending',
} as const

/** The tag hash that stands for "any tag": the sender does not know, or does not say, which. */
export const anyTag = '*'

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
  const match = /^\s*(\d+)-(-?\d+)\s*$/.exec(text ?? '')
  if (!match) return undefined
  const loadedAt = Number(match[1])
  const validAt = Number(match[2])
  if (validAt === loadedAt - 1) return { loadedAt: loadedAt + 1, validAt: loadedAt }
  return Number.isSafeInteger(validAt) && loadedAt <= validAt ? { loadedAt, validAt } : undefined
}

/** Reads space-separated tag hashes. Undefined when the header is absent, which is not the same as an empty list. */
export function parseTags(text: string | null): readonly string[] | undefined {
  return text === null ? undefined : [...new Set(text.split(/\s+/).filter(Boolean))]
}

/** Reads events from a header: a JSON array (of events or of names), or names separated by commas or spaces. */
export function parseEvents(text: string | null): readonly FreshnessEvent[] | undefined {
  if (text === null) return undefined
  const listed = parseArray(text) ?? text.split(/[\s,]+/).filter(Boolean)
  return listed.map((item) => (isEvent(item) ? item : { type: String(item) }))
}

/** Tells an envelope from a bare body (headers-only form). */
export function isEnvelope(body: unknown): body is Envelope {
  return isObject(body) && 'data' in body && Array.isArray(body['freshness_events'])
}

function parseArray(text: string): unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? parsed : undefined
  } catch {
    return undefined // names separated by commas, the other allowed form
  }
}

function isEvent(item: unknown): item is FreshnessEvent {
  return isObject(item) && typeof item['type'] === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
